"""What the tests share: the lessons' parts, found by looking, and the notebooks."""

import importlib
import pkgutil
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from xdist.scheduler import LoadFileScheduling

import helpers.lessons
from helpers.widgets import Stage

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))


def pytest_addoption(parser):
    parser.addoption(
        "--solved",
        action="store_true",
        help="only run the notebooks with the reference solutions filled in",
    )


class ByFileAndNotebook(LoadFileScheduling):
    """A process has a file's tests, and in JupyterLab those of one notebook, which it runs once."""

    def _split_scope(self, nodeid):
        notebook = re.search(r"test_browser\.py.*\[(.*)\]", nodeid)
        return notebook[1] if notebook else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return ByFileAndNotebook(config, log)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--solved"):
        chosen = [item for item in items if "solved" in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def lesson_modules():
    found = pkgutil.walk_packages(helpers.lessons.__path__, helpers.lessons.__name__ + ".")
    return [importlib.import_module(module.name) for module in found]


def parts(kind):
    """Every `kind` (Explorer, Derivation, …) that a lesson declares, as pytest parameters."""
    found = {}
    for module in lesson_modules():
        for name, value in vars(module).items():
            if isinstance(value, kind):
                place = module.__name__.removeprefix("helpers.lessons.")
                found.setdefault(id(value), pytest.param(value, id=f"{place}.{name}"))
    return list(found.values())


def lesson_of(notebook):
    """The lesson that the notebook's setup cell imports `check` from."""
    for cell in notebook.cells:
        found = re.search(r"from (helpers\.lessons\.\w+) import .*\bcheck\b", cell.source)
        if found:
            return found[1]
    raise AssertionError("no cell imports `check` from a lesson")


def script(name):
    """What a script beside the notebooks' data defines."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "notebooks" / "data" / name)))


@pytest.fixture(scope="module")
def stage(explorer):
    """One drawing for all tests of a file that look at one explorer."""
    return Stage(explorer)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook_path(request):
    return request.param
