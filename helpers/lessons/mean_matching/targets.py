"""The densities p that notebook 02 approximates: four on the line, three in the plane."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from scipy.stats import gamma, norm, t, uniform

from helpers.densities import GaussianMixture
from helpers.quadrature import expectation

LINE = {
    "two bumps": GaussianMixture([0.3, 0.7], [-2.0, 2.0], [0.36, 0.64]),
    "skewed": gamma(1.5, loc=-2.5, scale=1.2),
    "uniform": uniform(-1, 4),
    "heavy tail": t(3, loc=0.5),
}


class Facts(NamedTuple):
    """What the objective needs to know of p, and nothing else."""

    mean: float
    var: float
    entropy: float

    @property
    def floor(self):
        """KL(p‖N(E_p[x], 1)): what no μ can get below."""
        return 0.5 * np.log(2 * np.pi) + 0.5 * self.var - self.entropy

    def kl(self, mu):
        """KL(p‖N(μ, 1)), in nats."""
        return self.floor + 0.5 * (mu - self.mean) ** 2


@cache
def facts(name):
    p = LINE[name]
    return Facts(float(p.mean()), float(p.var()), -expectation(p, lambda x, log_p: log_p))


@lru_cache(maxsize=4)
def two_bumps(separation, weight):
    """`weight` N(−separation/2, 0.8²) + (1 − `weight`) N(separation/2, 0.8²)."""
    middle = separation / 2
    return GaussianMixture([weight, 1 - weight], [-middle, middle], [0.64, 0.64])


FINE = np.linspace(-8, 8, 321)  # where two bumps live; sums over it are exact to 1e-12


def entropy(p):
    """H(p) of two bumps, in nats."""
    log_p = p.logpdf(FINE)
    return -np.sum(np.exp(log_p) * log_p) * (FINE[1] - FINE[0])


PLANE = ("curved", "two bumps", "tilted Gaussian")
GRID = np.linspace(-6, 6, 97)  # wide enough for all three: what lies outside is below 1e-6
CELL = (GRID[1] - GRID[0]) ** 2
_X1, _X2 = np.meshgrid(GRID, GRID)


def plane(shape, dependence):
    """p(x₁, x₂) on GRID × GRID, rows x₂; at dependence 0 its coordinates are independent."""
    if shape == "curved":
        return norm.pdf(GRID, 0, 1.1) * norm.pdf(_X2, -2 * dependence * np.cos(1.2 * _X1), 0.4)
    if shape == "two bumps":
        one, other = (norm.pdf(GRID, sign * 1.8 * dependence, 0.7) for sign in (-1, 1))
        return 0.35 * np.outer(one, one) + 0.65 * np.outer(other, other)
    if shape == "tilted Gaussian":
        rho = 0.95 * dependence
        return norm.pdf(GRID, 0, 1.2) * norm.pdf(_X2, rho * _X1, 1.2 * np.sqrt(1 - rho**2))
    raise ValueError(f"shape must be one of {PLANE}, not {shape!r}")


INNER = slice(8, -8)  # the part of GRID that is drawn: ± 5
LEVELS = np.log([0.03, 0.2, 0.6])  # contours: these fractions of the highest density


def log_height(density):
    """log(density/its maximum) where it is drawn. Contours of the log are the smoother ones."""
    inner = density[INNER, INNER]
    return np.log(np.maximum(inner / inner.max(), 1e-30))


class PlaneFacts(NamedTuple):
    mean: np.ndarray
    trace: float
    entropy: float


@cache
def plane_facts(shape, dependence=1.0):
    """Mean (2,), tr Cov and entropy of `plane`, by sums over the grid."""
    p = plane(shape, dependence) * CELL
    # Rounded, so that a mean of 0 is 0 on every machine.
    mean = np.round([np.sum(p * _X1), np.sum(p * _X2)], 12) + 0.0
    trace = np.sum(p * ((_X1 - mean[0]) ** 2 + (_X2 - mean[1]) ** 2))
    seen = p > 0  # where p underflows, p log p is 0
    return PlaneFacts(mean, float(trace), float(-np.sum(p[seen] * np.log(p[seen] / CELL))))
