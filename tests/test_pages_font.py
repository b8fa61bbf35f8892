"""The pages' font has what the browser draws unasked."""

from fontTools.ttLib import TTFont

from helpers.pages.formulas import mathml, write_font


def test_the_font_has_the_root(tmp_path):
    """<msqrt> holds no letter √, so no letter of the page asks for it."""
    page = mathml(r"\sqrt H")
    assert "√" not in page
    write_font(tmp_path / "font.woff", [page])
    glyphs = TTFont(tmp_path / "font.woff").getBestCmap()
    assert ord("√") in glyphs
    assert ord("H") in glyphs
