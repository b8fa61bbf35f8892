"""A notebook's cells as blocks of HTML, each with its part and its place in a deck."""

import ast
import re
from dataclasses import dataclass
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from helpers.pages.formulas import prose, with_formulas
from helpers.widgets import Derivation, Explorer, Prediction


@dataclass(frozen=True)
class Block:
    """`kind` is prose, part, exercise or code; `place` is the cell's slide type."""

    kind: str
    place: str
    html: str
    part: object = None
    name: str = ""
    output: str = ""


def blocks(notebook):
    """The notebook's blocks, in order; cells that a deck skips are set-up or links, and left out.

    A cell that only shows a part gives its part; nothing but imports is ever run.
    """
    names, made = {}, []
    for cell in notebook.cells:
        place = cell.metadata.slideshow.slide_type
        part, name = (None, "") if cell.cell_type == "markdown" else _part(cell.source, names)
        if place == "skip":
            continue
        if cell.cell_type == "markdown":
            html = _linked(prose(cell.source))
            made.append(Block("prose", place, re.sub("<p>.*Run All Cells.*</p>", "", html)))
        elif part is not None:
            html = "".join(with_formulas(_words(output)) for output in cell.outputs)
            made.append(Block("part", place, html, part, name))
        else:
            kind = "exercise" if "exercise" in cell.metadata else "code"
            printed = "".join(output.get("text", "") for output in cell.outputs)
            output = f"<pre class='output'>{escape(printed)}</pre>" if printed else ""
            made.append(Block(kind, place, _code(cell.source), output=output))
    return made


def _part(source, names):
    """(part, its name) where the cell's last expression is one, after the cell's imports."""
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(imports, []), "a notebook", "exec"), names)
    last = tree.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name | ast.Attribute):
        root = ast.unparse(last.value)
        if root.split(".")[0] in names:
            part = eval(root, names)
            if isinstance(part, Explorer | Derivation | Prediction):
                return part, root.replace(".", "-")
    return None, ""


def _words(output):
    """The stored HTML, less the line that invites to run the cell."""
    html = "".join(output.get("data", {}).get("text/html", ""))
    return re.sub(r"<p><small>Run this cell[^<]*</small></p>", "", html)


def _code(source):
    return highlight(source, PythonLexer(), HtmlFormatter())


def _linked(html):
    """Links between notebooks lead from page to page; those to other files become plain text."""
    html = re.sub(r'href="(\w+)\.ipynb"', r'href="\1.html"', html)
    html = html.replace('href="../README.md"', 'href="index.html"')
    return re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"<code>\1</code>", html)
