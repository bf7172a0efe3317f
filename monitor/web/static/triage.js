// The timeline by keyboard. Without this file every key has a link or a button that does the same.
"use strict";

(() => {
  const form = document.getElementById("triage");
  const dialog = document.getElementById("keys");
  const said = document.getElementById("said");
  const STATES = { r: "relevant", t: "routine", n: "noise", c: "check" };
  const undo = [];

  const help = () => dialog.open ? dialog.close() : dialog.showModal();
  for (const link of document.querySelectorAll("[data-keys]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); help(); });
  }
  // On a phone the filters begin folded.
  const fold = document.querySelector(".filters .fold");
  if (fold && matchMedia("(max-width: 52rem)").matches) fold.open = false;

  const entries = () => [...document.querySelectorAll("[data-entry]")];
  const current = () => document.activeElement.closest?.("[data-entry]") ?? null;
  const heading = (entry) => entry.querySelector("h3 a");

  function go(step) {
    const all = entries(), here = current();
    const next = here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1;
    if (!all[next]) return;
    heading(all[next]).focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  }

  async function review(entry, state, remember = true) {
    const item = entry.dataset.entry, before = entry.dataset.state;
    if (state === before || !form) return;
    const data = new URLSearchParams({ token: form.elements.token.value, one: `${state} ${item}`, to: form.elements.to.value });
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Partial": "1" } });
    if (answer.redirected || !answer.ok) {
      // A name is asked for, or the page is too old: what the server says is said in full.
      location.assign(answer.redirected ? answer.url : location.href);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-entry]");
    const held = current() === entry;
    entry.replaceWith(fresh);
    if (held) heading(fresh).focus({ preventScroll: true });
    if (remember) undo.push([item, before]);
    const words = fresh.querySelector(".standing .review").textContent.trim();
    said.textContent = form.dataset.said.replace("{state}", words).replace("{name}", heading(fresh).textContent);
  }

  form?.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name !== "one") return;
    event.preventDefault();
    const entry = button.closest("[data-entry]");
    heading(entry).focus({ preventScroll: true });
    review(entry, button.dataset.state);
  });

  document.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog")) return;
    const entry = current();
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "?") help();
    else if (event.key === "u" && undo.length) {
      const [item, state] = undo.pop();
      const there = entries().find((e) => e.dataset.entry === item);
      if (there) { heading(there).focus(); await review(there, state, false); }
    } else if (!entry) return;
    else if (event.key === "o") heading(entry).click();
    else if (event.key === "x") entry.querySelector("input[name=item]")?.click();
    else if (STATES[event.key] && form) { await review(entry, STATES[event.key]); if (current()) go(1); }
    else return;
    event.preventDefault();
  });
})();
