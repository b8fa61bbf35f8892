"""The marks of a mixture: points by responsibility, rings of q(μ), and a scale for the ELBO.

A point's shape is the likeliest component's. Its colour is that component's where the point is
sure, and a mixture where it is not; an undecided point is an empty outline. All marks of one shape
and one level of certainty are a single path: 300 separate markers would take twice the time.
Here and not in `plots`, since only this lesson draws responsibilities.
"""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from helpers.gaussians import ellipse
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    GAIN,
    LOSS,
    SAMPLES,
    TARGET,
    draw_curve,
    set_axes,
)
from helpers.words import fixed, listed, short

COLORS = (TARGET, APPROXIMATION, SAMPLES, LOSS, GAIN, ACCENT)
RGB = np.array([to_rgb(color) for color in COLORS])
SURE, LEANING = 0.9, 0.65  # largest responsibility from which a point is sure, or leans
RINGS = ("-", (0, (5, 2)), (0, (1, 1)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (8, 3)))


def _polygon(n_corners, turn, radius=1.0):
    angle = 2 * np.pi * (np.arange(n_corners) / n_corners) + turn
    return radius * np.array([np.cos(angle), np.sin(angle)]).T


_PLUS = np.array([(3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1)])
_SHAPES = (
    _polygon(8, np.pi / 8),
    _polygon(4, np.pi / 4, 1.15),
    _polygon(4, 0, 1.25),
    _polygon(3, np.pi / 2, 1.35),
    _polygon(3, -np.pi / 2, 1.35),
    np.concatenate([_PLUS, -_PLUS]) / 2.6,
)


class Cloud:
    """Many marks of one shape (that of component k) as a single path; sizes in data units."""

    def __init__(self, ax, k, size, *, animated=True, **style):
        shape = _SHAPES[k % 6]
        self._outline = np.concatenate([shape, shape[:1]]) * size
        self._codes = np.full(len(self._outline), Path.LINETO)
        self._codes[0], self._codes[-1] = Path.MOVETO, Path.CLOSEPOLY
        style = dict(linewidth=0.4, edgecolor="white") | style
        self._patch = PathPatch(Path(np.empty((0, 2))), animated=animated, **style)
        ax.add_patch(self._patch)

    def move(self, x, color):
        """`color` fills the marks; hollow ones (fill=False) are drawn in it."""
        self._patch.set_visible(len(x) > 0)
        if len(x):
            vertices = (x[:, None] + self._outline).reshape(-1, 2)
            self._patch.set_path(Path(vertices, np.tile(self._codes, len(x))))
            if self._patch.get_fill():
                self._patch.set_facecolor(color)
            else:
                self._patch.set_edgecolor(color)


class Points:
    """The points x (N, 2) on `ax`; `move(responsibilities)` colours and shapes them anew, or the
    first of them where it has fewer rows."""

    def __init__(self, ax, x, n_components, size, *, animated=True):
        self._x = x
        self._clouds = [
            [
                Cloud(ax, k, size, animated=animated),
                Cloud(ax, k, size, animated=animated),
                Cloud(ax, k, size, animated=animated, fill=False, linewidth=1.3),
            ]
            for k in range(n_components)
        ]

    def move(self, responsibilities):
        """Returns how many points are sure, leaning and undecided."""
        best = responsibilities.argmax(axis=1)
        top = responsibilities[np.arange(len(best)), best]
        level = 2 - (top >= LEANING).astype(int) - (top >= SURE)
        mixed = responsibilities @ RGB[np.arange(responsibilities.shape[1]) % 6]
        for k, clouds in enumerate(self._clouds):
            for grade, cloud in enumerate(clouds):
                chosen = (best == k) & (level == grade)
                # Sure points keep the component's own colour; others share their mean mixture.
                color = mixed[chosen].mean(axis=0) if grade and chosen.any() else RGB[k % 6]
                cloud.move(self._x[: len(best)][chosen], color)
        return np.bincount(level, minlength=3)


CIRCLE = ellipse([0, 0], np.eye(2), 1, 37).T


class Components:
    """The rings of q(μ_k) at two standard deviations, and the means as marks of `size`."""

    def __init__(self, ax, n_components, size, *, ring=None, animated=True):
        styles = [dict(color=ring or COLORS[k % 6], linestyle=RINGS[k % 6]) for k in range(6)]
        self._rings = [
            draw_curve(ax, [], [], linewidth=1.8, animated=animated, **styles[k % 6])
            for k in range(n_components)
        ]
        self._centres = [
            Cloud(ax, k, size, animated=animated, edgecolor="black", linewidth=1.4)
            for k in range(n_components)
        ]

    def move(self, means, variances, n_sd=2):
        for k, (ring, centre) in enumerate(zip(self._rings, self._centres, strict=True)):
            ring.set_visible(k < len(means))
            centre.move(means[k : k + 1], COLORS[k % 6])
            if k < len(means):
                ring.set_data(*(means[k] + n_sd * np.sqrt(variances[k]) * CIRCLE).T)


class Symlog:
    """A scale that is linear up to `smallest` and logarithmic beyond, on an ordinary axis.

    Matplotlib's own transforms every line anew at every move.
    """

    def __init__(self, smallest):
        self._smallest = smallest

    def __call__(self, y):
        return np.arcsinh(np.asarray(y) / self._smallest)

    def set_axis(self, ax, low, high, ticks):
        """`ticks`: the labelled values."""
        ax.set_ylim(*self([low, high]))
        ax.set_yticks(self(ticks), [short(tick) for tick in ticks])


FALL = Symlog(1e-3)


def draw_rise(ax, n_sweeps, title, low=-4000, ticks=(-1000, -10, -0.1, 0)):
    """Axes for a curve that rises to 0 from far below; heights go through FALL."""
    set_axes(ax, (-0.5, n_sweeps + 0.5), (0, 1), xlabel="sweep", ylabel="nats", title=title)
    FALL.set_axis(ax, low, 0.004, ticks)


ZOOM = (-2.6, 2.6)


def draw_eruptions(ax, title=""):
    """Axes for the standardised eruptions, to scale."""
    labels = dict(xlabel="duration, in sd from the mean", ylabel="waiting, in sd from the mean")
    set_axes(ax, ZOOM, ZOOM, title=title, **labels)
    ax.set_aspect("equal")


def in_order(counts):
    """Soft counts as a caption says them: 98.9 and 173.1."""
    return listed([fixed(n, 1) for n in counts])
