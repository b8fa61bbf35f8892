"""KL(p‖N(μ, I)) line by line: worksheet problem 2, solution eq. 1.9 to 1.12.

Every expectation is a sum over a fine grid. For densities this smooth such a sum is exact to the
last digits, and it knows none of the algebra that it checks. Slopes are measured by a complex step,
Im f(x + ih)/h: a difference quotient without a difference, so that no digit is lost.
"""

from functools import lru_cache

import numpy as np

from helpers.gaussians import log_normal
from helpers.widgets import Derivation, Line, Slider

SIDE = np.linspace(-12, 12, 81)
PLANE = np.stack(np.meshgrid(SIDE, SIDE), axis=-1).reshape(-1, 2)
CENTRES = np.array([[-1.5, -1.0], [1.5, 0.5]])
VARIANCES = np.array([0.8, 1.3])  # of each bump, in every direction


def log_round(x, mean, var):
    """log N(x | mean, var · I), for x (..., d)."""
    return np.sum(log_normal(x, mean, var), axis=-1)


@lru_cache(maxsize=4)
def _log_p(weight):
    parts = [log_round(PLANE, c, v) for c, v in zip(CENTRES, VARIANCES, strict=True)]
    return np.logaddexp(np.log(weight) + parts[0], np.log1p(-weight) + parts[1])


@lru_cache(maxsize=4)
def _mass(weight):
    return (SIDE[1] - SIDE[0]) ** 2 * np.exp(_log_p(weight))


def expect(values, weight):
    """E_p of the values at the points of PLANE; p: two bumps, the left one with `weight`."""
    return _mass(weight) @ values


def _mean(weight):
    return expect(PLANE, weight)


def _minus_entropy(weight):
    return expect(_log_p(weight), weight)


def _log_q(weight, mu):
    """E_p[log q]."""
    return expect(log_round(PLANE, mu, 1.0), weight)


def _square(weight, mu):
    """E_p‖x − μ‖²."""
    return expect(np.sum((PLANE - mu) ** 2, axis=1), weight)


def divergence(weight, mu):
    """The first line, which the slopes are measured on."""
    return expect(_log_p(weight) - log_round(PLANE, mu, 1.0), weight)


def _matched(weight, mu):
    mean = _mean(weight)
    trace = expect(np.sum((PLANE - mean) ** 2, axis=1), weight)
    gap = mu - mean
    return _minus_entropy(weight) + np.log(2 * np.pi) + 0.5 * trace + 0.5 * gap @ gap


def _cross_term(weight, mu):
    mean = _mean(weight)
    return expect((PLANE - mean) @ (mean - mu), weight)


def _solution_1_10(weight, mu):
    constant = -np.log(2 * np.pi) - 0.5 * _square(weight, 0)
    return constant + mu @ _mean(weight) - 0.5 * mu @ mu


def slope(function, place):
    """The measured gradient of `function(place)` at `place` (n,), one number a coordinate."""
    steps = 1e-30j * np.eye(len(place))
    return np.array([function(place + step).imag for step in steps]) / 1e-30


def _slope(weight, mu):
    return slope(lambda place: divergence(weight, place), mu)


def _bend(weight, mu):
    """The Hessian, from the slopes one half to either side."""
    ways = 0.5 * np.eye(2)
    return np.array([_slope(weight, mu + way) - _slope(weight, mu - way) for way in ways])


derivation = Derivation(
    "KL(p‖N(μ, I)) for a p in the plane",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf x) - \log q(\mathbf x|\mu)]",
            "The definition, by a sum over a fine grid. Nothing is known of p but its values.",
            lambda weight, mu: divergence(weight, mu),
        ),
        Line(
            r"= \mathbb{E}_p[\log p(\mathbf x)] - \mathbb{E}_p[\log q(\mathbf x|\mu)]",
            "Two expectations. The first holds no μ, so only the second counts.",
            lambda weight, mu: expect(_log_p(weight), weight) - _log_q(weight, mu),
            quoted="solution, eq. 1.9",
        ),
        Line(
            r"= -H(p) + \tfrac d2\log 2\pi + \tfrac12\,\mathbb{E}_p\|\mathbf x-\mu\|^2",
            "The first is minus the entropy of p. In the second, the log density of N(μ, I),"
            " written out; here d = 2.",
            lambda weight, mu: (
                _minus_entropy(weight) + np.log(2 * np.pi) + 0.5 * _square(weight, mu)
            ),
        ),
        Line(
            r"\mathbb{E}_p\bigl[(\mathbf x-\mathbb{E}_p[\mathbf x])^\top"
            r"(\mathbb{E}_p[\mathbf x]-\mu)\bigr] = 0",
            r"Aside. Write $\mathbf x-\mu = (\mathbf x-\mathbb{E}_p[\mathbf x]) +"
            r" (\mathbb{E}_p[\mathbf x]-\mu)$. Squared, its cross term has mean"
            " zero: the second factor is a constant, and the first has mean 0.",
            _cross_term,
            aside=lambda weight, mu: 0.0,
        ),
        Line(
            r"= -H(p) + \tfrac d2\log 2\pi + \tfrac12\,\mathrm{tr}\,\mathrm{Cov}_p[\mathbf x]"
            r" + \tfrac12\,\|\mu-\mathbb{E}_p[\mathbf x]\|^2",
            r"The trace is $\mathbb{E}_p\|\mathbf x-\mathbb{E}_p[\mathbf x]\|^2$. Only the last"
            " term holds μ, and it is half a squared distance.",
            _matched,
        ),
        Line(
            r"\mathbb{E}_p[\log q(\mathbf x|\mu)] = c + \mu^\top\mathbb{E}_p[\mathbf x] -"
            r" \tfrac12\mu^\top\mu",
            r"Aside: the same parabola, upside down and multiplied out, with"
            r" $c = -\frac d2\log 2\pi - \frac12\mathbb{E}_p\|\mathbf x\|^2$.",
            _solution_1_10,
            aside=lambda weight, mu: _log_q(weight, mu),
            quoted="solution, eq. 1.10",
        ),
        Line(
            r"\frac{\partial\,\mathbb{E}_p[\log q(\mathbf x|\mu)]}{\partial\mu} ="
            r" \mathbb{E}_p[\mathbf x]-\mu",
            "Aside: against the slope measured on the sum.",
            lambda weight, mu: _mean(weight) - mu,
            aside=lambda weight, mu: slope(lambda place: _log_q(weight, place), mu),
            quoted="solution, eq. 1.11",
        ),
        Line(
            r"\nabla_\mu\,\mathrm{KL}(p\|q) = \mu - \mathbb{E}_p[\mathbf x]",
            "Aside: against the slope measured on line 1. The sign is the other one.",
            lambda weight, mu: mu - _mean(weight),
            aside=_slope,
        ),
        Line(
            r"\nabla_\mu^2\,\mathrm{KL}(p\|q) = I",
            "Aside: against the measured bend. Positive definite at every μ, so the stationary"
            " point is the one minimum.",
            lambda weight, mu: np.eye(2),
            aside=_bend,
        ),
        Line(
            r"\mu^* = \mathbb{E}_p[\mathbf x]",
            "Aside: against one Newton step from your μ, with the measured slope and bend. On a"
            " parabola, one step is enough.",
            lambda weight, mu: expect(PLANE, weight),
            aside=lambda weight, mu: mu - np.linalg.solve(_bend(weight, mu), _slope(weight, mu)),
            quoted="solution, eq. 1.12",
        ),
    ),
    (
        Slider("weight", "weight, left bump", 0.1, 0.9, 0.3, 0.05),
        Slider("mu_1", "μ₁", -2.0, 2.0, 1.5, 0.1),
        Slider("mu_2", "μ₂", -2.0, 2.0, -1.0, 0.1),
    ),
    at=lambda weight, mu_1, mu_2: dict(weight=weight, mu=np.array([mu_1, mu_2])),
)
