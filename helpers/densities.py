"""Densities that scipy.stats lacks, with the interface of its frozen distributions."""

import numpy as np
from scipy.stats import Mixture, Normal

from helpers.arguments import positive_array, vector


class GaussianMixture:
    """The one-dimensional density Σ_k weights_k N(x | means_k, variances_k), not to be fitted.

    A view of `scipy.stats.Mixture` under the method names of frozen distributions.

    Parameters: `weights` (K,) ≥ 0 with sum 1; `means`, `variances` (K,), variances > 0.
    Raises: ValueError for anything else.
    """

    def __init__(self, weights, means, variances):
        weights = vector("weights", weights)
        means = vector("means", means, weights.size)
        variances = positive_array("variances", vector("variances", variances, weights.size))
        if weights.min() < 0 or abs(weights.sum() - 1) > 1e-12:
            raise ValueError(f"weights must be at least 0 and sum to 1, not {weights}")
        sds = np.sqrt(variances)
        # A component of weight 0 is left out: it would set quantile brackets, and nothing else.
        parts = [Normal(mu=means[k], sigma=sds[k]) for k in np.flatnonzero(weights)]
        self._mixture = Mixture(parts, weights=weights[weights > 0])
        self.logpdf = self._mixture.logpdf
        self.pdf = self._mixture.pdf
        self.cdf = self._mixture.cdf
        self.ppf = self._mixture.icdf
        self.support = self._mixture.support
        self.mean = self._mixture.mean
        self.var = self._mixture.variance

    def rvs(self, size=(), random_state=None):
        """Independent draws, of shape `size`; `random_state` is a numpy Generator."""
        return self._mixture.sample(size, rng=random_state)
