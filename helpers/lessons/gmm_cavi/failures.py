"""Where it breaks: far from the origin, with no noise, with one point far out."""

from functools import cache

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi import plain
from helpers.lessons.gmm_cavi.data import blobs, eruptions
from helpers.lessons.gmm_cavi.points import Components, Points, Stroke
from helpers.lessons.gmm_cavi.story import draw_eruptions
from helpers.lessons.gmm_cavi.sweeps import Symlog
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, DATA, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Explorer, Slider

N_SWEEPS, LARGE = 12, 1e-4
NEAR = Symlog(1e-6)


@cache
def moved(exponent):
    """ELBO per sweep, data and prior moved by 10^exponent: by the plain code, by helpers.mixture.

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
    naive = plain.history(model, x, first, N_SWEEPS).elbo[1:]
    right = mixture.fit(MixtureModel(2, 0.0, 4.0, 0.25), eruptions(), rng=0).elbo[-1]
    return naive - right, np.array(steady) - right


OFFSETS = np.arange(0, 8.01, 0.5)


def _draw_moved(figure):
    left, right = figure.subplots(1, 2)
    sweeps = np.arange(1, N_SWEEPS + 1)
    limits = dict(xlabel="sweep", ylabel="nats", title="ELBO, less the value it should reach")
    set_axes(left, (0.5, N_SWEEPS + 0.5), (0, 1), **limits)
    ticks = {-1000: "−1000", -1: "−1", -1e-3: "−0.001", 0: "0", 1e-3: "0.001", 1: "1", 1000: "1000"}
    NEAR.set_axis(left, -3e4, 3e4, ticks)
    left.axhline(0, color="0.6", linewidth=0.8)
    steady = Stroke(left, TARGET, linewidth=2.6)
    naive = Stroke(left, LOSS, (0, (5, 2)), 2.2)
    draw_curve(left, [], [], color=TARGET, label="helpers.mixture")
    draw_curve(left, [], [], color=LOSS, linestyle="--", label="plain formulas")
    left.legend(loc="upper center")
    set_axes(right, (-0.2, 8.2), (-13, 6), xlabel="log₁₀ of the offset")
    right.set(ylabel="log₁₀ of the error", title="Error of the last ELBO, in nats")
    errors = [[abs(run[-1]) for run in moved(float(e))] for e in OFFSETS]
    heights = np.log10(np.maximum(errors, 1e-12)).T
    draw_curve(right, OFFSETS, heights[1], color=TARGET)
    draw_curve(right, OFFSETS, heights[0], color=LOSS, linestyle="--")
    here = draw_marker(right, color=ACCENT)

    def update(exponent):
        lost, kept = moved(exponent)
        steady.move(np.column_stack([sweeps, NEAR(kept)]))
        naive.move(np.column_stack([sweeps, NEAR(lost)]))
        here.set_data([exponent], [np.log10(max(abs(lost[-1]), 1e-12))])
        # Rounding errors differ between machines: the sentence only says how large they are.
        size = ["less", "more"][int(abs(lost[-1]) > LARGE)]
        falls = "falls on its way" if np.diff(lost).min() < -1e-9 else "never falls"
        safe = ["right to", "off by more than"][int(abs(kept[-1]) > LARGE)]
        return (
            f"Offset 10^{exponent:g}: the plain formulas end {size} than {LARGE:g} nats off and "
            f"their ELBO {falls}; helpers.mixture is {safe} {LARGE:g} nats."
        )

    return update


offset = Explorer(
    "The same data, moved away from the origin",
    (Slider("exponent", "log₁₀ of the offset", 0.0, 8.0, 6.0, 0.5),),
    _draw_moved,
    (9.6, 4.2),
)


def naive_rows(x, state, noise_var):
    """How many points get nan where no maximum is subtracted before exp."""
    with np.errstate(all="ignore"):
        exponent = x @ state.means.T / noise_var
        exponent -= (np.sum(state.means**2, axis=1) + 2 * state.variances) / (2 * noise_var)
        weights = np.exp(exponent)
        phi = weights / weights.sum(axis=1, keepdims=True)
    return int(np.isnan(phi).any(axis=1).sum())


@cache
def at_noise(exponent, n_components):
    sd_noise = 10.0**exponent
    model = MixtureModel(n_components, 0.0, 4.0, sd_noise**2)
    found = mixture.fit(model, eruptions(), rng=1, max_sweeps=20)
    bad = naive_rows(eruptions(), found.state, sd_noise**2)
    entropy = mixture.elbo_terms(model, eruptions(), found.state).entropy_assignments
    return found, bad, entropy


def _draw_hard(figure):
    plane, right = figure.subplots(1, 2)
    draw_eruptions(plane, "Empty marks: undecided")
    points, components = Points(plane, eruptions(), 4, 0.05), Components(plane, 4, 0.11)
    title = "Largest responsibility of each point, in order"
    set_axes(right, (0, 272), (0.2, 1.03), xlabel="points", ylabel="max φ", title=title)
    curve = Stroke(right, ACCENT, linewidth=2.4)
    for tenth in range(-20, 3):  # fitted before the hand gets there
        at_noise(tenth / 10, 3)

    def update(exponent, n_components):
        found, bad, entropy = at_noise(round(10 * exponent) / 10, n_components)
        phi, means, variances = found.state
        _, leaning, undecided = points.move(phi)
        components.move(means, variances)
        curve.move(np.column_stack([np.arange(272), np.sort(phi.max(axis=1))]))
        return (
            f"λ = {10**exponent:.3g}, K = {n_components}: {leaning + undecided} of 272 points are "
            f"not sure, H(q(c)) = {entropy:.3f} nats, ELBO {found.elbo[-1]:.1f}. Without the "
            f"maximum subtracted, exp would fail for {bad} points."
        )

    return update


hard = Explorer(
    "λ → 0: doubt dies, and with it the plain exp",
    (
        Slider("exponent", "log₁₀ λ", -2.0, 0.2, -0.4, 0.1),
        Slider("n_components", "K, components", 2, 4, 3, 1),
    ),
    _draw_hard,
    (9.6, 4.6),
)

PAIR = blobs([(-2, 0), (2, 0)], 25, 0.5, seed=4)
AWAY = MixtureModel(2, 0.0, 100.0, 0.25)
DISTANCES = np.arange(0, 24.1, 1.0)


@cache
def with_outlier(distance):
    """Two fits with a point `distance` right of the clusters: a component each, or one for it."""
    x = np.vstack([PAIR, [2 + distance, 0]])
    starts = np.array([[(-2, 0), (2, 0)], [(0, 0), (2 + distance, 0)]], float)
    fits = [mixture.fit(AWAY, x, start=State(None, m, np.full(2, 0.01))) for m in starts]
    return x, fits


def _draw_outlier(figure):
    plane, right = figure.subplots(2, 1, height_ratios=(1, 1.2))
    set_axes(plane, (-5, 28), (-3.4, 3.4), title="The better of the two fits")
    plane.set_aspect("equal")
    clouds = [Points(plane, PAIR, 2, 0.17), Components(plane, 2, 0.45)]
    lonely = draw_marker(plane, color=DATA, marker="X", markersize=11)
    title = "ELBO of the two fits, against the outlier's distance"
    set_axes(right, (-0.5, 24.5), (-1300, 0), xlabel="distance", ylabel="nats", title=title)
    elbos = np.array([[fit.elbo[-1] for fit in with_outlier(float(d))[1]] for d in DISTANCES]).T
    shared, own = elbos
    draw_curve(right, DISTANCES, shared, color=TARGET, label="a component for each cluster")
    label = "one for both clusters, one for the outlier"
    draw_curve(right, DISTANCES, own, color=LOSS, linestyle="--", label=label)
    right.legend(loc="lower left")
    here = draw_marker(right, color=ACCENT)

    def update(distance):
        x, fits = with_outlier(distance)
        best = max(fits, key=lambda fit: fit.elbo[-1])
        state = best.state
        clouds[0].move(state.responsibilities[:-1])
        clouds[1].move(state.means, state.variances)
        lonely.set_data(*x[-1, :, None])
        here.set_data([distance], [best.elbo[-1]])
        counts = state.responsibilities.sum(axis=0)
        return (
            f"A point {distance:g} to the right of the second cluster: Nₖ = {counts[0]:.1f} and "
            f"{counts[1]:.1f}, means at {state.means[0, 0]:.3f} and {state.means[1, 0]:.3f}, ELBO "
            f"{best.elbo[-1]:.1f}."
        )

    return update


outlier = Explorer(
    "One point far out",
    (Slider("distance", "the outlier's distance", 0.0, 24.0, 6.0, 1.0),),
    _draw_outlier,
    (9.6, 5.6),
)
