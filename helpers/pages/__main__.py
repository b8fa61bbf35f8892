"""Write the notebooks as pages, decks and handouts: `python -m helpers.pages [notebook …]`.

The folder `site/` needs no kernel and no network: open site/index.html, or put it on a server.
"""

import shutil
import sys
from html import escape
from pathlib import Path

import nbformat

from helpers.pages.cells import blocks
from helpers.pages.documents import deck, document, handout, page
from helpers.pages.formulas import write_font
from helpers.pages.frames import Frames
from helpers.widgets import Explorer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ON_PAGE, ON_SLIDES = ["sliders.js"], ["sliders.js", "flow.js", "deck.js"]
ASSETS = ["style.css", *ON_SLIDES]


def build(paths, site):
    """Write the files of each notebook, and what they share, into the folder `site`."""
    (site / "frames").mkdir(parents=True, exist_ok=True)
    for name in ASSETS:
        shutil.copy(HERE / name, site / name)
    written, rows = [], []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        parts = blocks(notebook)
        frames = {}
        for block in parts:
            if isinstance(block.part, Explorer):
                frames[block.name] = Frames(block.part, f"{path.stem}-{block.name}")
        for made in frames.values():
            if made.explorer.controls:
                (site / "frames" / f"{made.name}.js").write_text(made.script, encoding="utf-8")
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        forms = {
            path.stem: document(title, page(parts, frames), "page", ON_PAGE),
            f"{path.stem}.deck": document(title, deck(parts, frames), "deck", ON_SLIDES),
            f"{path.stem}.handout": document(title, handout(parts, frames), "handout"),
        }
        for stem, text in forms.items():
            (site / f"{stem}.html").write_text(text, encoding="utf-8")
        written += forms.values()
        links = " · ".join(
            f'<a href="{stem}.html">{word}</a>'
            for stem, word in zip(forms, ("read", "slides", "handout"), strict=True)
        )
        rows.append(f"<tr><td>{escape(title)}</td><td>{links}</td></tr>")
        moved = sum(len(made.script) for made in frames.values())
        print(f"{path.stem}: {len(frames)} pictures, {moved / 1e6:.1f} MB of frames", flush=True)
    write_font(site / "formulas.woff", written)
    index = f"<main><h1>Variational inference</h1><table>{''.join(rows)}</table></main>"
    index = document("Variational inference", index, "page")
    (site / "index.html").write_text(index, encoding="utf-8")


if __name__ == "__main__":
    chosen = [Path(name) for name in sys.argv[1:]] or sorted(ROOT.glob("notebooks/*.ipynb"))
    build(chosen, ROOT / "site")
    print(f"open {(ROOT / 'site' / 'index.html').as_uri()}")
