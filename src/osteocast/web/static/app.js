"use strict";
// Every page: the reading level and the colours that were chosen last are chosen again.
for (const name of ["level", "theme"]) {
  const kept = localStorage.getItem("osteocast." + name);
  const radio = kept && document.getElementById(name + "-" + kept);
  if (radio) radio.checked = true;
  for (const one of document.getElementsByName(name)) {
    one.addEventListener("change", () => localStorage.setItem("osteocast." + name, one.value));
  }
}
// What was unfolded stays unfolded when a part of the page is drawn anew.
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.tagName === "DETAILS");
}
// Where the server no longer answers, what is drawn may not belong to what is typed: it is hidden until an answer comes.
function gone(is) {
  const told = document.getElementById("gone");
  if (!told) return;
  told.hidden = !is;
  document.body.classList.toggle("gone", is);
}
document.addEventListener("htmx:sendError", () => gone(true));
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (["result", "case"].includes(event.detail.target?.id)) gone(false);
});
