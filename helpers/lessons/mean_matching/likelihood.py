"""KL(p‖q) when p is known by draws only: its minimum is the maximum likelihood estimate."""

from functools import lru_cache

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_matching.targets import LINE, facts
from helpers.plots import APPROXIMATION, SAMPLES, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, short

X = np.linspace(-6, 6, 241)
MU = np.linspace(-4.2, 4.2, 85)
SHAPE = "two bumps"
MOST = 200


@lru_cache(maxsize=64)
def draws_of_p(seed):
    """MOST draws of p, so that a larger n adds draws and changes none."""
    draws = LINE[SHAPE].rvs(MOST, np.random.default_rng(seed))
    draws.flags.writeable = False  # it is shared by all who ask
    return draws


def cost(mu, draws):
    """−(1/n) Σ_i log N(x_i | μ, 1): minus the log likelihood, by draw. `mu` (m,) -> (m,)."""
    return -np.mean(log_normal(draws, np.asarray(mu)[..., None], 1.0), axis=-1)


@explorer(
    "Draws in place of p",
    Slider("n", "number of draws n", 1, MOST, 12, 1),
    Slider("mu", "μ", -4.0, 4.0, -1.0, 0.1),
    Slider("seed", "seed", 0, 30, 8, 1),
)
def maximum_likelihood(figure):
    """Left p, n draws and the bell q; right −log q averaged over p, and over the draws as far as
    your μ. All but p and its average move."""
    left, right = figure.subplots(1, 2)
    title = "p, its draws, and q = N(μ, 1)"
    set_axes(left, (-6, 6), (0, 0.55), xlabel="x", ylabel="density", title=title)
    draw_curve(left, X, LINE[SHAPE].pdf(X), color=TARGET, label="p")
    curve_q = draw_curve(left, X, 0 * X, color=APPROXIMATION, label="q", animated=True)
    ticks = draw_marker(
        left,
        color=SAMPLES,
        marker="|",
        markersize=15,
        mew=1.2,
        markeredgecolor=SAMPLES,
        label="draws",
    )
    left.legend(loc="upper left")
    title = "What a draw costs under q, −log q(x), on average"
    set_axes(right, (-4.2, 4.2), (0, 15), xlabel="μ", ylabel="nats", title=title)
    p = facts(SHAPE)
    label = "over p: KL(p‖q) + H(p)"
    draw_curve(right, MU, p.kl(MU) + p.entropy, color=TARGET, label=label)
    label = "over the draws: −log likelihood/n"
    curve = draw_curve(right, MU, 0 * MU, color=SAMPLES, linestyle="-.", label=label, animated=True)
    lowest = draw_marker(right, color=SAMPLES, marker="^", label="mean of the draws")
    here = draw_marker(right, color=APPROXIMATION, label="your μ")
    # Below: with one draw its curve crosses the whole panel.
    below = dict(loc="outside lower center", ncols=4)
    figure.legend(*right.get_legend_handles_labels(), **below)

    def update(n, mu, seed):
        draws = draws_of_p(seed)[:n]
        mean, value = draws.mean(), cost(mu, draws)
        curve_q.set_ydata(np.exp(log_normal(X, mu, 1.0)))
        ticks.set_data(draws, 0.015 + 0 * draws)
        passed = np.append(MU[MU < mu], mu)
        curve.set_data(passed, cost(passed, draws))
        lowest.set_data(*([mean], [cost(mean, draws)]) if mean <= mu else ([], []))
        here.set_data([mu], [value])
        where = " (beyond the panel)" if value > 15 else ""
        return (
            f"{count(n, 'draw')} with mean {fixed(mean)}; E[x] under p is {fixed(p.mean)}. At μ = "
            f"{short(mu)} the cost is {fixed(value, 4)} nats a draw{where}, so the log likelihood "
            f"of the draws is {fixed(-n * value, 2)}."
        )

    return update
