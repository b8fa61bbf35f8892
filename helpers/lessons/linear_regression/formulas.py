"""The exact answers: a line's Gaussian posterior, its bands, and the noise integrated by a sum.

Points are w = (slope, intercept). The formulas stay in this lesson, for they hold for lines alone.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

LEVELS = (0.025, 0.975)
Z = 1.959963984540054  # 97.5 % of N(0, 1) lie below
LOG_SD = np.linspace(-4, 4, 401)  # the grid over log σ


class Answer(NamedTuple):
    """What an answer says of one quantity: mean, sd and the ends of its 95 % interval."""

    mean: float
    sd: float
    low: float
    high: float


def design(x):
    """Rows (x_i, 1): (N, 2)."""
    return np.stack([x, np.ones_like(x)], axis=-1)


def precision(x, noise_sd, prior_sd):
    """Λ = XᵀX/σ² + diag(1/prior_sd²); `prior_sd` a number or (2,)."""
    rows = design(np.asarray(x, float))
    return rows.T @ rows / noise_sd**2 + np.eye(2) / np.square(prior_sd)


def posterior(x, y, noise_sd, prior_sd):
    """μ and Σ of slope and intercept: Λμ = Xᵀy/σ², Σ = Λ⁻¹."""
    cov = np.linalg.inv(precision(x, noise_sd, prior_sd))
    return cov @ (design(np.asarray(x, float)).T @ y) / noise_sd**2, cov


def line_band(x, mean, cov):
    """Mean and sd of the line's height at each x: (x, 1) μ and √((x, 1) Σ (x, 1)ᵀ)."""
    rows = design(np.asarray(x, float))
    return rows @ mean, np.sqrt(np.sum(rows @ cov * rows, axis=-1))


def correlation(cov):
    return cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])


def best_product(cov):
    """The covariance of the mean field's q: diag(1/Λ_jj), Λ = Σ⁻¹; its mean is exact."""
    return np.diag(1 / np.diag(np.linalg.inv(cov)))


def elbo_gap(cov):
    """log p(y) − ELBO = KL(q‖p) of the best product: −½ log(1 − ρ²)."""
    return -0.5 * np.log1p(-(correlation(cov) ** 2))


def gaussian_answer(mean, sd):
    return Answer(mean, sd, mean - Z * sd, mean + Z * sd)


class NoiseInferred(NamedTuple):
    """p(w, log σ | y) as a mixture over LOG_SD: weights (G,), means (G, 2), covs (G, 2, 2)."""

    weights: np.ndarray
    means: np.ndarray
    covs: np.ndarray

    def moments(self):
        """Mean and covariance of the line's w: averaged, and with what the means scatter."""
        mean = self.weights @ self.means
        gap = self.means - mean
        spread = self.covs + gap[:, :, None] * gap[:, None, :]
        return mean, np.einsum("g,gij->ij", self.weights, spread)

    def noise(self):
        """Answer for log σ: the grid's own moments, and quantiles between its points."""
        mean = self.weights @ LOG_SD
        sd = np.sqrt(self.weights @ (LOG_SD - mean) ** 2)
        below = np.cumsum(self.weights) - 0.5 * self.weights
        return Answer(mean, sd, *np.interp(LEVELS, below, LOG_SD))

    def answer(self, j):
        """Answer for slope (j = 0) or intercept (1); quantiles by halving the mixture's cdf."""
        mean, cov = self.moments()
        sd = np.sqrt(cov[j, j])
        return Answer(mean[j], sd, *(self._quantile(j, level, mean[j], sd) for level in LEVELS))

    def _quantile(self, j, level, mean, sd):
        low, high = mean - 12 * sd, mean + 12 * sd
        sds = np.sqrt(self.covs[:, j, j])
        for _ in range(60):
            middle = (low + high) / 2
            too_low = self.weights @ ndtr((middle - self.means[:, j]) / sds) < level
            low, high = (middle, high) if too_low else (low, middle)
        return middle

    def density(self, j, values):
        """p(w_j | y) at the values (n,)."""
        mean, var = self.means[:, j], self.covs[:, j, j]
        squares = (np.asarray(values)[:, None] - mean) ** 2 / var
        return np.exp(-0.5 * squares) @ (self.weights / np.sqrt(2 * np.pi * var))


def noise_inferred(x, y, prior_sd):
    """The exact posterior with log σ ~ N(0, 1): w is integrated by formula, log σ by a sum.

    p(y | σ) = p(y, μ | σ) √det 2πΣ,  with μ and Σ of the posterior under that σ
    """
    rows, var = design(np.asarray(x, float)), np.exp(2 * LOG_SD)[:, None]
    prior = np.broadcast_to(1 / np.square(prior_sd), 2).astype(float)
    lam = (rows.T @ rows) / var[..., None] + np.diag(prior)
    det = lam[:, 0, 0] * lam[:, 1, 1] - lam[:, 0, 1] ** 2
    turned = lam[:, ::-1, ::-1] * np.array([[1, -1], [-1, 1]])
    covs = turned / det[:, None, None]
    means = np.matvec(covs, (rows.T @ y) / var)
    squares = ((y - means @ rows.T) ** 2).sum(axis=1) / var[:, 0]
    # Constants that no σ changes are left out: the weights are normalised.
    log_weight = -len(y) * LOG_SD - 0.5 * (squares + means**2 @ prior + np.log(det) + LOG_SD**2)
    weights = np.exp(log_weight - log_weight.max())
    return NoiseInferred(weights / weights.sum(), means, covs)
