// Handing in with a script: drop files on the page, see how far the sending is, see each file when it has been read.
"use strict";

const form = document.querySelector("form.hand-in");
if (form) {
  const area = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");

  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const send = () => {
      bar.hidden = false;
      button.disabled = true;
      request.send(new FormData(form));
    };
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = Math.floor((100 * step.loaded) / step.total);
      if (bar.value % 25 === 0) window.xushiSay(form.dataset.progress.replace("%", bar.value));
    });
    request.addEventListener("load", () => {
      if (request.status < 400) {
        window.location.assign(request.responseURL);
        return;
      }
      // What was refused is a page of its own: show it as the browser would.
      document.open();
      document.write(request.responseText);
      document.close();
    });
    // Without an answer the browser says best what is wrong: send the form as it would by itself.
    request.addEventListener("error", () => form.submit());
    send();
  });
}

const poll = async (card) => {
  const answer = await fetch(card.dataset.poll, { headers: { Accept: "text/html" } });
  if (answer.status === 202) {
    setTimeout(() => poll(card), 700);
    return;
  }
  if (!answer.ok) {
    window.location.reload();
    return;
  }
  card.innerHTML = await answer.text();
  card.removeAttribute("aria-busy");
  window.xushiSay(card.querySelector("h2").textContent);
};
for (const card of document.querySelectorAll("[data-poll]")) poll(card);
