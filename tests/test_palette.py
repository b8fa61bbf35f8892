"""The colours of the roles: on white, without red and green, and in grey.

Where two of them merge, the form must tell: line style, marker, hatch.
"""

import itertools

import numpy as np
import pytest
from conftest import parts
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers import plots
from helpers.plots import Note
from helpers.widgets import Explorer, Stage

ROLES = "TARGET APPROXIMATION DATA SAMPLES GAIN LOSS ACCENT".split()
# Machado, Oliveira and Fernandes (2009): deuteranopia, severity 1, on linear RGB.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
XYZ = np.array(  # IEC 61966-2-1: from linear sRGB; its middle row is the luminance
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
APART = 10  # CIE Lab; 2.3 is just noticeable side by side


def linear(color):
    """Linear RGB of the colour on white paper."""
    *rgb, alpha = to_rgba(color)
    rgb = alpha * np.array(rgb) + 1 - alpha
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    t = XYZ @ rgb / XYZ.sum(axis=1)
    x, y, z = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def without_red_and_green(one, other):
    """How far apart two colours are in deuteranopia."""
    seen = [lab(np.clip(DEUTERANOPIA @ linear(color), 0, 1)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def in_grey(one, other):
    """How far apart two colours are in lightness."""
    return abs(float(lab(linear(one))[0] - lab(linear(other))[0]))


def test_lab_of_white_grey_and_the_primaries():
    assert lab(linear("white")) == pytest.approx([100, 0, 0], abs=1e-3)
    assert lab(linear("#777777")) == pytest.approx([50.03, 0, 0], abs=0.01)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert lab(linear("#0000FF")) == pytest.approx([32.30, 79.19, -107.86], abs=0.02)
    grey = DEUTERANOPIA @ linear("#777777")
    assert grey == pytest.approx(linear("#777777"), abs=1e-6), "greys stay as they are"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_stands_out_from_white(role):
    luminance = (XYZ @ linear(getattr(plots, role)))[1]
    assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(ROLES, 2)])
def test_roles_differ_without_red_and_green(one, other):
    assert without_red_and_green(getattr(plots, one), getattr(plots, other)) >= APART


def outline(path):
    """The corners of a path's first piece, in any size and at any place."""
    codes = path.codes if path.codes is not None else np.full(len(path.vertices), path.LINETO)
    starts = [*np.flatnonzero(codes == path.MOVETO), len(codes)]
    corners = path.vertices[: starts[1] if starts[0] == 0 else None]
    corners = corners[codes[: len(corners)] != path.CLOSEPOLY]
    size = np.ptp(corners, axis=0) + 1e-9
    return str(np.round((corners - corners.min(axis=0)) / size, 1).tolist())


def look(artist):
    """(colour, form) of a mark; None for words, frames, and lines across the whole axes."""
    if isinstance(artist, Note):
        return None
    if isinstance(artist, Line2D):
        across = artist.get_transform() != artist.axes.transData
        if across or not len(artist.get_xydata()):
            return None
        pen = artist._dash_pattern, artist.get_linewidth(), artist.get_drawstyle()
        line = "" if artist.get_linestyle() == "None" else str(pen)
        return artist.get_color(), ("line", line, artist.get_marker(), artist.get_markersize())
    if isinstance(artist, Patch):
        filled = artist.get_fill()
        pen = "" if filled else str((artist._dash_pattern, artist.get_linewidth()))
        path = artist.get_path()
        if artist.axes is None or not len(path.vertices):  # the paper has no axes of its own
            return None
        color = artist.get_facecolor() if filled else artist.get_edgecolor()
        return color, ("patch", pen, artist.get_hatch(), outline(path) if filled else "")
    if isinstance(artist, Collection) and artist.get_paths():
        colors = [*artist.get_facecolor(), *artist.get_edgecolor()]
        form = ("many", type(artist).__name__, artist.get_hatch(), outline(artist.get_paths()[0]))
        return (colors[0], form) if colors else None
    return None


SHADES = [getattr(plots, role) for role in ROLES] + ["#56B4E9", "#009E73"]
SHADES = {to_rgba(shade) for shade in [*SHADES, *map(plots.tint, SHADES)]}


def marks(ax):
    """All that `ax` shows in a role's colour.

    A mixture of two roles' colours says by itself how far between them a point is: left out.
    """
    found = {(to_rgba(color), form) for color, form in filter(None, map(look, ax.get_children()))}
    return [(color, form) for color, form in sorted(found, key=str) if color in SHADES]


@pytest.mark.parametrize("explorer", parts(Explorer))
def test_where_two_colours_merge_the_form_tells(explorer):
    for ax in Stage(explorer).figure.axes:
        for (one, form), (other, form_other) in itertools.combinations(marks(ax), 2):
            if one != other and form == form_other:
                assert without_red_and_green(one, other) >= APART, (form, one, other)
                assert in_grey(one, other) >= APART, (form, one, other)
