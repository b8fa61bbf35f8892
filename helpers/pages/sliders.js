// Sliders without a kernel: each frame was drawn beforehand, one control at a time.
"use strict";

function loaded(figure) {
  figure.content ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = figure.dataset.frames;
    script.onload = () => resolve(unpacked(window.explorerFrames[figure.dataset.name]));
    script.onerror = () => reject(new Error(`${figure.dataset.frames} is missing`));
    document.head.append(script);
  });
  return figure.content;
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function prepare(figure) {
  const controls = [...figure.querySelectorAll("[data-start]")];
  const moving = figure.querySelector(".moving");
  const caption = figure.querySelector("figcaption");
  const status = figure.querySelector("[role=status]");
  let resting;

  function say(words) {
    caption.textContent = words;
    clearTimeout(resting); // read aloud when the hand rests, not at each frame
    resting = setTimeout(() => (status.textContent = words), 600);
  }

  async function show(control) {
    const content = await loaded(figure);
    for (const one of controls) {
      if (one !== control) one.value = one.dataset.start;
      const text = content.controls[one.dataset.name].texts[one.value];
      if (one.type === "range") {
        one.nextElementSibling.value = text;
        one.setAttribute("aria-valuetext", text);
      }
    }
    const { frames, words } = content.controls[control.dataset.name];
    moving.innerHTML = frames[control.value].map((place) => content.pieces[place]).join("");
    say(words[control.value]);
  }

  for (const control of controls) {
    control.value = control.dataset.start; // browsers remember a form over a reload
    control.addEventListener("input", () => show(control));
  }
  figure.querySelector(".title button").addEventListener("click", () => {
    controls[0].value = controls[0].dataset.start;
    show(controls[0]);
  });
  figure.addEventListener("pointerenter", () => loaded(figure), { once: true });
  figure.addEventListener("focusin", () => loaded(figure), { once: true });
}

document.querySelectorAll("[data-frames]").forEach(prepare);
