// A deck of slides of 1280 × 720: what is too tall is split, the rest is steps, keys and notes.
"use strict";

const deck = document.getElementById("deck");
const ROOM = 720 - 2 * 28;
const LEAST = 0.86; // of a picture's width: its letters stay 14 pixels high
let slides = [];
let at = 0;

const height = (slide) => [...slide.children].reduce((sum, one) => sum + outer(one), 0);

function outer(block) {
  const style = getComputedStyle(block);
  return block.offsetHeight + parseFloat(style.marginTop) + parseFloat(style.marginBottom);
}

// A slide that goes on: under the same heading, made quiet.
function continued(slide) {
  const next = document.createElement("section");
  next.className = "slide";
  const title = slide.querySelector("h1, h2, h3, .again");
  if (title) {
    const again = document.createElement("p");
    again.className = "again";
    again.textContent = title.textContent;
    next.append(again);
  }
  slide.after(next);
  return next;
}

// A ledger's lines that do not fit go on in a copy of its head.
function split(block, room) {
  const table = block.querySelector(".part table");
  if (!table) return null;
  const rest = block.cloneNode(true);
  const lines = [...table.querySelectorAll("tr")];
  const kept = rest.querySelectorAll("tr");
  const head = lines[0].querySelector("th") ? 1 : 0;
  let last = lines.length;
  while (last > head + 1 && block.offsetHeight > room) lines[--last].remove();
  if (last === lines.length) return null;
  for (let place = head; place < last; place++) kept[place].remove();
  for (const one of [...block.querySelectorAll(".part ~ *, table ~ *")]) one.remove();
  return rest;
}

// How much smaller a picture must be for `block` to fit into `room`.
function scaled(block, picture, room) {
  return 1 - (block.offsetHeight - room + 4) / picture.offsetHeight;
}

function resize(picture, factor) {
  picture.style.width = `${picture.offsetWidth * factor}px`;
  picture.style.margin = "0 auto";
}

// A block too tall for any slide: its picture beside its sliders, or smaller.
function shrink(block, room) {
  if (block.offsetHeight <= room) return;
  const picture = block.querySelector(".picture");
  if (picture) {
    const below = picture.offsetWidth * scaled(block, picture, room);
    picture.parentElement.classList.add("beside");
    if (block.offsetHeight > room) resize(picture, scaled(block, picture, room));
    if (picture.offsetWidth < below) {
      picture.parentElement.classList.remove("beside");
      picture.removeAttribute("style");
      resize(picture, scaled(block, picture, room));
    }
  }
  for (let zoom = 0.95; block.offsetHeight > room && zoom > 0.5; zoom -= 0.05) {
    for (const child of block.children) child.style.zoom = zoom;
  }
}

// Words that would stand alone on the next slide stay with their picture, made a little smaller.
function join(page) {
  const picture = page.querySelector(".picture");
  const excess = height(page) - ROOM;
  if (!picture || excess > (1 - LEAST) * picture.offsetHeight || picture.style.width) return false;
  resize(picture, 1 - (excess + 2) / picture.offsetHeight);
  return height(page) <= ROOM;
}

// A formula or code too wide for its column likewise.
function narrow(slide) {
  for (const one of slide.querySelectorAll("math[display=block], td > div, pre, .part")) {
    for (let zoom = 0.95; one.scrollWidth > one.clientWidth + 1 && zoom > 0.5; zoom -= 0.05) {
      one.style.zoom = zoom;
    }
  }
}

function paginate(slide) {
  const answers = slide.querySelectorAll("details");
  for (const one of answers) one.open = true; // there must be room for them
  narrow(slide);
  const blocks = [...slide.children].filter((one) => one.classList.contains("block"));
  const notes = slide.querySelectorAll(".notes");
  let page = slide;
  let filled = 0;
  blocks.forEach((block) => block.remove());
  while (blocks.length) {
    const block = blocks.shift();
    page.append(block);
    if (height(page) > ROOM) {
      if (filled && join(page)) {
        filled++;
        continue;
      }
      if (filled) {
        page = continued(page);
        filled = 0;
        blocks.unshift(block);
        continue;
      }
      const room = ROOM - (height(page) - outer(block)) - (outer(block) - block.offsetHeight);
      const rest = split(block, room);
      if (rest) blocks.unshift(rest);
      shrink(block, room);
    }
    if (!filled) block.classList.remove("fragment");
    filled++;
  }
  for (const one of answers) one.open = false;
  page.append(...notes); // the notes are for the end, when all has been seen
}

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
    const next = slides[at + 1]?.querySelector("h1, h2, h3, p")?.textContent ?? "the end";
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
