/* Nobody is signed in: the pages of inspections put by for a hall without network go. What was not sent yet stays. */
(function () {
  "use strict";

  if (window.caches) { window.caches.delete("inspect").catch(function () { /* none was kept */ }); }
  try {
    Object.keys(window.localStorage).filter(function (key) { return key.indexOf("inspect-") === 0; }).forEach(function (key) {
      var data = JSON.parse(window.localStorage.getItem(key));
      delete data.known;
      if (Object.keys(data.queue || {}).length) {
        window.localStorage.setItem(key, JSON.stringify(data));
      } else {
        window.localStorage.removeItem(key);
      }
    });
  } catch (error) { /* nothing was kept */ }
}());
