"""Section 4: log p(x) = ELBO + KL, and a q set by hand."""

import numpy as np
from scipy.special import betaln, log_expit

from helpers.gaussians import log_normal
from helpers.lessons.coin_toss.formulas import (
    best_gaussian,
    elbo_gap,
    expect,
    laplace_logit,
    log_posterior,
)
from helpers.lessons.coin_toss.integrals import log_integral, power
from helpers.lessons.coin_toss.sliders import COUNTS, OURS, PRIOR
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    LOSS,
    TARGET,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import fixed

ETA = np.linspace(-2, 5, 141)
MEANS, SDS = np.linspace(-1, 3.5, 91), np.linspace(0.3, 1.6, 66)
LEVELS = (0.02, 0.1, 0.3, 1, 3)

Q = (
    Slider("m", "m, mean of q", -1.0, 3.5, 0.0, 0.05),
    Slider("s", "s, sd of q", 0.3, 1.6, 1.0, 0.05),
)


@explorer("The bound, as you set q", *Q, size=(9.6, 3.9))
def bound(figure):
    """The posterior and the hill of the ELBO stay; q, and its place on the hill, follow m and s."""
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    posterior, log_evidence = OURS.posterior, OURS.log_evidence
    set_axes(left, (-2, 5), (0, 1.4), xlabel="η = logit θ", ylabel="density", title="p and q")
    draw_curve(left, ETA, np.exp(log_posterior(ETA, *posterior)), color=TARGET, label="p(η | x)")
    q = draw_curve(left, ETA, ETA, color=APPROXIMATION, label="q", animated=True)
    title = "How far the ELBO is below log p(x), in nats"
    set_axes(right, (-1, 3.5), (0.3, 1.6), xlabel="m", ylabel="s", title=title)
    gaps = elbo_gap(*np.meshgrid(MEANS, SDS), *posterior)
    lines = right.contour(MEANS, SDS, gaps, LEVELS, colors=DATA, linewidths=0.9)
    right.clabel(lines, fmt=lambda level: f"{level:g}", fontsize=8.5)
    # The star lies over the square, which it almost touches.
    for (m, s), color, marker, size, label in (
        (laplace_logit(*posterior), LOSS, "s", 8, "Laplace's q"),
        (best_gaussian(*posterior), APPROXIMATION, "*", 14, "highest ELBO"),
    ):
        style = dict(color=color, marker=marker, markersize=size, label=label, animated=False)
        draw_marker(right, **style).set_data([m], [s])
    here = draw_marker(right, color=ACCENT, label="where q is", clip_on=False)
    figure.legend(loc="outside lower center", ncols=5)

    def update(m, s):
        q.set_ydata(np.exp(log_normal(ETA, m, s**2)))
        here.set_data([m], [s])
        gap = elbo_gap(m, s, *posterior)
        return (
            f"ELBO {fixed(log_evidence - gap)} + KL(q‖p) {fixed(gap)} = log p(x) "
            f"{fixed(log_evidence)} nats."
        )

    return update


def _log_joint(eta, first, second, a, b):
    return first * log_expit(eta) + second * log_expit(-eta) - betaln(a, b)


def _log_evidence(first, second, a, b):
    """log ∫ p(x, η) dη by the grid: the integrand over θ is smaller by the Jacobian."""
    return log_integral(power(first - 1, second - 1)) - betaln(a, b)


def _log_exact(eta, first, second):
    """log p(η | x), normalised by the grid."""
    norm = log_integral(power(first - 1, second - 1))
    return first * log_expit(eta) + second * log_expit(-eta) - norm


def _log_q(eta, m, s):
    return log_normal(eta, m, s**2)


identity = Derivation(
    "log p(x) = ELBO + KL, for the coin",
    (
        Line(
            r"\log p(x) = \log\int p(x,\eta)\,d\eta",
            "What we want, here by a fine grid.",
            lambda first, second, a, b, m, s: _log_evidence(first, second, a, b),
        ),
        Line(
            r"= \mathbb E_q[\log p(x,\eta) - \log p(\eta\mid x)]",
            r"$p(x) = p(x,\eta)/p(\eta\mid x)$ at every η, so on average under any q."
            " Expectations by Gauss–Hermite quadrature.",
            lambda first, second, a, b, m, s: expect(
                lambda eta: _log_joint(eta, first, second, a, b) - _log_exact(eta, first, second),
                m,
                s,
            ),
        ),
        Line(
            r"= \mathbb E_q[\log p(x,\eta) - \log q(\eta)]"
            r" + \mathbb E_q[\log q(\eta) - \log p(\eta\mid x)]",
            "log q taken away and added: the ELBO, and KL(q‖p). The second is never negative.",
            lambda first, second, a, b, m, s: (
                expect(lambda eta: _log_joint(eta, first, second, a, b) - _log_q(eta, m, s), m, s)
                + expect(lambda eta: _log_q(eta, m, s) - _log_exact(eta, first, second), m, s)
            ),
        ),
        Line(
            r"= (a+h)\,\mathbb E_q[\log\theta] + (b+t)\,\mathbb E_q[\log(1-\theta)] - \log B(a,b)"
            r" + \tfrac12\log 2\pi e s^2 + \mathrm{KL}(q\,\|\,p)",
            "The log joint of section 2, and a Gaussian's entropy. The first four terms are"
            " the ELBO: two averages under q, nothing else to integrate.",
            lambda first, second, a, b, m, s: (
                first * expect(log_expit, m, s)
                + second * expect(lambda eta: log_expit(-eta), m, s)
                - betaln(a, b)
                + 0.5 * np.log(2 * np.pi * np.e * s**2)
                + expect(lambda eta: _log_q(eta, m, s) - _log_exact(eta, first, second), m, s)
            ),
        ),
    ),
    (*COUNTS, *PRIOR, *Q),
    at=lambda heads, tails, a, b, m, s: dict(first=a + heads, second=b + tails, a=a, b=b, m=m, s=s),
)
