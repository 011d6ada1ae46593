// Roll call and enrolling work without this file; it keeps the tally, the row colours and the filter live.
(function () {
  "use strict";

  const roll = document.querySelector("[data-roll]");
  if (roll) {
    const rows = Array.from(roll.querySelectorAll(".rc > li"));
    const headcount = document.querySelector("[data-headcount]");
    const agrees = document.querySelector("[data-agrees]");

    const checked = (row) => row.querySelector("input:checked");

    const paint = (row) => {
      const input = checked(row);
      row.className = input && input.dataset.tone !== "ok" ? "x-" + input.dataset.tone : "";
    };

    const count = () => {
      const sums = {};
      let present = 0;
      rows.forEach((row) => {
        const input = checked(row);
        if (!input) return;
        sums[input.value] = (sums[input.value] || 0) + 1;
        if ("present" in input.dataset) present += 1;
      });
      document.querySelectorAll("[data-tally]").forEach((cell) => {
        cell.textContent = sums[cell.dataset.tally] || 0;
      });
      if (!headcount || !agrees) return;
      const said = headcount.value.trim();
      agrees.hidden = said === "";
      agrees.className = Number(said) === present ? "st st-ok" : "st st-bad";
      agrees.textContent = Number(said) === present ? "一致" : "名单到课 " + present;
    };

    roll.addEventListener("change", (event) => {
      const row = event.target.closest(".rc > li");
      if (row) paint(row);
      count();
    });
    if (headcount) headcount.addEventListener("input", count);

    roll.querySelectorAll("[data-roll-all]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const list = button.closest(".rc-group").nextElementSibling;
        Array.from(list.children).forEach((row) => {
          const first = row.querySelector("input[data-present]");
          if (first) first.checked = true;
          paint(row);
        });
        count();
      });
    });

    const filter = document.querySelector("[data-roll-filter]");
    if (filter) {
      filter.disabled = false;
      filter.addEventListener("input", () => {
        const words = filter.value.trim().toLowerCase();
        rows.forEach((row) => {
          row.hidden = words !== "" && !row.dataset.find.toLowerCase().includes(words);
        });
      });
    }
    count();
  }

  const ticks = document.querySelector("[data-ticks]");
  if (ticks) {
    const boxes = Array.from(ticks.querySelectorAll("input[name=member]"));
    const label = document.querySelector("[data-tick-count]");
    const all = ticks.querySelector("[data-tick-all]");
    const say = () => {
      const number = boxes.filter((box) => box.checked).length;
      if (label) label.textContent = number ? "已勾选 " + number + " 人" : "";
    };
    ticks.addEventListener("change", say);
    if (all) {
      all.hidden = false;
      all.addEventListener("click", () => {
        const on = boxes.some((box) => !box.checked);
        boxes.forEach((box) => {
          box.checked = on;
        });
        say();
      });
    }
    say();
  }
})();
