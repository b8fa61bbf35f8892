"""Run notebooks and store their static outputs: `python tests/refresh.py notebooks/*.ipynb`.

They are stored as a save from JupyterLab would store them: without widget views.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers.server import keep_static


def run(notebook, folder):
    """Execute in place, as Run All would, from the notebook's own folder."""
    place = {"metadata": {"path": str(folder)}}
    # What a cell prints arrives in pieces, by the clock: one output all the same.
    NotebookClient(notebook, timeout=120, coalesce_streams=True, resources=place).execute()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for path in map(Path, sys.argv[1:]):
        notebook = nbformat.read(path, as_version=4)
        run(notebook, path.parent)
        keep_static(notebook)
        nbformat.write(notebook, path)
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")
