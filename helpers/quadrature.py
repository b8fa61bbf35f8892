"""Expectations under a one-dimensional density, integrated where the density lives.

Integrating over (−∞, ∞) blindly misses a narrow density far from 0. Here the panels lie between
quantiles; beyond the outermost the variable is the log of the distance, which turns a power law
into an exponential; and the integral of p itself, which must be 1, shows whether p was missed.
"""

import numpy as np
from scipy.integrate import tanhsinh

_OUTER_LEVEL = 1e-12  # of the outermost quantiles
_FARTHEST = 230.0  # log of the greatest distance, in panels: its square is still a float64


def expectation(p, value, guides=()):
    """E_p[f(x)] = ∫ p(x) f(x) dx.

    Parameters: `p` has `logpdf`, and `ppf` or a finite `support`; `value(x, log_p)` is f at the
    points x (n,), where log p is log_p; `guides` are densities whose quantiles mark where else f
    changes. f = inf counts between p's quantiles of level 1e-12; beyond, it is read as overflow.
    Returns: float; inf where f > 0 and the integral diverges.
    Raises: ValueError naming p where it is not normalised, or too narrow or too heavy-tailed for
    float64.
    """
    low, high = support(p)
    if not hasattr(p, "ppf") and np.isinf([low, high]).any():
        raise ValueError("p needs the method ppf, or a finite support")
    # Densities and squared distances over- and underflow far out, where p has no mass.
    with np.errstate(all="ignore"):
        for n_levels in (10, 40, 160, 640):
            points = _breakpoints(p, guides, low, high, n_levels)
            parts = [
                _between(p, value, points),
                _tail(p, value, points[0], low, points[1] - points[0]),
                _tail(p, value, points[-1], high, points[-1] - points[-2]),
            ]
            mass, mean, error = np.sum(parts, axis=0)
            if abs(mass - 1) < 1e-11 and error < 1e-10 * abs(mean) + 1e-15:
                return float(mean)
    # A density at an end that is not 0, or near float64's resolution, does not get so far.
    if abs(mass - 1) < 1e-8 and error < 1e-6 * abs(mean) + 1e-12:
        return float(mean)
    raise ValueError(
        f"p cannot be integrated: its mass comes to {mass:.9g}, the expectation to {mean:.9g} "
        f"± {error:.1g}; is it normalised, and neither too narrow nor too heavy-tailed?"
    )


# Gauss and Hermite's nodes for N(0, 1), and their pairs in the plane.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(8)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_PAIRS = np.stack(np.meshgrid(_NODES, _NODES), axis=-1).reshape(-1, 2)
_PAIR_WEIGHTS = np.outer(_WEIGHTS, _WEIGHTS).ravel()


def gauss_hermite(function, mean, root):
    """E[f(x)] for a Gaussian x = mean + root g, g ~ N(0, I), so that its covariance is root rootᵀ.

    Exact for polynomials of degree up to 15 in each coordinate.

    Parameters: `mean` a number and `root` the standard deviation, or `mean` (2,) and `root` (2, 2);
    `function` takes the points, (n,) or (n, 2), and returns (n,). Returns: float.
    """
    if np.ndim(root) == 0:
        return float(_WEIGHTS @ function(mean + root * _NODES))
    return float(_PAIR_WEIGHTS @ function(mean + _PAIRS @ root.T))


def support(density):
    """The ends of the density's support: ±inf where it does not say."""
    if hasattr(density, "support"):
        return density.support()
    if hasattr(density, "ppf"):
        return density.ppf(0.0), density.ppf(1.0)
    return -np.inf, np.inf


def log_density(name, density, x):
    """`density.logpdf` at the points x, (n,) or (n, D); ValueError unless its shape is (n,)."""
    try:
        value = np.asarray(density.logpdf(x), dtype=np.float64)
    except ValueError as trouble:
        raise ValueError(f"{name}.logpdf fails at points of shape {x.shape}: {trouble}") from None
    if value.shape != x.shape[:1]:
        raise ValueError(f"{name}.logpdf gives shape {value.shape} for points of shape {x.shape}")
    return value


def _breakpoints(p, guides, low, high, n_levels):
    """Quantiles of p, and those of the guides among them, so that no panel spans many scales."""
    decades = np.geomspace(0.1, _OUTER_LEVEL, 12)
    levels = np.concatenate([decades, np.arange(1, n_levels) / n_levels])
    if hasattr(p, "ppf"):
        points = _quantiles(p, levels)
    else:
        points = np.linspace(low, high, 4 * n_levels + 1)[1:-1]
    # Nearer to a finite end than this, the distance to it has lost half its digits.
    near_low, near_high = (1e-8 * abs(end) if np.isfinite(end) else 0.0 for end in (low, high))
    points = points[(points > low + near_low) & (points < high - near_high)]
    for guide in guides:
        if hasattr(guide, "ppf") and points.size:
            more = _quantiles(guide, levels)
            more = more[(more > points.min()) & (more < points.max())]
            points = np.concatenate([points, more])
    points = np.unique(points)
    if points.size < 2:
        raise ValueError("p is too narrow: float64 does not resolve it where it lies")
    return points


def _quantiles(density, levels):
    """The quantiles at `levels` and at 1 − `levels`."""
    return np.asarray(density.ppf(np.concatenate([levels, 1 - levels])))


def _between(p, value, points):
    """Mass, mean and the mean's error between the outermost points."""

    def terms(x):
        log_p = log_density("p", p, x)
        mass = np.exp(log_p)
        return mass, np.where(mass > 0, mass * value(x, log_p), 0.0)

    return _integrate(terms, points)


def _tail(p, value, edge, end, scale):
    """Mass, mean and the mean's error between an outermost point and the end of the support."""
    if np.isinf(end):
        step, sign, limit = np.copysign(scale, end), 1.0, _FARTHEST
        anchor = edge - step
    else:
        step, sign, anchor = edge - end, -1.0, end
        # Stop before the distance to the end is lost in the rounding of x.
        limit = min(_FARTHEST, np.log(abs(step)) - np.log(max(1e-14 * abs(end), 1e-290)))

    def terms(t):
        x = anchor + step * np.exp(sign * t)
        log_p = log_density("p", p, x)
        # NaN is a library's inf − inf out here; were mass lost by it, the mass would show it.
        mass = np.nan_to_num(np.exp(log_p + np.log(abs(step)) + sign * t))
        values = value(x, log_p)
        return mass, np.where((mass > 0) & np.isfinite(values), mass * values, 0.0)

    edges = np.concatenate([[0.0], limit / 2.0 ** np.arange(8, -1, -1)])
    return _integrate(terms, edges) + _remainder(*terms(np.array([limit / 2, limit])), limit / 2)


def _remainder(mass, product, half):
    """Mass and mean beyond the last t, in closed form, from p and p·f at that t and at its half.

    There p's mass falls as exp(−λt), and f grows as exp(ct) or, if slower, linearly."""
    if not mass[1] > 0:
        return np.zeros(3)
    fall = np.log(mass[0] / mass[1]) / half
    beyond = mass[1] / fall
    first, last = product / mass
    if abs(last) <= 10 * abs(first):
        return np.array([beyond, beyond * (last + (last - first) / half / fall), 0.0])
    growth = np.log(abs(last / first)) / half
    # Rates measured next to an end other than 0 are good to three digits.
    if last > 0 and growth > fall - 1e-3:
        return np.array([beyond, np.inf, 0.0])
    return np.array([beyond, beyond * last * fall / (fall - growth), 0.0])


def _integrate(terms, edges):
    """Mass, mean and the mean's error: `terms` over all panels between the edges at once."""

    def integrand(u, start, width, of_mean):
        mass, mean = terms(np.ravel(start + width * u))
        return width * np.where(of_mean, mean.reshape(u.shape), mass.reshape(u.shape))

    # Over u in (0, 1): tanhsinh leaves out nodes that rounding puts on a panel's edge, and mass
    # with them where a panel is narrow and far from 0. The least float lets a panel of 0 end.
    args = (edges[:-1], np.diff(edges), np.array([[False], [True]]))
    result = tanhsinh(integrand, 0.0, 1.0, args=args, rtol=1e-12, atol=1e-300, maxlevel=8)
    mass, mean = result.integral.sum(axis=1)
    if np.isfinite(mass) and not np.isfinite(mean):  # f is inf where p > 0
        return np.array([mass, np.inf, 0.0])
    return np.array([mass, mean, result.error[1].sum()])
