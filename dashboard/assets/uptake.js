/* The form is the view: a change of the form becomes an address, and the address is put to the server's callback. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-live]");
  var summary = document.querySelector(".govuk-error-summary");
  var result = document.getElementById("result"), ready = false;
  var measure = new URLSearchParams(location.search).get("measure");

  function address() {
    var pairs = [];
    new FormData(form).forEach(function (value, name) {
      var control = form.elements[name];
      if (value && !(control.dataset && control.dataset.default === value)) pairs.push([name, value]);
    });
    var query = new URLSearchParams(pairs).toString();
    return location.pathname + (query ? "?" + query : "");
  }
  function ask() {
    dash_clientside.set_props("address", { data: location.pathname + location.search });
  }
  function change(event) {
    if (event.type === "submit") event.preventDefault();
    /* Another measure has other choices, a problem must go away, and before Dash is there nobody can be asked. */
    if (event.target.dataset.reload !== undefined || summary || !ready) { location.assign(address()); return; }
    history.pushState(null, "", address());
    ask();
  }
  function restore() {
    var query = new URLSearchParams(location.search);
    if (summary || !ready || query.get("measure") !== measure) { location.reload(); return; }
    Array.prototype.forEach.call(form.elements, function (control) {
      if (!control.name) return;
      if (control.type === "checkbox") control.checked = query.getAll(control.name).indexOf(control.value) >= 0;
      else control.value = query.get(control.name) || control.dataset.default;
    });
    ask();
  }
  /* An answer: its slots are written as the server would have; a problem is left to the server to show. */
  function show(answer) {
    if (!ready && (!answer || answer.address !== result.dataset.address)) ask();
    ready = true;
    if (!answer || !answer.slots) return;
    if (answer.problems) { location.reload(); return; }
    document.title = answer.title;
    cite();
    Object.keys(answer.slots).forEach(function (name) {
      document.getElementById(name).innerHTML = answer.slots[name];
    });
  }

  /* The address in the footer is that of the view. */
  function cite() {
    var place = document.getElementById("cited");
    if (place) place.textContent = location.href.split("#")[0];
  }

  window.dash_clientside = Object.assign(window.dash_clientside || {}, { uptake: { show: show } });
  if (summary) summary.focus();
  if (!form) return;
  form.addEventListener("change", change);
  form.addEventListener("submit", change);
  window.addEventListener("popstate", restore);
})();
