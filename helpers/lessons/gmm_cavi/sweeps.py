"""Coordinate ascent on Old Faithful, sweep by sweep."""

from functools import lru_cache

import numpy as np

from helpers.lessons.gmm_cavi import plain
from helpers.lessons.gmm_cavi.data import eruptions
from helpers.lessons.gmm_cavi.points import COLORS, Components, Points, Stroke
from helpers.lessons.gmm_cavi.story import draw_eruptions
from helpers.mixture import MixtureModel
from helpers.plots import ACCENT, draw_curve, draw_marker, set_axes
from helpers.widgets import Explorer, Slider

N_SWEEPS, MOST = 40, 6
TERMS = (
    ("match prior: E log p(μ)", "#56B4E9", "--"),
    ("kinds: E log p(c)", "#8A8A8A", ":"),
    ("match data: E log p(x|c,μ)", "#E69F00", "-"),
    ("spread of μ: H(q(μ))", "#007A5A", "-."),
    ("doubt about c: H(q(c))", "#8250C4", (0, (3, 1))),
)


class Symlog:
    """A scale that is linear up to `smallest` and logarithmic beyond, on an ordinary axis.

    Matplotlib's own transforms every line anew at every move.
    """

    def __init__(self, smallest):
        self._smallest = smallest

    def __call__(self, y):
        return np.arcsinh(np.asarray(y) / self._smallest)

    def set_axis(self, ax, low, high, ticks):
        ax.set_ylim(*self([low, high]))
        ax.set_yticks(self(list(ticks)), list(ticks.values()))


FALL = Symlog(1e-3)
SIZE = Symlog(10)


@lru_cache(maxsize=512)
def run(n_components, sd_noise, sd_prior, seed):
    """All sweeps from one start, and their curves: sliding along them then costs nothing."""
    model = MixtureModel(n_components, 0.0, sd_prior**2, sd_noise**2)
    found = plain.history(model, eruptions(), seed, N_SWEEPS, settled=1e-9)
    sweeps = np.arange(N_SWEEPS + 1)
    rise = np.column_stack([sweeps, FALL(found.elbo - found.elbo[-1])])
    terms = [np.column_stack([sweeps, SIZE(term)]) for term in found.terms.T]
    return found, rise, terms


def draw_rise(ax, n_sweeps=N_SWEEPS, title="ELBO, less its last value"):
    """Axes for a curve that rises to 0 from far below; heights go through FALL."""
    set_axes(ax, (-0.5, n_sweeps + 0.5), (0, 1), xlabel="sweep", ylabel="nats", title=title)
    ticks = {-1000: "−1000", -10: "−10", -0.1: "−0.1", 0: "0"}
    FALL.set_axis(ax, -4000, 0.004, ticks)


def _draw_sweeps(figure):
    figure.get_layout_engine().set(w_pad=0.02, wspace=0.04)
    grid = figure.add_gridspec(3, 2, width_ratios=(1.25, 1), height_ratios=(1, 1.25, 0.75))
    plane = figure.add_subplot(grid[:, 0])
    rise, parts, bars = (figure.add_subplot(grid[row, 1]) for row in range(3))
    x = eruptions()
    draw_eruptions(plane, "Rings: q(μₖ), 2 sd; empty marks: undecided")
    points = Points(plane, x, MOST, 0.05)
    components = Components(plane, MOST, 0.055, ring="black")
    chosen = draw_marker(plane, color="black", markersize=17, markerfacecolor="none")
    chosen.set(markeredgecolor="black", markeredgewidth=1.6)
    draw_rise(rise)
    curve = Stroke(rise, ACCENT, linewidth=2.2)
    here = draw_marker(rise, color=ACCENT)
    limits = dict(xlabel="sweep", ylabel="nats", title="Its five terms")
    set_axes(parts, (-0.5, N_SWEEPS + 0.5), (0, 1), **limits)
    ticks = {-1e4: "−10⁴", -1000: "−1000", -100: "−100", 0: "0", 100: "100"}
    SIZE.set_axis(parts, -2e4, 1000, ticks)
    lines = [Stroke(parts, color, style, 2.2) for _, color, style in TERMS]
    legend = [
        draw_curve(parts, [], [], color=color, linestyle=style, label=name)
        for name, color, style in TERMS
    ]
    figure.legend(handles=legend, loc="outside lower center", ncols=3)
    title = "Responsibilities φ of the ringed point"
    set_axes(bars, (0.4, MOST + 0.6), (0, 1.05), xlabel="component k", title=title)
    heights = bars.bar(range(1, MOST + 1), 0, color=COLORS, edgecolor="black", animated=True)

    def update(n_components, sd_noise, sd_prior, seed, sweep, point):
        found, rising, terms = run(n_components, sd_noise, sd_prior, seed)
        phi, means, variances = found.states[sweep]
        sure, *_ = points.move(phi)
        components.move(means, variances)
        chosen.set_data(*x[point, :, None])
        curve.move(rising)
        here.set_data([sweep], rising[sweep, 1:])
        for line, term in zip(lines, terms, strict=True):
            line.move(term)
        for k, bar in enumerate(heights):
            bar.set_visible(k < n_components)
            bar.set_height(phi[point, k] if k < n_components else 0)
        counts = ", ".join(f"{count:.1f}" for count in phi.sum(axis=0))
        best = phi[point].argmax()
        return (
            f"After {sweep} sweep{'' if sweep == 1 else 's'}: ELBO {found.elbo[sweep]:.3f} nats, "
            f"{found.elbo[-1] - found.elbo[sweep]:.3g} below that of sweep {N_SWEEPS}. "
            f"Nₖ = {counts}; {272 - sure} points are not sure. Point {point}: "
            f"φ = {phi[point, best]:.3f} for component {best + 1}."
        )

    return update


cavi = Explorer(
    "Coordinate ascent, sweep by sweep",
    (
        Slider("n_components", "K, components", 1, MOST, 2, 1),
        Slider("sd_noise", "λ, spread in a kind", 0.2, 1.2, 0.5, 0.05),
        Slider("sd_prior", "σ, prior of the means", 0.5, 4.0, 2.0, 0.25),
        Slider("seed", "start (seed)", 0, 20, 1, 1),
        Slider("sweep", "sweeps done", 0, N_SWEEPS, 1, 1, play=True),
        Slider("point", "point to ask about", 0, 271, 23, 1),
    ),
    _draw_sweeps,
    (9.6, 6.6),
)
