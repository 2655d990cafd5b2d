// Suggestions under the search box: the combobox pattern of WAI-ARIA with a list that the server writes.
// Without this file the box simply searches.
(function () {
  "use strict";
  var WAIT = 120; // milliseconds without a key before the server is asked

  function combobox(input) {
    var list = document.createElement("div");
    var status = document.createElement("div");
    var timer = 0, asked = "", request = null;

    list.id = input.id + "_suggestions";
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0] ? input.labels[0].textContent.trim() : "");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    input.parentNode.classList.add("suggesting");
    input.parentNode.append(list, status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    function options() { return Array.from(list.querySelectorAll("[role=option]")); }
    function chosen() { return list.querySelector("[aria-selected=true]"); }

    function choose(option) {
      options().forEach(function (other) { other.setAttribute("aria-selected", String(other === option)); });
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    function close() {
      if (request) { request.abort(); } // a late answer must not open the list again
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      choose(null);
    }

    function open() {
      var count = options().length;
      list.hidden = count === 0;
      input.setAttribute("aria-expanded", String(count > 0));
      status.textContent = count ? input.dataset.suggestCount.replace("0", count) : "";
    }

    function ask() {
      var typed = input.value.trim();
      if (request) { request.abort(); }
      if (typed === asked) { return; }
      asked = typed;
      if (typed.length < 2) { list.replaceChildren(); close(); return; }
      request = new AbortController();
      fetch(input.dataset.suggest + "?" + new URLSearchParams({ q: typed }), { signal: request.signal })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .then(function (html) {
          if (typed !== input.value.trim() || document.activeElement !== input) { return; }
          list.innerHTML = html;
          choose(null);
          open();
        })
        .catch(function () { asked = ""; }); // typed on, or offline: the box still searches
    }

    input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    input.addEventListener("blur", function () { clearTimeout(timer); close(); });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); }); // keeps the focus until the click
    input.form.addEventListener("submit", function () { clearTimeout(timer); close(); });

    input.addEventListener("keydown", function (event) {
      var every = options(), place = every.indexOf(chosen());
      if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) { return; }
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); return; }
      if (event.key === "Enter" && !list.hidden && chosen()) { event.preventDefault(); chosen().click(); return; }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") { return; }
      if (!every.length) { return; }
      event.preventDefault();
      if (list.hidden) { open(); place = -1; }
      place += event.key === "ArrowDown" ? 1 : place < 0 ? every.length : -1;
      choose(every[place] || null); // past either end: back in the box
    });
  }

  document.querySelectorAll("input[data-suggest]").forEach(combobox);
})();
