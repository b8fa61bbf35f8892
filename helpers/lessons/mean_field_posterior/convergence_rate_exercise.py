"""The exercise on the factor of one sweep, ρ²."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.lessons.mean_field_posterior.posterior_cov_exercise import THETAS, theta_probe


def convergence_rate(theta):
    return np.prod(theta**2 / (1 + theta**2))


def _log_terms(theta):
    return {
        "log θ₁²": np.log(theta[0] ** 2),
        "log θ₂²": np.log(theta[1] ** 2),
        "log(1 + θ₁²)": np.log1p(theta[0] ** 2),
        "log(1 + θ₂²)": np.log1p(theta[1] ** 2),
    }


convergence_rate_exercise = Exercise(
    convergence_rate,
    theta_probe,
    {
        "this is |ρ|, the factor of a single update (or of a sweep with both at once)": lambda t: (
            np.sqrt(convergence_rate(t))
        ),
        "this is ρ itself": lambda t: -np.prod(t / np.sqrt(1 + t**2)),
        "this is θ₁θ₂/√((1 + θ₁²)(1 + θ₂²)), which is −ρ: square it": lambda t: np.prod(
            t / np.sqrt(1 + t**2)
        ),
        "this is half a sweep: the other update multiplies the error once more": lambda t: (
            abs(np.prod(t)) / (1 + t[0] ** 2)
        ),
        "this is ρ⁴: so much the ELBO's distance to its maximum shrinks": lambda t: (
            convergence_rate(t) ** 2
        ),
        "this is 1 − ρ², what is gone after a sweep, not what is left": lambda t: (
            1 - convergence_rate(t)
        ),
        "the denominators are 1 + θᵀθ: they should be (1 + θ₁²)(1 + θ₂²)": lambda t: (
            np.prod(t**2) / (1 + t @ t)
        ),
        "the numerator θ₁θ₂ is not squared": lambda t: np.prod(t) / np.prod(1 + t**2),
        "the two factors are added: one update after the other multiplies": lambda t: np.sum(
            t**2 / (1 + t**2)
        ),
        "the numerators are missing": lambda t: 1 / np.prod(1 + t**2),
        "this is the final gap −½ log(1 − ρ²)": lambda t: -0.5 * np.log1p(-convergence_rate(t)),
    },
    (
        "You are after the two updates: put one into the other. A single update multiplies the"
        " error"
        " of the mean by −θ₁θ₂/(1 + θ_j²).",
        "First both factors, for j = 1 and for j = 2. Their numerators are the same, their"
        " denominators are not.",
        "A sweep is both, one after the other, so the factors multiply: the two minus signs cancel"
        " and θ₁θ₂ appears twice. The denominator is a product of two sums.",
    ),
    (
        Scale(
            _log_terms,
            lambda answer, theta: np.log(np.abs(answer)),
            "in the log of its size",
        ),
        Scale(
            lambda theta: {
                "1": 1.0,
                "θ₁²": theta[0] ** 2,
                "θ₂²": theta[1] ** 2,
                "θ₁²θ₂²": np.prod(theta**2),
            },
            lambda answer, theta: np.prod(theta**2) / answer,
            "in the denominator below θ₁²θ₂²",
        ),
    ),
    {
        "the rate is 0 where θ₁θ₂ = 0": lambda f, theta: (f(np.array([0.0, theta[1]])), "=", 0),
        "the sign of θ₁ does not matter": lambda f, theta: (
            f(theta * np.array([-1, 1])),
            "=",
            f(theta),
        ),
        "exchanging θ₁ and θ₂ changes nothing": lambda f, theta: (f(theta[::-1]), "=", f(theta)),
        "the rate is below 1": lambda f, theta: (f(theta), "≤", 1),
        "the rate is not negative": lambda f, theta: (f(theta), "≥", 0),
    },
    examples=THETAS[1:],
    symbols=lambda theta: {
        "θ₁": theta[0],
        "θ₂": theta[1],
        "1 + θ₁²": 1 + theta[0] ** 2,
        "1 + θ₂²": 1 + theta[1] ** 2,
        "1 + θᵀθ": 1 + theta @ theta,
    },
    specials={"θ₁ and θ₂ are equal": lambda theta: (np.full(2, theta[0]),)},
    explanation="Put the update of m₁ into that of m₂: the error is multiplied by θ₁²θ₂² over "
    "(1 + θ₁²)(1 + θ₂²), once a sweep. That is ρ², the squared correlation of the posterior. "
    "Ledger “One sweep, seen by the error e = m − μ”, lines 3 and 4: each half multiplies the "
    "error by −θ₁θ₂/(1 + θ_j²).",
)
