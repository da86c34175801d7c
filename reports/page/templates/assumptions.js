// Assumptions can be narrowed down by what stands behind them and by words; paper always has all of them.
(() => {
  "use strict";
  const filter = document.getElementById("assumptions-filter");
  if (!filter) return;
  const rows = [...document.querySelectorAll("#assumptions tr[data-standing]")];
  const told = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const buttons = ["all", "published", "derived", "assumed"].map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.dataset.standing = name;
    button.setAttribute("aria-pressed", String(name === "all"));
    return button;
  });
  const label = document.createElement("label");
  const search = document.createElement("input");
  const note = document.createElement("p");
  search.type = "search";
  search.id = "assumptions-search";
  search.placeholder = "words, such as linac";
  label.htmlFor = search.id;
  label.className = "unseen";
  label.textContent = "Words in an assumption or its sources";
  note.setAttribute("role", "status");
  filter.append(...buttons, label, search, note);
  filter.hidden = false;
  const narrow = () => {
    const standing = buttons.find((each) => each.getAttribute("aria-pressed") === "true").dataset.standing;
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const fits = standing === "all" || row.dataset.standing === standing;
      row.hidden = !(fits && words.every((word) => told.get(row).includes(word)));
      left += row.hidden ? 0 : 1;
    }
    for (const part of document.querySelectorAll("#assumptions tr.part")) {
      part.hidden = !part.parentElement.querySelector("tr[data-standing]:not([hidden])");
    }
    note.textContent = left === rows.length ? "" : `${left} of ${rows.length} are shown`;
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      narrow();
    });
  }
  search.addEventListener("input", narrow);
})();
