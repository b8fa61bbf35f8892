"""Each notebook as a file (its anatomy), and run with every exercise solved.

That the notebooks run as they are stored, with the same text, is nbval's part: see pyproject.toml.
"""

import ast
import copy
import importlib.util
import re
import statistics
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import lesson_of
from refresh import run

from helpers.server import WIDGET_VIEW

MACHINE = re.compile(r"(/(tmp|home|root|work|Users)/|0x[0-9a-f]{8,})")


@pytest.fixture
def notebook(notebook_path):
    return nbformat.read(notebook_path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(code):
    return [output for cell in code for output in cell.outputs]


def test_nothing_stored_that_dies_with_the_kernel(notebook, code):
    assert "widgets" not in notebook.metadata
    for output in outputs(code):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        assert WIDGET_VIEW not in output.get("data", {})
        assert not MACHINE.search(str(output.get("data", output).get("text/plain", "")))


def test_every_cell_was_run_in_order(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_every_picture_has_its_words(code):
    for output in outputs(code):
        data = output.get("data", {})
        if "image/png" in data:
            alt = output.metadata["image/png"]["alt"]
            assert len(alt) > 30
            assert alt == data["text/plain"]


def test_every_interactive_part_has_a_static_form(code):
    for cell in code:
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Attribute | ast.Call):
            if isinstance(last.value, ast.Call) and ast.unparse(last.value.func) == "print":
                continue
            kinds = set().union(*(output.get("data", {}) for output in cell.outputs))
            assert kinds & {"image/png", "text/html"}, cell.source


def test_cells_are_small(notebook, code):
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lengths = [len(cell.source.splitlines()) for cell in code]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 4
    assert max(len(text.split()) for text in prose) <= 120
    assert len(prose) >= 2 * len(code)
    assert lengths[0] <= 8, "the setup cell"


def test_every_cell_has_its_place_in_the_slides(notebook):
    kinds = {"slide", "subslide", "fragment", "notes", "skip"}
    assert all(cell.metadata.slideshow.slide_type in kinds for cell in notebook.cells)


def test_links_resolve(notebook, notebook_path):
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", prose)
    assert any("helpers/" in link for link in links)
    for link in links:
        assert not link.startswith("http"), "the collection is read offline"
        assert (notebook_path.parent / link).exists(), link


def parts_shown(notebook, code):
    """(module of the lesson, name) of every part that a cell ends in."""
    lesson = lesson_of(notebook)
    for cell in code:
        match ast.parse(cell.source).body[-1]:
            case ast.Expr(ast.Attribute(ast.Name(module), name)):
                if importlib.util.find_spec(f"{lesson}.{module}"):
                    yield importlib.import_module(f"{lesson}.{module}"), name


def test_every_part_is_defined_where_its_name_says(notebook, code):
    shown = list(parts_shown(notebook, code))
    assert shown
    for module, name in shown:
        found = set()
        for node in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            found |= {getattr(one, "id", getattr(one, "name", None)) for one in targets}
        assert name in found, f"{name} is not defined in {module.__name__}"


def test_the_first_cell_links_the_files_of_its_parts(notebook, code):
    for module, _ in parts_shown(notebook, code):
        path = "../" + "/".join(module.__name__.split(".")) + ".py"
        assert f"({path})" in notebook.cells[0].source, path


def test_size(notebook_path):
    assert notebook_path.stat().st_size < 1_000_000


def solved(notebook):
    """The notebook with each exercise's stub replaced by its reference solution."""
    notebook = copy.deepcopy(notebook)
    filled = []
    for cell in notebook.cells:
        if "exercise" not in cell.metadata:
            continue
        tree = ast.parse(cell.source)
        stub = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
        lines = cell.source.splitlines()
        check = importlib.import_module(lesson_of(notebook)).check
        solution = getattr(check, cell.metadata.exercise).source.rstrip()
        lines[stub.lineno - 1 : stub.end_lineno] = [solution]
        cell.source = "\n".join(lines)
        filled.append(cell.metadata.exercise)
    return notebook, filled


@pytest.mark.solved
def test_solved_notebook_passes_every_exercise_and_runs_again_in_any_order(notebook, notebook_path):
    """No name that a cell or a student defines shadows what another cell uses."""
    notebook, filled = solved(notebook)
    assert filled, "no exercise in this notebook"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    order = np.random.default_rng(0).permutation(len(code))
    notebook.cells = code + [copy.deepcopy(code[index]) for index in order]
    run(notebook, notebook_path.parent)
    for cell in notebook.cells:
        if "exercise" in cell.metadata:
            (output,) = cell.outputs
            assert output.data["text/plain"].startswith(f"{cell.metadata.exercise}: passed")
