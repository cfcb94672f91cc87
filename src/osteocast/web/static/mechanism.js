"use strict";
// The time cursor of the mechanism. What each part looks like at every month was worked out on the server and stands in
// a <template> beside its drawing; here it is only put in place.
(() => {
  const STEP_MS = 120;

  function drawings(root) {
    return [...root.querySelectorAll("template[data-frames]")].map((template) => {
      const box = template.parentElement;
      const frames = JSON.parse(template.content.textContent);
      const find = (kind, name) => box.querySelector(`[data-${kind}="${CSS.escape(name)}"]`);
      const parts = Object.entries(frames.attributes).map(([name, named]) => [find("part", name), Object.entries(named)]);
      const texts = Object.entries(frames.texts).map(([name, values]) => [find("text", name), values]);
      return { months: frames.months, parts, texts };
    });
  }

  function draw(drawing, month) {
    let place = 0;
    drawing.months.forEach((one, k) => { if (one <= month) place = k; });
    for (const [part, named] of drawing.parts) {
      for (const [name, values] of named) part?.setAttribute(name, values[place]);
    }
    for (const [part, values] of drawing.texts) if (part) part.textContent = values[place];
  }

  function mount(root) {
    if (root.dataset.moving) return;
    root.dataset.moving = "yes";
    const range = root.querySelector("input[type=range]");
    const time = root.querySelector(".time");
    const play = root.querySelector("button.play");
    const all = drawings(root);
    let timer = null;

    function show() {
      const month = Number(range.value);
      const words = range.dataset.words.replace("{year}", Math.floor(month / 12)).replace("{month}", month % 12);
      time.textContent = words;
      range.setAttribute("aria-valuetext", words);
      for (const one of all) draw(one, month);
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      play.setAttribute("aria-pressed", "false");
    }
    function step() {
      if (Number(range.value) >= Number(range.max)) return stop();
      range.value = Number(range.value) + 1;
      show();
    }
    range.addEventListener("input", () => { stop(); show(); });
    play.hidden = false;
    play.addEventListener("click", () => {
      if (timer !== null) return stop();
      if (Number(range.value) >= Number(range.max)) range.value = 0;
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(step, STEP_MS);
      show();
    });
    root.addEventListener("htmx:beforeCleanupElement", stop);
    show();
  }

  const everywhere = () => document.querySelectorAll("[data-mover]").forEach(mount);
  document.addEventListener("DOMContentLoaded", everywhere);
  document.addEventListener("htmx:afterSwap", everywhere);
  if (document.readyState !== "loading") everywhere();
})();
