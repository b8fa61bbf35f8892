"""Tomorrow morning: a notebook run, saved, closed and opened again, in real JupyterLab.

Through the project's own environment: its server extension and its settings are installed.
"""

import shutil
import subprocess

import nbformat
import pytest
from conftest import ROOT
from test_browser import EXPLORER, answered, chromium_browser, jupyterlab, open_and_run

from helpers.server import WIDGET_VIEW

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
NAME = "01_gaussian_kl.ipynb"
SETTINGS = "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def git(home, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=home, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def chromium():
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(address, home): a checkout in git, and a user with no settings of their own."""
    home = tmp_path_factory.mktemp("tomorrow")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    git(home, "init", "-q")
    (home / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    git(home, "add", "notebooks", ".gitignore")
    git(home, "commit", "-qm", "as cloned")
    with jupyterlab(home) as address:
        (home / SETTINGS).unlink()
        yield address, home


def choose(page, menu, command):
    page.click(f".lm-MenuBar-item:has-text('{menu}')")
    page.click(f".lm-Menu-item[data-command='{command}']")


@pytest.fixture(scope="module")
def saved(lab, chromium):
    """The page that ran the notebook, after a save."""
    page = open_and_run(chromium, lab[0], NAME)
    page.news = page.locator("text=Would you like to").count()
    file = lab[1] / "notebooks" / NAME
    before = file.stat().st_mtime_ns
    choose(page, "File", "docmanager:save")
    for _ in range(300):
        page.wait_for_timeout(100)
        if file.stat().st_mtime_ns != before:
            break
    yield page
    page.close()


def test_no_question_about_news(saved):
    assert saved.news == 0


def test_the_page_stays_live(saved):
    explorer = saved.locator(f"{EXPLORER}:has([role=slider])").first
    handle = explorer.locator("[role=slider]").first
    handle.scroll_into_view_if_needed()
    before = explorer.locator("svg[role=img]").get_attribute("aria-label")
    handle.focus()
    answered(saved, explorer, lambda: saved.keyboard.press("ArrowRight"))
    assert explorer.locator("svg[role=img]").get_attribute("aria-label") != before
    saved.keyboard.press("ArrowLeft")


def test_the_file_holds_the_static_forms_alone(lab, saved):
    notebook = nbformat.read(lab[1] / "notebooks" / NAME, as_version=4)
    assert "widgets" not in notebook.metadata
    kinds = [set(o.get("data", {})) for c in notebook.cells for o in c.get("outputs", [])]
    assert not any(WIDGET_VIEW in kind for kind in kinds)
    assert sum("image/png" in kind for kind in kinds) > 3


def test_run_and_saved_without_changes_it_is_the_file_that_was_cloned(lab, saved):
    assert git(lab[1], "status", "--short", "notebooks") == ""


def test_opened_again_it_shows_its_pictures(lab, saved, chromium):
    choose(saved, "File", "filemenu:close-and-cleanup")
    saved.click(".jp-Dialog button:has-text('Ok')")
    saved.locator(".jp-NotebookPanel").wait_for(state="detached")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{lab[0]}/lab/workspaces/again/tree/notebooks/{NAME}")
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    page.locator(".jp-RenderedImage img").nth(3).wait_for()
    page.wait_for_timeout(500)
    assert page.locator("text=model not found").count() == 0
    assert page.locator("[role=slider]").count() == 0
    page.close()
