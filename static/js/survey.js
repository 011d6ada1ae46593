/* Once something is chosen, the word that it was missing goes away. */
(function () {
  "use strict";

  document.addEventListener("change", function (event) {
    var item = event.target.closest(".sv-item");
    if (!item) { return; }
    item.querySelectorAll(".field-error").forEach(function (error) { error.remove(); });
    item.removeAttribute("aria-describedby");
  });
}());
