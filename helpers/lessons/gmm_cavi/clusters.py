"""How many kinds, and what a kind that is round and of fixed size cannot say."""

from functools import cache

import numpy as np
from scipy.special import gammaln

from helpers import mixture
from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi.data import eruptions, old_faithful
from helpers.lessons.gmm_cavi.points import COLORS, Components, Points, Stroke
from helpers.lessons.gmm_cavi.story import draw_eruptions
from helpers.lessons.gmm_cavi.sweeps import Symlog
from helpers.mixture import MixtureModel
from helpers.plots import ACCENT, LOSS, draw_curve, draw_marker, set_axes
from helpers.widgets import Explorer, Slider

MOST, N_STARTS, SD_PRIOR = 6, 4, 2.0
# A full-covariance fit by scikit-learn's GaussianMixture, in minutes, as published.
PUBLISHED_MEANS = np.array([[2.036, 54.48], [4.290, 79.97]])
PUBLISHED_WEIGHTS = (0.356, 0.644)


@cache
def _best_fit(n_components, sd_noise):
    model = MixtureModel(n_components, 0.0, SD_PRIOR**2, sd_noise**2)
    fits = [mixture.fit(model, eruptions(), rng=s, max_sweeps=150) for s in range(N_STARTS)]
    return max(fits, key=lambda fit: fit.elbo[-1])


def best_fit(n_components, sd_noise):
    """The best of a few fits to the eruptions."""
    return _best_fit(n_components, round(sd_noise, 6))  # a slider's 0.6 may be 0.6000000000000001


@cache
def table(sd_noise):
    """The best ELBO for each K."""
    return np.array([best_fit(int(k), sd_noise).elbo[-1] for k in ALL])


BELOW = Symlog(1)
ALL = np.arange(1, MOST + 1)
NOISES = (0.3, 0.4, 0.5, 0.6, 0.7)  # what the slider of λ stops at


def _draw_how_many(figure):
    plane, curve = figure.subplots(1, 2)
    draw_eruptions(plane, "The best fit at this K")
    points, components = Points(plane, eruptions(), MOST, 0.05), Components(plane, MOST, 0.11)
    limits = dict(xlabel="K, components", ylabel="nats", title="Less the best over K")
    set_axes(curve, (0.5, MOST + 0.5), (0, 1), **limits)
    ticks = {-1000: "−1000", -100: "−100", -10: "−10", -1: "−1", 0: "0"}
    BELOW.set_axis(curve, -5000, 0.5, ticks)
    plain = Stroke(curve, ACCENT, linewidth=2.2)
    counted = Stroke(curve, LOSS, (0, (5, 2)), 2.2)
    draw_curve(curve, [], [], color=ACCENT, label="ELBO")
    draw_curve(curve, [], [], color=LOSS, linestyle="--", label="ELBO + log K!")
    curve.legend(loc="lower right")
    here = draw_marker(curve, color=ACCENT)
    for sd_noise in NOISES:
        table(sd_noise)  # slow work, done before anybody slides

    def update(n_components, sd_noise):
        elbo = table(round(sd_noise, 6))
        adjusted = elbo + gammaln(ALL + 1)
        heights = BELOW(elbo - elbo.max())
        plain.move(np.column_stack([ALL, heights]))
        counted.move(np.column_stack([ALL, BELOW(adjusted - adjusted.max())]))
        here.set_data([n_components], [heights[n_components - 1]])
        state = best_fit(n_components, sd_noise).state
        points.move(state.responsibilities)
        components.move(state.means, state.variances)
        return (
            f"λ = {sd_noise:g}, K = {n_components}: ELBO {elbo[n_components - 1]:.2f}. The ELBO is "
            f"largest at K = {elbo.argmax() + 1}, with log K! added at K = {adjusted.argmax() + 1}."
        )

    return update


how_many = Explorer(
    "How many kinds of eruption?",
    (
        Slider("n_components", "K, components", 1, MOST, 2, 1),
        Slider("sd_noise", "λ, spread in a kind", 0.3, 0.7, 0.5, 0.1),
    ),
    _draw_how_many,
    (9.6, 4.8),
)


def shape_of(x, weights):
    """Mean and covariance of the points under these weights."""
    share = weights / weights.sum()
    mean = share @ x
    return mean, (x - mean).T @ (share[:, None] * (x - mean))


@cache
def two_kinds(sd_noise):
    """(state, means in minutes, shares, covariances) with the short eruptions first."""
    state = best_fit(2, sd_noise).state
    order = np.argsort(state.means[:, 0])
    state = mixture.State(state.responsibilities[:, order], state.means[order], state.variances)
    minutes = old_faithful().mean(axis=0) + old_faithful().std(axis=0) * state.means
    covs = np.array([shape_of(eruptions(), weights)[1] for weights in state.responsibilities.T])
    return state, minutes, state.responsibilities.mean(axis=0), covs


def _draw_spherical(figure):
    plane, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    draw_eruptions(plane, "Solid: λ around mₖ. Dashed: the spread of its points")
    points, components = Points(plane, eruptions(), 2, 0.05), Components(plane, 2, 0.11)
    circles = [Stroke(plane, color, "-", 1.6) for color in COLORS[:2]]
    spreads = [Stroke(plane, "black", (0, (5, 2)), 1.6) for _ in range(2)]
    minutes = old_faithful()
    stars = draw_marker(plane, color="white", marker="*", markersize=15, animated=False, zorder=3)
    stars.set(markeredgecolor="black", label="published means, any covariance")
    stars.set_data(*((PUBLISHED_MEANS - minutes.mean(axis=0)) / minutes.std(axis=0)).T)
    plane.legend(loc="lower right")
    set_axes(right, (-0.6, 2.6), (-0.1, 1.3), title="What the points of a kind really do")
    right.set_xticks(range(3), ["sd of\nduration", "sd of\nwaiting", "correlation"])
    right.axhline(0, color="black", linewidth=0.8)
    marks = [
        draw_marker(right, color=color, marker=marker, markersize=11, label=label)
        for color, marker, label in zip(COLORS, "os", ("short kind", "long kind"), strict=False)
    ]
    allowed = draw_marker(
        right, color="black", marker="_", markersize=34, label="all the model allows"
    )
    allowed.set(markeredgecolor="black", markeredgewidth=2)
    right.legend(loc="upper right")
    for tenths in range(2, 13):
        two_kinds(tenths / 10)  # slow work, done before anybody slides

    def update(sd_noise):
        state, means, shares, covs = two_kinds(round(sd_noise, 6))
        points.move(state.responsibilities)
        components.move(state.means, state.variances)
        lines = zip(circles, spreads, marks, state.means, covs, strict=True)
        correlations = []
        for k, (circle, spread, mark, mean, cov) in enumerate(lines):
            circle.move(ellipse(mean, sd_noise**2 * np.eye(2), 1, 37).T)
            spread.move(ellipse(shape_of(eruptions(), state.responsibilities[:, k])[0], cov, 1).T)
            sds = np.sqrt(np.diag(cov))
            correlations.append(cov[0, 1] / sds.prod())
            mark.set_data(np.arange(3) + (-0.12, 0.12)[k], [*sds, correlations[-1]])
        allowed.set_data(range(3), [sd_noise, sd_noise, 0])
        return (
            f"λ = {sd_noise:g}: means ({means[0, 0]:.3f}, {means[0, 1]:.2f}) and ({means[1, 0]:.3f}"
            f", {means[1, 1]:.2f}) minutes, shares {shares[0]:.3f} and {shares[1]:.3f}; "
            f"correlation within a kind {correlations[0]:.2f} and {correlations[1]:.2f}."
        )

    return update


spherical = Explorer(
    "Round kinds of one size, against Old Faithful",
    (Slider("sd_noise", "λ, spread in a kind", 0.2, 1.2, 0.5, 0.1),),
    _draw_spherical,
    (9.6, 5.2),
)
