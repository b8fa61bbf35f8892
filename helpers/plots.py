"""Arrays to marks on given axes; nothing is computed here.

One colour and one line style per role, in every notebook: the target p is a solid blue, the
approximation q a dashed vermilion, data are grey dots, samples green. The palette is Okabe and
Ito's (2008), readable without red–green vision.

Each `draw_*` returns the artists it made. `animated=True` marks those that will move, and each
`move_*` moves what its twin drew.
"""

from functools import cache

import numpy as np
from contourpy import contour_generator
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

TARGET, APPROXIMATION, DATA, SAMPLES = "#0072B2", "#C44E00", "#4D4D4D", "#007A5A"
GAIN, LOSS, ACCENT = "#E69F00", "#8250C4", "#B3005E"
DASHES = {TARGET: "-", APPROXIMATION: (0, (5, 2))}


def draw_curve(ax, x, y, *, color, label=None, **style):
    """A line; the line style follows the role's colour unless `linestyle` is given."""
    style = {"linewidth": 2.2, "linestyle": DASHES.get(color, "-")} | style
    return ax.plot(x, y, color=color, label=label, **style)[0]


def draw_area(ax, x, *, color, hatch, label=None, **style):
    """A hatched area over the x axis, at first empty; `move_area` gives it its height."""
    # A tint, not a transparent colour: the hatch must stand out, on paper and in the browser.
    tint = 0.45 * np.array(to_rgb(color)) + 0.55
    style = dict(facecolor=tint, edgecolor="none", hatch=hatch, hatchcolor=color) | style
    return ax.fill_between(x, 0 * x, label=label, **style)


def move_area(area, x, height):
    area.set_data(x, height, np.zeros_like(height))


def draw_ellipses(ax, *, color, label=None, linewidth=2.2, **style):
    """Rings, at first none, all in one mark, since each mark takes time; and their centre."""
    rings = draw_contours(ax, color=color, label=label, linewidth=linewidth, zorder=2, **style)
    centre = ax.plot([], [], marker="+", color=color, markersize=9, mew=2, **style)[0]
    return rings, centre


def move_ellipses(artists, outlines, centre):
    """`outlines`: one (2, n) array a ring."""
    rings, mark = artists
    rings.set_path(Path.make_compound_path(*(Path(outline.T) for outline in outlines)))
    mark.set_data([centre[0]], [centre[1]])


def draw_contours(ax, *, color, label=None, linewidth=1.8, **style):
    """Contour lines that can move, at first none; `move_contours` traces them."""
    style = dict(edgecolor=color, fill=False, linestyle=DASHES.get(color, "-")) | style
    lines = PathPatch(Path(np.empty((0, 2))), linewidth=linewidth, **style)
    ax.add_patch(lines)
    legend = dict(color=color, linestyle=style["linestyle"], linewidth=linewidth)
    ax.plot([], [], label=label, **legend)
    return lines


def move_contours(lines, x, y, height, levels):
    """`height` (len(y), len(x)). By matplotlib's own tracer: `ax.contour` takes ten times longer,
    and adds an artist each time."""
    tracer = contour_generator(x, y, height, line_type="ChunkCombinedCode")
    vertices, codes = [np.empty((0, 2))], [np.empty(0, Path.code_type)]
    for level in levels:
        (outline,), (code,) = tracer.lines(level)
        if outline is not None:
            vertices.append(outline)
            codes.append(code)
    lines.set_path(Path(np.concatenate(vertices), np.concatenate(codes)))


def draw_waterfall(ax, names, colors, hatches, **style):
    """Bars that each start where the last one ended, the total last, and a number over each."""
    places = np.arange(len(names))
    bars = ax.bar(places, 0 * places, width=0.62, color=colors, edgecolor="black", **style)
    for bar, hatch in zip(bars, hatches, strict=True):
        bar.set_hatch(hatch)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xticks(places, names)
    top = ax.get_xaxis_transform()
    numbers = [Note(ax, x, 0.98, align="center", transform=top) for x in places]
    return list(bars), numbers


def move_waterfall(artists, starts, heights):
    for bar, number, start, height in zip(*artists, starts, heights, strict=True):
        bar.set(y=start, height=height)
        number.set_text(f"{height:+.3f}")


def draw_table(ax, shape, *, color, **style):
    """A square for each entry of a table, with its number in it; `move_table` sets them."""
    rows, columns = shape
    keep_limits(ax, (-0.5, columns - 0.5), (rows - 0.5, -0.5))
    ax.set(aspect="equal", xticks=range(columns), yticks=range(rows))
    tint = 0.45 * np.array(to_rgb(color)) + 0.55
    squares = PathPatch(Path(np.empty((0, 2))), facecolor=tint, linewidth=0, **style)
    numbers = PathPatch(Path(np.empty((0, 2))), facecolor="black", linewidth=0, **style)
    return ax.add_patch(squares), ax.add_patch(numbers)


def move_table(artists, table, full):
    """Areas in proportion to the entries: `full` fills its place."""
    corners, outlines, codes = [], [], []
    for (row, column), value in np.ndenumerate(table):
        half = 0.48 * np.sqrt(value / full)
        corners.append(np.array([column, row]) + half * SQUARE)
        outline, code, width = _line(f"{value:.1f}")
        # In units of a place, y downwards; the letters are Note.SIZE points high.
        outlines.append((outline - [width / 2, 0.36 * Note.SIZE]) * [0.028, -0.028] + [column, row])
        codes.append(code)
    artists[0].set_path(Path(np.concatenate(corners), np.tile([1, 2, 2, 2, 79], table.size)))
    artists[1].set_path(Path(np.concatenate(outlines), np.concatenate(codes)))


SQUARE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])


class Note(PathPatch):
    """Text that changes with every move: one outline put together from cached letters.

    Several times cheaper than `Text`, which lays its letters out anew each time. `x`, `y` are in
    axes coordinates (`transform` overrides that); `align` is "left", "center" or "right"; aligned
    at the top.
    """

    SIZE, LEADING = 10, 1.35

    def __init__(self, ax, x, y, *, align="left", color="black", transform=None):
        super().__init__(Path(np.empty((0, 2))), facecolor=color, linewidth=0, animated=True)
        self._align = align
        # The outline is in inches; only its anchor follows the axes.
        anchor = ScaledTranslation(x, y, transform or ax.transAxes)
        ax.add_artist(self)
        self.set_clip_path(None)
        self.set_transform(ax.figure.dpi_scale_trans + anchor)

    def set_text(self, text):
        vertices, codes = [np.empty((0, 2))], [np.empty(0, Path.code_type)]
        for row, line in enumerate(text.splitlines()):
            outline, code, width = _line(line)
            start = -{"left": 0, "center": 0.5, "right": 1}[self._align] * width
            height = -self.SIZE * (0.8 + row * self.LEADING)
            vertices.append(outline + np.array([start, height]))
            codes.append(code)
        self.set_path(Path(np.concatenate(vertices) / 72, np.concatenate(codes)))


def _line(text):
    """The outline of one line of text, its codes and its width, in points."""
    vertices, codes, width = [np.empty((0, 2))], [np.empty(0, Path.code_type)], 0.0
    for outline, code, advance in map(_letter, text):
        vertices.append(outline + np.array([width, 0]))
        codes.append(code)
        width += advance
    return np.concatenate(vertices), np.concatenate(codes), width


@cache
def _letter(character):
    """The outline, its codes and the advance of one letter, in points."""
    properties = FontProperties(family="DejaVu Sans", size=Note.SIZE)
    font = get_font(findfont(properties))
    font.set_size(Note.SIZE, 72)
    advance = font.load_char(ord(character)).linearHoriAdvance / 2**16
    vertices, codes = text_to_path.get_text_path(properties, character)
    outline = np.reshape(vertices, (-1, 2)) * (Note.SIZE / text_to_path.FONT_SCALE)
    return outline, np.array(codes, Path.code_type), advance


def draw_marker(ax, *, color, marker="o", label=None, **style):
    """A point, placed with `set_data([x], [y])`."""
    style = {"markersize": 9, "markeredgecolor": "white", "animated": True} | style
    return ax.plot([], [], linestyle="none", marker=marker, color=color, label=label, **style)[0]


def keep_limits(ax, x, y, *, xlabel="", ylabel="", title=""):
    """Fix the axes: they never rescale while a slider moves."""
    ax.set(xlim=x, ylim=y, xlabel=xlabel, ylabel=ylabel, title=title)
