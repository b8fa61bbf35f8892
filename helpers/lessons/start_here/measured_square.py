"""A posterior with two bumps, and what each of four methods says of it.

We measure y = θ² + noise: the sign of θ is lost. A priori θ ~ N(½, 1), noise ~ N(0, σ²). These
formulas stay in this lesson, for they hold for this model alone.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from helpers.approximations import metropolis
from helpers.gaussians import log_normal

PRIOR_MEAN = 0.5
THETA = np.linspace(-4, 4, 321)
SPACING = THETA[1] - THETA[0]
CENTRES = np.linspace(-3, 3, 1201)  # where q's mean is looked for
N_WALKERS, N_STEPS, STEP = 400, 60, 2.0


class Bell(NamedTuple):
    """A Gaussian answer: N(mean, sd²), and what it says of log P(D): an estimate or a bound."""

    mean: float
    sd: float
    log_evidence: float

    @property
    def left(self):
        """P(θ < 0) under it."""
        return ndtr(-self.mean / self.sd)


def log_joint(theta, y, noise):
    """log P(D | θ) + log P(θ)."""
    return log_normal(y, theta**2, noise**2) + log_normal(theta, PRIOR_MEAN, 1.0)


def exact(y, noise):
    """The posterior at THETA, P(θ < 0), log P(D): a sum over the grid, the point 0 counting half.

    With one parameter 321 points are enough.
    """
    joint = np.exp(log_joint(THETA, y, noise))
    evidence = joint.sum() * SPACING
    left = (joint[THETA < -SPACING / 2].sum() + joint[THETA.size // 2] / 2) * SPACING
    return joint / evidence, left / evidence, np.log(evidence)


def laplace(y, noise):
    """The highest peak of the log joint, a root of its derivative, and the curvature there."""
    roots = np.roots([-2 / noise**2, 0, 2 * y / noise**2 - 1, PRIOR_MEAN])
    peaks = roots[np.abs(roots.imag) < 1e-9].real
    heights = log_joint(peaks, y, noise)
    mean = peaks[heights.argmax()]
    sd = (1 + (6 * mean**2 - 2 * y) / noise**2) ** -0.5
    return Bell(mean, sd, heights.max() + np.log(sd * np.sqrt(2 * np.pi)))


def elbo(mean, var, y, noise):
    """E_q[log P(D, θ)] + H(q), q = N(mean, var): Gaussian moments up to the fourth."""
    second = mean**2 + var
    fourth = mean**4 + 6 * mean**2 * var + 3 * var**2
    square = y**2 - 2 * y * second + fourth  # E[(y − θ²)²]
    likelihood = -0.5 * (square / noise**2 + np.log(2 * np.pi * noise**2))
    prior = -0.5 * ((mean - PRIOR_MEAN) ** 2 + var + np.log(2 * np.pi))
    return likelihood + prior + 0.5 * np.log(2 * np.pi * np.e * var)


def variational(y, noise):
    """The q with the highest ELBO: at each mean the best variance is a root of a quadratic."""
    bend = 2 * y - 6 * CENTRES**2 - noise**2
    var = (bend + np.sqrt(bend**2 + 24 * noise**2)) / 12
    heights = elbo(CENTRES, var, y, noise)
    best = heights.argmax()
    return Bell(CENTRES[best], np.sqrt(var[best]), heights[best])


@lru_cache(maxsize=256)
def walkers(y, noise):
    """Where 400 Metropolis chains stand after 0 … 60 steps, (61, 400). They start as the prior."""
    starts = PRIOR_MEAN + ndtri((np.arange(N_WALKERS) + 0.5) / N_WALKERS)
    chain = metropolis(
        lambda z: log_joint(z[..., 0], y, noise), starts[:, None], N_STEPS, step=STEP, rng=3
    )
    return np.concatenate([starts[None], chain.samples[..., 0].T])
