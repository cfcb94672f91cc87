"use strict";
// Escape takes an explanation away without moving the focus.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll(".term").forEach((one) => one.classList.add("away"));
});
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => event.target.closest?.(".term")?.classList.remove("away"));
}
