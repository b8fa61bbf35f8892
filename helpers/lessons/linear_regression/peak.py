"""Section 3: why Laplace is exact on a line, and the evidence as a volume."""

import numpy as np

from helpers.gaussians import log_normal_full
from helpers.lessons.linear_regression.lines import (
    POINT,
    ledger_parameters,
    log_integral,
    log_joint,
)
from helpers.lessons.linear_regression.sliders import NOISE, PRIOR, SEEN
from helpers.widgets import Derivation, Line


def _gradient(w, x, y, noise_sd, prior_sd):
    rest = y - w[0] * x - w[1]
    return np.array([np.sum(rest * x), np.sum(rest)]) / noise_sd**2 - w / prior_sd**2


def _hessian(function, at):
    """Second derivatives by differences with a unit step: exact for a polynomial of degree 2."""
    steps = np.eye(2)
    return np.array(
        [
            [
                function(at + a + b) - function(at + a - b) - function(at - a + b)
                + function(at - a - b)
                for b in steps
            ]
            for a in steps
        ]
    ) / 4  # fmt: skip


def _newton(w, gradient, hessian):
    return w - np.linalg.solve(hessian, gradient)


exact = Derivation(
    "Why Laplace is exact: the log joint at one line w",
    (
        Line(
            r"\log p(\mathbf y,\mathbf w) = \sum_i\log\mathcal N(y_i\mid w_1x_i+w_2,\sigma^2) +"
            r" \sum_j\log\mathcal N(w_j\mid 0,\tau^2)",
            "The log joint, at any line.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: log_joint(
                w, x, y, noise_sd, prior_sd
            ),
        ),
        Line(
            r"= \log p(\mathbf y,\hat{\mathbf w}) + \tfrac12(\mathbf w-\hat{\mathbf w})^\top H"
            r"\,(\mathbf w-\hat{\mathbf w}),\quad"
            r" H = \nabla\nabla\log p(\mathbf y,\hat{\mathbf w})",
            "Taylor around the peak, H by differences. Nothing is left over: a square has no third"
            " derivative. This is the step where Laplace usually errs.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: (
                log_joint(np.linalg.solve(lam, pull), x, y, noise_sd, prior_sd)
                + 0.5
                * (w - np.linalg.solve(lam, pull))
                @ _hessian(
                    lambda at: log_joint(at, x, y, noise_sd, prior_sd), np.linalg.solve(lam, pull)
                )
                @ (w - np.linalg.solve(lam, pull))
            ),
        ),
        Line(
            r"= \log\mathcal N\bigl(\mathbf w\mid\hat{\mathbf w}, (-H)^{-1}\bigr)"
            r" + \log p(\mathbf y,\hat{\mathbf w}) + \tfrac12\log\det 2\pi(-H)^{-1}",
            "−H is Λ, and the quadratic a Gaussian's exponent: its constant added and taken away."
            " So the posterior is Laplace's Gaussian.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: (
                log_normal_full(w, np.linalg.solve(lam, pull), np.linalg.inv(lam))
                + log_joint(np.linalg.solve(lam, pull), x, y, noise_sd, prior_sd)
                + 0.5 * np.log(np.linalg.det(2 * np.pi * np.linalg.inv(lam)))
            ),
        ),
        Line(
            r"\log p(\mathbf y) = \log p(\mathbf y,\hat{\mathbf w})"
            r" + \tfrac12\log\det 2\pi(-H)^{-1}",
            "Aside: what stands beside the Gaussian is the evidence. Its other side is the integral"
            " over all lines, by the grid.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: (
                log_joint(np.linalg.solve(lam, pull), x, y, noise_sd, prior_sd)
                + 0.5 * np.log(np.linalg.det(2 * np.pi * np.linalg.inv(lam)))
            ),
            aside=lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: log_integral(
                lambda at: log_joint(at, x, y, noise_sd, prior_sd), *grid
            ),
        ),
        Line(
            r"\hat{\mathbf w} = \mathbf w - H^{-1}\nabla\log p(\mathbf y,\mathbf w)",
            "Aside: one Newton step, from the line of the sliders. Its other side is the posterior"
            " mean.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: _newton(
                w, _gradient(w, x, y, noise_sd, prior_sd), -lam
            ),
            aside=lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: grid[0],
        ),
    ),
    (SEEN, NOISE, PRIOR, *POINT),
    at=ledger_parameters,
)
