"""Where others keep the collection: in a folder with spaces and umlauts that is read-only."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT

ANSWER = """def kl_univariate(mean_p, var_p, mean_q, var_q):
    return np.log(var_q / var_p)

check.kl_univariate(kl_univariate)"""
# Runs the cells in a kernel, and prints what each shows, by kind.
RUN = """import json, sys, nbformat
from pathlib import Path
from nbclient import NotebookClient
notebook, folder = nbformat.reads(sys.stdin.read(), as_version=4), Path.cwd()
NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
print(json.dumps([[o.get("data", {}) for o in cell.outputs] for cell in notebook.cells]))"""
# The superuser may write everywhere, but for one who gave that up.
HUMBLE = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]


@pytest.fixture
def folder(tmp_path):
    """A checkout that may only be read."""
    made = tmp_path / "Übung, schön & für alle"
    made.mkdir()
    for name in ("helpers", "notebooks"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    everything = [made, *made.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield made
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_pictures_and_checks_work_where_nothing_may_be_written(folder):
    stored = nbformat.read(folder / "notebooks" / "01_gaussian_kl.ipynb", as_version=4).cells
    setup = next(cell.source for cell in stored if cell.cell_type == "code")
    cells = [nbformat.v4.new_code_cell(text) for text in (setup, "meaning.two_gaussians", ANSWER)]
    before = sorted(folder.rglob("*"))
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    found = subprocess.run(
        [*(HUMBLE if root else []), sys.executable, "-c", RUN],
        input=nbformat.writes(nbformat.v4.new_notebook(cells=cells)),
        cwd=folder / "notebooks",
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    _, (picture,), (verdict,) = json.loads(found.stdout.splitlines()[-1])
    assert "image/png" in picture
    assert "unattempted" not in verdict["text/plain"]
    assert "kl_univariate" in verdict["text/plain"] or "✗" in verdict["text/plain"], verdict
    assert sorted(folder.rglob("*")) == before, "something was written"
