"""KL(p‖N(μ, I)) line by line: worksheet problem 2, solution eq. 1.9 to 1.12.

Every expectation is a sum over a fine grid. For densities this smooth such a sum is exact to the
last digits, and it knows none of the algebra that it checks. Slopes are measured by a complex step,
Im f(x + ih)/h: a difference quotient without a difference, so that no digit is lost.
"""

from functools import lru_cache

import numpy as np

from helpers.widgets import Derivation, Line, Slider

SIDE = np.linspace(-12, 12, 81)
PLANE = np.stack(np.meshgrid(SIDE, SIDE), axis=-1).reshape(-1, 2)
CENTRES = np.array([[-1.5, -1.0], [1.5, 0.5]])
VARIANCES = np.array([0.8, 1.3])  # of each bump, in every direction


def log_bump(x, centre, var):
    """log N(x | centre, var · I)."""
    square = np.sum((x - centre) ** 2, axis=-1)
    return -0.5 * (square / var + x.shape[-1] * np.log(2 * np.pi * var))


@lru_cache(maxsize=4)
def _log_p(weight):
    parts = [log_bump(PLANE, c, v) for c, v in zip(CENTRES, VARIANCES, strict=True)]
    return np.logaddexp(np.log(weight) + parts[0], np.log1p(-weight) + parts[1])


@lru_cache(maxsize=4)
def _mass(weight):
    return (SIDE[1] - SIDE[0]) ** 2 * np.exp(_log_p(weight))


def expect(values, weight):
    """E_p of the values at the points of PLANE; p: two bumps, the left one with `weight`."""
    return _mass(weight) @ values


def mean_and_trace(weight):
    """E_p[x] and tr Cov_p[x], from the bumps' own means and variances."""
    weights = np.array([weight, 1 - weight])
    mean = weights @ CENTRES
    return mean, weights @ (2 * VARIANCES + np.sum((CENTRES - mean) ** 2, axis=1))


def divergence(weight, mu_1, mu_2):
    return expect(_log_p(weight) - log_bump(PLANE, np.array([mu_1, mu_2]), 1.0), weight)


def _minus_entropy(weight):
    return expect(_log_p(weight), weight)


def _half_square(weight, mu):
    return expect(0.5 * np.sum((PLANE - mu) ** 2, axis=1), weight)


def _matched(weight, mu_1, mu_2):
    mean, trace = mean_and_trace(weight)
    gap = np.array([mu_1, mu_2]) - mean
    return _minus_entropy(weight) + np.log(2 * np.pi) + 0.5 * trace + 0.5 * gap @ gap


def _solution_1_10(weight, mu_1, mu_2):
    mu = np.array([mu_1, mu_2])
    constant = -np.log(2 * np.pi) - _half_square(weight, 0)
    return constant + mu @ mean_and_trace(weight)[0] - 0.5 * mu @ mu


def _cross_term(weight, mu_1, mu_2):
    mean = mean_and_trace(weight)[0]
    return expect((PLANE - mean) @ (mean - np.array([mu_1, mu_2])), weight)


def slope(function, place):
    """The measured gradient of `function(*place)`, one number an argument."""
    steps = 1e-30j * np.eye(len(place))
    return np.array([function(*(place + step)).imag for step in steps]) / 1e-30


def _slope(weight, mu_1, mu_2):
    return slope(lambda *mu: divergence(weight, *mu), np.array([mu_1, mu_2]))


def _bend(weight, mu_1, mu_2):
    """The Hessian, from the slopes one half to either side."""
    mu, ways = np.array([mu_1, mu_2]), 0.5 * np.eye(2)
    return np.array([_slope(weight, *(mu + way)) - _slope(weight, *(mu - way)) for way in ways])


objective = Derivation(
    "KL(p‖N(μ, I)) for a p in the plane",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf x)] -"
            r" \mathbb{E}_p[\log q(\mathbf x|\mu)]",
            "Solution, eq. 1.9, by a sum over a fine grid. Nothing is known of p but its values.",
            divergence,
        ),
        Line(
            r"= -H(p) - \mathbb{E}_p\bigl[\log\mathcal N(\mathbf x\,|\,\mu, I)\bigr]",
            "The first expectation is minus the entropy of p: no μ in it.",
            lambda weight, mu_1, mu_2: (
                _minus_entropy(weight)
                - expect(log_bump(PLANE, np.array([mu_1, mu_2]), 1.0), weight)
            ),
        ),
        Line(
            r"= -H(p) + \tfrac d2\log 2\pi + \tfrac12\,\mathbb{E}_p\|\mathbf x-\mu\|^2",
            "The log density of N(μ, I), written out; here d = 2.",
            lambda weight, mu_1, mu_2: (
                _minus_entropy(weight)
                + np.log(2 * np.pi)
                + _half_square(weight, np.array([mu_1, mu_2]))
            ),
        ),
        Line(
            r"\mathbb{E}_p\bigl[(\mathbf x-\mathbb{E}_p[\mathbf x])^\top"
            r"(\mathbb{E}_p[\mathbf x]-\mu)\bigr] = 0",
            r"Aside. Write $\mathbf x-\mu = (\mathbf x-\mathbb{E}_p[\mathbf x]) +"
            r" (\mathbb{E}_p[\mathbf x]-\mu)$. Squared, its cross term has mean zero.",
            lambda weight, mu_1, mu_2: 0.0,
            aside=_cross_term,
        ),
        Line(
            r"= -H(p) + \tfrac d2\log 2\pi + \tfrac12\,\mathrm{tr}\,\mathrm{Cov}_p[\mathbf x]"
            r" + \tfrac12\,\|\mu-\mathbb{E}_p[\mathbf x]\|^2",
            "Only the last term holds μ, and it is a squared distance.",
            _matched,
        ),
        Line(
            r"\mathbb{E}_p[\log q(\mathbf x|\mu)] = c + \mu^\top\mathbb{E}_p[\mathbf x] -"
            r" \tfrac12\mu^\top\mu",
            r"Aside: the solution's grouping, eq. 1.10, with"
            r" $c = -\frac d2\log 2\pi - \frac12\mathbb{E}_p\|\mathbf x\|^2$. The same parabola.",
            _solution_1_10,
            aside=lambda weight, mu_1, mu_2: expect(
                log_bump(PLANE, np.array([mu_1, mu_2]), 1.0), weight
            ),
        ),
        Line(
            r"\nabla_\mu\,\mathrm{KL}(p\|q) = \mu - \mathbb{E}_p[\mathbf x]",
            "Against the slope measured on the first line. Eq. 1.11 has the other"
            r" sign: it differentiates $\mathbb{E}_p[\log q]$, which is to be made large.",
            lambda weight, mu_1, mu_2: np.array([mu_1, mu_2]) - mean_and_trace(weight)[0],
            aside=_slope,
        ),
        Line(
            r"\nabla_\mu^2\,\mathrm{KL}(p\|q) = I",
            "The same bowl for every p, so the stationary point is the one minimum.",
            lambda weight, mu_1, mu_2: np.eye(2),
            aside=_bend,
        ),
        Line(
            r"\mu^* = \mathbb{E}_p[\mathbf x]",
            "Solution, eq. 1.12. Against one Newton step from your μ, with the measured slope and"
            " bend: on a bowl of this kind one step is enough.",
            lambda weight, mu_1, mu_2: mean_and_trace(weight)[0],
            aside=lambda weight, mu_1, mu_2: (
                np.array([mu_1, mu_2])
                - np.linalg.solve(_bend(weight, mu_1, mu_2), _slope(weight, mu_1, mu_2))
            ),
        ),
    ),
    (
        Slider("weight", "weight, left bump", 0.1, 0.9, 0.3, 0.05),
        Slider("mu_1", "μ₁", -2.0, 2.0, 1.5, 0.1),
        Slider("mu_2", "μ₂", -2.0, 2.0, -1.0, 0.1),
    ),
)
