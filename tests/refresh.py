"""Run notebooks and store their static outputs: `python tests/refresh.py notebooks/*.ipynb`.

The widget views and their state are stripped: without a kernel they would show an error where
the picture stands. Everything else is stored as it comes out.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def run(notebook, folder):
    """Execute in place, as Run All would, from the notebook's own folder."""
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()


def strip(notebook):
    """Remove what only lives while the kernel does, and what differs from run to run."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in map(Path, sys.argv[1:]):
        notebook = nbformat.read(path, as_version=4)
        run(notebook, path.parent)
        strip(notebook)
        nbformat.write(notebook, path)
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")
