"""Section 1: a line is a point, and a posterior over lines a Gaussian in the plane."""

from dataclasses import replace

import numpy as np

from helpers.gaussians import log_normal, log_normal_full, rings
from helpers.lessons.linear_regression.data import X, Y
from helpers.lessons.linear_regression.formulas import posterior
from helpers.lessons.linear_regression.sliders import NOISE, PRIOR, SEEN
from helpers.plots import (
    ACCENT,
    DATA,
    SAMPLES,
    TARGET,
    Outlines,
    Rings,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed

ENDS = np.array([-1.0, 5.0])
SLOPES = np.array([-4.0, 4.0])
TOP = 4.5
PUSHES = np.random.default_rng(3).standard_normal((8, 2))


@explorer("Lines seen as points", replace(SEEN, start=2), NOISE, PRIOR, size=(9.6, 4.2))
def learning(figure):
    """Left, lines drawn from the posterior; right, the same lines as points, and its rings."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    set_axes(left, (-1, 5), (-4, 7), xlabel="x", ylabel="y", title="Eight lines from the posterior")
    title = "The same lines, as points; rings at 1 and 2 sd"
    set_axes(right, (-4, 4), (-TOP, TOP), xlabel="slope", ylabel="intercept", title=title)
    drawn = Outlines(left, color=SAMPLES, linewidth=1.1, animated=True)
    mean_line = draw_curve(left, ENDS, 0 * ENDS, color=TARGET, label="mean line")
    mean_line.set_animated(True)
    seen = draw_marker(left, color=DATA, markersize=8, label="points seen")
    last = draw_marker(left, color=ACCENT, marker="D", label="the last of them")
    before = Rings(right, color=DATA, linestyle=":", linewidth=1.4, label="prior", animated=True)
    name = "through the last point, ± σ"
    strip = Outlines(right, color=ACCENT, linewidth=1.2, label=name, animated=True)
    after = Rings(right, color=TARGET, label="posterior", animated=True)
    dots = draw_marker(right, color=SAMPLES, markersize=6)
    figure.legend(loc="outside lower center", ncols=6, columnspacing=1.0)

    def update(n, noise_sd, prior_sd):
        mean, cov = posterior(X[:n], Y[:n], noise_sd, prior_sd)
        lines = mean + PUSHES @ np.linalg.cholesky(cov).T
        heights = lines[:, :1] * ENDS + lines[:, 1:]
        drawn.move([np.array([ENDS, row]) for row in heights])
        mean_line.set_ydata(mean[0] * ENDS + mean[1])
        seen.set_data(X[:n], Y[:n])
        last.set_data(X[n - 1 : n], Y[n - 1 : n])
        inside = (np.abs(lines) < (4, TOP)).all(axis=1)
        dots.set_data(*lines[inside].T)
        # All lines through a point: a line of this plane. Above and below it, σ off the point.
        offsets = noise_sd * np.array([[-1.0], [0.0], [1.0]])
        rows = (Y[n - 1] - X[n - 1] * SLOPES + offsets) if n else np.empty((0, 2))
        strip.move([np.array([SLOPES, row]) for row in rows])
        before.move(rings((0, 0), prior_sd**2 * np.eye(2)), (0, 0))
        after.move(rings(mean, cov), mean)
        lost = " Rings or points go beyond the panel." if 2 * prior_sd > 4 else ""
        lost = lost or ("" if inside.all() else " A line's point lies beyond the panel.")
        sds = np.sqrt(np.diag(cov))
        return (
            f"{count(n, 'point')} seen: slope {fixed(mean[0])} ± {fixed(sds[0])}, intercept "
            f"{fixed(mean[1])} ± {fixed(sds[1])}.{lost}"
        )

    return update


# The trapezoid rule around the posterior, in its own sds: exact to rounding for a Gaussian.
AXIS = np.linspace(-9, 9, 41)
GRID = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)


def _precision(x, noise_sd, prior_sd):
    squares = np.array([[np.sum(x**2), np.sum(x)], [np.sum(x), len(x)]])
    return squares / noise_sd**2 + np.eye(2) / prior_sd**2


def log_integral(log_function, mean, cov):
    """log ∫ exp(log_function(w)) dw, by a grid laid around mean; log_function takes (n, 2)."""
    root = np.linalg.cholesky(cov)
    area = (AXIS[1] - AXIS[0]) ** 2 * np.prod(np.diag(root))
    values = log_function(mean + GRID @ root.T)
    return values.max() + np.log(np.sum(np.exp(values - values.max())) * area)


def log_joint(w, x, y, noise_sd, prior_sd):
    """Line by line and point by point, log p(y | w) + log p(w) at w (..., 2)."""
    heights = w[..., :1] * x + w[..., 1:]
    value = np.sum(log_normal(y, heights, noise_sd**2), axis=-1)
    return value + np.sum(log_normal(w, 0, prior_sd**2), axis=-1)


def _normalised(exponent, w, grid):
    """log c + exponent(w), with the c that makes the density integrate to 1 (by the grid)."""
    return exponent(w) - log_integral(exponent, *grid)


def _squares(w, x, y, noise_sd, prior_sd):
    rest = y - w[..., :1] * x - w[..., 1:]
    return -0.5 * (np.sum(rest**2, axis=-1) / noise_sd**2 + np.sum(w**2, axis=-1) / prior_sd**2)


def _quadratic(w, matrix):
    return np.sum(w @ matrix * w, axis=-1)


def ledger_parameters(n, noise_sd, prior_sd, slope, intercept):
    """What every line of the ledgers takes: the points seen, one w, and where the grid lies."""
    x, y = X[:n], Y[:n]
    lam = _precision(x, noise_sd, prior_sd)
    pull = np.array([np.sum(x * y), np.sum(y)]) / noise_sd**2
    grid = np.linalg.solve(lam, pull), np.linalg.inv(lam)
    w = np.array([slope, intercept])
    return dict(x=x, y=y, noise_sd=noise_sd, prior_sd=prior_sd, w=w, lam=lam, pull=pull, grid=grid)


POINT = (
    Slider("slope", "the line: its slope", -1.0, 2.0, 0.5, 0.1),
    Slider("intercept", "its intercept", -2.0, 2.0, 0.0, 0.1),
)

completed = Derivation(
    "The posterior by completing the square: log p(w | y) at one line w",
    (
        Line(
            r"\log p(\mathbf w\mid\mathbf y) = \log\frac{p(\mathbf w)\prod_i p(y_i\mid\mathbf w)}"
            r"{\int p(\mathbf w)\prod_i p(y_i\mid\mathbf w)\,d\mathbf w}",
            "Bayes. w is (slope, intercept). The points are independent given the line. The"
            " integral is a sum over a fine grid.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: (
                log_joint(w, x, y, noise_sd, prior_sd)
                - log_integral(lambda at: log_joint(at, x, y, noise_sd, prior_sd), *grid)
            ),
        ),
        Line(
            r"= \log c - \tfrac12\Bigl[\frac1{\sigma^2}\sum_i (y_i - w_1x_i - w_2)^2"
            r" + \frac1{\tau^2}(w_1^2+w_2^2)\Bigr]",
            "Gaussians multiplied: their exponents add. The first sum is that of least squares. c"
            " holds what does not depend on w; here and below the grid finds it.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: _normalised(
                lambda at: _squares(at, x, y, noise_sd, prior_sd), w, grid
            ),
        ),
        Line(
            r"= \log c' - \tfrac12\mathbf w^\top\Lambda\mathbf w + \mathbf w^\top\mathbf b,\quad"
            r" \Lambda = \frac1{\sigma^2}\begin{pmatrix}\sum x_i^2 & \sum x_i\\ \sum x_i & n"
            r"\end{pmatrix} + \frac1{\tau^2}I",
            r"The squares expanded. $\mathbf b = \frac1{\sigma^2}(\sum x_iy_i, \sum y_i)$; the"
            r" $y_i^2$ go into c′. In $\Lambda$ no y occurs.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: _normalised(
                lambda at: -0.5 * _quadratic(at, lam) + at @ pull, w, grid
            ),
        ),
        Line(
            r"= \log c'' - \tfrac12(\mathbf w-\mu)^\top\Lambda\,(\mathbf w-\mu),"
            r"\quad \Lambda\mu = \mathbf b",
            r"The square completed, as in notebook 03. Its linear part is"
            r" $\mathbf w^\top\Lambda\mu$, so μ must solve $\Lambda\mu=\mathbf b$.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: _normalised(
                lambda at: -0.5 * _quadratic(at - np.linalg.solve(lam, pull), lam), w, grid
            ),
        ),
        Line(
            r"= \log\mathcal N(\mathbf w\mid\mu,\Lambda^{-1})",
            "A Gaussian, and a Gaussian's constant is known: no integral is left.",
            lambda x, y, noise_sd, prior_sd, w, lam, pull, grid: log_normal_full(
                w, np.linalg.solve(lam, pull), np.linalg.inv(lam)
            ),
        ),
    ),
    (SEEN, NOISE, PRIOR, *POINT),
    at=ledger_parameters,
)
