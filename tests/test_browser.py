"""The notebooks in real JupyterLab in headless Chromium, as a reader meets them.

Run by `pytest -m browser`; needs Playwright and Chromium, and fails without them.
"""

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import NOTEBOOKS, ROOT

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

EXPLORER = ".jp-OutputArea-output:has(svg[role=img])"
STILL = ".widget-gridbox > :first-child img"  # an explorer's still layer
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]


# Resolves when the notebook has not changed for so many milliseconds, after 20 seconds at most.
CALM = """calm => new Promise(done => {
  const resolve = () => { watcher.disconnect(); clearTimeout(timer); done(); };
  let timer = setTimeout(resolve, calm);
  const watcher = new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(resolve, calm);
  });
  watcher.observe(document.querySelector('.jp-Notebook'), {childList: true, subtree: true});
  setTimeout(resolve, 20000);
})"""


@contextlib.contextmanager
def jupyterlab(home):
    """JupyterLab on a free loopback port, over the folder `home`; yields its address."""
    while True:
        # Below the ports that are given out: a kernel started meanwhile would take one of those.
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                break
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = '{"fetchNews": "false", "checkForUpdates": false}'
    (settings / "notification.jupyterlab-settings").write_text(quiet, encoding="utf-8")
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    with open(home / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
                    break
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                # Asked to stop while a kernel is starting again, it forgets that it was asked:
                # "InvalidStateError: Exception is not set", and runs for ever.
                process.kill()
                process.wait(30)


@contextlib.contextmanager
def chromium_browser():
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def open_and_run(browser, address, name, scale=1):
    """A page with the notebook, run as by the menu's Run All Cells."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=scale)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda m: page.troubles.append(m.text) if m.type == "error" else None)
    # A workspace of its own: the default one would open the notebooks of earlier tests again.
    page.goto(f"{address}/lab/workspaces/{Path(name).stem}-{scale}/tree/notebooks/{name}")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # Asked to run before its kernel is there, JupyterLab would open a dialogue about kernels.
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    page.wait_for_timeout(500)
    page.pictures_before_run = page.locator(".jp-RenderedImage img").count()
    page.click(".lm-MenuBar-item:has-text('Run')")
    page.click(".lm-Menu-item[data-command='runmenu:run-all']")
    waiting = "[...document.querySelectorAll('.jp-InputPrompt')].some(e => e.innerText == '[*]:')"
    page.wait_for_function(waiting)
    page.wait_for_function(f"!{waiting}", timeout=120_000)
    # Each part's view has come, and nothing has changed for a while.
    page.evaluate(CALM, 500)
    return page


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    with jupyterlab(home) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def page(request, server, chromium):
    page = open_and_run(chromium, server, request.param.name)
    yield page
    page.close()


def explorers(page):
    return page.locator(EXPLORER)


def caption(explorer):
    return explorer.locator("output[aria-live]").last.text_content()


def marks(explorer):
    """The moving layer without its random ids."""
    html = explorer.locator("svg[role=img]").inner_html()
    return re.sub(r'( id="|url\(#|href="#)[^")]*', "", html)


def shape(explorer):
    """The explorer's height, and where in it the picture lies; the page may scroll meanwhile."""
    return explorer.evaluate("""e => {
        const whole = e.getBoundingClientRect();
        const picture = e.querySelector('svg[role=img]').getBoundingClientRect();
        return [whole.height, picture.y - whole.y, picture.width, picture.height].map(Math.round);
    }""")


def answered(page, explorer, action):
    """Do what changes a control, wait for the picture that follows, and tell its marks.

    Every answer is a new picture, even if it shows the same; no new value, no answer.
    """
    value = "e => [...e.querySelectorAll('[role=slider]')].map(h => h.ariaValueNow).join()"
    picture, before = explorer.locator("svg[role=img]").element_handle(), explorer.evaluate(value)
    action()
    if explorer.evaluate(value) != before:
        page.wait_for_function("e => !e.isConnected", arg=picture, timeout=10_000)
    return marks(explorer)


def test_run_all_is_clean(page):
    assert page.locator(".jp-CodeCell").count() > 5
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert "model not found" not in page.locator(".jp-Notebook").inner_text()
    assert page.pictures_before_run > 0
    assert page.troubles == []


def test_each_explorer_is_one_figure_that_says_what_it_shows(page):
    assert explorers(page).count() > 2
    for explorer in explorers(page).all():
        assert explorer.locator("svg[role=img]").count() == 1
        assert explorer.evaluate(f"e => e.querySelector('{STILL}').naturalWidth") > 0
        assert explorer.locator(STILL).get_attribute("alt") == ""
        label = explorer.locator("svg[role=img]").get_attribute("aria-label")
        assert label == caption(explorer)
        assert len(label) > 20


def test_the_two_layers_coincide(page):
    for zoom in (1, 1.5):
        page.evaluate(f"document.body.style.zoom = {zoom}")
        for explorer in explorers(page).all():
            still, moving = explorer.evaluate(
                """(e, still) => [still, 'svg[role=img]'].map(kind => {
                    const box = e.querySelector(kind).getBoundingClientRect();
                    return [box.x, box.y, box.width, box.height];
                })""",
                STILL,
            )
            assert still == moving
            assert still[2] > 300
    page.evaluate("document.body.style.zoom = 1")


def test_every_slider_by_keyboard_moves_its_picture_and_nothing_else(page):
    for explorer in explorers(page).all():
        for handle in explorer.locator("[role=slider]").all():
            handle.scroll_into_view_if_needed()
            box = shape(explorer)
            start = handle.get_attribute("aria-valuenow")
            handle.focus()
            seen = {marks(explorer)}
            for key, end in (("Home", "aria-valuemin"), ("End", "aria-valuemax")):
                seen.add(answered(page, explorer, lambda key=key: page.keyboard.press(key)))
                assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(
                    float(handle.get_attribute(end))
                )
                assert shape(explorer) == box, "the layout jumps"
            assert len(seen) > 1, f"the slider that starts at {start} changes nothing"
            label = explorer.locator("svg[role=img]").get_attribute("aria-label")
            assert label == caption(explorer)
        if explorer.locator("[role=slider]").count():
            answered(page, explorer, explorer.locator("button:has-text('Reset')").click)
    assert page.troubles == []


def test_a_slider_by_mouse(page):
    """The first slider, or, where that has only a few steps, the one after it."""
    explorer = page.locator(f"{EXPLORER}:has([role=slider])").first
    handles = explorer.locator("[role=slider]").all()
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    assert any(drag(page, explorer, handle) > 3 for handle in handles[:2])
    # JupyterLab would fetch two icons for each picture: the tab's, busy and idle.
    assert [url for url in fetched if "/static/" in url] == []


def drag(page, explorer, handle):
    """How many pictures come up while the mouse drags the slider's handle."""
    handle.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # cells that come into view are measured anew, and push others
    before, box = marks(explorer), handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for step in (*range(0, 90, 6), *range(90, -90, -6)):  # to and fro over most of the track
        page.mouse.move(x + step, y)
        page.wait_for_timeout(15)
        seen.add(marks(explorer))
    page.mouse.up()
    return len(seen - {before})


def test_derivation_steps_by_keyboard(page):
    ledger = page.locator(".jp-OutputArea-output:has(button:has-text('Next line'))").first
    following = ledger.locator("button:has-text('Next line')")
    following.scroll_into_view_if_needed()
    assert "line 1 of" in ledger.inner_text()
    following.focus()
    page.keyboard.press("Enter")
    ledger.locator("text=/line 2 of/").wait_for()
    ledger.locator("mjx-container").nth(1).wait_for()
    ledger.locator("button:has-text('All lines')").click()
    total = re.search(r"line \d+ of (\d+)", ledger.inner_text())[1]
    ledger.locator(f"text=/line {total} of {total}/").wait_for()
    every = "([e, lines]) => e.querySelectorAll('.vi-equation mjx-container').length >= lines"
    page.wait_for_function(every, arg=[ledger.element_handle(), int(total)])
    text = ledger.inner_text()
    assert text.count("✓ =") + text.count("✗") + text.count("by luck =") == int(total) - 1
    newest = ledger.locator(".widget-gridbox .widget-htmlmath").last
    assert newest.evaluate("""e => {
        const window = e.closest('.widget-gridbox').parentElement.getBoundingClientRect();
        return e.getBoundingClientRect().bottom <= window.bottom + 2;
    }"""), "the newest line is out of view"
    handle = ledger.locator("[role=slider][aria-label=line]")
    handle.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    ledger.locator("text=/line 2 of/").wait_for()


def test_prediction_answers(page):
    question = page.locator(".jp-OutputArea-output:has(button:has-text('Show the answer'))").first
    question.scroll_into_view_if_needed()
    option = question.locator("button").first
    width = option.bounding_box()["width"]
    option.click()
    question.locator("text=/The answer:/").wait_for()
    question.locator("button[aria-pressed=true]").wait_for()
    assert option.get_attribute("aria-pressed") == "true"
    assert option.bounding_box()["width"] == width, "the mark of a choice widens its button"
    reply = re.search(r"Yes\.|Not A\.", question.inner_text())[0]
    question.locator("button:has-text('Show the answer')").click()
    page.wait_for_timeout(200)
    assert reply in question.inner_text()
    assert question.locator("button[aria-pressed=true]").count() == 1


def test_exercise_gives_hints_and_the_solution(page):
    exercise = page.locator(".jp-OutputArea-output:has(button:has-text('Solution'))").first
    exercise.scroll_into_view_if_needed()
    assert "unattempted" in exercise.text_content()
    for shown in (1, 2, 3):
        exercise.locator("button:has-text('Hint')").click()
        exercise.locator("li").nth(shown - 1).wait_for()
        assert exercise.locator("li").count() == shown
    exercise.locator("button:has-text('Solution')").click()
    exercise.locator("pre").wait_for()
    assert "return" in exercise.locator("pre").inner_text()


def test_the_keyboard_alone_reaches_everything(page):
    """Tab goes from one control to the next, through all of an explorer's."""
    explorer = page.locator(f"{EXPLORER}:has([role=slider])").first
    wanted = explorer.locator("[role=slider], button").count()
    explorer.locator("[role=slider], button").first.focus()
    script = "e => e.contains(document.activeElement) && document.activeElement.outerHTML"
    reached = {explorer.evaluate(script)}
    for _ in range(3 * wanted):
        page.keyboard.press("Tab")
        reached.add(explorer.evaluate(script))
    assert len(reached - {False}) >= wanted


def test_code_button_shows_how_the_picture_is_drawn(page):
    explorer = page.locator(f"{EXPLORER}:has([role=slider])").first
    explorer.locator("button:has-text('Code')").click()
    explorer.locator("pre").wait_for()
    assert explorer.locator("pre").inner_text().startswith("@explorer(")
    explorer.locator("button:has-text('Code')").click()
    explorer.locator("pre").wait_for(state="hidden")


def test_axe_finds_nothing_serious(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".jp-OutputArea-output").response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    where = [(one["id"], node["html"][:160]) for one in serious for node in one["nodes"]]
    assert not where, where


def test_after_a_restart_nothing_looks_alive(server, chromium):
    page = open_and_run(chromium, server, NOTEBOOKS[0].name)
    explorer = page.locator(f"{EXPLORER}:has([role=slider])").first
    assert not explorer.locator(".vi-gone").is_visible()
    page.click(".lm-MenuBar-item:has-text('Kernel')")
    page.click(".lm-Menu-item[data-command='kernelmenu:restart']")
    page.click(".jp-Dialog button.jp-mod-accept")
    explorer.locator(".vi-gone").wait_for(state="visible", timeout=30_000)
    assert "run this cell again" in explorer.locator(".vi-gone").inner_text()
    slider = explorer.locator(".slider").first
    assert slider.evaluate("e => getComputedStyle(e).pointerEvents") == "none"
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    page.close()
