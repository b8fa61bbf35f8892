"""The hints of notebook 03 are true."""

import numpy as np
from claims import claim

from helpers.lessons.mean_field_posterior.elbo_exercise import elbo
from helpers.lessons.mean_field_posterior.update_factor_exercise import update_factor
from helpers.mean_field import LinearGaussian

INSTRUCTIONS = (
    "You are after the two updates: put one into the other.",
    "First both factors, for j = 1 and for j = 2.",
    "You are past the line that splits the ELBO: match the prior, E[log p(z)]; match "
    "the data, E[log p(x | z)]; keep spread, the two entropies.",
    "Write one line of code for each.",
    "You are at the third line of the ledger that completes the square.",
    "You are at the two updates, found by setting the ELBO's derivatives to 0.",
    "Copy first (m.copy()), then change entry j of the copies only.",
)


QUESTIONS = ("Read the precision Λ off it: what multiplies z₁², z₂² and 2z₁z₂?",)


@claim(
    "A single update multiplies the error of the mean by −θ₁θ₂/(1 + θ_j²).",
    "Their numerators are the same, their denominators are not.",
    "A sweep is both, one after the other, so the factors multiply: the two minus "
    "signs cancel and θ₁θ₂ appears twice.",
    "The denominator is a product of two sums.",
)
def test_the_two_factors_of_a_sweep():
    rng = np.random.default_rng(0)
    for _ in range(50):
        theta, x = rng.normal(size=2), rng.normal()
        model = LinearGaussian(theta, x)
        product, error = theta[0] * theta[1], rng.normal(size=2)
        m, s2 = model.posterior_mean + error, np.ones(2)
        factors = [-product / (1 + theta[j] ** 2) for j in (0, 1)]
        for j in (0, 1):
            moved = update_factor(theta, x, m, s2, j)[0] - model.posterior_mean
            assert np.isclose(moved[j], factors[j] * (m - model.posterior_mean)[1 - j])
            m = moved + model.posterior_mean
        assert np.isclose(m[1] - model.posterior_mean[1], factors[0] * factors[1] * error[1])
        below = (1 + theta[0] ** 2) * (1 + theta[1] ** 2)
        assert np.isclose(factors[0] * factors[1], product**2 / below)


@claim(
    "First the two expectations of squares: E[z_j²] = m_j² + s_j², and E[(x − θᵀz)²] "
    "= (x − θᵀm)² + θ₁²s₁² + θ₂²s₂².",
    "Both stand behind −½. s2 is s² already.",
    "The constants: −log 2π from the prior of two coordinates, −½ log 2π from x, and "
    "½ + ½ log 2π from each entropy beside log s_j, which is ½ log s_j².",
    "Together 1 − ½ log 2π.",
)
def test_the_pieces_of_the_elbo():
    rng = np.random.default_rng(0)
    for _ in range(50):
        theta, x, m, s2 = rng.normal(size=2), rng.normal(), rng.normal(size=2), rng.gamma(3, 1, 2)
        points, weights = np.polynomial.hermite_e.hermegauss(20)
        weights = weights / weights.sum()
        z1, z2 = np.meshgrid(*(m[j] + np.sqrt(s2[j]) * points for j in (0, 1)), indexing="ij")
        both = np.outer(weights, weights)
        assert np.isclose(np.sum(both * z1**2), m[0] ** 2 + s2[0])
        misfit = np.sum(both * (x - theta[0] * z1 - theta[1] * z2) ** 2)
        assert np.isclose(misfit, (x - theta @ m) ** 2 + theta**2 @ s2)
        log_s = 0.5 * np.log(s2)
        assert np.allclose(log_s, np.log(np.sqrt(s2)))
        prior = -np.log(2 * np.pi) - 0.5 * np.sum(m**2 + s2)
        data = -0.5 * np.log(2 * np.pi) - 0.5 * misfit
        entropies = np.sum(0.5 + 0.5 * np.log(2 * np.pi) + log_s)
        assert np.isclose(prior + data + entropies, elbo(theta, x, m, s2))
        constants = -np.log(2 * np.pi) - 0.5 * np.log(2 * np.pi) + 1 + np.log(2 * np.pi)
        assert np.isclose(constants, 1 - 0.5 * np.log(2 * np.pi))


@claim(
    "Λ = I + θθᵀ. np.outer(theta, theta) is θθᵀ, a 2 × 2 matrix; theta @ theta is a "
    "number, theta theta a vector.",
    "The covariance is the inverse of the whole matrix, not of its entries.",
    "By hand it is I minus θθᵀ over 1 + θᵀθ: check the two against each other.",
)
def test_the_covariance_is_the_inverse_of_the_whole_precision():
    rng = np.random.default_rng(0)
    for _ in range(50):
        theta = rng.normal(size=2)
        outer = np.outer(theta, theta)
        assert outer.shape == (2, 2)
        assert np.ndim(theta @ theta) == 0
        assert (theta * theta).shape == (2,)
        covariance = LinearGaussian(theta, 1.0).posterior_cov
        assert np.allclose(np.linalg.inv(np.eye(2) + outer), covariance)
        assert not np.allclose(1 / (np.eye(2) + outer), covariance)
        assert np.allclose(np.eye(2) - outer / (1 + theta @ theta), covariance)


@claim(
    "The variance first: s_j² is 1/(1 + θ_j²), 1 from the prior and θ_j² from x.",
    "Neither x nor the other factor is in it.",
    "Then the mean: what the other coordinate leaves unexplained of x, θ_k m_k taken "
    "away with k = 1 − j, times θ_j, times the new variance.",
)
def test_an_update_is_a_variance_and_what_is_left_unexplained():
    rng = np.random.default_rng(0)
    for _ in range(50):
        theta, x, m, s2 = rng.normal(size=2), rng.normal(), rng.normal(size=2), rng.gamma(3, 1, 2)
        for j in (0, 1):
            k = 1 - j
            new_m, new_s2 = update_factor(theta, x, m, s2, j)
            assert np.isclose(new_s2[j], 1 / (1 + theta[j] ** 2))
            assert new_s2[j] == update_factor(theta, x + 1, m + 1, 2 * s2, j)[1][j]
            assert np.isclose(new_m[j], (x - theta[k] * m[k]) * theta[j] * new_s2[j])
            for shift in (-0.01, 0.01):
                away = new_m + shift * np.eye(2)[j]
                assert elbo(theta, x, away, new_s2) < elbo(theta, x, new_m, new_s2)
                wide = new_s2 * (1 + shift * np.eye(2)[j])
                assert elbo(theta, x, new_m, wide) < elbo(theta, x, new_m, new_s2)
