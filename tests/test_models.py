"""Coin, regression and network: their constants, their gradients, their closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, multivariate_normal, norm
from targets import slope

from helpers.approximations import laplace
from helpers.models import Coin, Network, Regression

RNG = np.random.default_rng(0)
X = RNG.uniform(-2, 2, 12)
Y = np.sin(2 * X) + RNG.normal(scale=0.3, size=12)
COIN = Coin(7, 3, 2.0, 1.5)
LINE = Regression(X, Y, 0.4, [2.0, 3.0])
NOISY = Regression(X, Y, prior_sd=2.0)
NETWORK = Network(X, Y, 4, 0.3, np.linspace(0.5, 2, 13))


# Each with points to ask it at.
CASES = {
    "coin": (COIN.log_joint, COIN.log_joint_and_gradient, RNG.uniform(0.02, 0.98, (50, 1))),
    "logit": (
        COIN.logit_log_joint,
        COIN.logit_log_joint_and_gradient,
        RNG.normal(scale=4, size=(50, 1)),
    ),
    "line": (LINE.log_joint, LINE.log_joint_and_gradient, RNG.normal(scale=3, size=(50, 2))),
    "noise": (NOISY.log_joint, NOISY.log_joint_and_gradient, RNG.normal(size=(50, 3))),
    "network": (NETWORK.log_joint, NETWORK.log_joint_and_gradient, RNG.normal(size=(50, 13))),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_equal_finite_differences(name):
    log_joint, both, points = CASES[name]
    for z in points:
        value, gradient = both(z)
        assert gradient.shape == z.shape
        assert value == log_joint(z)
        found = slope(log_joint, z)
        np.testing.assert_allclose(gradient, found, rtol=1e-7, atol=1e-7 * np.abs(gradient).max())


@pytest.mark.parametrize("name", CASES)
def test_many_points_are_each_point(name):
    log_joint, both, points = CASES[name]
    grid = points.reshape(5, 10, -1)
    values, gradients = both(grid)
    assert values.shape == log_joint(grid).shape == (5, 10)
    np.testing.assert_allclose(log_joint(grid), values, rtol=1e-13)
    for i, j in ((0, 0), (2, 7), (4, 9)):
        value, gradient = both(grid[i, j])
        np.testing.assert_allclose(values[i, j], value, rtol=1e-13)
        np.testing.assert_allclose(gradients[i, j], gradient, rtol=1e-10, atol=1e-10)


def test_the_coin_is_normalised_in_both_coordinates():
    for coin in (COIN, Coin(0, 0), Coin(4, 0, 0.5, 0.5), Coin(0, 3, 2.0, 1.0)):
        evidence = np.exp(coin.log_evidence)
        in_theta = quad(lambda t, c=coin: np.exp(c.log_joint([t])), 0, 1)[0]
        in_logit = quad(lambda t, c=coin: np.exp(c.logit_log_joint([t])), -60, 60, points=[0])[0]
        assert in_theta == pytest.approx(evidence, rel=1e-7)
        assert in_logit == pytest.approx(evidence, rel=1e-7)
        first, second = coin.posterior
        theta = np.linspace(0.1, 0.9, 9)[:, None]
        log_posterior = coin.log_joint(theta) - coin.log_evidence
        np.testing.assert_allclose(
            log_posterior, beta(first, second).logpdf(theta[:, 0]), rtol=1e-12
        )
        eta = np.log(theta / (1 - theta))
        jacobian = np.log(theta * (1 - theta))[:, 0]
        np.testing.assert_allclose(coin.logit_log_joint(eta), coin.log_joint(theta) + jacobian)


def test_the_coin_at_its_edges():
    assert COIN.log_joint([0.0]) == COIN.log_joint([1.0]) == COIN.log_joint([-0.2]) == -np.inf
    value, gradient = COIN.logit_log_joint_and_gradient([[800.0], [-800.0]])
    assert np.isfinite(value).all()
    np.testing.assert_allclose(gradient[:, 0], [-4.5, 9.0])
    million = Coin(600_000, 400_000)
    found = laplace(million.logit_log_joint, [0.0])
    assert found.mean[0] == pytest.approx(np.log(600_001 / 400_001), abs=1e-9)
    assert np.isfinite(million.log_evidence)


def test_the_line_against_the_marginal_and_the_posterior():
    design = np.stack([X, np.ones_like(X)], axis=-1)
    marginal = design @ np.diag([4.0, 9.0]) @ design.T + 0.16 * np.eye(12)
    evidence = multivariate_normal(np.zeros(12), marginal).logpdf(Y)
    assert LINE.log_evidence == pytest.approx(evidence, rel=1e-12)
    mean, cov = LINE.posterior
    for z in CASES["line"][2]:
        log_posterior = multivariate_normal(mean, cov).logpdf(z)
        assert LINE.log_joint(z) - evidence == pytest.approx(log_posterior, rel=1e-10, abs=1e-10)
    found = laplace(LINE.log_joint, [50.0, -50.0])
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(found.cov, cov, rtol=1e-8)
    assert NOISY.log_joint([0.3, -0.2, np.log(0.4)]) == pytest.approx(
        Regression(X, Y, 0.4, 2.0).log_joint([0.3, -0.2]) + norm.logpdf(np.log(0.4)), rel=1e-13
    )


def test_the_posterior_far_from_the_origin():
    # XᵀX is singular to working precision here; the whitened rows are not.
    line = Regression(X + 1e7, Y, 0.4, 1e9)
    mean, cov = line.posterior
    assert mean[0] == pytest.approx(Regression(X, Y, 0.4, 1e9).posterior[0][0], rel=1e-6)
    assert cov[0, 0] == pytest.approx(0.16 / ((X - X.mean()) ** 2).sum(), rel=1e-6)


def test_the_network_against_a_loop():
    z = RNG.normal(size=13)
    w, c, v, b = z[:4], z[4:8], z[8:12], z[12]
    fitted = [sum(v[h] * np.tanh(w[h] * x + c[h]) for h in range(4)) + b for x in X]
    np.testing.assert_allclose(NETWORK.predict(z, X), fitted, rtol=1e-12)
    value = norm.logpdf(Y, fitted, 0.3).sum() + norm.logpdf(z, 0, NETWORK.prior_sd).sum()
    assert NETWORK.log_joint(z) == pytest.approx(value, rel=1e-12)
    assert NETWORK.predict(np.ones((2, 3, 13)), [0.0, 1.0]).shape == (2, 3, 2)


def test_the_network_does_not_know_its_units_apart():
    plain = Network(X, Y, 4, 0.3)
    z = RNG.normal(size=13)
    blocks = z[:12].reshape(3, 4)
    swapped = np.append(blocks[:, [2, 0, 3, 1]].ravel(), z[12])
    turned = np.append((blocks * [1, -1, 1, -1]).ravel(), z[12])
    for other in (swapped, turned):
        assert plain.log_joint(other) == pytest.approx(plain.log_joint(z), rel=1e-13)
        np.testing.assert_allclose(plain.predict(other, X), plain.predict(z, X), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("heads", lambda: Coin(-1, 0)),
        ("tails", lambda: Coin(1, 0.5)),
        ("a", lambda: Coin(1, 1, 0.0)),
        ("b", lambda: Coin(1, 1, 1.0, np.nan)),
        ("theta", lambda: COIN.log_joint(0.5)),
        ("theta", lambda: COIN.log_joint([0.5, 0.5])),
        ("eta", lambda: COIN.logit_log_joint([0.5, 0.5])),
        ("x", lambda: Regression([[1.0]], [1.0], 1.0)),
        ("y", lambda: Regression([1.0, 2.0], [1.0], 1.0)),
        ("y", lambda: Regression([1.0], [np.nan], 1.0)),
        ("x", lambda: Regression([], [], 1.0)),
        ("noise_sd", lambda: Regression([1.0], [1.0], 0.0)),
        ("prior_sd", lambda: Regression([1.0], [1.0], 1.0, [1.0, -1.0])),
        ("prior_sd", lambda: Regression([1.0], [1.0], 1.0, [1.0, 1.0, 1.0])),
        ("z", lambda: LINE.log_joint([1.0, 1.0, 1.0])),
        ("noise_sd", lambda: NOISY.posterior),
        ("n_hidden", lambda: Network(X, Y, 0, 1.0)),
        ("noise_sd", lambda: Network(X, Y, 2, -1.0)),
        ("prior_sd", lambda: Network(X, Y, 2, 1.0, [1.0, 2.0])),
        ("y", lambda: Network(X, Y[:5], 2, 1.0)),
        ("z", lambda: NETWORK.log_joint_and_gradient(np.ones(12))),
        ("z", lambda: NETWORK.predict(1.0, X)),
        ("x", lambda: NETWORK.predict(np.ones(13), 1.0)),
    ],
)
def test_bad_input_is_named(name, call):
    with pytest.raises(ValueError, match=rf"(^| ){name}\b"):
        call()


def test_models_are_frozen_and_keep_copies():
    x, y = X.copy(), Y.copy()
    model = Network(x, y, 2, 1.0)
    x[0] = 99
    assert model.x[0] == X[0]
    with pytest.raises(ValueError, match="read-only"):
        model.y[0] = 3
    with pytest.raises(AttributeError):
        model.noise_sd = 2.0
