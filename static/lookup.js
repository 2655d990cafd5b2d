// The page works without this file. A code that was typed into the search of procedures arrives behind the #, which
// the browser sends to nobody: it is put into its field and taken out of the address.
(function () {
  "use strict";
  var code = document.querySelector("[data-record-code]");
  var digits = document.querySelector("[data-record-digits]");
  var typed = decodeURIComponent(window.location.hash.slice(1));
  if (code && digits && !code.value && /^[A-Z][0-9.]*-\d{6}-\d{4}$/.test(typed)) {
    code.value = typed;
    window.history.replaceState(null, "", window.location.pathname);
    digits.focus();
  }
})();
