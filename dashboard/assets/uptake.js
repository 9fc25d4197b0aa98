/* The form is the view: a change of the form becomes an address, and the address is put to the server's callback. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-live]");
  var summary = document.querySelector(".govuk-error-summary");
  if (summary) summary.focus();
  if (!form) return;
  var served = document.getElementById("served"), live = document.getElementById("live");
  var measure = new URLSearchParams(location.search).get("measure"), asked = false;

  function address() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      if (value && value !== form.elements[name].dataset?.default) pairs.push([name, value]);
    });
    var query = new URLSearchParams(pairs).toString();
    return location.pathname + (query ? "?" + query : "");
  }
  function ask() {
    dash_clientside.set_props("address", { data: location.pathname + location.search });
  }
  function go(event) {
    if (event.type === "submit") event.preventDefault();
    /* Another measure has other choices, a problem must go away, and before the chart is there nobody can be asked. */
    if (event.target.dataset.reload !== undefined || summary || served) { location.assign(address()); return; }
    history.pushState(null, "", address());
    ask();
  }
  function restore() {
    var query = new URLSearchParams(location.search);
    Array.prototype.forEach.call(form.elements, function (control) {
      if (!control.name) return;
      if (control.type === "checkbox") control.checked = query.getAll(control.name).indexOf(control.value) >= 0;
      else control.value = query.get(control.name) || control.dataset.default;
    });
    if (served || summary || query.get("measure") !== measure) location.reload(); else ask();
  }
  /* A new answer: its title becomes the document's; an address it could not follow is shown by the server instead. */
  new MutationObserver(function () {
    var stamp = live.querySelector("[data-address]");
    if (!stamp) {
      if (!asked && live.querySelector("#before") && window.dash_clientside) { asked = true; ask(); }
      return;
    }
    document.title = stamp.dataset.title;
    if (served && stamp.dataset.address === served.querySelector("[data-address]").dataset.address &&
        live.querySelector(".main-svg")) {
      served.remove();
      served = null;
      live.classList.add("ready");
    } else if (!served && stamp.dataset.problems !== "0") location.reload();
  }).observe(live, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-address"] });

  form.addEventListener("change", go);
  form.addEventListener("submit", go);
  window.addEventListener("popstate", restore);
})();
