"""Arrays to marks on given axes; nothing is computed here.

One colour and one line style per role, in every notebook: the target p is a solid blue, the
approximation q a dashed vermilion, data are grey dots, samples green. The palette is Okabe and
Ito's (2008), readable without red–green vision.

A `draw_*` returns matplotlib's own artist; a class puts several together, and its `move` moves
them. `animated=True` marks what will move.
"""

import itertools
from functools import cache

import numpy as np
from contourpy import contour_generator
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

from helpers.words import signed

TARGET, APPROXIMATION, DATA, SAMPLES = "#0072B2", "#C44E00", "#4D4D4D", "#007A5A"
# Each at least 3 : 1 on white. The violet is dark: without red and green it is a blue, and only its
# darkness sets it apart from the target's.
GAIN, LOSS, ACCENT = "#CC8400", "#5A1E96", "#CC1F9B"
DASHES = {TARGET: "-", APPROXIMATION: (0, (5, 2))}


def draw_curve(ax, x, y, *, color, label=None, **style):
    """A line; the line style follows the role's colour unless `linestyle` is given."""
    style = {"linewidth": 2.2, "linestyle": DASHES.get(color, "-")} | style
    return ax.plot(x, y, color=color, label=label, **style)[0]


def tint(color):
    """The colour, paler: opaque, so that what is drawn over it stands out."""
    return 0.45 * np.array(to_rgb(color)) + 0.55


class Area:
    """A hatched area over the x axis, at first empty; `move` gives it its height."""

    def __init__(self, ax, x, *, color, hatch, label=None, **style):
        # A tint, not a transparent colour: the hatch must stand out, on paper and in the browser.
        style = dict(facecolor=tint(color), edgecolor="none", hatch=hatch) | style
        self._area = ax.fill_between(x, 0 * x, label=label, hatchcolor=color, **style)

    def move(self, x, height):
        self._area.set_data(x, height, np.zeros_like(height))


class Outlines:
    """Lines, at first none, all in one mark, since each mark takes time."""

    def __init__(self, ax, *, color, label=None, linewidth=2.2, **style):
        self._lines = _outline(ax, color, label, dict(linewidth=linewidth, zorder=2) | style)

    def move(self, outlines):
        """`outlines`: one (2, n) array a line, of any number of lines."""
        lengths = np.array([outline.shape[1] for outline in outlines], int)
        codes = np.full(lengths.sum(), Path.LINETO)
        codes[np.cumsum(lengths) - lengths] = Path.MOVETO
        self._lines.set_path(Path(np.hstack([np.empty((2, 0)), *outlines]).T, codes))


class Rings:
    """Rings, at first none, and their centre."""

    def __init__(self, ax, *, color, label=None, **style):
        self._rings = Outlines(ax, color=color, label=label, **style)
        form = "x" if color == APPROXIMATION else "+"
        style = dict(color=color, marker=form, markersize=9, mew=2) | style
        self._centre = ax.plot([], [], **style)[0]

    def move(self, outlines, centre):
        """`outlines`: one (2, n) array a ring."""
        self._rings.move(outlines)
        self._centre.set_data([centre[0]], [centre[1]])


class Contours:
    """Contour lines, at first none."""

    def __init__(self, ax, *, color, label=None, linewidth=1.8, **style):
        self._lines = _outline(ax, color, label, dict(linewidth=linewidth) | style)

    def move(self, x, y, height, levels):
        """`height` (len(y), len(x)). By matplotlib's own tracer: `ax.contour` takes ten times
        longer, and adds an artist each time."""
        tracer = contour_generator(x, y, height, line_type="ChunkCombinedCode")
        vertices, codes = [np.empty((0, 2))], [np.empty(0, Path.code_type)]
        for level in levels:
            (outline,), (code,) = tracer.lines(level)
            if outline is not None:
                vertices.append(outline)
                codes.append(code)
        self._lines.set_path(Path(np.concatenate(vertices), np.concatenate(codes)))


def _outline(ax, color, label, style):
    """An outline with no path yet; a line that is never drawn stands for it in the legend."""
    style = dict(edgecolor=color, fill=False, linestyle=DASHES.get(color, "-")) | style
    lines = ax.add_patch(PathPatch(Path(np.empty((0, 2))), **style))
    legend = dict(color=color, linestyle=style["linestyle"], linewidth=style["linewidth"])
    ax.plot([], [], label=label, **legend)
    return lines


class Waterfall:
    """Bars that each start where the last one ended, the total last, and a number over each."""

    def __init__(self, ax, names, colors, hatches, **style):
        places = np.arange(len(names))
        self._bars = ax.bar(
            places, 0 * places, width=0.62, color=[*map(tint, colors)], edgecolor="black", **style
        )
        for bar, hatch in zip(self._bars, hatches, strict=True):
            bar.set_hatch(hatch)
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_xticks(places, names)
        top = ax.get_xaxis_transform()
        self._numbers = [Note(ax, x, 0.98, align="center", transform=top) for x in places]

    def move(self, starts, heights, values=None):
        """`values`: the numbers over the bars, where they are not the heights."""
        values = heights if values is None else values
        marks = zip(self._bars, self._numbers, starts, heights, values, strict=True)
        for bar, number, start, height, value in marks:
            bar.set(y=start, height=height)
            number.set_text(signed(value))


class Table:
    """A column for each entry of a table, filled up to it, and its number over it."""

    def __init__(self, ax, shape, *, color, **style):
        rows, columns = shape
        set_axes(ax, (-0.5, columns - 0.5), (rows - 0.5, -0.5))
        ax.set(aspect="equal", xticks=range(columns), yticks=range(rows))
        nothing, style = Path(np.empty((0, 2))), dict(linewidth=0) | style
        self._columns = ax.add_patch(PathPatch(nothing, facecolor=tint(color), **style))
        self._numbers = ax.add_patch(PathPatch(nothing, facecolor="black", **style))

    def move(self, table, full):
        """Heights in proportion to the entries: `full` fills its place."""
        corners, outlines, codes = [], [], []
        for (row, column), value in np.ndenumerate(table):
            place = np.array([column, row])
            # Rows go downwards. From below: a mark in the middle would be a blot on its number.
            corners.append(place + [0, 0.46] + [0.92, 0.92 * value / full] * COLUMN)
            outline, code, width = _line(f"{value:.1f}")
            # In units of a place, y downwards; the letters are Note.SIZE points high.
            middle = [width / 2, 0.36 * Note.SIZE]
            outlines.append((outline - middle) * [0.028, -0.028] + place)
            codes.append(code)
        closed = np.tile([1, 2, 2, 2, 79], table.size)
        self._columns.set_path(Path(np.concatenate(corners), closed))
        self._numbers.set_path(Path(np.concatenate(outlines), np.concatenate(codes)))


COLUMN = np.array([[-0.5, 0], [0.5, 0], [0.5, -1], [-0.5, -1], [-0.5, 0]])


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
        self.set_clip_on(False)
        self.set_transform(ax.figure.dpi_scale_trans + anchor)

    def set_text(self, text):
        letters, places = [], []
        for row, line in enumerate(text.splitlines()):
            found = [_letter(character) for character in line]
            width = sum(advance for _, _, advance in found)
            x = -{"left": 0, "center": 0.5, "right": 1}[self._align] * width
            y = -self.SIZE * (0.8 + row * self.LEADING)
            for letter in found:
                places.append((x, y))
                x += letter[2]
            letters += found
        outline, codes = _together(letters, places)
        self.set_path(Path(outline / 72, codes))


def _line(text):
    """The outline of one line of text, its codes and its width, in points."""
    letters = [_letter(character) for character in text]
    *starts, width = itertools.accumulate((advance for *_, advance in letters), initial=0.0)
    return *_together(letters, [(start, 0.0) for start in starts]), width


def _together(letters, places):
    """One outline of all letters, each at its place, and its codes."""
    if not letters:
        return np.empty((0, 2)), np.empty(0, Path.code_type)
    outlines, codes, _ = zip(*letters, strict=True)
    shift = np.repeat(places, [len(code) for code in codes], axis=0)
    return np.concatenate(outlines) + shift, np.concatenate(codes)


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


def draw_table(ax, left, names, heads, ends):
    """Names at `left` and heads stand still; returns a Note below each head, for its rows.

    `ends`: where the columns end, as shares of the axes' width.
    """
    ax.set_axis_off()
    still = Note(ax, left, 1), *(Note(ax, x, 1, align="right") for x in ends)
    for note, text in zip(still, ("\n".join(("", *names)), *heads), strict=True):
        note.set_text(text)
        note.set_animated(False)
    return [Note(ax, x, 1, align="right") for x in ends]


def set_axes(ax, x, y, *, xlabel="", ylabel="", title=""):
    """Fixed limits, since axes never rescale while a slider moves; labels and a title."""
    ax.set(xlim=x, ylim=y, xlabel=xlabel, ylabel=ylabel, title=title)
