"""Sections 6 and 7: the evidence and f without a walk: v and b by hand, w and c from the prior."""

from typing import NamedTuple

import numpy as np

from helpers.lessons.neural_network.points import EDGE, GAP, NOISE_SD, X, Y
from helpers.lessons.neural_network.stored import GRID, stored

N_DRAWS = 64_000  # shared by the units: with more of them a larger share of the draws fits


class Weighed(NamedTuple):
    """log p(y) in nats; how many equal weights the weights are worth; f(x), each as likely."""

    log_evidence: float
    effective: float
    f: np.ndarray


def _features(x, w, c):
    """The hidden units at x, and a 1 for b: (draws, len(x), H + 1)."""
    units = np.tanh(np.asarray(x)[:, None] * w + c)
    return np.concatenate([units, np.ones((*units.shape[:2], 1))], axis=2)


def weighed(hidden, scale, x=(0.0,), seed=0):
    """p(y) = E[p(y | w, c)] over the prior's draws, and posterior draws of f at x: `Weighed`.

    Given w and c, f is linear in u = (v, b), whose prior and likelihood are Gaussian: a linear
    regression with precision A = ΦᵀΦ/σ² + I/s², and p(y | w, c) is a Gaussian's density.
    """
    hidden, rng = int(hidden), np.random.default_rng(seed)
    w, c = scale * rng.standard_normal((2, N_DRAWS // hidden, 1, hidden))
    known = _features(X, w, c)
    turned = known.swapaxes(1, 2)
    root = np.linalg.cholesky(turned @ known / NOISE_SD**2 + np.eye(hidden + 1) / scale**2)
    half = np.linalg.solve(root, turned @ Y[:, None] / NOISE_SD**2)
    log_det = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    log_det += 2 * (hidden + 1) * np.log(scale) + X.size * np.log(2 * np.pi * NOISE_SD**2)
    logs = 0.5 * ((half**2).sum(axis=(1, 2)) - Y @ Y / NOISE_SD**2 - log_det)
    weights = np.exp(logs - logs.max())
    u = np.linalg.solve(root.swapaxes(1, 2), half + rng.standard_normal(half.shape))
    f = (_features(x, w, c) @ u)[..., 0]
    chosen = rng.choice(len(f), 20_000, p=weights / weights.sum())
    effective = weights.sum() ** 2 / (weights @ weights)
    return Weighed(logs.max() + np.log(weights.mean()), effective, f[chosen])


def judges_apart(hidden, scale):
    """Mean distance of these 95 % bands' ends of f from the long HMC run's, (points, gap)."""
    ends = np.quantile(weighed(hidden, scale, GRID).f, (0.025, 0.975), axis=0)
    off = np.abs(ends - stored("bands", hidden, scale)[-1][:2]).mean(axis=0)
    in_gap = np.abs(GRID) < GAP
    return off[~in_gap & (np.abs(GRID) <= EDGE)].mean(), off[in_gap].mean()
