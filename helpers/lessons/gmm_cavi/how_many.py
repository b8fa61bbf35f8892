"""How many kinds: at equal weights, at free ones, and what round kinds of one size cannot say."""

from dataclasses import replace
from functools import cache

import numpy as np

from helpers import mixture
from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi.data import eruptions, old_faithful
from helpers.lessons.gmm_cavi.drawing import CIRCLE, Components, Points, Symlog, draw_eruptions
from helpers.mixture import MixtureModel
from helpers.plots import ACCENT, LOSS, Outlines, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import count, fixed, listed, short, signed

MOST, SD_PRIOR = 6, 2.0
# Enough starts: the best of 300 is among the first few, for every K and λ here (tested).
N_STARTS = {"equal": 6, "free": 2}
NOISES = (0.3, 0.4, 0.5, 0.6, 0.7)  # what the slider of λ stops at
# A full-covariance fit by scikit-learn's GaussianMixture, in minutes, quoted.
PUBLISHED_MEANS = np.array([[2.036, 54.48], [4.290, 79.97]])
PUBLISHED_WEIGHTS = (0.356, 0.644)


def fit_equal(n_components, sd_noise, seed):
    """(weights, state, ELBO) of one start, every component with weight 1/K."""
    model = MixtureModel(n_components, 0.0, SD_PRIOR**2, sd_noise**2)
    found = mixture.fit(model, eruptions(), rng=seed, max_sweeps=300)
    return model.weights, found.state, found.elbo[-1]


def fit_free(n_components, sd_noise, seed):
    """(weights, state, ELBO) of one start, with a third update: π_k = N_k/N."""
    x = eruptions()
    model = MixtureModel(n_components, 0.0, SD_PRIOR**2, sd_noise**2)
    state, last = mixture.initialise(model, x, np.random.default_rng(seed)), -np.inf
    for sweep in range(300):
        state = mixture.fit(model, x, start=state, max_sweeps=1).state
        shares = state.responsibilities.mean(axis=0)
        model = replace(model, weights=shares / shares.sum())
        if sweep % 10 == 9:
            elbo = mixture.elbo_terms(model, x, state).total
            if elbo - last < 1e-9 * abs(elbo):
                break
            last = elbo
    return model.weights, state, mixture.elbo_terms(model, x, state).total


@cache
def best_fit(weights, n_components, sd_noise):
    """The best of enough starts, (weights, state, ELBO); `weights` is "equal" or "free"."""
    fit = {"equal": fit_equal, "free": fit_free}[weights]
    fits = [fit(n_components, sd_noise, seed) for seed in range(N_STARTS[weights])]
    return max(fits, key=lambda found: round(found[2], 6))


@cache
def best_elbos(weights, sd_noise):
    """The best ELBO for each K."""
    return np.array([best_fit(weights, int(k), sd_noise)[2] for k in ALL])


@cache
def spreads(weights, n_components, sd_noise):
    """The ellipse at 1 sd of the points that the best fit gives each kind with a point or more."""
    phi = best_fit(weights, n_components, sd_noise)[1].responsibilities
    held = phi[:, phi.sum(axis=0) > 1].T
    return [ellipse(*shape_of(eruptions(), column), 1, 37) for column in held]


def in_minutes(means):
    """Standardised means as durations and waiting times."""
    return old_faithful().mean(axis=0) + old_faithful().std(axis=0) * means


def shape_of(x, weights):
    """Mean and covariance of the points under these weights."""
    share = weights / weights.sum()
    mean = share @ x
    return mean, (x - mean).T @ (share[:, None] * (x - mean))


def correlation_of(cov):
    return cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])


BELOW = Symlog(1)
ALL = np.arange(1, MOST + 1)


@explorer(
    "How many kinds of eruption?",
    Slider("n_components", "K, components", 1, MOST, 2, 1),
    Slider("sd_noise", "λ, spread in a kind", 0.3, 0.7, 0.5, 0.1),
    Choice("weights", "weights", ("equal", "free"), "equal"),
    size=(9.6, 4.3),
)
def kinds(figure):
    """The best fit at this K with the true spread of its kinds, and the best ELBO of each K."""
    plane, curve = figure.subplots(1, 2)
    draw_eruptions(plane, "Dotted: λ. Dashed: the points' spread. ★ scikit-learn")
    points, components = Points(plane, eruptions(), MOST, 0.05), Components(plane, MOST, 0.09)
    style = dict(color="black", linewidth=1.8, animated=True)
    dotted = Outlines(plane, linestyle=":", **style)
    dashed = Outlines(plane, linestyle="--", **style)
    minutes = old_faithful()
    stars = draw_marker(plane, color="black", marker="*", markersize=15, zorder=6)
    stars.set_data(*((PUBLISHED_MEANS - minutes.mean(axis=0)) / minutes.std(axis=0)).T)
    limits = dict(xlabel="K, components", ylabel="nats", title="Best ELBO, less the best of all")
    set_axes(curve, (0.5, MOST + 0.5), (0, 1), **limits)
    BELOW.set_axis(curve, -5000, 0.5, (-1000, -100, -10, -1, 0))
    lines = {
        weights: draw_curve(curve, [], [], color=color, linestyle=dash, label=label, animated=True)
        for weights, color, dash, label in (
            ("equal", ACCENT, "-", "equal weights, 1/K"),
            ("free", LOSS, "--", "free weights"),
        )
    }
    curve.legend(loc="lower right")
    here = draw_marker(curve, color=ACCENT)
    for weights in lines:  # slow work, done before anybody slides
        for sd_noise in NOISES:
            best_elbos(weights, sd_noise)

    def update(n_components, sd_noise, weights):
        elbos = {name: best_elbos(name, sd_noise) for name in lines}
        top = max(values.max() for values in elbos.values())
        for name, line in lines.items():
            line.set_data(ALL, BELOW(np.minimum(elbos[name] - top, 0)))
        elbo = elbos[weights]
        here.set_data([n_components], [BELOW(min(elbo[n_components - 1] - top, 0))])
        _, state, _ = best_fit(weights, n_components, sd_noise)
        points.move(state.responsibilities)
        components.move(state.means, state.variances)
        counts = state.responsibilities.sum(axis=0)
        alive = counts > 1
        dotted.move([(mean + sd_noise * CIRCLE).T for mean in state.means[alive]])
        dashed.move(spreads(weights, n_components, sd_noise))
        return (
            f"{weights.capitalize()} weights, λ = {short(sd_noise)}, K = {n_components}: ELBO "
            f"{fixed(elbo[n_components - 1], 2)}; {_in_words(state, counts)}. "
            f"{_gains(elbo, n_components)}"
        )

    return update


def _in_words(state, counts):
    """Where the kinds lie: how many points each holds, and how many places there are."""
    held = listed([fixed(n, 1) for n in np.sort(counts)[::-1]])
    alive = state.means[counts > 1]
    apart = np.linalg.norm(alive[:, None] - alive, axis=2) > 0.05
    places = len(np.unique(apart, axis=0))
    return f"Nₖ = {held}, at {count(places, 'place')}"


def _gains(elbo, n_components):
    if n_components == 1:
        return "The stars are scikit-learn's means of two kinds."
    gain = elbo[n_components - 1] - elbo[n_components - 2]
    return f"Against K = {n_components - 1}: {signed(gain, 2)} nats."
