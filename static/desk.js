// Shows the text as it is typed, and warns before typed words are left behind. Everything works without it.
"use strict";
for (const form of document.querySelectorAll("form[data-preview]")) {
  const shown = document.getElementById("preview");
  let timer = 0, asked = 0, changed = false;
  const show = async () => {
    const turn = ++asked;
    const response = await fetch(form.dataset.preview, {method: "POST", body: new FormData(form)}).catch(() => null);
    // An answer that was overtaken by a later question is dropped.
    if (response?.ok && turn === asked) shown.innerHTML = await response.text();
  };
  form.addEventListener("input", (event) => {
    changed = true;
    if (event.target.name !== "body") return;
    clearTimeout(timer);
    timer = setTimeout(show, 300);
  });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
// In a row of tabs that scrolls, the present one is brought to its middle.
for (const here of document.querySelectorAll(".letter-nav [aria-current]")) {
  const row = here.closest("ul"), tab = here.getBoundingClientRect(), seen = row.getBoundingClientRect();
  row.scrollLeft += tab.left + tab.width / 2 - seen.left - seen.width / 2;
}
