// What was typed into a draft and is not saved yet is not left without a question.
"use strict";

const draft = document.querySelector("form[data-keep]");
const asFound = String(new URLSearchParams(new FormData(draft)));
let leaves = false;

function typed() {
  return "unsaved" in draft.dataset || String(new URLSearchParams(new FormData(draft))) !== asFound;
}

draft.addEventListener("submit", () => { leaves = true; });
addEventListener("beforeunload", (event) => {
  if (!leaves && typed()) event.preventDefault();
});
// Back from the page that a form led to: nothing of it is on its way any more.
addEventListener("pageshow", () => { leaves = false; });
