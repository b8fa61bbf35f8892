"""The exercise on the ELBO: its three terms leave the most room for slips."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.mean_field import LinearGaussian


def elbo(theta, x, m, s2):
    prior = -np.log(2 * np.pi) - 0.5 * np.sum(m**2 + s2)
    misfit = (x - theta @ m) ** 2 + np.sum(theta**2 * s2)
    likelihood = -0.5 * np.log(2 * np.pi) - 0.5 * misfit
    entropy = 1 + np.log(2 * np.pi) + 0.5 * np.sum(np.log(s2))
    return prior + likelihood + entropy


def elbo_probe(rng):
    """Ordinary, round, and far from the optimum."""
    theta, x, m = rng.normal(size=2), rng.normal(scale=2), rng.normal(size=2)
    s2 = rng.gamma(3, 0.4, size=2) + 0.02
    match rng.integers(4):
        case 0:
            return np.round(2 * theta) + 0.5, float(np.round(x)), np.round(2 * m), np.ceil(s2)
        case 1:
            return 3 * theta, 10 * x, 5 * m, 0.05 * s2
    return theta, x, m, s2


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


def _never_above(f, theta, x, m, s2):
    model = LinearGaussian(theta, x)
    return f(theta, x, model.posterior_mean, model.optimal_s2), "≤", model.log_evidence


def _exact_without_theta(f, theta, x, m, s2):
    nothing = np.zeros(2)
    return f(nothing, x, np.zeros(2), np.ones(2)), "=", LinearGaussian(nothing, x).log_evidence


elbo_exercise = Exercise(
    elbo,
    elbo_probe,
    {
        "the 1 is missing, as in the solution's eq. 2.10: each entropy holds ½": _assembled(one=0),
        "the constants are dropped: the maximum keeps its place, but not its value": _assembled(
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
        "the square lacks its cross term 2θ₁θ₂m₁m₂": lambda theta, x, m, s2: (
            elbo(theta, x, m, s2) + np.prod(theta * m)
        ),
        "the square's cross term θ₁θ₂m₁m₂ lacks its 2": lambda theta, x, m, s2: (
            elbo(theta, x, m, s2) + 0.5 * np.prod(theta * m)
        ),
        "this is −ELBO, a loss": lambda *arguments: -elbo(*arguments),
    },
    (
        "You are past the line that splits the ELBO: match the prior, E[log p(z)]; match the data,"
        " E[log p(x | z)]; keep spread, the two entropies. Write one line of code for each.",
        "First the two expectations of squares: E[z_j²] = m_j² + s_j², and E[(x − θᵀz)²] ="
        " (x − θᵀm)² + θ₁²s₁² + θ₂²s₂². Both stand behind −½. <code>s2</code> is s² already.",
        "The constants: −log 2π from the prior of two coordinates, −½ log 2π from x, and ½ + ½"
        " log 2π"
        " from each entropy beside log s_j, which is ½ log s_j². Together 1 − ½ log 2π.",
    ),
    (
        Scale(
            lambda theta, x, m, s2: {
                "m₁² + m₂²": np.sum(m**2),
                "s₁² + s₂²": np.sum(s2),
                "(x − θᵀm)²": (x - theta @ m) ** 2,
                "θ₁²s₁² + θ₂²s₂²": np.sum(theta**2 * s2),
                "log s₁ + log s₂": 0.5 * np.sum(np.log(s2)),
                "1 (the constant)": 1.0,
            }
        ),
    ),
    {
        "the ELBO is never above log p(x)": _never_above,
        "with θ = 0 and q the prior, the ELBO is log p(x)": _exact_without_theta,
    },
    examples=tuple(
        (np.array(theta), x, np.array(m), np.array(s2))
        for theta, x, m, s2 in (
            ([0.0, 0.0], 0.0, [0.0, 0.0], [1.0, 1.0]),
            ([1.0, 0.0], 0.0, [0.0, 0.0], [1.0, 1.0]),
            ([1.0, 0.0], 1.0, [0.0, 0.0], [1.0, 1.0]),
            ([1.0, 2.0], 1.0, [0.0, 0.0], [1.0, 2.0]),
            ([1.0, 0.0], 1.0, [1.0, 0.0], [1.0, 1.0]),
            ([1.0, 2.0], 3.0, [1.0, 2.0], [1.0, 4.0]),
        )
    ),
    symbols=lambda theta, x, m, s2: {"x − θᵀm": x - theta @ m, "θᵀm": theta @ m},
    specials={"x is θᵀm": lambda theta, x, m, s2: (theta, theta @ m, m, s2)},
    explanation="Each expectation under q of a square is the square of the mean plus the variance, "
    "and the entropies add because q factorises. With every constant kept the ELBO is a bound on "
    "log p(x) itself. Solution, eqs. 2.4–2.10: the collected line, whose constant is 1 − ½ log 2π.",
)
