"""The best factor for a density, by the calculus of variations: exercise sheet 1c as printed.

A functional has a slope in every direction h: d/dε L[q₁ + εh] at ε = 0. Here h is a ripple of q₁,
so that q₁ + εh is positive for |ε| < 1, and everything is a sum over a grid.
"""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_matching.objective import slope
from helpers.widgets import Derivation, Line, Slider

SIDE = np.linspace(-16, 16, 161)
STEP = SIDE[1] - SIDE[0]
Z_1, Z_2 = np.meshgrid(SIDE, SIDE, indexing="ij")
LOG_Q_2 = log_normal(SIDE, 0.5, 1.44)


def _at(rho, sd, lam, phase):
    """log p(z₁, z₂), with both marginals N(0, 1) and correlation ρ; q₁, h and λ."""
    log_p = log_normal(Z_1, 0, 1) + log_normal(Z_2, rho * Z_1, 1 - rho**2)
    q_1 = np.exp(log_normal(SIDE, 0.8, sd**2))
    return dict(log_p=log_p, q_1=q_1, lam=lam, h=q_1 * np.cos(2 * SIDE - phase))


def whole(values, log_p):
    """∬ p · values"""
    return STEP**2 * np.sum(np.exp(log_p) * values)


def marginal(log_p):
    return STEP * np.exp(log_p).sum(axis=1)


def rest(log_p):
    """C = ∬ p ln p − ∬ p ln q₂: what q₁ cannot change."""
    return whole(log_p - LOG_Q_2, log_p)


def lagrangian(log_p, q_1, lam):
    """L[q₁], without C."""
    return -STEP * np.sum(marginal(log_p) * np.log(q_1)) + lam * (STEP * np.sum(q_1) - 1)


def _slope(log_p, q_1, lam, h):
    return slope(lambda epsilon: lagrangian(log_p, q_1 + epsilon[0] * h, lam), np.zeros(1))[0]


def _bend(log_p, q_1, lam, h):
    """d²/dε² L at 0, by Cauchy's integral formula: a mean over a circle of complex ε."""
    turns = np.exp(2j * np.pi * np.arange(24) / 24)
    around = [lagrangian(log_p, q_1 + 0.25 * turn * h, lam) for turn in turns]
    return 2 * np.mean(around / turns**2).real / 0.25**2


def _parts(log_p, q_1, lam, h):
    p_1, p_2 = marginal(log_p), STEP * np.exp(log_p).sum(axis=0)
    shared = whole(log_p - np.log(p_1)[:, None] - np.log(p_2), log_p)
    first = STEP * np.sum(p_1 * np.log(p_1 / q_1))
    return shared + first + STEP * np.sum(p_2 * (np.log(p_2) - LOG_Q_2))


derivation = Derivation(
    "The best q₁ for a density: p a Gaussian with correlation ρ",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \iint p(z_1,z_2)\,\ln\frac{p(z_1,z_2)}{q_1(z_1)\,q_2(z_2)}"
            r"\,dz_1dz_2",
            "Sums became integrals; here by a grid. p has the marginals N(0, 1); q₁ = N(0.8, sd²),"
            " and its sd is yours; q₂ = N(0.5, 1.2²).",
            lambda log_p, q_1, lam, h: whole(log_p - np.log(q_1)[:, None] - LOG_Q_2, log_p),
        ),
        Line(
            r"= -\int \ln q_1(z_1)\Bigl(\int p(z_1,z_2)\,dz_2\Bigr)dz_1 + C",
            "The inner integral first. It is the marginal; $C$ is what holds no q₁.",
            lambda log_p, q_1, lam, h: (
                -STEP * np.sum(np.log(q_1) * (STEP * np.exp(log_p).sum(axis=1))) + rest(log_p)
            ),
        ),
        Line(
            r"= -\int p(z_1)\,\ln q_1(z_1)\,dz_1 + \lambda\Bigl(\int q_1(z_1)\,dz_1 - 1\Bigr) + C"
            r" = \mathcal L[q_1] + C",
            "The Lagrangian, one λ for one constraint. As q₁ integrates to 1, λ changes nothing.",
            lambda log_p, q_1, lam, h: lagrangian(log_p, q_1, lam) + rest(log_p),
        ),
        Line(
            r"\frac{d}{d\varepsilon}\mathcal L[q_1+\varepsilon h]\Big|_{\varepsilon=0} ="
            r" \int \Bigl(-\frac{p(z_1)}{q_1(z_1)} + \lambda\Bigr)\,h(z_1)\,dz_1",
            "Aside: move q₁ a little in a direction h, and differentiate under the integral;"
            r" against the slope measured on line 3. Here"
            r" $h = q_1\cos(2z_1-\text{phase})$, a ripple of q₁.",
            lambda log_p, q_1, lam, h: STEP * np.sum((-marginal(log_p) / q_1 + lam) * h),
            aside=_slope,
        ),
        Line(
            r"\frac{\delta\mathcal L}{\delta q_1(z_1)} = -\frac{p(z_1)}{q_1(z_1)} + \lambda = 0"
            r"\;\Rightarrow\; \lambda\int q_1\,dz_1 = \int p(z_1)\,dz_1 \;\Rightarrow\;"
            r" \lambda = 1",
            "Aside: a slope of 0 for every h leaves only a bracket of 0, the functional"
            " derivative. Multiply it by q₁ and integrate: both integrals are 1.",
            lambda log_p, q_1, lam, h: whole(1.0, log_p) / (STEP * np.sum(q_1)),
            aside=lambda log_p, q_1, lam, h: 1.0,
        ),
        Line(
            r"q_1^* = p(z_1),\ \lambda = 1:\quad"
            r" \frac{d}{d\varepsilon}\mathcal L[q_1^*+\varepsilon h]\Big|_{\varepsilon=0} = 0",
            "Aside: with λ = 1, q₁ is the marginal. Measured there, with the same ripple of"
            " q₁*, the slope is 0: turn h.",
            lambda log_p, q_1, lam, h: _slope(
                log_p, marginal(log_p), 1.0, h / q_1 * marginal(log_p)
            ),
            aside=lambda log_p, q_1, lam, h: 0.0,
        ),
        Line(
            r"\frac{d^2}{d\varepsilon^2}\mathcal L[q_1+\varepsilon h]\Big|_{\varepsilon=0} ="
            r" \int \frac{p(z_1)}{q_1(z_1)^2}\,h(z_1)^2\,dz_1 > 0",
            "Aside: the second variation, against the bend measured on line 3. It is positive for"
            " every h but 0 and every q₁, so the bowl has one bottom.",
            lambda log_p, q_1, lam, h: STEP * np.sum(marginal(log_p) * (h / q_1) ** 2),
            aside=_bend,
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \mathrm{KL}(p\|p_1p_2) + \mathrm{KL}(p_1\|q_1) +"
            r" \mathrm{KL}(p_2\|q_2)",
            "Again three parts, each an integral now.",
            _parts,
        ),
        Line(
            r"\mathrm{KL}(p\|p_1p_2) = -\tfrac12\log(1-\rho^2)",
            "Aside: for a correlated Gaussian pair the first has a closed form. No product comes"
            " closer than that.",
            lambda log_p, q_1, lam, h: -0.5 * np.log1p(-(whole(Z_1 * Z_2, log_p) ** 2)),
            aside=lambda log_p, q_1, lam, h: whole(
                log_p - np.log(marginal(log_p))[:, None] - np.log(marginal(log_p.T)), log_p
            ),
        ),
    ),
    (
        Slider("rho", "ρ", -0.9, 0.9, 0.6, 0.05),
        Slider("sd", "sd of q₁", 0.5, 2.0, 0.7, 0.05),
        Slider("lam", "λ", -1.0, 3.0, 0.4, 0.1),
        Slider("phase", "direction h: phase", 0.0, 6.0, 0.5, 0.1),
    ),
    at=_at,
)
