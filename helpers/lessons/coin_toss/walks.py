"""Section 3: a chain that walks over logit θ."""

from functools import lru_cache

import numpy as np
from scipy.special import expit, log_expit, ndtri

from helpers.approximations import metropolis
from helpers.diagnostics import effective_sample_size
from helpers.lessons.coin_toss.formulas import (
    LEVELS,
    Answer,
    exact,
    laplace_logit,
    log_beta_density,
)
from helpers.lessons.coin_toss.sliders import OURS
from helpers.plots import ACCENT, SAMPLES, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, short

POWERS = np.arange(-2, 2.01, 0.25)  # log₁₀ of the steps
N = 1000
START = -4.0  # logit θ; far out, so that the way to the posterior is seen
EDGES = np.linspace(0, 1, 26)
THETA = np.linspace(0.0025, 0.9975, 200)

N_WALKERS, N_WALKED, N_DROPPED = 50, 30, 10


@lru_cache
def chains(seed):
    """N states of logit θ for every step size, (len(POWERS), N), and the share accepted.

    One run for all: each chain is counted in units of its own step.
    """
    steps = 10 ** POWERS[:, None]
    chain = metropolis(
        lambda z: OURS.logit_log_joint(z * steps), START / steps, N, step=1.0, rng=seed
    )
    return chain.samples[..., 0] * steps


@lru_cache(maxsize=4096)
def walkers(first, second):
    """What 50 chains of 30 steps say of θ, their first 10 dropped: an Answer, and all θ, sorted.

    The steps are 2.4 of Laplace's sd in logit θ, the starts its quantiles.
    """
    m, s = laplace_logit(first, second)
    starts = m + s * ndtri((np.arange(N_WALKERS) + 0.5) / N_WALKERS)

    def log_joint(z):
        return first * log_expit(z[..., 0]) + second * log_expit(-z[..., 0])

    chain = metropolis(log_joint, starts[:, None], N_WALKED, step=2.4 * s, rng=5)
    theta = np.sort(expit(chain.samples[:, N_DROPPED:]).ravel())
    low, high = np.quantile(theta, LEVELS)
    return Answer(theta.mean(), theta.std(), low, high), theta


@explorer(
    "A chain on its walk",
    Slider("power", "log₁₀ of the step", -2.0, 2.0, -1.0, 0.25),
    Slider("chain", "chain number", 1, 4, 1, 1),
    Slider("n", "steps done", 10, N, 200, 10, play=True),
    size=(9.6, 3.9),
)
def walk(figure):
    """The chain grows with the steps done; on the right, the share of its states by θ."""
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    set_axes(left, (0, N), (0, 1), xlabel="steps", ylabel="θ", title="The chain")
    title = "Its states, beside the posterior"
    set_axes(right, (0, 1), (0, 6), xlabel="θ", ylabel="density", title=title)
    path = draw_curve(left, [], [], color=SAMPLES, linewidth=0.9, animated=True)
    here = draw_marker(left, color=ACCENT, clip_on=False)
    curve = np.exp(log_beta_density(THETA, *OURS.posterior))
    draw_curve(right, THETA, curve, color=TARGET, label="exact")
    bars = draw_curve(
        right, [], [], color=SAMPLES, drawstyle="steps-post", label="chain", animated=True
    )
    figure.legend(loc="outside lower right", ncols=2)
    mean = exact(*OURS.posterior).mean

    def update(power, chain, n):
        etas = chains(chain)[round((power - POWERS[0]) / 0.25), :n]
        states = expit(etas)
        path.set_data(np.arange(n + 1), np.concatenate([[expit(START)], states]))
        here.set_data([n], states[-1:])
        heights = np.histogram(states, EDGES)[0] / n * (len(EDGES) - 1)
        bars.set_data(EDGES, np.append(heights, heights[-1]))
        moved = np.count_nonzero(np.diff(etas, prepend=START))
        size = effective_sample_size(etas[:, None])[0] if moved else np.nan
        worth = f"worth about {count(round(size), 'draw')}" if size > 0 else "worth nothing yet"
        lost = " A bar goes beyond the panel." if heights.max() > 6 else ""
        return (
            f"Step {short(10**power, 2)}: of {count(n, 'proposal')} {fixed(100 * moved / n, 0)} % "
            f"were accepted; the states' mean is {fixed(states.mean(), 2)}, the exact one "
            f"{fixed(mean, 2)}; they are {worth}.{lost}"
        )

    return update
