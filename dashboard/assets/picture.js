/* A chart saved as a picture of points, made from its drawing by the browser: nothing is sent anywhere. */
(function () {
  "use strict";
  function picture(event) {
    var asked = event.target.closest("a[data-png]");
    if (!asked) return;
    event.preventDefault();
    fetch(asked.href).then(function (response) {
      var name = /filename="([^"]+)\.svg"/.exec(response.headers.get("Content-Disposition"))[1];
      return response.text().then(function (text) { draw(text, name); });
    }).catch(function () { location.assign(asked.href); });
  }
  function draw(text, name) {
    var box = /width="(\d+)" height="(\d+)"/.exec(text), image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas"), link = document.createElement("a");
      canvas.width = box[1] * 2; canvas.height = box[2] * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      link.download = name + ".png";
      link.href = canvas.toDataURL("image/png");
      link.click();
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  }

  document.documentElement.classList.add("scripted");
  document.addEventListener("click", picture);
})();
