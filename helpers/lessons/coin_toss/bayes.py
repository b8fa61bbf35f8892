"""Section 1: prior times likelihood, made to integrate to 1."""

import numpy as np
from scipy.special import betaln

from helpers.lessons.coin_toss.formulas import exact, log_beta_density
from helpers.lessons.coin_toss.integrals import average, log_integral, power
from helpers.lessons.coin_toss.sliders import COUNTS, PRIOR
from helpers.plots import DATA, GAIN, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed, short

THETA = np.linspace(0.0025, 0.9975, 200)
TOP = 6.0


@explorer("Prior, likelihood, posterior", *COUNTS, *PRIOR, size=(9.6, 3.8))
def update(figure):
    """Three curves over θ follow the counts; marks on the axis show how the means pull."""
    ax = figure.subplots()
    set_axes(ax, (0, 1), (-0.35, TOP), xlabel="θ, chance of heads", ylabel="density")
    ax.axhline(0, color="black", linewidth=0.8)
    moving = dict(animated=True)
    # Wider than the posterior, with which it coincides before any toss.
    under = dict(linewidth=3.6, linestyle=":") | moving
    prior = draw_curve(ax, THETA, THETA, color=DATA, label="prior", **under)
    name = "likelihood, scaled to area 1"
    # Over the posterior, with which it coincides under a flat prior.
    over = dict(linewidth=1.6, zorder=3) | moving
    likelihood = draw_curve(ax, THETA, THETA, color=GAIN, linestyle="-.", label=name, **over)
    posterior = draw_curve(ax, THETA, THETA, color=TARGET, label="posterior", **moving)
    # In this order, size and place each is seen where all three coincide.
    share, after, before = (
        draw_marker(ax, color=color, marker=marker, markersize=size, clip_on=False)
        for color, marker, size in ((GAIN, "D", 12), (TARGET, "o", 9), (DATA, "v", 9))
    )
    figure.legend(loc="outside lower center", ncols=3)

    def update(heads, tails, a, b):
        pairs = (a, b), (heads + 1, tails + 1), (a + heads, b + tails)
        curves = [np.exp(log_beta_density(THETA, *pair)) for pair in pairs]
        for line, curve in zip((prior, likelihood, posterior), curves, strict=True):
            line.set_ydata(curve)
        n, answer = heads + tails, exact(*pairs[2])
        before.set_data([a / (a + b)], [0.3])
        share.set_data([heads / n] if n else [], [0] if n else [])
        after.set_data([answer.mean], [0])
        seen = f"the share of heads {fixed(heads / n)}" if n else "no share of heads yet"
        lost = " A curve goes beyond the panel." if np.max(curves) > TOP else ""
        return (
            f"{count(heads, 'head')}, {count(tails, 'tail')}: prior mean {fixed(a / (a + b))}, "
            f"{seen}, posterior Beta({short(a + heads)}, {short(b + tails)}) with mean "
            f"{fixed(answer.mean)} and sd {fixed(answer.sd)}; the tosses weigh "
            f"{fixed(n / (n + a + b))} of it.{lost}"
        )

    return update


def _log(theta):
    return np.log(theta), np.log1p(-theta)


def _log_prior(a, b):
    """log p(u) as a function of log u and log(1 − u), normalised by the grid."""
    norm = log_integral(power(a - 1, b - 1))
    return lambda log_u, log_rest: power(a - 1, b - 1)(log_u, log_rest) - norm


def _bayes(heads, tails, a, b, theta):
    prior, likelihood = _log_prior(a, b), power(heads, tails)
    evidence = log_integral(lambda *logs: likelihood(*logs) + prior(*logs))
    return likelihood(*_log(theta)) + prior(*_log(theta)) - evidence


def _powers(heads, tails, a, b, theta):
    def product(*logs):
        return power(heads, tails)(*logs) + power(a - 1, b - 1)(*logs)

    return product(*_log(theta)) - log_integral(product)


derived = Derivation(
    "The posterior: log p(θ | x) at one θ",
    (
        Line(
            r"\log p(\theta\mid x) = \log\frac{p(x\mid\theta)\,p(\theta)}"
            r"{\int_0^1 p(x\mid u)\,p(u)\,du}",
            "Bayes. The tosses are independent given θ: h factors θ, t factors 1 − θ. The prior is"
            " Beta(a, b). Integrals by a fine grid.",
            _bayes,
        ),
        Line(
            r"= \log\frac{\theta^h(1-\theta)^t\;\theta^{a-1}(1-\theta)^{b-1}}"
            r"{\int_0^1 u^h(1-u)^t\;u^{a-1}(1-u)^{b-1}\,du}",
            "The prior's constant 1/B(a, b) stands above and below: it cancels.",
            _powers,
        ),
        Line(
            r"= (a+h-1)\log\theta + (b+t-1)\log(1-\theta) - \log B(a+h,\,b+t)",
            "Exponents of the same base add. The denominator is what B(a + h, b + t) means: the"
            " posterior is Beta(a + h, b + t).",
            lambda heads, tails, a, b, theta: (
                (a + heads - 1) * np.log(theta)
                + (b + tails - 1) * np.log(1 - theta)
                - betaln(a + heads, b + tails)
            ),
        ),
        Line(
            r"\log p(x) = \log B(a+h,\,b+t) - \log B(a,\,b)",
            "Aside: the evidence, line 1's denominator; its other side is that integral by the"
            " grid.",
            lambda heads, tails, a, b, theta: betaln(a + heads, b + tails) - betaln(a, b),
            aside=lambda heads, tails, a, b, theta: log_integral(
                lambda *logs: power(heads, tails)(*logs) + _log_prior(a, b)(*logs)
            ),
        ),
        Line(
            r"\mathbb E[\theta\mid x] = \frac{a+h}{a+b+h+t}",
            "Aside: the mean, beside the same by the grid. It is the chance that the next toss is"
            " heads.",
            lambda heads, tails, a, b, theta: (a + heads) / (a + b + heads + tails),
            aside=lambda heads, tails, a, b, theta: average(lambda u: u, a + heads, b + tails),
        ),
    ),
    (*COUNTS, *PRIOR, Slider("theta", "θ", 0.05, 0.95, 0.6, 0.05)),
)
