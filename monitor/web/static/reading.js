// One change by keyboard: j and k step through its places, r t n c choose a review and save it, m goes on to the next.
"use strict";

(() => {
  const STATES = { r: "relevant", t: "routine", n: "noise", c: "check" };
  const places = [...document.querySelectorAll("[data-place]")];
  let at = -1;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input:not([type=radio]), textarea, select")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      at = Math.min(Math.max(at + step, 0), places.length - 1);
      places[at]?.focus({ preventScroll: true });
      places[at]?.scrollIntoView({ block: "center" });
    } else if (STATES[event.key]) {
      const choice = document.querySelector(`.judge [data-state=${STATES[event.key]}]`);
      if (!choice) return;
      choice.checked = true;
      choice.form.requestSubmit();
    } else if (event.key === "m") {
      document.querySelector("[data-next]")?.click();
    } else return;
    event.preventDefault();
  });
})();
