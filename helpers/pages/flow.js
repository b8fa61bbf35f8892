// A deck's blocks flow over slides of 1280 × 720, as many as they need.
"use strict";

const ROOM = 720 - 2 * 28;
const LETTERS = 14; // pixels: those of a picture, 10 of its units, are no smaller
const LEAST = 0.86; // of a ledger's or a code's size

const prose = (block) => !block.querySelector(".picture, .part, pre");

// The quiet heading of a slide that goes on stands in the margin and takes no room.
function height(slide) {
  const shown = [...slide.children].filter((one) => !one.matches(".again, .notes"));
  return shown.reduce((sum, one) => sum + outer(one), 0);
}

function outer(block) {
  const style = getComputedStyle(block);
  return block.offsetHeight + parseFloat(style.marginTop) + parseFloat(style.marginBottom);
}

// A slide that goes on: under the same heading, made quiet.
function continued(slide) {
  const next = document.createElement("section");
  next.className = "slide";
  const title = slide.querySelector("h1, h2, .again");
  if (title) {
    const again = document.createElement("p");
    again.className = "again";
    again.textContent = title.textContent;
    next.append(again);
  }
  slide.after(next);
  return next;
}

// A ledger's lines that do not fit go on in a copy of its head; one line stays here if it must.
function split(block, room, must) {
  const table = block.querySelector(".part table");
  if (!table) return null;
  const rest = block.cloneNode(true);
  const lines = [...table.querySelectorAll("tr")];
  const head = lines[0].querySelector("th") ? 1 : 0;
  const body = lines[0].parentElement;
  const after = [...block.querySelectorAll(".part ~ *, table ~ *")];
  const places = after.map((one) => one.parentElement);
  after.forEach((one) => one.remove());
  let last = lines.length;
  while (last > head + 1 && block.offsetHeight > room) lines[--last].remove();
  if (last === lines.length || (block.offsetHeight > room && !must)) {
    body.append(...lines.slice(last));
    after.forEach((one, place) => places[place].append(one));
    return null;
  }
  const kept = rest.querySelectorAll("tr");
  for (let place = head; place < last; place++) kept[place].remove();
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

// Whether all on the page fits: as it is, or with its picture, or its ledger and code, smaller.
function fits(page) {
  if (height(page) <= ROOM) return true;
  const picture = page.querySelector(".picture");
  const parts = picture ? [picture] : [...page.querySelectorAll(".part:has(table), pre")];
  const before = parts.map((part) => part.getAttribute("style") ?? "");
  if (picture) {
    const units = picture.querySelector("svg").viewBox.baseVal.width;
    const factor = 1 - (height(page) - ROOM + 2) / picture.offsetHeight;
    if (picture.offsetWidth * factor >= (LETTERS / 10) * units) resize(picture, factor);
  } else {
    const zooms = parts.map((part) => parseFloat(part.style.zoom) || 1);
    for (let zoom = 0.95; height(page) > ROOM && zoom >= LEAST; zoom -= 0.03) {
      parts.forEach((part, place) => (part.style.zoom = zooms[place] * zoom));
    }
  }
  if (height(page) <= ROOM) return true;
  parts.forEach((part, place) => part.setAttribute("style", before[place]));
  return false;
}

// A formula or code too wide for its column likewise.
function narrow(slide) {
  for (const one of slide.querySelectorAll("math[display=block], td > div, pre, .part")) {
    for (let zoom = 0.95; one.scrollWidth > one.clientWidth + 1 && zoom > 0.5; zoom -= 0.05) {
      one.style.zoom = zoom;
    }
  }
}

// The words that lead to `block`, if there is more on the page than they: the last it holds,
// unless they follow a picture, a ledger or code, and so are about that.
function lead(page, block) {
  const [before, last] = [...page.querySelectorAll(".block")].slice(-2);
  if (!last || !prose(last)) return null;
  if (last.querySelector("h3")) return last;
  return prose(block) || before.querySelector(".picture, table, pre") ? null : last;
}

// The next slide, for `block`; the words that lead to it go along where both fit there.
function turned(page, block) {
  const next = continued(page);
  const words = lead(page, block);
  if (!words) return next;
  next.append(words, block);
  const title = words.querySelector("h3") && block.querySelector("tr"); // a ledger can be split
  if (fits(next) || title) words.classList.remove("fragment");
  else page.append(words);
  block.remove();
  return next;
}

// From heading to heading the blocks flow over as many slides as they need. Each but a slide's
// first is a step, so that nothing is seen before the teacher goes on.
function paginate(slide) {
  const answers = slide.querySelectorAll("details");
  for (const one of answers) one.open = true; // there must be room for them
  narrow(slide);
  const blocks = [...slide.children];
  let page = slide;
  blocks.forEach((block) => block.remove());
  while (blocks.length) {
    const block = blocks.shift();
    const fresh = !page.querySelector(".block");
    page.append(block);
    if (block.matches(".notes")) continue;
    block.classList.toggle("fragment", !fresh);
    if (fits(page)) continue;
    const room = ROOM - (height(page) - block.offsetHeight);
    const rest = split(block, room, fresh);
    if (rest) blocks.unshift(rest);
    if (fresh) shrink(block, room);
    else if (!rest) {
      block.remove();
      page = turned(page, block);
      blocks.unshift(block);
    }
  }
  for (const one of answers) one.open = false;
}
