"""One explorer under stress: every core busy, hundreds of displays and moves, views side by side.

All in real JupyterLab in Chromium, on a notebook of three cells.
"""

import contextlib
import os
import subprocess
import sys

import nbformat
import pytest
from test_browser import EXPLORER, chromium_browser, explorers, jupyterlab, open_and_run

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

SHOW = """from helpers.lessons.gaussian_kl.meaning import two_gaussians
two_gaussians"""
# A cell that draws beside the sliders, as one of a student's might.
DRAW = """import time
from helpers.widgets import Stage
stage, end = Stage(two_gaussians), time.monotonic() + {seconds}
while time.monotonic() < end:
    stage.draw(**stage.controls.values)
    stage.png()
print("drawn to the end")"""
MEMORY = """import gc
gc.collect()
with open("/proc/self/statm") as statm:
    print("pages:", statm.read().split()[1])"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(address, a function that puts a notebook of some cells there)."""
    home = tmp_path_factory.mktemp("crowd")
    (home / "notebooks").mkdir()

    def put(name, *sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel}, cells=cells)
        nbformat.write(notebook, home / "notebooks" / name)
        return name

    with jupyterlab(home) as address:
        yield address, put


@pytest.fixture(scope="module")
def chromium():
    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def opened(lab, chromium):
    """Opens a notebook of the given cells and runs them all."""
    address, put = lab
    pages = []

    def open_cells(name, *sources):
        pages.append(open_and_run(chromium, address, put(name, *sources)))
        return pages[-1]

    yield open_cells
    for page in pages:
        page.close()


@contextlib.contextmanager
def every_core_busy():
    busy = [sys.executable, "-c", "while True: pass"]
    crowd = [subprocess.Popen(busy) for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for one in crowd:
            one.kill()
            one.wait(timeout=10)


def run_cell(page, index, times=1):
    """Run one cell, `times` times in a row; what it printed at last."""
    cell = page.locator(".jp-CodeCell").nth(index)
    prompt = cell.locator(".jp-InputPrompt")
    counts = page.locator(".jp-InputPrompt").all_inner_texts()
    last = max(int(text.strip("[]: ") or 0) for text in counts)
    cell.locator(".cm-content").click()
    for _ in range(times):
        page.keyboard.press("Control+Enter")
    arg = [prompt.element_handle(), f"[{last + times}]:"]
    page.wait_for_function("([e, now]) => e.innerText === now", arg=arg, timeout=60_000)
    return cell.locator(".jp-OutputArea").inner_text()


# For `seconds` at most: some keys as fast as they come, then Reset, then the answer to it; `turns`
# times. Every change of the page is looked at: does the picture's label equal the caption?
HURRY = """async ([cell, turns, seconds, keys]) => {
  const area = document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.jp-Cell-outputArea');
  const picture = () => area.querySelector('svg[role=img]');
  const caption = () => area.querySelector('output[aria-live]').textContent;
  const label = () => picture().getAttribute('aria-label');
  const marks = () => picture().innerHTML.replace(/( id="|url\\(#|href="#)[^")]*/g, '');
  const reset = [...area.querySelectorAll('button')].find(b => b.textContent === 'Reset');
  const start = {label: label(), marks: marks()};
  const report = {turns: 0, pictures: 0, apart: [], stale: 0, unanswered: 0};
  const watcher = new MutationObserver(() => {
    if (!picture()) return;
    report.pictures++;
    if (label() !== caption()) report.apart.push([label(), caption()]);
  });
  watcher.observe(area, {childList: true, subtree: true, attributes: true, characterData: true});
  const pause = time => new Promise(done => setTimeout(done, time));
  const still = async until => {
    // At rest: the start's words, and no other picture for a while.
    for (let calm = 0; calm < 4 && performance.now() < until; ) {
      const before = picture().outerHTML;
      await pause(15);
      calm = label() === start.label && picture().outerHTML === before ? calm + 1 : 0;
    }
  };
  const end = performance.now() + 1000 * seconds;
  for (; report.turns < turns && performance.now() < end; report.turns++) {
    const handles = area.querySelectorAll('[role=slider]');
    const handle = handles[report.turns % handles.length];
    handle.focus();
    for (const [key, code] of keys) {
      const pressed = {key, code: key, keyCode: code, bubbles: true};
      handle.dispatchEvent(new KeyboardEvent('keydown', pressed));
      if (report.turns % 3) await pause(report.turns % 7);
    }
    // A value that was under way when Reset was pressed arrives after it, and counts: once more.
    for (let press = 0; press === 0 || (press < 5 && label() !== start.label); press++) {
      reset.click();
      await still(performance.now() + 5000);
    }
    if (label() !== start.label) report.unanswered++;
    else if (marks() !== start.marks) report.stale++;
  }
  watcher.disconnect();
  return report;
}"""
KEYS = [["End", 35], ["ArrowLeft", 37], ["PageDown", 34], ["Home", 36], ["ArrowRight", 39]]


def test_picture_and_words_agree_with_every_core_busy_and_cells_running(opened):
    page = opened("crowd.ipynb", SHOW, "pass", SHOW)
    with every_core_busy():
        cell = page.locator(".jp-CodeCell").nth(1)
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(DRAW.format(seconds=15))
        page.keyboard.press("Control+Enter")
        report = page.evaluate(HURRY, [0, 200, 45, KEYS])
    assert report["turns"] > 10, report  # 200 where nothing else runs
    assert report["pictures"] > report["turns"], "nothing moved"
    assert report["apart"] == []
    assert report["stale"] == 0, "an earlier picture beside the start's words"
    assert report["unanswered"] == 0
    cell.locator("pre:has-text('drawn to the end')").wait_for(timeout=30_000)
    assert page.troubles == []


MOVES = """async moves => {
  const area = document.querySelector('.jp-CodeCell .jp-Cell-outputArea');
  const handle = area.querySelector('[role=slider]');
  handle.focus();
  let seen = 0;
  for (let move = 0; move < moves; move++) {
    const before = area.querySelector('svg[role=img]').outerHTML;
    const [key, keyCode] = move % 2 ? ['ArrowLeft', 37] : ['ArrowRight', 39];
    handle.dispatchEvent(new KeyboardEvent('keydown', {key, code: key, keyCode, bubbles: true}));
    for (let wait = 0; wait < 500; wait++) {
      await new Promise(done => setTimeout(done, 4));
      if (area.querySelector('svg[role=img]').outerHTML !== before) { seen++; break; }
    }
  }
  return seen;
}"""


def test_memory_is_flat_over_displays_and_moves(opened):
    """A display kept for ever held 4–8 MB in the kernel, and some 50 widgets in the page."""
    page = opened("memory.ipynb", SHOW, MEMORY)
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.enable")

    def memory():
        """(MB of the kernel, MB of the page's objects)."""
        words = run_cell(page, 1)
        for _ in range(2):
            devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
        pages = int(words.split("pages:")[1].split()[0])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, heap / 1e6

    run_cell(page, 0, times=10)  # caches fill
    page.evaluate(MOVES, 20)
    before = memory()
    for _ in range(9):
        run_cell(page, 0, times=10)
    page.evaluate(MOVES, 1)
    shown = memory()
    assert page.evaluate(MOVES, 300) == 300
    moved = memory()
    grown = [[b - a for a, b in zip(before, after, strict=True)] for after in (shown, moved)]
    assert grown[0][0] < 30, grown
    # ipywidgets' front end keeps some 10 kB of each model it has closed, of a lone slider's, too.
    assert grown[0][1] < 40, grown
    assert grown[1][0] - grown[0][0] < 10, grown
    assert grown[1][1] - grown[0][1] < 10, grown
    assert explorers(page).count() == 1
    assert page.troubles == []


def said(page, place=0):
    """Label and caption of an explorer, where they agree."""
    explorer = explorers(page).nth(place)
    label = explorer.locator("svg[role=img]").get_attribute("aria-label")
    assert label == explorer.locator("output[aria-live]").text_content()
    return label


def move(page, place, key):
    """A key on the first slider of an explorer, and what the explorer then says."""
    explorer = explorers(page).nth(place)
    before = explorer.locator("svg[role=img]").element_handle()
    explorer.locator("[role=slider]").first.focus()
    page.keyboard.press(key)
    page.wait_for_function("e => !e.isConnected", arg=before, timeout=10_000)
    return said(page, place)


def test_two_notebooks_and_two_displays_do_not_meddle(opened):
    pages = [opened(f"{name}.ipynb", SHOW, SHOW) for name in ("one", "other")]
    start = said(pages[0])
    assert [said(page, place) for page in pages for place in (0, 1)] == [start] * 4
    far = move(pages[0], 0, "End")
    near = move(pages[1], 1, "Home")
    assert len({start, far, near}) == 3
    assert [said(pages[0], 0), said(pages[0], 1)] == [far, start]
    assert [said(pages[1], 0), said(pages[1], 1)] == [start, near]
    assert [page.troubles for page in pages] == [[], []]


def test_two_views_of_one_explorer_move_together(opened):
    page = opened("views.ipynb", SHOW)
    page.locator(EXPLORER).locator("svg[role=img]").click(button="right")
    page.click(".lm-Menu-item[data-command='notebook:create-output-view']")
    page.wait_for_function("document.querySelectorAll('.vi-part svg[role=img]').length === 2")
    views = page.locator(".vi-part:has(svg[role=img])")
    for place, key in ((0, "End"), (1, "Home")):
        pictures = [views.nth(k).locator("svg[role=img]").element_handle() for k in (0, 1)]
        views.nth(place).locator("[role=slider]").first.focus()
        page.keyboard.press(key)
        page.wait_for_function("two => two.every(e => !e.isConnected)", arg=pictures)
        labels = {views.nth(k).locator("svg[role=img]").get_attribute("aria-label") for k in (0, 1)}
        captions = {views.nth(k).locator("output[aria-live]").text_content() for k in (0, 1)}
        assert len(labels) == 1
        assert captions == labels
    assert page.troubles == []
