// The counter's pages: a form is sent once, and a list's boxes are ticked together. Everything works without this file.
(function () {
  "use strict";

  document.querySelectorAll("form[data-once]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
    });
  });
  // A page that the browser takes out of its memory may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-once]").forEach(function (form) { delete form.dataset.sent; });
  });

  document.querySelectorAll("[data-tick-all]").forEach(function (all) {
    var boxes = document.querySelectorAll("input[name=" + all.dataset.tickAll + "]");
    all.hidden = false;
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked; });
    });
  });
})();
