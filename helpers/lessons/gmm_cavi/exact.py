"""The exact posterior of a small mixture, equal weights: a sum over all Kᴺ assignments.

It stays in this lesson: beyond a dozen points nothing can be summed like this.
"""

from functools import cache
from itertools import product

import numpy as np
from scipy.special import logsumexp

from helpers.gaussians import log_normal


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


def given_assignments(model, x):
    """p(μ | c, x) for every c: means (Kᴺ, K, D) and variances (Kᴺ, K); and p(c | x), (Kᴺ,)."""
    hot = assignments(len(x), model.n_components)
    log_weights = log_joint(model, x)
    variances = 1 / (1 / model.prior_var + hot.sum(axis=1) / model.noise_var)
    pull = model.prior_mean / model.prior_var + np.einsum("cnk,nd->ckd", hot, x) / model.noise_var
    chances = np.exp(log_weights - logsumexp(log_weights))
    return variances[..., None] * pull, variances, chances


def _first_named(model, x):
    """`given_assignments` of those assignments alone in which the first point is of kind 1.

    The kinds have no names, so it may be: p(c | x) is the same for every naming.
    """
    means, variances, chances = given_assignments(model, x)
    kept = assignments(len(x), model.n_components)[:, 0, 0] == 1
    return means[kept], variances[kept], chances[kept] / chances[kept].sum()


def moments_first_named(model, x):
    """Posterior means and variances (K, D) of the μ_k, the first point's kind being named 1."""
    means, variances, chances = _first_named(model, x)
    mean = np.tensordot(chances, means, 1)
    return mean, np.tensordot(chances, (means - mean) ** 2 + variances[..., None], 1)


def density_of_first_kind(model, x, grid):
    """The density of the mean of the first point's kind on `grid`, for points (N, 1) on a line."""
    means, variances, chances = _first_named(model, x)
    return chances @ np.exp(log_normal(grid, means[:, 0], variances[:, :1]))


def predictive_density(model, x, grid):
    """p(x* | x) on `grid`, for points (N, 1) on a line."""
    means, variances, chances = given_assignments(model, x)
    var = variances[..., None] + model.noise_var
    return chances @ np.exp(log_normal(grid, means, var)).mean(axis=1)


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
    return np.exp(log_normal(grid[:, None], means, variances)) @ masses
