"""Whether Markov chains may be believed: effective sample size, R-hat, and words when not."""

import numpy as np
import scipy  # whose parts load when first named: scipy.stats takes 0.4 s
from scipy.special import ndtri

from helpers.arguments import real_array

LARGEST_R_HAT = 1.01  # Vehtari and others (2021), section 4
LEAST_SIZE = 100  # effective samples for each of at least four chains, as there


def effective_sample_size(samples):
    """How many independent draws would know the mean as well: n C / τ, one for each coordinate.

    τ = −1 + 2 Σ_k P_k,  P_k = ρ_2k + ρ_2k+1: Geyer's (1992) initial monotone sequence ends before
    the first P_k ≤ 0 and never rises. ρ_t, of the chains cut in halves, counts their disagreement
    (Vehtari and others 2021, eq. 10); the first even ρ left out is added where positive.

    Parameters: `samples` (n, D), or (C, n, D) for C chains; n ≥ 8. Returns: (D,); nan where a
    coordinate never moves. Raises: ValueError naming samples.
    """
    return np.array([_size(column) for column in _halves(samples)])


def r_hat(samples):
    """√(variance over all chains / variance within them), 1 where they agree, for each coordinate.

    The greater of two, after Vehtari and others (2021): of the samples' normal scores, and of those
    of the distance from the median, which sees chains that differ in spread.

    Parameters: `samples` as for `effective_sample_size`. Returns: (D,); nan where a coordinate
    never moves. Raises: ValueError naming samples.
    """
    return np.array(
        [
            max(_ratio(_scores(column)), _ratio(_scores(np.abs(column - np.median(column)))))
            for column in _halves(samples)
        ]
    )


def complaints(samples, acceptance=None):
    """What speaks against believing the chains, a sentence each; empty where nothing does.

    Parameters: `samples` as for `effective_sample_size`; `acceptance`, of a Chain, if known.
    Returns: list of str. Raises: ValueError naming samples.
    """
    sizes, ratios = effective_sample_size(samples), r_hat(samples)
    if np.isnan(sizes).any():
        return [f"Coordinate {np.isnan(sizes).argmax()} never moved: nothing can be said."]
    found, shape = [], np.shape(samples)
    if ratios.max() > LARGEST_R_HAT:
        found.append(
            f"The chains disagree about coordinate {ratios.argmax()}: R-hat is {ratios.max():.3f}, "
            f"above {LARGEST_R_HAT}. They have not yet met; run them longer."
        )
    wanted = LEAST_SIZE * (shape[0] if len(shape) == 3 else 1)
    if sizes.min() < wanted:
        share = "" if acceptance is None else _blame(np.mean(acceptance))
        found.append(
            f"Coordinate {sizes.argmin()}: {np.prod(shape[:-1])} samples are worth "
            f"{sizes.min():.0f} independent ones, below {wanted}.{share}"
        )
    return found


def _blame(acceptance):
    if acceptance < 0.15:
        return f" Only {acceptance:.0%} of the proposals were accepted: the steps are too long."
    if acceptance > 0.9:
        return f" {acceptance:.0%} of the proposals were accepted: the steps may be too short."
    return ""


def _halves(samples):
    """For each coordinate the chains' first and second halves, (2 C, n // 2); an odd n's middle
    is left out."""
    samples = real_array("samples", samples)
    if samples.ndim == 2:
        samples = samples[None]
    if samples.ndim != 3 or samples.shape[1] < 8:
        raise ValueError(f"samples must be (n, D) or (C, n, D), n ≥ 8, not {np.shape(samples)}")
    half = samples.shape[1] // 2
    return np.moveaxis(np.concatenate([samples[:, :half], samples[:, -half:]]), -1, 0)


def _variances(chains):
    """Within the chains, W, and over all, (n − 1)/n W + Var of their means."""
    n = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    return within, within * (n - 1) / n + chains.mean(axis=1).var(ddof=1)


def _ratio(chains):
    within, over_all = _variances(chains)
    if within == 0:
        return np.inf if over_all > 0 else np.nan
    return np.sqrt(over_all / within)


def _scores(chains):
    """Normal scores of the ranks among all samples, Blom's: Φ⁻¹((r − 3/8)/(N + 1/4))."""
    ranks = scipy.stats.rankdata(chains).reshape(chains.shape)
    return ndtri((ranks - 3 / 8) / (chains.size + 1 / 4))


def _size(chains):
    n = chains.shape[1]
    if np.ptp(chains) == 0:
        return np.nan
    within, over_all = _variances(chains)
    rho = 1 - (within - _autocovariance(chains).mean(axis=0)) / over_all
    rho[0] = 1
    pairs = rho[: 2 * ((n - 1) // 2)].reshape(-1, 2)
    sums = pairs.sum(axis=1)
    end = (sums <= 0).argmax() if (sums <= 0).any() else len(sums) - 1
    time = -1 + 2 * np.minimum.accumulate(sums)[:end].sum() + max(pairs[end, 0], 0)
    # Chains that swing to and fro may do better than independent draws, but not without limit.
    return chains.size / max(time, 1 / np.log10(chains.size))


def _autocovariance(chains):
    """Σ_i (x_i − mean)(x_i+t − mean)/n for each lag t, (C, n), by fast Fourier transform."""
    n = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n)  # padded with zeros, so that the ends do not meet
    return np.fft.irfft(np.abs(spectrum) ** 2, 2 * n)[:, :n] / n
