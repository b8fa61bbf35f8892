"""The tools with which to find the broken ELBO: the definition, the bound, monotonicity."""

from functools import cache

import numpy as np

from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.broken_elbos import BROKEN
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.drawing import Symlog
from helpers.lessons.gmm_cavi.exact import log_evidence
from helpers.lessons.gmm_cavi.six_points import (
    expect,
    log_density,
    log_p_points,
    log_q_kinds,
    log_q_means,
)
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import count, fixed, signed

N_BLOCKS, PRIOR_VAR = 8, 1.5
EXCESS = Symlog(0.1)
TICKS = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)
START = State(
    np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.5, 0.5], [0.2, 0.8], [0.1, 0.9]]),
    np.array([[-1.2, -0.9], [0.8, 1.0]]),
    np.array([0.2, 0.3]),
)


def state_at(shift, size, doubt):
    """START with its means moved, its s² times `size`, its kinds made sure and then doubtful."""
    sure = np.eye(2)[START.responsibilities.argmax(axis=1)]
    phi = (1 - doubt) * sure + doubt / 2
    return State(phi, START.means + shift, START.variances * size)


def _log_ratio(model, state, mu, hot):
    """log p(x, c, μ) − log q(c, μ), at means (n, K, D) and assignments (m, N, K): (n, m)."""
    prior = log_density(mu, model.prior_mean, model.prior_var).sum(axis=1)[:, None]
    joint = prior - len(TINY) * np.log(2) + log_p_points(mu, hot, np.sqrt(model.noise_var))
    return joint - log_q_means(mu, state) - log_q_kinds(hot, state)


def by_definition(model, state):
    """E_q[log p(x, c, μ) − log q(c, μ)], by enumeration and quadrature; none of the five terms."""
    return expect(lambda mu, hot: _log_ratio(model, state, mu, hot), state)


def monte_carlo(model, state, n_draws, rng):
    """The same average from draws of q, for where no sum is possible: (estimate, its error)."""
    shape = n_draws, *state.means.shape
    mu = state.means + np.sqrt(state.variances)[:, None] * rng.standard_normal(shape)
    second = rng.random((n_draws, len(TINY))) > state.responsibilities[:, 0]
    hot = np.eye(2)[second.astype(int)]
    draws = [_log_ratio(model, state, mu[[i]], hot[[i]])[0, 0] for i in range(n_draws)]
    return np.mean(draws), np.std(draws, ddof=1) / np.sqrt(n_draws)


@cache
def reported(letter, sd_noise):
    """What one suspect reports at the start and after each single block update; and log p(x)."""
    model = MixtureModel(2, 0.0, PRIOR_VAR, sd_noise**2)
    state, values = START, [BROKEN[letter](model, TINY, START)]
    for block in range(N_BLOCKS):
        after = formulas.sweep(model, TINY, state)
        if block % 2:
            phi = state.responsibilities
            m_and_s2 = formulas.update_components(TINY, phi, 0.0, PRIOR_VAR, sd_noise**2)
            state = State(phi, *m_and_s2)
        else:
            state = State(after.responsibilities, state.means, state.variances)
        values.append(BROKEN[letter](model, TINY, state))
    return np.array(values), log_evidence(model, TINY)


@explorer(
    "Five suspects on the test bench: N = 6, K = 2, D = 2",
    Choice("letter", "suspect at right", tuple(BROKEN), "a"),
    Slider("sd_noise", "λ", 0.2, 2.0, 0.6, 0.1),
    Slider("shift", "move means by", -2.0, 2.0, 0.0, 0.1),
    Slider("size", "multiply s² by", 0.1, 4.0, 1.0, 0.1),
    Slider("doubt", "doubt in φ", 0.0, 1.0, 0.4, 0.1),
    size=(9.6, 3.9),
)
def instruments(figure):
    """By how much each suspect is off, and what the chosen one reports while CAVI runs."""
    left, right = figure.subplots(1, 2)
    title = "Reported, less the definition"
    set_axes(left, (-0.6, 4.6), (0, 1), xlabel="suspect", ylabel="nats", title=title)
    EXCESS.set_axis(left, -2500, 2500, TICKS)
    left.set_xticks(range(5), BROKEN)
    left.axhline(0, color="0.4", linewidth=0.8)
    dots = draw_marker(left, color=ACCENT)
    limits = dict(xlabel="single block updates done", ylabel="nats, less log p(x)")
    set_axes(right, (-0.4, N_BLOCKS + 0.4), (0, 1), **limits)
    right.set_title("What the chosen suspect reports while CAVI runs")
    EXCESS.set_axis(right, -1500, 1500, TICKS)
    draw_curve(right, [-1, 9], [0, 0], color=TARGET, linewidth=1.6, label="log p(x), the bound")
    style = dict(color=LOSS, linestyle="--", marker="o", markersize=6, animated=True)
    path = draw_curve(right, [], [], label="reported by the suspect", **style)
    right.legend(loc="upper right")

    def update(letter, sd_noise, shift, size, doubt):
        model = MixtureModel(2, 0.0, PRIOR_VAR, sd_noise**2)
        state = state_at(shift, size, doubt)
        right_value = by_definition(model, state)
        excess = np.array([broken(model, TINY, state) for broken in BROKEN.values()]) - right_value
        dots.set_data(range(5), EXCESS(excess))
        values, evidence = reported(letter, sd_noise)
        path.set_data(range(N_BLOCKS + 1), EXCESS(values - evidence))
        falls = int(np.sum(np.diff(values) < -1e-9))
        off = ", ".join(f"{k} {signed(v, 2)}" for k, v in zip(BROKEN, excess, strict=True))
        above = "rises above" if values.max() > evidence + 1e-9 else "stays below"
        return (
            f"Off by {off} nats. While CAVI runs, {letter} falls in {falls} of "
            f"{count(N_BLOCKS, 'update')} and {above} log p(x) = {fixed(evidence)}."
        )

    return update
