// Says in words that a passkey was not used: the browser was told no, or knows none for this site.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const told of document.querySelectorAll("[data-passkey-failed]")) told.hidden = false;
});
