// Keys for the queue. Everything they do can be done without them.
"use strict";
for (const form of document.querySelectorAll("form[data-moderation]")) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const keys = document.querySelector("[data-keys]");
  let at = -1;
  const box = (row) => row.querySelector("input[type=checkbox]");
  const go = (to) => {
    rows[at]?.removeAttribute("data-here");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].setAttribute("data-here", "");
    rows[at].scrollIntoView({block: "nearest"});
    box(rows[at]).focus({preventScroll: true});
  };
  const decide = (key) => {
    if (at >= 0 && !form.elements.all.checked && !rows.some((row) => box(row).checked)) box(rows[at]).checked = true;
    form.querySelector(`button[data-key="${key}"]`)?.click();
  };
  const verbs = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => { if (at >= 0) box(rows[at]).checked = !box(rows[at]).checked; },
    o: () => rows[at]?.querySelector("a").click(),
    a: () => decide("a"),
    r: () => decide("r"),
    "?": () => keys.showModal(),
  };
  form.querySelector("[data-keys-hint]").hidden = false;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || keys.open || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(verbs, event.key)) return;
    event.preventDefault();
    verbs[event.key]();
  });
}
