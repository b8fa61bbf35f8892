"""Five log joints with known moments, and one step of differences: for the tests of samplers."""

from typing import NamedTuple

import numpy as np
from scipy.special import digamma, polygamma

from helpers.models import Coin


class Target(NamedTuple):
    """`both` gives log joint and gradient at (..., D); `step`, `n_leapfrog` suit HMC."""

    both: object
    mean: np.ndarray
    cov: np.ndarray
    walk: float  # Metropolis' step
    step: float
    n_leapfrog: int

    def log_joint(self, z):
        return self.both(z)[0]


def gaussian(mean, cov):
    precision = np.linalg.inv(cov)

    def both(z):
        pull = (mean - np.asarray(z)) @ precision
        return 0.5 * ((np.asarray(z) - mean) * pull).sum(axis=-1), pull

    return both


def student(z):
    z = np.asarray(z)
    return -3 * np.log1p(z**2 / 5).sum(axis=-1), -6 * z / (5 + z**2)


def banana(z):
    """z₁ ~ N(0, 1), z₂ ~ N(z₁², 1)."""
    first, second = np.moveaxis(np.asarray(z), -1, 0)
    gap = second - first**2
    value = -0.5 * first**2 - 0.5 * gap**2
    return value, np.stack([2 * first * gap - first, -gap], axis=-1)


def bumps(z):
    """½ N(−1.5, 1) + ½ N(1.5, 1), without the constant: E[z²] = 1 + 1.5²."""
    z = np.asarray(z)
    value = np.logaddexp(-0.5 * (z - 1.5) ** 2, -0.5 * (z + 1.5) ** 2)
    return value[..., 0], 1.5 * np.tanh(1.5 * z) - z


COIN = Coin(7, 3, 1.0, 1.0)
RIDGE = np.array([1.0, -2.0]), np.array([[1, 0.99], [0.99, 1]])
TARGETS = {
    "gaussian": Target(gaussian(*RIDGE), *RIDGE, 0.4, 0.12, 15),
    "student": Target(student, np.zeros(1), np.eye(1) * 5 / 3, 2.5, 0.8, 3),
    "banana": Target(banana, np.array([0.0, 1]), np.diag([1, 3]), 1.2, 0.15, 12),
    "beta": Target(
        COIN.logit_log_joint_and_gradient,
        np.array([digamma(8) - digamma(4)]),
        np.array([[polygamma(1, 8) + polygamma(1, 4)]]),
        1.5,
        0.4,
        3,
    ),
    "bumps": Target(bumps, np.zeros(1), np.eye(1) * 3.25, 3.5, 0.7, 4),
}


def slope(function, z, width=1e-3):
    """The gradient of `function` at z (D,) by differences of sixth order."""
    steps = width * np.maximum(1, np.abs(z)) * np.eye(z.size)
    weights = {1: 45, 2: -9, 3: 1}
    rises = [
        sum(w * (function(z + k * s) - function(z - k * s)) for k, w in weights.items())
        for s in steps
    ]
    return np.array(rises) / (60 * np.diag(steps))
