// What a page can do better with a script. Every page works without: nothing here is the only way to anything.
"use strict";

document.documentElement.classList.add("scripted");

// Say something to screen readers, politely: other scripts of the portal use it too.
window.xushiSay = (words) => {
  const place = document.getElementById("said");
  if (place) place.textContent = words;
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A select of a filter form shows its choice at once; checkboxes wait for the button, since several are chosen.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form.filters");
  if (form && event.target.matches("select[data-at-once]")) form.requestSubmit();
});

// Empty fields of a filter form stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.filters")) return;
  for (const field of event.target.elements) if (field.name && field.value === "") field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form.filters [disabled]")) field.disabled = false;
});
