"""Laplace, Metropolis, HMC and VI against targets whose moments are known."""

import numpy as np
import pytest
from scipy.optimize import minimize
from targets import COIN, RIDGE, TARGETS, banana, gaussian, slope, student

from helpers.approximations import (
    elbo_estimate,
    gaussian_vi,
    hamiltonian,
    laplace,
    leapfrog,
    metropolis,
)
from helpers.diagnostics import effective_sample_size

NAMES = sorted(TARGETS)


def random_gaussian(rng, size):
    """A mean and a covariance of any correlations, in units from 1e-4 to 1e4."""
    root = rng.normal(size=(size, size))
    units = 10 ** rng.uniform(-4, 4, size)
    cov = (root @ root.T + 0.05 * np.eye(size)) * units * units[:, None]
    return 5 * units * rng.normal(size=size), cov


# Laplace


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("far", [0, 1, 1e5])
def test_laplace_is_exact_on_a_gaussian_from_anywhere(size, far):
    rng = np.random.default_rng([size, int(far)])
    for _ in range(5):
        mean, cov = random_gaussian(rng, size)
        sd = np.sqrt(np.diag(cov))
        both = gaussian(mean, cov)
        found = laplace(
            lambda z, both=both: 7 + both(z)[0], mean + far * sd * rng.normal(size=size)
        )
        np.testing.assert_allclose((found.mean - mean) / sd, 0, atol=1e-10)
        np.testing.assert_allclose((found.cov - cov) / sd / sd[:, None], 0, atol=1e-10)
        np.testing.assert_array_equal(found.cov, found.cov.T)


@pytest.mark.parametrize(
    ("log_joint", "start", "mean", "cov"),
    [
        # Beta(8, 4): in θ the mode is 0.7; in logit θ it is log 8/4, with curvature 12 θ(1 − θ).
        (COIN.log_joint, [0.01], [0.7], [[0.7 * 0.3 / 10]]),
        (COIN.log_joint, [1 - 1e-9], [0.7], [[0.7 * 0.3 / 10]]),
        (COIN.logit_log_joint, [-30.0], [np.log(2)], [[0.375]]),
        (COIN.logit_log_joint, [200.0], [np.log(2)], [[0.375]]),
        # In its tails Student's t curves upwards.
        (lambda z: student(z)[0], [1e4, -3.0], [0, 0], np.eye(2) * 5 / 6),
        (lambda z: banana(z)[0], [-3.0, -5.0], [0, 0], np.eye(2)),
        # A saddle, where the gradient is 0: it leads to either mode.
        (lambda z: -((z[0] ** 2 - 1) ** 2) - z[1] ** 2, [0.0, 0.0], [1, 0], np.diag([1 / 8, 0.5])),
        (lambda z: -np.cosh(z[0]), [40.0], [0], [[1]]),
    ],
)
def test_laplace_from_poor_starts(log_joint, start, mean, cov):
    found = laplace(log_joint, start)
    np.testing.assert_allclose(np.abs(found.mean), mean, atol=1e-7)
    np.testing.assert_allclose(found.cov, cov, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("log_joint", "start"),
    [
        (lambda z: z[0], [0.0]),
        (lambda z: np.log(z[0]), [1.0]),
        (lambda z: -np.exp(-z[0]), [0.0]),
        (lambda z: z[0] ** 3, [-1.0]),
        (lambda z: z[0] ** 2 - z[1] ** 2, [0.0, 0.0]),
        (lambda z: z[0] * z[1], [0.0, 0.0]),
        (lambda z: 0 * z[0], [0.0]),
        (lambda z: -(z[0] ** 4), [0.0]),
        (lambda z: -(z[0] ** 4), [1.0]),
        (lambda z: -((z[0] + z[1]) ** 2), [1.0, 2.0]),
        (lambda z: -2 * z[0] if z[0] > 0 else -np.inf, [0.5]),  # highest at the edge
        (lambda z: 0.0 if abs(z[0]) < 1 else -np.inf, [0.3]),
    ],
)
def test_laplace_says_so_where_there_is_no_mode_with_a_curvature(log_joint, start):
    with pytest.raises(ValueError, match=r"^no mode"):
        laplace(log_joint, start)


@pytest.mark.parametrize("flat", [lambda z: 0 * z[0], lambda z: -((z[0] + z[1]) ** 2)])
def test_laplace_names_a_singular_hessian(flat):
    with pytest.raises(ValueError, match=r"Hessian at .* is indefinite or singular"):
        laplace(flat, [1.0, 2.0])


# Samplers


def standardised_errors(samples, target):
    """(estimate − truth)/its Monte Carlo error, of each mean and each covariance."""
    gap = samples - target.mean
    i, j = np.triu_indices(target.mean.size)
    series = np.concatenate([gap, gap[..., i] * gap[..., j] - target.cov[i, j]], axis=-1)
    error = series.std(axis=(0, 1)) / np.sqrt(effective_sample_size(series))
    return series.mean(axis=(0, 1)) / error, effective_sample_size(series)


def starts(target, n_chains, rng):
    root = np.linalg.cholesky(target.cov)
    return target.mean + 2 * rng.standard_normal((n_chains, target.mean.size)) @ root.T


@pytest.mark.parametrize("name", NAMES)
def test_metropolis_finds_means_and_covariances(name):
    target, rng = TARGETS[name], np.random.default_rng(1)
    chain = metropolis(target.log_joint, starts(target, 200, rng), 5000, target.walk, rng)
    errors, sizes = standardised_errors(chain.samples[:, 1000:], target)
    assert sizes.min() > 1500
    assert np.abs(errors).max() < 4
    assert (chain.acceptance > 0.1).all()
    assert (chain.acceptance < 0.9).all()


@pytest.mark.parametrize("name", NAMES)
def test_hamiltonian_finds_means_and_covariances(name):
    target, rng = TARGETS[name], np.random.default_rng(2)
    start = starts(target, 40, rng)
    chain = hamiltonian(target.both, start, 1500, target.step, target.n_leapfrog, rng)
    errors, sizes = standardised_errors(chain.samples[:, 100:], target)
    assert sizes.min() > 2000
    assert np.abs(errors).max() < 4
    assert (chain.acceptance > 0.6).all()


WEIGHTS = np.array([1, 2, 4]) / 7


def three_states(z):
    """Three cells of length 1 on the line, with probabilities 1/7, 2/7, 4/7."""
    cell = np.floor(z[..., 0])
    inside = (cell >= 0) & (cell < 3)
    weight = WEIGHTS[np.where(inside, cell, 0).astype(int)]
    return np.where(inside, np.log(weight), -np.inf), np.zeros_like(z)


@pytest.mark.parametrize("sampler", ["metropolis", "hamiltonian"])
def test_detailed_balance_by_counting(sampler):
    rng, n = np.random.default_rng(3), 400_000
    start = (rng.choice(3, size=n, p=WEIGHTS) + rng.random(n))[:, None]
    if sampler == "metropolis":
        chain = metropolis(lambda z: three_states(z)[0], start, 1, 1.5, rng)
    else:
        chain = hamiltonian(three_states, start, 1, 0.5, 3, rng)
    moves = np.zeros((3, 3))
    np.add.at(
        moves, (np.floor(start[:, 0]).astype(int), np.floor(chain.samples[:, 0, 0]).astype(int)), 1
    )
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert moves[i, j] > 1000
        assert abs(moves[i, j] - moves[j, i]) < 4 * np.sqrt(moves[i, j] + moves[j, i])


def test_leapfrog_is_reversible_and_keeps_volume():
    rng = np.random.default_rng(4)
    for name, target in TARGETS.items():
        z, momentum = rng.normal(size=(2, 10, target.mean.size))
        end, last = leapfrog(target.both, z, momentum, target.step / 2, 50)
        back, first = leapfrog(target.both, end, -last, target.step / 2, 50)
        assert np.abs(end - z).max() > 0.1, name
        np.testing.assert_allclose(back, z, atol=1e-10)
        np.testing.assert_allclose(-first, momentum, atol=1e-10)

    def path(state):
        return np.concatenate(leapfrog(banana, state[:2], state[2:], 0.1, 5))

    state = np.array([0.5, -0.3, 1.0, 0.7])
    jacobian = np.array([slope(lambda s, k=k: path(s)[k], state) for k in range(4)])
    assert np.linalg.det(jacobian) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_energy_error_falls_as_step_squared(name):
    both, size = TARGETS[name].both, TARGETS[name].mean.size
    z, momentum = np.random.default_rng(5).normal(size=(2, 50, size))

    def energy(z, momentum):
        return 0.5 * (momentum**2).sum(axis=-1) - both(z)[0]

    errors = [
        np.sqrt(
            np.mean((energy(*leapfrog(both, z, momentum, 0.32 / n, n)) - energy(z, momentum)) ** 2)
        )
        for n in (16, 32, 64, 128)
    ]
    assert errors[-1] > 1e-9
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:])[1:], 4, rtol=0.05)


def test_a_step_for_each_coordinate():
    target, rng = TARGETS["beta"], np.random.default_rng(6)
    one = metropolis(target.log_joint, [0.0], 50, 0.7, 7)
    each = metropolis(target.log_joint, [0.0], 50, [0.7], 7)
    np.testing.assert_array_equal(one.samples, each.samples)
    cov = np.diag([1e-4, 1e4])
    chain = hamiltonian(gaussian(np.zeros(2), cov), np.zeros((4, 2)), 500, [5e-3, 50.0], 3, rng)
    assert effective_sample_size(chain.samples).min() > 400


def test_shapes_and_repeated_states():
    both = TARGETS["gaussian"].both
    for run in (
        lambda start: metropolis(lambda z: both(z)[0], start, 60, 0.5, 8),
        lambda start: hamiltonian(both, start, 60, 0.18, 3, 8),
    ):
        one, many = run([1.0, -2.0]), run([[1.0, -2.0]] * 3)
        assert one.samples.shape == (60, 2)
        assert np.ndim(one.acceptance) == 0
        assert many.samples.shape == (3, 60, 2)
        assert many.acceptance.shape == (3,)
        for samples, acceptance in zip(many.samples, many.acceptance, strict=True):
            moved = (np.diff(samples, axis=0) != 0).all(axis=1)
            assert 0 < moved.sum() < 59
            assert round(60 * acceptance) - moved.sum() in (0, 1)  # the first move has no diff
        np.testing.assert_array_equal(run([1.0, -2.0]).samples, one.samples)


def test_where_the_density_is_zero_no_sample_falls():
    chain = metropolis(COIN.log_joint, np.full((4, 1), 0.7), 2000, 0.5, 9)
    assert ((chain.samples > 0) & (chain.samples < 1)).all()
    chain = hamiltonian(COIN.log_joint_and_gradient, np.full((4, 1), 0.7), 500, 0.2, 5, 9)
    assert ((chain.samples > 0) & (chain.samples < 1)).all()
    chain = hamiltonian(banana, np.ones((4, 2)), 50, 30.0, 50, 9)  # flies off to infinity
    assert chain.acceptance.max() < 0.1
    assert np.isfinite(chain.samples).all()


# Variational inference


@pytest.mark.parametrize(
    "cov",
    [RIDGE[1], np.array([[1, -0.7], [-0.7, 2]]), np.diag([1e-4, 1e4]), 0.5 + 0.5 * np.eye(10)],
    ids=["ridge", "tilted", "units", "ten"],
)
def test_vi_finds_the_mean_field_optimum_of_a_gaussian(cov):
    sd, precision = np.sqrt(np.diag(cov)), np.linalg.inv(cov)
    mean = sd * np.arange(len(cov))
    for seed in range(3):
        fit = gaussian_vi(gaussian(mean, cov), mean - 2 * sd, seed, sd=3 * sd)
        np.testing.assert_allclose(fit.sd**2, 1 / np.diag(precision), rtol=0.01)
        np.testing.assert_allclose((fit.mean - mean) / fit.sd, 0, atol=0.01)


def gaussian_elbo(cov, sd):
    """E_q of −½ (z − μ)ᵀ Λ (z − μ), q centred at μ, and the entropy."""
    precision = np.linalg.inv(cov)
    return (
        -0.5 * np.diag(precision) @ sd**2 + np.log(sd).sum() + len(sd) / 2 * (1 + np.log(2 * np.pi))
    )


def test_elbo_estimates_meet_the_closed_form():
    rng = np.random.default_rng(10)
    for size in (1, 2, 5):
        _, cov = random_gaussian(rng, size)
        sd = np.sqrt(np.diag(cov)) * rng.uniform(0.2, 1, size)
        exact = gaussian_elbo(cov, sd)
        both = gaussian(0, cov)
        found = elbo_estimate(lambda z, f=both: f(z)[0], np.zeros(size), sd, 20_000, rng)
        assert abs(found.value - exact) < 4 * found.standard_error
        assert found.standard_error < 0.1 * max(1, abs(exact))
    fit = gaussian_vi(gaussian(*RIDGE), RIDGE[0], rng)
    late = fit.elbo[-500:]
    exact = gaussian_elbo(RIDGE[1], np.sqrt(1 / np.diag(np.linalg.inv(RIDGE[1]))))
    assert fit.elbo.shape == (2000,)
    assert abs(late.mean() - exact) < 4 * late.std() / np.sqrt(late.size)
    # The best q's gap to the log evidence, log det 2πΣ / 2, is −½ log(1 − ρ²).
    log_evidence = 0.5 * np.linalg.slogdet(2 * np.pi * RIDGE[1])[1]
    assert log_evidence - exact == pytest.approx(-0.5 * np.log(1 - 0.99**2), abs=1e-12)


def test_vi_of_the_coin_against_quadrature():
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()

    def negative_elbo(q):
        z = (q[0] + np.exp(q[1]) * nodes)[:, None]
        return -(weights @ COIN.logit_log_joint(z) + q[1])

    mean, log_sd = minimize(negative_elbo, [0.7, -0.5], method="Nelder-Mead", tol=1e-10).x
    for seed in range(3):
        fit = gaussian_vi(COIN.logit_log_joint_and_gradient, [3.0], seed)
        assert fit.mean[0] == pytest.approx(mean, abs=0.01 * np.exp(log_sd))
        assert fit.sd[0] == pytest.approx(np.exp(log_sd), rel=0.01)


def test_vi_takes_a_function_of_one_point():
    precision = np.linalg.inv(RIDGE[1])

    def one_point(z):
        return -0.5 * z @ precision @ z, -precision @ z

    one = gaussian_vi(one_point, [1.0, 1.0], 11, n_steps=100)
    many = gaussian_vi(gaussian(np.zeros(2), RIDGE[1]), [1.0, 1.0], 11, n_steps=100)
    np.testing.assert_allclose(one.mean, many.mean, rtol=1e-6)


# Long work


def interrupted(function, calls):
    """`function`, which is interrupted at its `calls`-th call."""
    left = [calls]

    def wrapped(z):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return function(z)

    return wrapped


def test_an_interrupted_run_returns_what_is_done():
    target, start = TARGETS["banana"], np.zeros((4, 2))
    whole = metropolis(target.log_joint, start, 100, 0.5, 12)
    part = metropolis(interrupted(target.log_joint, 31), start, 100, 0.5, 12)
    np.testing.assert_array_equal(part.samples, whole.samples[:, :30])
    whole = hamiltonian(target.both, start, 100, 0.2, 5, 12)
    part = hamiltonian(interrupted(target.both, 1 + 5 * 30 + 3), start, 100, 0.2, 5, 12)
    np.testing.assert_array_equal(part.samples, whole.samples[:, :30])
    fit = gaussian_vi(interrupted(target.both, 302), [0.0, 1.0], 12)
    assert 298 <= fit.elbo.size <= 300
    assert np.isfinite([*fit.mean, *fit.sd]).all()
    none = metropolis(interrupted(target.log_joint, 1), start, 100, 0.5, 12)
    assert none.samples.shape == (4, 0, 2)
    none = gaussian_vi(interrupted(target.both, 2), [0.0, 1.0], 12)
    np.testing.assert_allclose([none.mean, none.sd], [[0, 1], [1, 1]])


def test_progress_is_told_about_a_hundred_times():
    target = TARGETS["beta"]
    for run in (
        lambda tell: metropolis(target.log_joint, [0.0], 1000, 1.0, 13, progress=tell),
        lambda tell: hamiltonian(target.both, [0.0], 1000, 0.5, 2, 13, progress=tell),
        lambda tell: gaussian_vi(target.both, [0.0], 13, n_steps=1000, progress=tell),
    ):
        told = []
        run(lambda done, total, told=told: told.append((done, total)))
        assert told[0] == (10, 1000)
        assert told[-1] == (1000, 1000)
        assert len(told) == 100


# Bad input

GOOD = TARGETS["gaussian"]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("start", lambda: laplace(GOOD.log_joint, [[0.0, 0.0]])),
        ("start", lambda: laplace(GOOD.log_joint, [0.0, np.nan])),
        ("start", lambda: laplace(COIN.log_joint, [1.5])),
        ("log_joint", lambda: laplace(lambda z: z, [0.0, 1.0])),
        ("start", lambda: metropolis(GOOD.log_joint, 0.0, 5, 0.1, 0)),
        ("start", lambda: metropolis(COIN.log_joint, [[0.5], [2.0]], 5, 0.1, 0)),
        ("log_joint", lambda: metropolis(lambda z: z, [[0.0, 1.0]], 5, 0.1, 0)),
        ("n_samples", lambda: metropolis(GOOD.log_joint, [0.0, 0.0], 0, 0.1, 0)),
        ("n_samples", lambda: metropolis(GOOD.log_joint, [0.0, 0.0], 2.5, 0.1, 0)),
        ("step", lambda: metropolis(GOOD.log_joint, [0.0, 0.0], 5, 0.0, 0)),
        ("step", lambda: metropolis(GOOD.log_joint, [0.0, 0.0], 5, [1.0, 1.0, 1.0], 0)),
        ("step", lambda: hamiltonian(GOOD.both, [0.0, 0.0], 5, -1.0, 3, 0)),
        ("n_leapfrog", lambda: hamiltonian(GOOD.both, [0.0, 0.0], 5, 0.1, 0, 0)),
        ("n_samples", lambda: hamiltonian(GOOD.both, [0.0, 0.0], 0, 0.1, 3, 0)),
        ("start", lambda: hamiltonian(GOOD.both, [0.0, np.inf], 5, 0.1, 3, 0)),
        (
            "log_joint_and_gradient",
            lambda: hamiltonian(lambda z: (0.0, 0.0), [0.0, 0.0], 5, 0.1, 3, 0),
        ),
        ("momentum", lambda: leapfrog(GOOD.both, [0.0, 0.0], [1.0], 0.1, 3)),
        ("start", lambda: gaussian_vi(GOOD.both, [[0.0, 0.0]], 0)),
        ("sd", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, sd=0.0)),
        ("sd", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, sd=[1.0, 1.0, 1.0])),
        ("n_steps", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, n_steps=0)),
        ("n_draws", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, n_draws=1)),
        ("n_draws", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, n_draws=7)),
        ("learning_rate", lambda: gaussian_vi(GOOD.both, [0.0, 0.0], 0, learning_rate=0.0)),
        ("log_joint_and_gradient", lambda: gaussian_vi(COIN.log_joint_and_gradient, [0.5], 0)),
        ("log_joint_and_gradient", lambda: gaussian_vi(lambda z: (0.0, 0.0), [0.5, 0.5], 0)),
        ("mean", lambda: elbo_estimate(GOOD.log_joint, 0.0, 1.0, 10, 0)),
        ("sd", lambda: elbo_estimate(GOOD.log_joint, [0.0, 0.0], [1.0], 10, 0)),
        ("n_draws", lambda: elbo_estimate(GOOD.log_joint, [0.0, 0.0], [1.0, 1.0], 1, 0)),
        ("log_joint", lambda: elbo_estimate(COIN.log_joint, [0.5], [10.0], 10, 0)),
    ],
)
def test_bad_input_is_named(name, call):
    with pytest.raises(ValueError, match=rf"(^| ){name}\b"):
        call()


def test_inputs_are_not_modified():
    start = np.array([[0.5, 0.2], [0.1, 0.3]])
    copy = start.copy()
    metropolis(GOOD.log_joint, start, 5, 0.1, 0)
    hamiltonian(GOOD.both, start, 5, 0.1, 3, 0)
    laplace(GOOD.log_joint, start[0])
    gaussian_vi(GOOD.both, start[0], 0, n_steps=5)
    np.testing.assert_array_equal(start, copy)
