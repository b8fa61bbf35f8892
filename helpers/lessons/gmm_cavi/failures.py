"""Where it breaks: far from the origin, and with one point far out."""

from functools import cache

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.data import blobs, eruptions
from helpers.lessons.gmm_cavi.drawing import Components, Points, Symlog
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, DATA, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import fixed, short

N_SWEEPS, LARGE = 12, 1e-3
NEAR = Symlog(1e-6)


@cache
def moved(exponent):
    """ELBO per sweep, data and prior moved by 10^exponent: by `formulas`, by helpers.mixture.

    Both from the same start, less the value they should reach.
    """
    offset = 10.0**exponent
    x, model = eruptions() + offset, MixtureModel(2, offset, 4.0, 0.25)
    means = np.array([[-0.5, 0.0], [0.5, 0.2]])
    start = State(None, means + offset, np.full(2, 0.01))
    state, steady = start, []
    for _ in range(N_SWEEPS):
        state = mixture.update_components(model, x, mixture.update_assignments(model, x, state))
        steady.append(mixture.elbo_terms(model, x, state).total)
    first = mixture.update_assignments(model, x, start)
    naive = formulas.history(model, x, first, N_SWEEPS).elbo[1:]
    right = mixture.fit(MixtureModel(2, 0.0, 4.0, 0.25), eruptions(), rng=0).elbo[-1]
    return naive - right, np.array(steady) - right


OFFSETS = np.arange(0, 9)


@explorer(
    "The same data, moved away from the origin",
    Slider("exponent", "log₁₀ of the offset", 0, 8, 6, 1),
    size=(9.6, 4.0),
)
def offset(figure):
    """Both programs' ELBO sweep by sweep, and a marker on the error of the plain formulas."""
    left, right = figure.subplots(1, 2)
    sweeps = np.arange(1, N_SWEEPS + 1)
    limits = dict(xlabel="sweep", ylabel="nats", title="ELBO, less the value it should reach")
    set_axes(left, (0.5, N_SWEEPS + 0.5), (0, 1), **limits)
    NEAR.set_axis(left, -3e4, 3e4, (-1000, -1, -1e-3, 0, 1e-3, 1, 1000))
    left.axhline(0, color="0.4", linewidth=0.8)
    styles = (
        dict(color=TARGET, linestyle="-", linewidth=2.8, label="helpers.mixture"),
        dict(color=LOSS, linestyle="--", label="plain formulas"),
    )
    steady, naive = (draw_curve(left, [], [], animated=True, **style) for style in styles)
    figure.legend(handles=[steady, naive], loc="outside lower center", ncols=2)
    set_axes(right, (-0.2, 8.2), (-13, 6), xlabel="log₁₀ of the offset")
    right.set(ylabel="log₁₀ of the error", title="Error of the last ELBO, in nats")
    errors = [[abs(run[-1]) for run in moved(int(e))] for e in OFFSETS]
    heights = np.log10(np.maximum(errors, 1e-12)).T
    for line, style in zip(heights[::-1], styles, strict=True):
        draw_curve(right, OFFSETS, line, **style)
    here = draw_marker(right, color=ACCENT)

    def update(exponent):
        lost, kept = moved(exponent)
        steady.set_data(sweeps, NEAR(kept))
        naive.set_data(sweeps, NEAR(lost))
        here.set_data([exponent], [np.log10(max(abs(lost[-1]), 1e-12))])
        # Rounding errors differ between machines: the sentence only says how large they are.
        size = ["less", "more"][int(abs(lost[-1]) > LARGE)]
        falls = "falls on its way" if np.diff(lost).min() < -LARGE else "does not fall visibly"
        safe = ["right to", "off by more than"][int(abs(kept[-1]) > LARGE)]
        return (
            f"Offset {short(10.0**exponent)}: the plain formulas end {size} than {short(LARGE)} "
            f"nats off and their ELBO {falls}; helpers.mixture is {safe} {short(LARGE)} nats."
        )

    return update


PAIR = blobs([(-2, 0), (2, 0)], 25, 0.5, seed=4)
AWAY = MixtureModel(2, 0.0, 100.0, 0.25)
DISTANCES = np.arange(0, 24.1, 1.0)
STARTS = (
    lambda x: [(-2, 0), (2, 0)],  # a component for each cluster
    lambda x: [(0, 0), tuple(x)],  # one for both clusters, one for the outlier
)


@cache
def with_outlier(distance):
    """The points, last the one `distance` right of the second cluster; a fit from each start."""
    x = np.vstack([PAIR, [2 + distance, 0]])
    starts = [State(None, np.array(start(x[-1]), float), np.full(2, 0.01)) for start in STARTS]
    return x, [mixture.fit(AWAY, x, start=start) for start in starts]


@explorer(
    "One point far out",
    Slider("distance", "the outlier's distance", 0.0, 24.0, 6.0, 1.0),
    size=(9.6, 4.5),
)
def outlier(figure):
    """The better of two fits, and a marker on the two fits' ELBOs."""
    plane, right = figure.subplots(2, 1, height_ratios=(1, 1.25))
    set_axes(plane, (-5, 28), (-3.0, 3.0), title="The better of the two fits")
    plane.set_aspect("equal")
    points, components = Points(plane, PAIR, 2, 0.17), Components(plane, 2, 0.45)
    lonely = draw_marker(plane, color=DATA, marker="X", markersize=11)
    title = "ELBO of the two fits, against the outlier's distance"
    set_axes(right, (-0.5, 24.5), (-1300, 0), xlabel="distance", ylabel="nats", title=title)
    elbos = np.array([[fit.elbo[-1] for fit in with_outlier(float(d))[1]] for d in DISTANCES]).T
    labels = "started with one for each cluster", "started with one for both, one for the outlier"
    draw_curve(right, DISTANCES, elbos[0], color=TARGET, label=labels[0])
    draw_curve(right, DISTANCES, elbos[1], color=LOSS, linestyle="--", label=labels[1])
    right.legend(loc="lower left")
    here = draw_marker(right, color=ACCENT)

    def update(distance):
        x, fits = with_outlier(distance)
        # Where both starts end in one fit, rounding does not decide which is shown.
        best = max(fits, key=lambda fit: round(fit.elbo[-1], 6))
        state = best.state
        points.move(state.responsibilities[:-1])
        components.move(state.means, state.variances)
        lonely.set_data(*x[-1, :, None])
        here.set_data([distance], [best.elbo[-1]])
        counts = state.responsibilities.sum(axis=0)
        return (
            f"A point {short(distance)} to the right of the second cluster: Nₖ = "
            f"{fixed(counts[0], 1)} and {fixed(counts[1], 1)}, means at "
            f"{fixed(state.means[0, 0])} and {fixed(state.means[1, 0])}, ELBO "
            f"{fixed(best.elbo[-1], 1)}."
        )

    return update
