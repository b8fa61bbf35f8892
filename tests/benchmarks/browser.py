"""From the key to the painted pixels, in JupyterLab in Chromium, against the plain way.

`python tests/benchmarks/browser.py`. In one run and one page: notebook 01's first explorer,
the same scene drawn by `interact` with `plt.subplots`, and as a floor a slider that only writes its
number. A key press is timed until the second animation frame after the change of the page; a drag
of two seconds, with a new place of the mouse at each frame of the screen, counts the distinct
pictures.
`python tests/benchmarks/browser.py first` instead times the first minute of a reader: from the
start of JupyterLab to a slider of notebook 01 that answers.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import NOTEBOOKS, ROOT
from test_browser import EXPLORER, chromium_browser, jupyterlab, open_and_run

OURS = """from helpers.lessons.gaussian_kl.meaning import two_gaussians
two_gaussians"""
PLAIN = """import matplotlib.pyplot as plt
from ipywidgets import interact
%matplotlib inline
def picture(**values):
    figure = plt.figure(figsize=two_gaussians.size, layout="constrained")
    two_gaussians.scene(figure)(**values)
    plt.show()
_ = interact(picture, **{c.name: c.widget() for c in two_gaussians.controls})"""
FLOOR = """from ipywidgets import HTML, FloatSlider, VBox
slider, number = FloatSlider(5, min=0, max=10, step=0.05), HTML()
def write(change):
    number.value = f'<svg role="img" height="40"><text y="20">{change["new"]}</text></svg>'
slider.observe(write, "value")
write({"new": slider.value})
VBox([slider, number])"""

# Resolves with the time from now to the second animation frame after the picture has changed.
PRESS = """async ([selector, key, index]) => {
  const cell = document.querySelectorAll('.jp-CodeCell')[index];
  const handle = cell.querySelector('[role=slider]');
  const target = cell.querySelector('.jp-Cell-outputArea');
  handle.focus();
  const start = performance.now();
  const changed = new Promise(done => {
    const watcher = new MutationObserver(records => {
      const painted = records.some(r => [...r.addedNodes].some(
        n => n.nodeType === 1 && (n.matches(selector) || n.querySelector(selector))));
      if (painted) { watcher.disconnect(); requestAnimationFrame(() => requestAnimationFrame(
        () => done(performance.now() - start))); }
    });
    watcher.observe(target, {childList: true, subtree: true});
  });
  handle.dispatchEvent(new KeyboardEvent('keydown', {key, code: key, bubbles: true,
    keyCode: key === 'ArrowRight' ? 39 : 37}));
  return await Promise.race([changed, new Promise(r => setTimeout(() => r(null), 3000))]);
}"""

# Counts the pictures that appear, the blank moments, the jumps, and when the last one came.
WATCH = """([selector, index]) => {
  const cell = document.querySelectorAll('.jp-CodeCell')[index];
  const area = cell.querySelector('.jp-Cell-outputArea');
  const seen = window.seen = {frames: 0, blank: 0, heights: new Set(), last: 0};
  let before = null;
  const look = () => {
    const marks = area.querySelectorAll(selector);
    if (!marks.length) seen.blank++;
    else {
      const now = marks[marks.length - 1];
      const content = now.src || now.innerHTML;
      if (content !== before) { seen.frames++; before = content; seen.last = performance.now(); }
    }
    seen.heights.add(Math.round(area.getBoundingClientRect().height));
    window.watching = requestAnimationFrame(look);
  };
  look();
}"""


def measure(page, name, selector, index):
    page.locator(".jp-CodeCell").nth(index).scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    keys = ["ArrowRight", "ArrowLeft"] * 15
    times = []
    for key in keys:
        times.append(page.evaluate(PRESS, [selector, key, index]))
        page.wait_for_timeout(250)
    late = [t for t in times if t is None]
    cell = page.locator(".jp-CodeCell").nth(index)
    handle, track = (
        cell.locator(part).first.bounding_box() for part in ("[role=slider]", ".noUi-base")
    )
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    ends = [track["x"] + share * track["width"] for share in (0.2, 0.8)]
    page.evaluate(WATCH, [selector, index])
    start = page.evaluate("performance.now()")
    while page.evaluate("performance.now()") < start + 2000:
        ends.reverse()
        page.mouse.move(ends[0], y, steps=20)  # each step waits for a frame, as a real mouse does
    page.mouse.up()
    released = page.evaluate("performance.now()")
    frames = page.evaluate("window.seen.frames") / (released - start) * 1000
    page.wait_for_timeout(1500)
    seen = page.evaluate("({...window.seen, heights: [...window.seen.heights]})")
    page.evaluate("cancelAnimationFrame(window.watching)")
    press = median(t for t in times if t is not None)
    report = [
        f"{name:9} key to pixels {press:.0f} ms ({len(late)} missed)",
        f"drag {frames:.1f} frames/s",
        f"last frame {max(0, seen['last'] - released):.0f} ms after release",
        f"{seen['blank']} blank frames, heights {sorted(seen['heights'])}",
    ]
    print("; ".join(report), flush=True)
    return press, frames


def main():
    with tempfile.TemporaryDirectory() as folder:
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
            cells=[nbformat.v4.new_code_cell(source) for source in (OURS, PLAIN, FLOOR)],
        )
        path = Path(folder) / "notebooks" / "race.ipynb"
        path.parent.mkdir()
        nbformat.write(notebook, path)
        with jupyterlab(Path(folder)) as address, chromium_browser() as browser:
            for scale in (1, 2):
                page = open_and_run(browser, address, path.name, scale)
                print(f"device pixel ratio {scale}")
                press, frames = measure(page, "explorer", "svg[role=img]", 0)
                plain_press, plain_frames = measure(page, "interact", "img", 1)
                ratios = (
                    f"{plain_press / press:.1f} × faster, {frames / plain_frames:.1f} × the frames"
                )
                print(f"          {ratios}")
                measure(page, "floor", "svg[role=img]", 2)
                page.close()


def first():
    """Seconds from `jupyter lab` until each thing is there; the browser runs already."""
    with tempfile.TemporaryDirectory() as folder, chromium_browser() as browser:
        shutil.copytree(ROOT / "notebooks", Path(folder) / "notebooks")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        start = time.monotonic()

        def tell(what):
            print(f"{time.monotonic() - start:6.1f} s  {what}", flush=True)

        with jupyterlab(Path(folder)) as address:
            tell("the server answers")
            page.goto(f"{address}/lab/tree/notebooks/{NOTEBOOKS[0].name}")
            page.wait_for_selector(".jp-Notebook .jp-Cell")
            tell("the notebook is there to read")
            page.wait_for_selector("text=Python 3 (ipykernel) | Idle")
            tell("its kernel is idle")
            page.click(".lm-MenuBar-item:has-text('Run')")
            page.click(".lm-Menu-item[data-command='runmenu:run-all']")
            handle = page.locator(f"{EXPLORER} [role=slider]").first
            handle.wait_for()
            tell("Run All has brought the first slider")
            explorer = page.locator(f"{EXPLORER}:has([role=slider])").first
            picture = explorer.locator("svg[role=img]").element_handle()
            handle.focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function("e => !e.isConnected", arg=picture)
            tell("it answers")
            page.close()


if __name__ == "__main__":
    first() if sys.argv[1:] == ["first"] else main()
