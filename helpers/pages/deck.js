// A deck of slides of 1280 × 720: steps, keys and notes; flow.js filled the slides.
"use strict";

const deck = document.getElementById("deck");
let slides = [];
let at = 0;

// A ledger goes line by line, as in the notebook; on each slide the first line is there at once.
function stepwise() {
  for (const table of document.querySelectorAll(".part table")) {
    const lines = [...table.querySelectorAll("tr:has(td)")].slice(1);
    for (const line of lines) line.classList.add("fragment");
  }
}

function show(place) {
  at = Math.max(0, Math.min(slides.length - 1, place));
  slides.forEach((slide, index) => slide.classList.toggle("shown", index === at));
  document.getElementById("place").textContent = `${at + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${at + 1}`);
  speak();
}

function forward() {
  const step = slides[at].querySelector(".fragment:not(.seen)");
  if (step) step.classList.add("seen");
  else if (at < slides.length - 1) show(at + 1);
}

function back() {
  const seen = slides[at].querySelectorAll(".fragment.seen");
  if (seen.length) seen[seen.length - 1].classList.remove("seen");
  else show(at - 1);
}

// The notes of this slide: below it, or in a window for the other screen.
let spoken = null;
let other = null;

function speak() {
  const notes = [...slides[at].querySelectorAll(".notes")].map((one) => one.innerHTML).join("");
  const text = notes || "<p>(no notes on this slide)</p>";
  if (spoken) spoken.innerHTML = text;
  if (other && !other.closed) {
    const next = slides[at + 1]?.querySelector(".block :is(h1, h2, h3, p)")?.textContent ?? "the end";
    other.document.body.innerHTML = `<h2>${at + 1} / ${slides.length}</h2>${text}<p>Next: </p>`;
    other.document.body.lastChild.append(next);
  }
}

function toggleNotes() {
  if (spoken) spoken.remove();
  spoken = spoken ? null : document.body.appendChild(document.createElement("aside"));
  if (spoken) spoken.id = "spoken";
  speak();
}

function openNotes() {
  other = window.open("", "notes", "width=600,height=500");
  speak();
}

function fit() {
  const scale = Math.min(innerWidth / 1280, innerHeight / 720);
  const left = (innerWidth - 1280 * scale) / 2;
  const top = (innerHeight - 720 * scale) / 2;
  for (const slide of slides) {
    slide.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  }
}

const KEYS = {
  ArrowRight: forward, ArrowDown: forward, PageDown: forward, " ": forward, Enter: forward,
  ArrowLeft: back, ArrowUp: back, PageUp: back,
  Home: () => show(0), End: () => show(slides.length - 1),
  n: toggleNotes, s: openNotes,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
};

async function start() {
  await document.fonts.load("20px formulas").catch(() => {}); // without it, another font will do
  await document.fonts.ready;
  [...deck.children].forEach(paginate);
  stepwise();
  slides = [...deck.children];
  const bar = document.createElement("nav");
  bar.id = "talk";
  bar.innerHTML = '<button type="button" title="back">‹</button><span id="place"></span>'
    + '<button type="button" title="forward">›</button>'
    + '<button type="button" title="notes (N), in a window of their own (S)">notes</button>';
  document.body.append(bar);
  const [left, right, notes] = bar.querySelectorAll("button");
  left.onclick = back;
  right.onclick = forward;
  notes.onclick = toggleNotes;
  fit();
  addEventListener("resize", fit);
  addEventListener("keydown", (event) => {
    // In a control the keys are the control's, but for those of a presenter's remote.
    const control = event.target.closest("input, select, button, summary");
    if (control && !event.key.startsWith("Page")) return;
    const action = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
  show((parseInt(location.hash.slice(1), 10) || 1) - 1);
  document.body.dataset.ready = "yes";
}

start();
