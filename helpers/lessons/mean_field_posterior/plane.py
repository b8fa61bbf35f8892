"""The plane of z₁ and z₂, and what this lesson's pictures draw in it."""

import numpy as np

from helpers.gaussians import rings
from helpers.plots import DATA, Rings, draw_curve, set_axes

PRIOR = "#8A8A8A"
LIMITS = (-3.2, 3.2)


def draw_plane(ax, limits=LIMITS, title=""):
    """The axes of z₁ and z₂, to scale."""
    set_axes(ax, limits, limits, xlabel="z₁", ylabel="z₂", title=title)
    ax.set_aspect("equal")


def draw_prior(ax):
    """The prior's rings, which never move."""
    outlines = Rings(ax, label="prior p(z)", color=PRIOR, linestyle=":", linewidth=1.6)
    outlines.move(rings([0, 0], np.eye(2)), [0, 0])


class Stripe:
    """Where θᵀz is x, and x ± 1: the z that the observation speaks for."""

    def __init__(self, ax, **style):
        style = dict(color=DATA, linestyle="-.") | style
        middle = draw_curve(ax, [], [], linewidth=1.6, label="θᵀz = x, ± 1", **style)
        sides = [draw_curve(ax, [], [], linewidth=0.8, **style) for _ in range(2)]
        self._lines = [middle, *sides]

    def move(self, theta, x):
        size = np.hypot(*theta)
        for line, offset in zip(self._lines, (0, -1, 1), strict=True):
            if size == 0:  # x says nothing about z: no stripe
                line.set_data([], [])
                continue
            normal = theta / size
            along = np.outer([-10, 10], [-normal[1], normal[0]])
            line.set_data(*(normal * (x + offset) / size + along).T)
