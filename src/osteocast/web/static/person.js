"use strict";
// The person page: sliders, rows, files, and a case that survives a reload. Without this script the page still works,
// with a button to send the form.
(() => {
  const KEPT = "osteocast.case";
  const form = () => document.getElementById("form");
  const field = (id) => document.getElementById(id);
  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

  // ---- sliders: beside each stands the number it moves
  // While one moves, only what is drawn is exchanged: it is asked for as often as the last answer has arrived.
  let drawing = false;
  let again = false;
  let letGo = 0; // how often the whole forecast was asked for: a drawing asked for earlier is stale
  async function redraw() {
    if (drawing) { again = true; return; }
    if (!field("charts")) return;
    drawing = true;
    do {
      again = false;
      const asked = letGo;
      try {
        const answer = await fetch("/person/charts", { method: "POST", body: new URLSearchParams(new FormData(form())) });
        if (answer.status === 200) draw(await answer.text(), asked);
      } catch { // the server has gone
        again = false;
        document.body.dispatchEvent(new Event("htmx:sendError", { bubbles: true }));
      }
    } while (again);
    drawing = false;
  }
  function draw(text, asked) {
    const made = document.createElement("template");
    made.innerHTML = text;
    const charts = made.content.querySelector("#charts");
    const there = field("charts");
    if (!charts || !there || asked !== letGo) return;
    for (const figure of charts.querySelectorAll("figure")) {
      const old = field(figure.id);
      if (!old) continue;
      for (const part of ["figcaption", "svg", "table"]) old.querySelector(part).replaceWith(figure.querySelector(part));
    }
    there.dataset.draws = charts.dataset.draws;
  }
  document.addEventListener("input", (event) => {
    const one = event.target;
    if (one.matches(".slider")) {
      field(one.dataset.for).value = one.value;
      redraw();
    } else if (one.matches(".number")) {
      const slider = document.querySelector(`.slider[data-for="${one.id}"]`);
      if (slider) slider.value = one.value.replace(",", ".").replace("\u2212", "-");
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.path === "/person") { letGo += 1; again = false; }
  });

  // ---- rows
  const fresh = document.querySelector("[data-new]");
  fresh.hidden = false;
  fresh.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT);
    history.replaceState(null, "", location.pathname);
    load({});
  });
  document.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (remove) {
      event.preventDefault();
      event.stopPropagation();
      const row = remove.closest("[data-row]");
      const next = row.parentElement.nextElementSibling?.querySelector("button");
      row.remove();
      next?.focus();
      changed(form());
    }
  }, true);
  document.addEventListener("change", (event) => {
    const one = event.target;
    if (one.matches("[data-add-drug]")) {
      const sentence = field(one.dataset.addDrug);
      if (one.value) {
        const there = sentence.value.trim();
        sentence.value = there && there !== "none" ? there + " + " + one.value : one.value;
      }
      one.value = "";
    }
    if (one.id === "file" && one.files.length) {
      one.files[0].text().then((text) => {
        one.value = "";
        load({ text, ...Object.fromEntries(new FormData(form())) });
      });
    }
  }, true);

  // ---- complaints: the field knows that it has one
  function mark() {
    for (const slot of document.querySelectorAll(".error")) {
      const one = field(slot.id.slice("error-".length));
      if (one && slot.textContent.trim()) one.setAttribute("aria-invalid", "true");
      else if (one) one.removeAttribute("aria-invalid");
    }
  }

  // ---- the case in the fragment of the address, and the form as it was typed in this tab
  function keep() {
    const link = field("link");
    if (link) history.replaceState(null, "", "#case=" + link.dataset.link);
    if (form()) sessionStorage.setItem(KEPT, JSON.stringify({ hash: location.hash, form: Object.fromEntries(new FormData(form())) }));
  }
  function load(values) {
    return htmx.ajax("POST", "/person/load", { source: "#drag", values, target: "#case", swap: "innerHTML" });
  }
  function restore() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* nothing was kept */ }
    const link = location.hash.startsWith("#case=") ? location.hash.slice("#case=".length) : "";
    if (kept && (kept.hash === location.hash || !link)) load(kept.form);
    else if (link) load({ link });
  }
  document.addEventListener("htmx:afterSettle", () => { mark(); keep(); });
  document.addEventListener("change", keep);
  window.addEventListener("hashchange", () => {
    const link = field("link");
    if (location.hash.startsWith("#case=") && location.hash !== "#case=" + (link ? link.dataset.link : "")) restore();
  });
  document.addEventListener("submit", (event) => {
    const level = event.target.querySelector("input[name=level]");
    const chosen = document.querySelector(".settings input[name=level]:checked");
    if (event.target.matches(".with-level") && level && chosen) level.value = chosen.value;
  }, true);
  restore();
})();
