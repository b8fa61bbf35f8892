"""The exercise on one update of coordinate ascent."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.lessons.mean_field_posterior.elbo_exercise import elbo_probe


def update_factor(theta, x, m, s2, j):
    m, s2, k = m.copy(), s2.copy(), 1 - j
    s2[j] = 1 / (1 + theta[j] ** 2)
    m[j] = s2[j] * theta[j] * (x - theta[k] * m[k])
    return m, s2


def _update_probe(rng):
    return *elbo_probe(rng), int(rng.integers(2))


def _pull_and_precision(theta, x, m, s2, j):
    both = np.ones(2)
    pull = {"θ_j x": theta[j] * x * both, "θ_j θ_k m_k": theta[j] * theta[1 - j] * m[1 - j] * both}
    return pull, {"1": both, "θ_j²": theta[j] ** 2 * both}


def _one(mean, variance):
    """An update of factor j alone, by `mean(theta, x, m, j, k)` and `variance(theta, j, k)`."""

    def wrong(theta, x, m, s2, j):
        m, s2, k = m.copy(), s2.copy(), 1 - j
        s2[j] = variance(theta, j, k) if variance else s2[j]
        m[j] = mean(theta, x, m, j, k)
        return m, s2

    return wrong


def _mean(theta, x, m, j, k):
    return theta[j] * (x - theta[k] * m[k]) / (1 + theta[j] ** 2)


def _variance(theta, j, k):
    return 1 / (1 + theta[j] ** 2)


def _both_from_old(theta, x, m, s2, j):
    pair = [update_factor(theta, x, m, s2, i) for i in (0, 1)]
    return tuple(np.array([pair[0][row][0], pair[1][row][1]]) for row in (0, 1))


def _both_in_turn(theta, x, m, s2, j):
    return update_factor(theta, x, *update_factor(theta, x, m, s2, j), 1 - j)


update_factor_exercise = Exercise(
    update_factor,
    _update_probe,
    {
        "both factors are updated, each from the old values: one call is one factor (section 4"
        " tries what this would cost)": _both_from_old,
        "both factors are updated, one after the other: one call is one factor": _both_in_turn,
        "both factors are updated, q₁ first, whichever j is asked for": (
            lambda theta, x, m, s2, j: _both_in_turn(theta, x, m, s2, 0)
        ),
        "the other factor is updated, not q_j": lambda theta, x, m, s2, j: update_factor(
            theta, x, m, s2, 1 - j
        ),
        "the residual uses q_j's own mean: it should use the other's": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[j] * m[j]) / (1 + theta[j] ** 2),
            _variance,
        ),
        "x + θ_k m_k stands where x − θ_k m_k should": _one(
            lambda theta, x, m, j, k: theta[j] * (x + theta[k] * m[k]) / (1 + theta[j] ** 2),
            _variance,
        ),
        "θ_j before the residual is missing": _one(
            lambda theta, x, m, j, k: (x - theta[k] * m[k]) / (1 + theta[j] ** 2), _variance
        ),
        "the mean is not divided by 1 + θ_j²": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[k] * m[k]), _variance
        ),
        "the 1 of the prior is missing from 1 + θ_j²": _one(
            lambda theta, x, m, j, k: (x - theta[k] * m[k]) / theta[j],
            lambda theta, j, k: 1 / theta[j] ** 2,
        ),
        "1 + θᵀθ stands where 1 + θ_j² should: θ_k² multiplies z_k², not z_j²": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[k] * m[k]) / (1 + theta @ theta),
            lambda theta, j, k: 1 / (1 + theta @ theta),
        ),
        "1 + θ_k² stands where 1 + θ_j² should: a factor's own θ_j says what x tells of it": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[k] * m[k]) / (1 + theta[k] ** 2),
            lambda theta, j, k: 1 / (1 + theta[k] ** 2),
        ),
        "this is the exact posterior's, which the best factor of a product does not have": _one(
            lambda theta, x, m, j, k: theta[j] * x / (1 + theta @ theta),
            lambda theta, j, k: (1 + theta[k] ** 2) / (1 + theta @ theta),
        ),
        "θ_k before m_k is missing": _one(
            lambda theta, x, m, j, k: theta[j] * (x - m[k]) / (1 + theta[j] ** 2), _variance
        ),
        "the precision 1 + θ_j² stands where the variance should": _one(
            _mean, lambda theta, j, k: 1 + theta[j] ** 2
        ),
        "the standard deviation stands where the variance should": _one(
            _mean, lambda theta, j, k: 1 / np.sqrt(1 + theta[j] ** 2)
        ),
        "the variance is q_k's: it needs θ_j": _one(
            _mean, lambda theta, j, k: _variance(theta, k, j)
        ),
        "only the mean is updated, not the variance": _one(_mean, None),
        "only the variance is updated, not the mean": _one(
            lambda theta, x, m, j, k: m[j], _variance
        ),
    },
    (
        "You are at the two updates, found by setting the ELBO's derivatives to 0. Copy first"
        " (<code>m.copy()</code>), then change entry j of the copies only.",
        "The variance first: s_j² is 1/(1 + θ_j²), 1 from the prior and θ_j² from x. Neither x nor"
        " the other factor is in it.",
        "Then the mean: what the other coordinate leaves unexplained of x, θ_k m_k taken away with"
        " k = 1 − j, times θ_j, times the new variance.",
    ),
    (
        Scale(
            _pull_and_precision,
            lambda answer, theta, x, m, s2, j: (
                answer[0] * (1 + theta[j] ** 2),
                1 / answer[1],
            ),
            ("as m_j (1 + θ_j²)", "as the precision 1/s_j²"),
        ),
    ),
    {
        "the other factor stays as it was": lambda f, theta, x, m, s2, j: (
            (f(theta, x, m, s2, j)[0][1 - j], f(theta, x, m, s2, j)[1][1 - j]),
            "=",
            (m[1 - j], s2[1 - j]),
        ),
        "the same update twice changes nothing more": lambda f, theta, x, m, s2, j: (
            np.concatenate(f(theta, x, *f(theta, x, m, s2, j), j)),
            "=",
            np.concatenate(f(theta, x, m, s2, j)),
        ),
    },
    parts=("means", "variances"),
    examples=tuple(
        (np.array(theta), x, np.array(m), np.array(s2), j)
        for theta, x, m, s2, j in (
            ([1.0, 1.0], 1.0, [0.0, 0.0], [1.0, 1.0], 0),
            ([1.0, 1.0], 3.0, [0.0, 1.0], [1.0, 1.0], 0),
            ([1.0, 2.0], 3.0, [1.0, 1.0], [1.0, 4.0], 1),
            ([2.0, 1.0], 3.0, [2.0, 4.0], [3.0, 1.0], 0),
        )
    ),
    symbols=lambda theta, x, m, s2, j: {
        "θ_j": theta[j],
        "θ_k": theta[1 - j],
        "m_j": m[j],
        "m_k": m[1 - j],
        "old s_j²": s2[j],
        "old s_k²": s2[1 - j],
        "1 + θ_j²": 1 + theta[j] ** 2,
        "1 + θ_k²": 1 + theta[1 - j] ** 2,
        "θᵀm": theta @ m,
    },
    specials={
        "j is 0": lambda theta, x, m, s2, j: (theta, x, m, s2, 0),
        "j is 1": lambda theta, x, m, s2, j: (theta, x, m, s2, 1),
        "the other mean m_k is 0": lambda theta, x, m, s2, j: (
            theta,
            x,
            m * (np.arange(2) == j),
            s2,
            j,
        ),
    },
    explanation="Setting the ELBO's derivatives in m_j and s_j² to 0 gives both at once, with the "
    "other factor held. Only entry j moves: one call is one step uphill in one factor. Solution, "
    "problem 4: the lines for m₁ and s₁², and the same with the indices exchanged.",
)
