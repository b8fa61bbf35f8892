"""LaTeX to MathML, which every browser draws by itself, and a font that has what it needs."""

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from math_core import LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

CONVERTER = LatexToMathML()
# Letters in formulas are slanted by the browser, which takes them from these blocks.
SLANTED = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E}
ROOT = 0x221A  # drawn by the browser for <msqrt>; without it no root would be seen at all


def mathml(latex, block=False):
    """The formula as MathML; raises LatexError where it is not LaTeX."""
    return CONVERTER.convert_with_local_state(latex.strip(), displaystyle=block)


def with_formulas(html):
    """HTML with each $…$ and $$…$$ replaced."""

    def replaced(found):
        return mathml(unescape(found["block"] or found["line"]), bool(found["block"]))

    return re.sub(r"\$\$(?P<block>[^$]+)\$\$|\$(?P<line>[^$]+)\$", replaced, html)


class _Renderer(IPythonRenderer):
    """Markdown with MathML in place of what MathJax would read; headings without anchors."""

    def inline_math(self, body):
        return mathml(body)

    def block_math(self, body):
        return mathml(body, block=True)

    multiline_math = block_math

    def heading(self, text, level, **_):
        return f"<h{level}>{text}</h{level}>\n"


def prose(markdown):
    """A markdown cell as HTML."""
    return MarkdownWithMath(renderer=_Renderer(escape=False)).render(markdown)


def write_font(path, pages):
    """The glyphs of STIX Two Math that the pages' formulas use; it comes with ziamath."""
    formulas = "".join(formula for page in pages for formula in re.findall("<math.*?</math>", page))
    characters = {ord(c) for c in unescape(re.sub("<[^>]+>", "", formulas))} | SLANTED | {ROOT}
    folder = Path(find_spec("ziamath").origin).parent / "fonts"
    font = TTFont(folder / "STIXTwoMath-Regular.ttf")
    options = subset.Options(flavor="woff", name_IDs=["*"], layout_features=["*"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    subset.save_font(font, path, options)
