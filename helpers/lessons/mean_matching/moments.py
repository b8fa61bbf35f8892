"""KL(p‖N(μ, σ²)), its picture and line by line: worksheet problem 2 with the variance freed."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_matching.objective import slope
from helpers.lessons.mean_matching.targets import entropy, two_bumps
from helpers.plots import ACCENT, APPROXIMATION, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import fixed

LINE = np.linspace(-20, 20, 801)


def _at(weight, mu, sigma):
    """p on LINE: two bumps, the left one with `weight`; μ and σ; and p's own two moments."""
    left, right = log_normal(LINE, -1.5, 0.64), log_normal(LINE, 1.5, 1.0)
    log_p = np.logaddexp(np.log(weight) + left, np.log1p(-weight) + right)
    mean = expect(LINE, log_p)
    best = np.array([mean, np.sqrt(expect((LINE - mean) ** 2, log_p))])
    return dict(log_p=log_p, place=np.array([mu, sigma]), best=best)


def expect(values, log_density):
    """The expectation of `values` on LINE under that density."""
    return (LINE[1] - LINE[0]) * np.exp(log_density) @ values


def log_q(place):
    return log_normal(LINE, place[0], place[1] ** 2)


def divergence(log_p, place):
    return expect(log_p - log_q(place), log_p)


def _slopes(log_p, place):
    return slope(lambda at: divergence(log_p, at), place)


def _constant(log_p, sigma):
    """−H(p) + ½ log 2πσ²"""
    return expect(log_p, log_p) + 0.5 * np.log(2 * np.pi * sigma**2)


def _between(one, other):
    """KL(N(one) ‖ N(other)) by notebook 01's formula; each is (mean, sd)."""
    ratio, gap = (one[1] / other[1]) ** 2, (one[0] - other[0]) / other[1]
    return 0.5 * (ratio - 1 - np.log(ratio) + gap**2)


def _square(log_p, place, best):
    mu, sigma = place
    return _constant(log_p, sigma) + expect((LINE - mu) ** 2, log_p) / (2 * sigma**2)


def _moment_form(log_p, place, best):
    (mu, sigma), (mean, sd) = place, best
    return _constant(log_p, sigma) + (sd**2 + (mu - mean) ** 2) / (2 * sigma**2)


def _closed_slopes(log_p, place, best):
    (mu, sigma), (mean, sd) = place, best
    return np.array([(mu - mean) / sigma**2, 1 / sigma - (sd**2 + (mu - mean) ** 2) / sigma**3])


derivation = Derivation(
    "KL(p‖N(μ, σ²)): the variance is free as well",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(x) - \log q(x|\mu,\sigma)]",
            "The definition, for two bumps on the line, by a sum over a grid.",
            lambda log_p, place, best: divergence(log_p, place),
        ),
        Line(
            r"= -H(p) + \tfrac12\log 2\pi\sigma^2 +"
            r" \frac{\mathbb{E}_p[(x-\mu)^2]}{2\sigma^2}",
            "The log density written out, as before; but σ² no longer is 1.",
            _square,
        ),
        Line(
            r"= -H(p) + \tfrac12\log 2\pi\sigma^2 +"
            r" \frac{\mathrm{Var}_p[x] + (\mu-\mathbb{E}_p[x])^2}{2\sigma^2}",
            r"$x-\mu = (x-\mathbb{E}_p[x]) + (\mathbb{E}_p[x]-\mu)$, squared; the cross term has"
            " mean zero. Besides its entropy, p enters by two moments.",
            _moment_form,
        ),
        Line(
            r"\frac{\partial\,\mathrm{KL}}{\partial\mu} ="
            r" \frac{\mu-\mathbb{E}_p[x]}{\sigma^2},\quad"
            r" \frac{\partial\,\mathrm{KL}}{\partial\sigma} = \frac1\sigma -"
            r" \frac{\mathrm{Var}_p[x] + (\mu-\mathbb{E}_p[x])^2}{\sigma^3}",
            "Aside: both slopes, against those measured on line 1.",
            _closed_slopes,
            aside=lambda log_p, place, best: _slopes(log_p, place),
        ),
        Line(
            r"\text{at } \mu^*=\mathbb{E}_p[x],\; \sigma^{*2}=\mathrm{Var}_p[x]:\quad"
            r" \frac{\partial\,\mathrm{KL}}{\partial\mu} ="
            r" \frac{\partial\,\mathrm{KL}}{\partial\sigma} = 0",
            "Aside: set the first slope to 0, then the second. Measured there, both are.",
            lambda log_p, place, best: _slopes(log_p, best),
            aside=lambda log_p, place, best: np.zeros(2),
        ),
        Line(
            r"\mathrm{KL}(p\|q^*) = \tfrac12\log\bigl(2\pi e\,\mathrm{Var}_p[x]\bigr) - H(p)",
            "Aside: what remains at q* = N(μ*, σ*²), against the sum. It is the entropy of the"
            " Gaussian minus that of p, and ≥ 0: of all densities with this variance, the Gaussian"
            " has the highest entropy.",
            lambda log_p, place, best: (
                0.5 * np.log(2 * np.pi * np.e * best[1] ** 2) + expect(log_p, log_p)
            ),
            aside=lambda log_p, place, best: divergence(log_p, best),
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \mathrm{KL}(p\|q^*) + \mathbb{E}_p\bigl[\log q^*(x) -"
            r" \log q(x)\bigr]",
            r"Back to any Gaussian q: take $\mathbb{E}_p[\log q^*]$ away and add it again.",
            lambda log_p, place, best: (
                divergence(log_p, best) + expect(log_q(best) - log_q(place), log_p)
            ),
        ),
        Line(
            r"= \mathrm{KL}(p\|q^*) + \mathbb{E}_{q^*}\bigl[\log q^*(x) - \log q(x)\bigr]",
            r"In the bracket stands $a + bx + cx^2$, and q* has the same $\mathbb{E}[x]$ and"
            r" $\mathbb{E}[x^2]$ as p: the average may be taken under q* as well.",
            lambda log_p, place, best: (
                divergence(log_p, best) + expect(log_q(best) - log_q(place), log_q(best))
            ),
        ),
        Line(
            r"= \mathrm{KL}(p\|q^*) + \mathrm{KL}(q^*\|q)",
            "The second term is a KL between Gaussians, here by notebook 01's formula: ≥ 0, and 0"
            " only at q = q*. So q* is the one minimum.",
            lambda log_p, place, best: divergence(log_p, best) + _between(best, place),
        ),
    ),
    (
        Slider("weight", "weight, left bump", 0.1, 0.9, 0.3, 0.05),
        Slider("mu", "μ", -2.0, 2.0, -0.5, 0.1),
        Slider("sigma", "σ", 0.6, 3.0, 1.2, 0.1),
    ),
    at=_at,
)

X = np.linspace(-9, 9, 241)
SDS = np.linspace(0.5, 5, 91)


@explorer("How wide?", Slider("sd", "σ", 0.5, 5.0, 0.8, 0.1), size=(9.6, 3.4))
def spread(figure):
    """Left p and the bell N(E[x], σ²), right KL(p‖q) as far as your σ. All but p move."""
    p = two_bumps(5.0, 0.35)
    mean, var, floor = p.mean(), p.var(), -entropy(p)
    left, right = figure.subplots(1, 2)
    set_axes(left, (-9, 9), (0, 0.55), xlabel="x", ylabel="density", title="p, and q = N(E[x], σ²)")
    draw_curve(left, X, p.pdf(X), color=TARGET, label="p")
    curve_q = draw_curve(left, X, 0 * X, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="upper left")
    title = "KL(p‖N(E[x], σ²)) as a function of σ"
    set_axes(right, (0.4, 5.1), (0, 12), xlabel="σ", ylabel="nats", title=title)
    style = dict(color=TARGET, linestyle=":", linewidth=1.6)
    best = draw_curve(right, [], [], label="the sd of p", animated=True, **style)

    def price(sd):
        return floor + 0.5 * np.log(2 * np.pi * sd**2) + 0.5 * var / sd**2

    curve = draw_curve(right, [], [], color="black", label="KL(p‖q)", animated=True)
    here = draw_marker(right, color=ACCENT)
    right.legend(loc="upper right")

    def update(sd):
        curve_q.set_ydata(np.exp(log_normal(X, mean, sd**2)))
        passed = np.append(SDS[SDS < sd], sd)
        curve.set_data(passed, price(passed))
        best.set_data(*(2 * [var**0.5], [0, 8]) if sd >= var**0.5 else ([], []))
        here.set_data([sd], [price(sd)])
        return (
            f"At σ = {sd:g}, KL(p‖q) = {fixed(price(sd), 4)} nats, "
            f"{fixed(price(sd) - price(var**0.5), 4)} above the least."
        )

    return update
