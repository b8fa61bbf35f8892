"""The exact posterior of a small mixture: a sum over all Kᴺ assignments."""

from functools import cache
from itertools import product

import numpy as np
from scipy.special import logsumexp


@cache
def assignments(n_points, n_components):
    """Every assignment as one-hot rows, (Kᴺ, N, K)."""
    kinds = np.array(list(product(range(n_components), repeat=n_points)))
    return np.eye(n_components)[kinds]


def log_joint(model, x):
    """log p(x, c) for every assignment c, with the means integrated out, (Kᴺ,).

    n points of one kind have covariance λ²I + σ²11ᵀ, whose determinant and inverse are known.
    """
    n_points, dim = x.shape
    prior, noise = model.prior_var, model.noise_var
    hot = assignments(n_points, model.n_components)
    counts = hot.sum(axis=1)
    away = x - model.prior_mean
    pull = np.einsum("cnk,nd->ckd", hot, away)
    explained = prior / (noise + counts * prior) * np.sum(pull**2, axis=2)
    quadratic = (np.sum(away**2) - explained.sum(axis=1)) / noise
    log_det = dim * np.log1p(counts * prior / noise).sum(axis=1)
    constant = x.size * np.log(2 * np.pi * noise) + 2 * n_points * np.log(model.n_components)
    return -0.5 * (constant + log_det + quadratic)


def log_evidence(model, x):
    """log p(x), in nats."""
    return float(logsumexp(log_joint(model, x)))


def density_of_first_mean(model, x, grid):
    """p(μ₁ | x) on `grid`, for points x (N, 1) on a line: a mixture over subsets of the points."""
    hot = assignments(len(x), model.n_components)[:, :, 0]
    log_weights = log_joint(model, x)
    weights = np.exp(log_weights - log_weights.max())
    subset = (hot @ 2 ** np.arange(len(x))).astype(int)
    masses = np.bincount(subset, weights, minlength=2 ** len(x)) / weights.sum()
    members = (np.arange(2 ** len(x))[:, None] >> np.arange(len(x))) & 1
    kept = masses > 1e-9
    masses, members = masses[kept], members[kept]
    variances = 1 / (1 / model.prior_var + members.sum(axis=1) / model.noise_var)
    means = variances * (model.prior_mean / model.prior_var + members @ x[:, 0] / model.noise_var)
    gap = grid[:, None] - means
    heights = np.exp(-(gap**2) / (2 * variances)) / np.sqrt(2 * np.pi * variances)
    return heights @ masses
