// Moves, adds and takes out the rows of the asks where they stand. Without it the same buttons ask the server.
"use strict";
for (const rows of document.querySelectorAll("[data-rows]")) {
  const list = rows.querySelector("ol");
  const field = (row) => row.querySelector("textarea");
  const numbersStay = "new" in rows.dataset;
  const number = () => {
    const items = [...list.children].filter((row) => field(row));
    items.forEach((row, at) => {
      for (const button of row.querySelectorAll("[name=row]")) {
        const verb = button.value.split("-")[0];
        button.value = `${verb}-${at}`;
        button.disabled = (verb === "up" && at === 0) || (verb === "down" && at === items.length - 1);
        if (!numbersStay) button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/[\d۰-۹]+/u, at + 1));
      }
      const label = row.querySelector("label");
      if (!numbersStay) label.textContent = label.textContent.replace(/[\d۰-۹]+/u, at + 1);
      label.htmlFor = field(row).id = `id_ask_${at + 1}`;
    });
  };
  const changed = () => rows.dispatchEvent(new Event("input", {bubbles: true}));
  const clear = (row) => {
    field(row).value = row.querySelector("[name=was]").value = "";
    if (numbersStay) {
      row.removeAttribute("value");
      row.querySelector("label").textContent = rows.dataset.new;
      row.querySelector("[name=row]")?.setAttribute("aria-label", rows.dataset.out);
    }
    return row;
  };
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[name=row]");
    if (!button || !list.lastElementChild || !field(list.lastElementChild)) return;
    event.preventDefault();
    const row = button.closest("li"), verb = button.value.split("-")[0];
    if (verb === "more") list.append(clear(list.lastElementChild.cloneNode(true)));
    if (verb === "up") row.previousElementSibling?.before(row);
    if (verb === "down") row.nextElementSibling?.after(row);
    if (verb === "remove") list.children.length > 1 ? row.remove() : clear(row);
    number();
    changed();
    const next = verb === "more" || verb === "remove" ? list.lastElementChild : row;
    (button.isConnected && !button.disabled && verb !== "more" ? button : field(next)).focus();
  });
}
