"""Expectations under a one-dimensional density, integrated where the density lives.

Integrating over (−∞, ∞) blindly misses a narrow density far from 0. Here the panels lie between
quantiles, and are halved until two rules agree; beyond the outermost the variable is the log of
the distance, which turns a power law into an exponential; and the integral of p itself, which must
be 1, shows whether p was missed.
"""

from itertools import pairwise

import numpy as np

from helpers.panels import mass_and_mean
from helpers.tails import JUMP, tail

_OUTER_LEVEL = 1e-12  # of the outermost quantiles
_N_LEVELS = (10, 40, 160, 640)  # of the quantiles: more, where panels between fewer miss some of p


def expectation(p, value, guides=(), blame="f"):
    """E_p[f(x)] = ∫ p(x) f(x) dx.

    Parameters: `p` has `logpdf`, and `ppf` or a finite `support`; `value(x, log_p)` is f at the
    points x (n,), where log p is log_p; `guides` are densities whose quantiles mark where else f
    changes; `blame` names f in messages.
    Returns: float, with a relative error of about 1e-10 (near a singular end other than 0, where x
    itself is rounded, 1e-6); inf where f jumps to inf, or where f > 0 and the integral diverges.
    Raises: ValueError naming p where it is not normalised, or too narrow or too heavy-tailed for
    float64; naming f where it is NaN, or overflows, and p has mass there.
    """

    def log_p(x):
        return log_density("p", p, x)

    low, high = _known_support(p)
    # Densities and squared distances over- and underflow far out, where p has no mass.
    with np.errstate(all="ignore"):
        for n_levels in _N_LEVELS:
            points = _breakpoints(p, guides, low, high, n_levels)
            points, jumps = _where_finite(log_p, value, points, blame)
            if jumps:
                return np.inf
            parts = [
                _between(log_p, value, points),
                tail(log_p, value, points[0], low, points[1] - points[0]),
                tail(log_p, value, points[-1], high, points[-1] - points[-2]),
            ]
            mass, mean, error, unknown = np.sum(parts, axis=0)
            settled = unknown < 1e-10 * abs(mean) + 1e-15
            if not mass < 1.001:
                break
            if mean == np.inf and abs(mass - 1) < 1e-6:
                return np.inf
            if np.isinf(unknown):  # no finer panels help
                break
            if settled and abs(mass - 1) < 1e-11 and error < 1e-10 * abs(mean) + 1e-15:
                return float(mean)
    # A density at an end that is not 0, or near float64's resolution, does not get so far.
    if settled and abs(mass - 1) < 1e-8 and error < 1e-6 * abs(mean) + 1e-12:
        return float(mean)
    if not settled and abs(mass - 1) < 1e-8:
        raise ValueError(
            f"{blame} or p.logpdf leaves float64's range, or is NaN, where it still counts: up to "
            f"there the expectation comes to {mean:.9g}; beyond, it is unknown"
        )
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


def outline(p):
    """Points between which none of p hides: all of its mass shows on the panels between them.

    Parameters: as in `expectation`. Returns: points (n,), rising.
    Raises: ValueError naming p where it is too narrow for that, or not normalised.
    """
    low, high = _known_support(p)
    with np.errstate(all="ignore"):
        for n_levels in _N_LEVELS:
            points = _breakpoints(p, (), low, high, n_levels)
            mass = _between(lambda x: log_density("p", p, x), lambda x, _: 0 * x, points)[0]
            if abs(mass - 1) < 1e-10:
                return points
    raise ValueError(f"p has parts too narrow to be found, or is not normalised: mass {mass:.9g}")


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


def _known_support(p):
    low, high = support(p)
    if not hasattr(p, "ppf") and np.isinf([low, high]).any():
        raise ValueError("p needs the method ppf, or a finite support")
    return low, high


def _breakpoints(p, guides, low, high, n_levels):
    """Quantiles of p, and those of the guides among them, so that no panel spans many scales."""
    decades = np.geomspace(0.1, _OUTER_LEVEL, 12)
    levels = np.concatenate([decades, np.arange(1, n_levels) / n_levels])
    if hasattr(p, "ppf"):
        try:
            points = _quantiles(p, levels)
        except Exception as trouble:  # whatever a library's own search for a quantile raises
            raise ValueError(f"p.ppf fails: {trouble}") from None
    else:
        points = np.linspace(low, high, 4 * n_levels + 1)[1:-1]
    # Nearer to a finite end than this, the distance to it has lost half its digits.
    near_low, near_high = (1e-8 * abs(end) if np.isfinite(end) else 0.0 for end in (low, high))
    points = points[(points > low + near_low) & (points < high - near_high)]
    for guide in guides:
        if hasattr(guide, "ppf") and points.size:
            try:
                more = _quantiles(guide, levels)
            except Exception:  # a guide that does not know its quantiles gives none
                continue
            more = more[(more > points.min()) & (more < points.max())]
            points = np.concatenate([points, more])
    points = np.unique(points)
    if points.size < 2:
        raise ValueError("p is too narrow: float64 does not resolve it where it lies")
    return np.unique(np.concatenate([points, *_between_scales(points, low, high)]))


def _between_scales(points, low, high):
    """Points where the distance to an end or to the middle grows by much from one to the next."""
    for anchor in (low, points[points.size // 2], high):
        for side in (points[points < anchor], points[points > anchor]):
            if np.isfinite(anchor) and side.size:
                distance = np.sort(np.abs(side - anchor))
                for near, far in pairwise(distance):
                    if far > 30 * near:
                        count = int(np.log(far / near) / np.log(30)) + 2
                        yield anchor + np.sign(side[0] - anchor) * np.geomspace(near, far, count)


def _quantiles(density, levels):
    """The quantiles at `levels` and at 1 − `levels`."""
    return np.asarray(density.ppf(np.concatenate([levels, 1 - levels])))


def _where_finite(log_p, value, points, blame):
    """Those of the points between which f is finite, and whether f jumps to inf beside them."""

    def f_at(x):
        here = log_p(x)
        return np.where(np.exp(here) > 0, value(x, here), 0.0)

    good = f_at(points) < np.inf  # false for NaN, too
    if not good.all():  # a single point where f is inf does not count: look beside the points, too
        aside = 1e-6 * np.diff(points)
        for beside in (points + np.append(aside, 0.0), points - np.append(0.0, aside)):
            better = ~good & (f_at(beside) < np.inf)
            points, good = np.where(better, beside, points), good | better
    if good.all():
        return points, False
    if not good.any():
        raise ValueError(f"{blame} overflows or is NaN wherever p has mass")
    for i in np.flatnonzero(good[1:] != good[:-1]):
        inner, outer = (points[i], points[i + 1]) if good[i] else (points[i + 1], points[i])
        for _ in range(100):
            middle = 0.5 * (inner + outer)
            inner, outer = (middle, outer) if f_at(np.array([middle])) < np.inf else (inner, middle)
        before, after = f_at(np.array([inner, outer]))
        if after == np.inf and before < JUMP:
            return points, True
    first, last = np.flatnonzero(good)[[0, -1]]
    if not good[first : last + 1].all():
        raise ValueError(f"{blame} overflows or is NaN where p has mass: near {points[~good][0]}")
    if good.sum() < 2:
        raise ValueError(f"{blame} overflows or is NaN nearly wherever p has mass")
    return points[good], False


def _between(log_p, value, points):
    """Mass, mean, the mean's error and 0, between the outermost points."""

    def terms(x):
        here = log_p(x)
        mass = np.exp(here)
        return mass, np.where(mass > 0, mass * value(x, here), 0.0)

    return np.array([*mass_and_mean(terms, points), 0.0])
