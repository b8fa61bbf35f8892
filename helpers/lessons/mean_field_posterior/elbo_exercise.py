"""The exercise on the ELBO: its three terms leave the most room for slips."""

import numpy as np

from helpers.exercise import Exercise
from helpers.mean_field import LinearGaussian


def elbo(theta, x, m, s2):
    prior = -np.log(2 * np.pi) - 0.5 * np.sum(m**2 + s2)
    misfit = (x - theta @ m) ** 2 + np.sum(theta**2 * s2)
    likelihood = -0.5 * np.log(2 * np.pi) - 0.5 * misfit
    entropy = 1 + np.log(2 * np.pi) + 0.5 * np.sum(np.log(s2))
    return prior + likelihood + entropy


def elbo_probe(rng):
    return rng.normal(size=2), rng.normal(scale=2), rng.normal(size=2), rng.gamma(3, 0.4, size=2)


def _assembled(one=1.0, log_2pi=-0.5, log_s2=0.5, prior_s2=0.5, sign=-1, square=0.5, spread=None):
    """An ELBO with the given coefficients, from which most slips are made."""

    def wrong(theta, x, m, s2):
        variance = np.sum(theta**2 * s2) if spread is None else spread(theta, s2)
        return (
            one
            + log_2pi * np.log(2 * np.pi)
            - 0.5 * np.sum(m**2)
            - prior_s2 * np.sum(s2)
            - square * (x + sign * (theta @ m)) ** 2
            - 0.5 * variance
            + log_s2 * np.sum(np.log(s2))
        )

    return wrong


def _bound_identity(f):
    model = LinearGaussian([1.2, -0.7], 1.5)
    value = f(model.theta.copy(), model.x, model.posterior_mean, model.optimal_s2)
    if value <= model.log_evidence + 1e-9:
        return ""
    return f"at θ = (1.2, −0.7), x = 1.5, the best q is {value - model.log_evidence:.4g} above it"


def _exact_identity(f):
    value = f(np.zeros(2), 1.0, np.zeros(2), np.ones(2))
    exact = LinearGaussian([0, 0], 1.0).log_evidence
    return "" if np.isclose(value, exact) else f"at x = 1 it is {value - exact:.4g} off"


bound = Exercise(
    elbo,
    elbo_probe,
    {
        "the 1 is missing, as in the solution's eq. 2.10: each entropy holds ½": _assembled(one=0),
        "the constants are dropped: the maximum stays, but not the bound": _assembled(
            one=0, log_2pi=0
        ),
        "½ log 2π is missing: two coordinates bring a whole one to the prior, x ½": _assembled(
            log_2pi=0
        ),
        "log 2π is missing from the entropies": _assembled(log_2pi=-1.5),
        "the entropy of q₂ is missing": lambda theta, x, m, s2: (
            elbo(theta, x, m, s2) - 0.5 * (1 + np.log(2 * np.pi * s2[1]))
        ),
        "the entropy has the wrong sign: spread is kept, not reduced": lambda theta, x, m, s2: (
            elbo(theta, x, m, s2) - 2 * (1 + np.log(2 * np.pi) + 0.5 * np.sum(np.log(s2)))
        ),
        "log s² stands where log s should (or ½ log s²)": _assembled(log_s2=1.0),
        "s² is read as s, and squared again": lambda theta, x, m, s2: elbo(theta, x, m, s2**2),
        "θ²s² is missing: the data term sees q's spread too": _assembled(
            spread=lambda theta, s2: 0.0
        ),
        "θ stands unsquared before s²": _assembled(spread=lambda theta, s2: np.sum(theta * s2)),
        "the spread of θᵀz is taken as (θ₁s₁ + θ₂s₂)²: under q z₁ and z₂ are independent": (
            _assembled(spread=lambda theta, s2: (theta @ np.sqrt(s2)) ** 2)
        ),
        "s² is missing from the prior's term: E[z²] = m² + s²": _assembled(prior_s2=0),
        "s² in the prior's term lacks its ½": _assembled(prior_s2=1.0),
        "x + θᵀm stands where x − θᵀm should": _assembled(sign=1),
        "the squared residual lacks its ½": _assembled(square=1.0),
        "this is −ELBO, a loss": lambda *arguments: -elbo(*arguments),
    },
    (
        "Three terms: E[log p(z)], E[log p(x | z)] and the two entropies. Write one line for each.",
        "E[z_j²] = m_j² + s_j², and E[(x − θᵀz)²] = (x − θᵀm)² + θ₁²s₁² + θ₂²s₂².",
        "The entropy of N(m, s²) is ½ + ½ log 2π + log s. The constants add up to 1 − ½ log 2π.",
    ),
    lambda theta, x, m, s2: {
        "m₁² + m₂²": np.sum(m**2),
        "s₁² + s₂²": np.sum(s2),
        "(x − θᵀm)²": (x - theta @ m) ** 2,
        "θ₁²s₁² + θ₂²s₂²": np.sum(theta**2 * s2),
        "log s₁ + log s₂": 0.5 * np.sum(np.log(s2)),
        "1": 1.0,
    },
    {
        "the ELBO is never above log p(x)": _bound_identity,
        "with θ = 0 and q the prior, the ELBO is log p(x)": _exact_identity,
    },
)
