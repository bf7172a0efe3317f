// Small comforts; every page works without them.
"use strict";

// A choice in a form marked data-at-once is sent without its button.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form) form.requestSubmit();
});

// <button data-copy="id">: the text of that element goes to the clipboard.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button || !navigator.clipboard) return;
  const text = document.getElementById(button.dataset.copy).innerText;
  navigator.clipboard.writeText(text).then(() => {
    button.dataset.done = "yes";
    setTimeout(() => delete button.dataset.done, 2000);
  });
});
