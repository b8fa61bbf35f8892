"""KL divergence between Gaussians, in nats, accurate where the textbook formula is not.

KL(p‖q) = ½ Σ_j φ(w_j) + ½ ‖L⁻¹(μp − μq)‖²,   φ(w) = w − log(1 + w),   L Lᵀ = Σq,
with w_j the eigenvalues of L⁻¹(Σp − Σq)L⁻ᵀ. It is the worksheet's problem 1 rearranged so that
every term is ≥ 0: nothing cancels, and equal inputs give exactly 0.
"""

import numpy as np
from scipy.linalg.blas import dtrsm

from helpers.arguments import broadcast, positive_array, positive_scalar, real_array, vector


def kl_univariate(mean_p, var_p, mean_q, var_q):
    """KL(N(mean_p, var_p) ‖ N(mean_q, var_q)), elementwise.

    ½ [var_p/var_q − 1 − log(var_p/var_q) + (mean_p − mean_q)²/var_q]  (exercise sheet, 1b)

    Parameters: numbers or arrays that broadcast; `var_*` are variances, > 0.
    Returns: float64 of the broadcast shape, in nats, ≥ 0.
    Raises: ValueError for non-finite input, var ≤ 0, shapes that do not fit, or a divergence
    beyond the largest float64. Relative error ≤ 1e-14.
    """
    mean_p, var_p, mean_q, var_q = broadcast(
        mean_p=real_array("mean_p", mean_p),
        var_p=positive_array("var_p", var_p),
        mean_q=real_array("mean_q", mean_q),
        var_q=positive_array("var_q", var_q),
    )
    # Over- and underflow are meant: what leaves float64's range is caught below.
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        excess = _variance_term(var_p, var_q)
        distance = ((mean_p - mean_q) / np.sqrt(var_q)) ** 2
        return _in_range(0.5 * excess + 0.5 * distance)[()]


def kl_diagonal(mean_p, var_p, mean_q, var_q):
    """KL between Gaussians with diagonal covariances: the sum of D univariate KLs.

    Independence makes log densities add (worksheet, problem 1 and its hint).

    Parameters: arrays (..., D), the same D in all four; leading axes broadcast.
    Returns: float64 of shape (...), in nats. Raises: as `kl_univariate`.
    """
    arrays = dict(mean_p=mean_p, var_p=var_p, mean_q=mean_q, var_q=var_q)
    arrays = {name: real_array(name, value) for name, value in arrays.items()}
    for name, array in arrays.items():
        if array.ndim == 0:
            raise ValueError(f"{name} must have shape (..., D), not ()")
        if array.shape[-1] != arrays["mean_p"].shape[-1]:
            shapes = ", ".join(f"{key} {value.shape}" for key, value in arrays.items())
            raise ValueError(f"{name} differs from mean_p in its last axis, D: {shapes}")
    with np.errstate(over="ignore"):
        return _in_range(np.sum(kl_univariate(**arrays), axis=-1))[()]


def kl_full(mean_p, cov_p, mean_q, cov_q):
    """KL between Gaussians with full covariances.

    ½ [tr(Σq⁻¹Σp) − D − log det(Σq⁻¹Σp) + Δᵀ Σq⁻¹ Δ],  Δ = μp − μq
    (worksheet solution, eq. 1.8, with the ½ that is missing there)

    Parameters: `mean_*` (D,), `cov_*` (D, D) symmetric positive definite.
    Returns: float, in nats, ≥ 0. Raises: ValueError for non-finite input, wrong shapes, or a
    covariance that is asymmetric, indefinite or singular. Relative error ≤ 1e-13·κ, with κ the
    larger condition number of the two correlation matrices.
    """
    mean_p = vector("mean_p", mean_p)
    mean_q = vector("mean_q", mean_q, mean_p.size)
    cov_p, scale_p, chol_p = _factor("cov_p", cov_p, mean_p.size)
    cov_q, scale_q, chol_q = _factor("cov_q", cov_q, mean_p.size)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        whitened = _solve_lower(chol_q, ((mean_p - mean_q) / scale_q)[:, None])
        distance = np.sum(whitened**2)
        ratio = _solve_lower(chol_q, (scale_p / scale_q)[:, None] * chol_p)
        # T = Lq⁻¹Lp is triangular, so tr(TTᵀ) − D − log det(TTᵀ) = Σ φ(T_ii² − 1) + Σ_{i>j} T_ij².
        diagonal = np.diag(ratio)
        excess = np.sum(_variance_term(diagonal**2, np.ones_like(diagonal)))
        excess += np.sum(np.tril(ratio, -1) ** 2)
        if excess < 1:  # near equality T_ii² − 1 has lost its digits; Σp − Σq has not
            change = (cov_p - cov_q) / scale_q[:, None] / scale_q
            half = _solve_lower(chol_q, change)
            whole = _solve_lower(chol_q, half.T)
            excess = np.sum(_excess(np.linalg.eigvalsh((whole + whole.T) / 2)))
        return float(_in_range(0.5 * excess + 0.5 * distance))


def log_normal(x, mean, var):
    """log N(x | mean, var) = −½ [log 2π var + (x − mean)²/var], elementwise, in nats.

    Parameters: numbers or arrays that broadcast; `var` is a variance, > 0, and not checked: this
    is for pictures and sums over thousands of points. Complex arguments are welcome.
    """
    return -0.5 * (np.log(2 * np.pi * var) + (x - mean) ** 2 / var)


def log_normal_full(x, mean, cov):
    """log N(x | mean, cov) = −½ [log det 2πΣ + (x − μ)ᵀ Σ⁻¹ (x − μ)], in nats.

    Parameters: `x` (..., D), `mean` (D,), `cov` (D, D), not checked. Returns: (...).
    """
    gap = np.asarray(x) - mean
    distance = np.sum(gap @ np.linalg.inv(cov) * gap, axis=-1)
    return -0.5 * (np.linalg.slogdet(2 * np.pi * np.asarray(cov))[1] + distance)


def covariance(sd_1, sd_2, correlation):
    """The covariance [[sd₁², ρ sd₁ sd₂], [ρ sd₁ sd₂, sd₂²]] of a pair."""
    off = correlation * sd_1 * sd_2
    return np.array([[sd_1**2, off], [off, sd_2**2]])


def rings(mean, cov, levels=(1, 2)):
    """`ellipse`s about one mean, at so many standard deviations each: a list of (2, n)."""
    centre = np.asarray(mean)[:, None]
    one = ellipse(mean, cov, 1) - centre
    return [centre + level * one for level in levels]


def ellipse(mean, cov, n_sd, n_points=73):
    """The outline of the points `n_sd` standard deviations from the mean, in the plane.

    √((x − μ)ᵀ Σ⁻¹ (x − μ)) = n_sd

    Parameters: `mean` (2,), `cov` (2, 2) symmetric positive definite, `n_sd` > 0.
    Returns: (2, n_points), closed. Raises: ValueError.
    """
    mean, n_sd = vector("mean", mean, 2), positive_scalar("n_sd", n_sd)
    _, scale, chol = _factor("cov", cov, 2)
    angle = np.linspace(0, 2 * np.pi, n_points)
    circle = np.array([np.cos(angle), np.sin(angle)])
    return mean[:, None] + n_sd * scale[:, None] * (chol @ circle)


def _variance_term(var_p, var_q):
    """r − 1 − log r for r = var_p/var_q."""
    change = (var_p - var_q) / var_q
    ratio = var_p / var_q
    # Below 1e-300 the quotient loses digits, and the two logarithms are far apart.
    log_ratio = np.where(
        ratio > 1e-300, np.log(np.maximum(ratio, 1e-300)), np.log(var_p) - np.log(var_q)
    )
    return np.where(change < -0.5, change - log_ratio, _excess(np.maximum(change, -0.5)))


# log(1 + w) = 2 (s + s³/3 + s⁵/5 + …) with s = w/(2 + w); |s| ≤ 1/3 where the series is used.
_SERIES = 1.0 / np.arange(37, 1, -2)


def _excess(w):
    """φ(w) = w − log(1 + w) ≥ 0, without the cancellation at small w."""
    s = np.where(np.abs(w) <= 0.5, w / (2 + w), 0.0)
    series = s * (w - 2 * s**2 * np.polyval(_SERIES, s**2))
    return np.where(np.abs(w) <= 0.5, series, w - np.log1p(w))


def _factor(name, cov, size):
    """The covariance made exactly symmetric, its scale (powers of two), and the Cholesky factor
    of cov / scale / scaleᵀ, whose condition does not depend on the units of the coordinates."""
    cov = real_array(name, cov)
    if cov.shape != (size, size):
        raise ValueError(f"{name} must have shape ({size}, {size}), not {cov.shape}")
    positive_array(f"the diagonal of {name}", np.diag(cov))
    scale = 2.0 ** np.round(0.5 * np.log2(np.diag(cov)))
    scaled = cov / scale[:, None] / scale
    gap = np.abs(scaled - scaled.T)
    if gap.max() > 1e-12:
        i, j = (int(k) for k in np.unravel_index(gap.argmax(), gap.shape))
        raise ValueError(f"{name} is asymmetric at ({i}, {j}): {cov[i, j]} against {cov[j, i]}")
    scaled = (scaled + scaled.T) / 2
    try:
        chol = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        raise ValueError(f"{name} is not positive definite") from None
    if np.diag(chol).min() ** 2 <= size * np.finfo(float).eps:
        raise ValueError(f"{name} is singular to working precision")
    return scaled * scale[:, None] * scale, scale, chol


def _solve_lower(chol, right):
    """chol⁻¹ right. Not solve_triangular: LAPACK's trtrs wakes threads for a 2 × 2 matrix, and on
    a busy machine an explorer then waits 4 ms for them."""
    return dtrsm(1.0, chol, right, lower=True)


def _in_range(divergence):
    if not np.isfinite(divergence).all():
        raise ValueError("the divergence exceeds the largest float64: are the inputs as meant?")
    return divergence
