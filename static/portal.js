// The page works without this file. It only shows the print button and closes the filters on small screens.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  function closeFilters() {
    if (window.matchMedia("(max-width: 61.9em)").matches) {
      document.querySelectorAll("details.filters").forEach(function (filters) { filters.open = false; });
    }
  }
  closeFilters();
  document.addEventListener("htmx:afterSwap", closeFilters);
})();
