"""The Gaussian mixture against enumeration, 60 digits, Monte Carlo, plain loops and bayespy."""

import dataclasses
import itertools
import math
import tracemalloc
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from helpers import mixture
from helpers.mixture import MixtureModel, State

UPDATES = (mixture.update_assignments, mixture.update_components)
DATA = Path(__file__).parents[1] / "notebooks" / "data" / "old_faithful.csv"
MORE_THAN_A_BLOCK = 12_345


def elbo(model, x, state):
    return mixture.elbo_terms(model, x, state).total


def random_state(model, x, rng):
    """No optimum of anything."""
    shape = (model.n_components, x.shape[1])
    phi = rng.dirichlet(np.full(model.n_components, 0.7), size=len(x))
    return State(phi, rng.normal(x.mean(0), 1, shape), rng.uniform(0.01, 1, model.n_components))


def clusters(n, k, d, rng, spread=3.0, noise=1.0):
    centres = rng.normal(0, spread, (k, d))
    return centres[rng.integers(k, size=n)] + rng.normal(0, noise, (n, d))


@pytest.fixture(scope="module")
def old_faithful():
    x = np.loadtxt(DATA, delimiter=",", skiprows=1)
    assert x.shape == (272, 2)
    return (x - x.mean(axis=0)) / x.std(axis=0)


# The same model, written again: as students see it, in plain loops, in 60 digits, by enumeration


def plain_sweep(model, x, means, variances):
    """The sweep as students see it, for well-scaled data."""
    alpha, sigma2, lambda2, dim = model.prior_mean, model.prior_var, model.noise_var, x.shape[1]
    weights = x @ means.T / lambda2 - (np.sum(means**2, 1) + dim * variances) / (2 * lambda2)
    weights += np.log(model.weights)
    phi = np.exp(weights - weights.max(axis=1, keepdims=True))
    phi /= phi.sum(axis=1, keepdims=True)
    counts = phi.sum(axis=0)
    variances = 1 / (1 / sigma2 + counts / lambda2)
    means = variances[:, None] * (alpha / sigma2 + phi.T @ x / lambda2)
    return State(phi, means, variances)


def loop_terms(model, x, state, real=float, log=math.log, pi=math.pi):
    """The five terms, literally, a number at a time; mpmath's numbers do as well as floats."""
    phi, means, variances = state
    n, dim = x.shape
    k_all = range(model.n_components)
    alpha = [real(float(a)) for a in np.broadcast_to(model.prior_mean, dim)]
    sigma2, lambda2 = real(model.prior_var), real(model.noise_var)
    terms = [real(0)] * 5
    for k in k_all:
        m, s2 = [real(float(v)) for v in means[k]], real(float(variances[k]))
        for d in range(dim):
            terms[0] -= (log(2 * pi * sigma2) + ((m[d] - alpha[d]) ** 2 + s2) / sigma2) / 2
            terms[3] += (1 + log(2 * pi * s2)) / 2
    for i, k in itertools.product(range(n), k_all):
        weight, s2 = real(float(phi[i, k])), real(float(variances[k]))
        if weight > 0:
            terms[1] += weight * log(real(float(model.weights[k])))
        for d in range(dim):
            square = (real(float(x[i, d])) - real(float(means[k, d]))) ** 2 + s2
            terms[2] -= weight * (log(2 * pi * lambda2) + square / lambda2) / 2
        if weight > 0:
            terms[4] -= weight * log(weight)
    return terms


def exact_terms(model, x, state):
    with mpmath.workdps(60):
        return loop_terms(model, x, state, mpmath.mpf, mpmath.log, mpmath.pi)


def exact_assignments(model, x, state):
    """φ in 60 digits, as floats."""
    with mpmath.workdps(60):
        n, dim = x.shape
        phi = np.empty((n, model.n_components))
        for i in range(n):
            weights = [
                -sum((mpmath.mpf(a) - mpmath.mpf(b)) ** 2 for a, b in zip(x[i], m, strict=True))
                - dim * mpmath.mpf(s2)
                for m, s2 in zip(state.means, state.variances, strict=True)
            ]
            weights = [w / (2 * mpmath.mpf(model.noise_var)) for w in weights]
            weights = [
                mpmath.mpf(p) * mpmath.exp(w - max(weights))
                for p, w in zip(model.weights, weights, strict=True)
            ]
            phi[i] = [float(w / sum(weights)) for w in weights]
        return phi


def exact_components(model, x, state):
    """m and s² in 60 digits, rounded to floats once."""
    with mpmath.workdps(60):
        dim = x.shape[1]
        alpha = [mpmath.mpf(float(a)) for a in np.broadcast_to(model.prior_mean, dim)]
        sigma2, lambda2 = mpmath.mpf(model.prior_var), mpmath.mpf(model.noise_var)
        means, variances = [], []
        for phi in state.responsibilities.T:
            s2 = 1 / (1 / sigma2 + sum(mpmath.mpf(p) for p in phi) / lambda2)
            variances.append(float(s2))
            pulls = [
                sum(mpmath.mpf(p) * mpmath.mpf(v) for p, v in zip(phi, x[:, d], strict=True))
                for d in range(dim)
            ]
            means.append([float(s2 * (alpha[d] / sigma2 + pulls[d] / lambda2)) for d in range(dim)])
        return np.array(means), np.array(variances)


class Enumeration:
    """The exact posterior of few points, by going through all K^N assignments."""

    def __init__(self, model, x):
        self.model, self.x = model, x
        n, k_all = len(x), range(model.n_components)
        self.assignments = list(itertools.product(k_all, repeat=n))
        # What a component does depends only on which points are assigned to it.
        self.subsets = {
            bits: x[np.array(bits)] for bits in itertools.product([False, True], repeat=n)
        }
        self.parts = [[tuple(j == k for j in c) for k in k_all] for c in self.assignments]
        marginal = {bits: self.log_marginal(points) for bits, points in self.subsets.items()}
        log_joint = [sum(marginal[bits] for bits in part) for part in self.parts]
        log_joint = np.array(log_joint) + np.log(model.weights)[self.assignments].sum(axis=1)
        self.log_evidence = logsumexp(log_joint)
        self.log_posterior = log_joint - self.log_evidence

    def log_marginal(self, points):
        """log of the integral over μ_k: per coordinate, points are one correlated Gaussian."""
        n = len(points)
        if n == 0:
            return 0.0
        cov = self.model.prior_var * np.ones((n, n)) + self.model.noise_var * np.eye(n)
        mean = np.full(n, self.model.prior_mean)
        return np.sum(multivariate_normal(mean, cov).logpdf(points.T))

    def divergence(self, state):
        """KL(q(μ)q(c) ‖ p(μ, c|x)) = Σ_c q(c) [log q(c)/p(c|x) + Σ_k KL(q(μ_k)‖p(μ_k|c, x))]."""
        components = list(zip(state.means, state.variances, strict=True))
        inner = {
            bits: [self.component_divergence(points, *component) for component in components]
            for bits, points in self.subsets.items()
        }
        total = 0.0
        for c, part, log_p in zip(self.assignments, self.parts, self.log_posterior, strict=True):
            q = math.prod(state.responsibilities[i, k] for i, k in enumerate(c))
            parts = sum(inner[bits][k] for k, bits in enumerate(part))
            total += q * (math.log(q) - log_p + parts) if q > 0 else 0.0
        return total

    def component_divergence(self, points, mean_q, var_q):
        prior_var, noise_var = self.model.prior_var, self.model.noise_var
        var = 1 / (1 / prior_var + len(points) / noise_var)
        mean = var * (self.model.prior_mean / prior_var + points.sum(axis=0) / noise_var)
        ratio = var_q / var
        return 0.5 * np.sum(ratio - 1 - math.log(ratio) + (mean_q - mean) ** 2 / var)


# Is it the right model?


@pytest.mark.parametrize("prior_mean", [0.4, np.array([0.4, -1.3])])
@pytest.mark.parametrize(("n_components", "weights"), [(1, None), (3, None), (3, (0.7, 0.1, 0.2))])
def test_the_five_terms_equal_plain_loops_term_by_term(n_components, weights, prior_mean):
    rng = np.random.default_rng(1)
    model = MixtureModel(n_components, prior_mean, 2.5, 0.6, weights)
    x = clusters(9, 3, 2, rng)
    state = random_state(model, x, rng)
    terms = mixture.elbo_terms(model, x, state)
    np.testing.assert_allclose(terms, loop_terms(model, x, state), rtol=1e-13)
    assert terms.total == pytest.approx(sum(terms), rel=1e-15)


@pytest.mark.parametrize("weights", [None, (0.5, 0.3, 0.15, 0.05)])
@pytest.mark.parametrize(("size", "dim"), [(40, 1), (40, 3), (MORE_THAN_A_BLOCK, 2)])
def test_the_plain_sweep_equals_the_fast_one(size, dim, weights):
    rng = np.random.default_rng(2)
    model = MixtureModel(4, rng.normal(size=dim), 6.0, 0.8, weights)
    x = clusters(size, 4, dim, rng)
    start = mixture.initialise(model, x, rng)
    plain = slow = start
    for n_sweeps in (1, 2, 3):
        plain = plain_sweep(model, x, plain.means, plain.variances)
        for update in UPDATES:
            slow = update(model, x, slow)
        fitted = mixture.fit(model, x, start=start, max_sweeps=n_sweeps, tol=0)
        for state in (slow, fitted.state):
            for mine, theirs in zip(state, plain, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
        assert fitted.elbo.shape == (n_sweeps,)
        assert fitted.elbo[-1] == pytest.approx(elbo(model, x, plain), rel=1e-11)
        assert fitted.elbo[-1] == pytest.approx(elbo(model, x, fitted.state), rel=1e-13)


@pytest.mark.parametrize(
    ("n_components", "weights"), [(2, None), (2, (0.85, 0.15)), (3, None), (3, (0.6, 0.3, 0.1))]
)
def test_the_gap_to_the_exact_evidence_is_the_divergence(n_components, weights):
    rng = np.random.default_rng(3)
    model = MixtureModel(n_components, 0.3, 4.0, 0.5, weights)
    x = clusters(8, n_components, 2, rng, spread=1.0)
    exact = Enumeration(model, x)
    states = [random_state(model, x, rng), mixture.initialise(model, x, rng)]
    states += [mixture.fit(model, x, start=states[-1]).state]
    for state in states:
        gap = exact.log_evidence - elbo(model, x, state)
        assert gap > 0
        assert gap == pytest.approx(exact.divergence(state), rel=1e-10)


@pytest.mark.parametrize("n_components", [2, 3])
def test_with_well_separated_clusters_the_gap_is_the_log_number_of_labellings(n_components):
    model = MixtureModel(n_components, 0.0, 400.0, 0.01)
    x = 20.0 * (np.arange(8) % n_components)[:, None] + np.linspace(0, 0.1, 8)[:, None]
    start = State(None, 20.0 * np.arange(n_components)[:, None], np.full(n_components, 1e-3))
    fitted = mixture.fit(model, x, start=start)
    gap = Enumeration(model, x).log_evidence - fitted.elbo[-1]
    assert gap == pytest.approx(math.log(math.factorial(n_components)), abs=1e-9)


def test_the_elbo_equals_a_monte_carlo_estimate():
    rng = np.random.default_rng(4)
    model = MixtureModel(3, np.array([0.5, -0.5]), 2.0, 0.7, (0.5, 0.4, 0.1))
    x = clusters(6, 3, 2, rng, spread=1.0)
    for state in (random_state(model, x, rng), mixture.fit(model, x, rng=rng).state):
        size = 100_000
        sd = np.sqrt(state.variances)[:, None]
        mu = state.means + sd * rng.standard_normal((size, 3, 2))
        c = np.array([rng.choice(3, size, p=p) for p in state.responsibilities])  # (N, size)
        log_p = gaussian_log_density(mu, model.prior_mean, model.prior_var).sum(axis=1)
        log_p += np.log(model.weights)[c].sum(axis=0)
        log_q = gaussian_log_density(mu, state.means, state.variances).sum(axis=1)
        for i, point in enumerate(x):
            log_p += gaussian_log_density(mu[np.arange(size), c[i]], point, model.noise_var)
            log_q += np.log(state.responsibilities[i, c[i]])
        draws = log_p - log_q
        error = draws.std() / math.sqrt(size)
        assert error < 0.05
        assert abs(draws.mean() - elbo(model, x, state)) < 4 * error


def gaussian_log_density(value, mean, var):
    dim = value.shape[-1]
    return -0.5 * (dim * np.log(2 * np.pi * var) + np.sum((value - mean) ** 2, axis=-1) / var)


# Old Faithful, z-scored: K, α, σ², λ² and starting means, then what bayespy 0.6.6 (numpy 2.4.6)
# gives for Mixture(z, Gaussian, μ, I/λ²): the ELBO after each of four sweeps; at last m and s².
BAYESPY = [
    (
        (2, 0.0, 4.0, 0.25),
        [(-1, -1), (1, 1)],
        [-492.67148676711855, -484.2598045416463, -484.05246659310416, -484.0478454848697],
        [(-1.24932423, -1.19110602), (0.71404216, 0.68076797)],
        [0.00252609, 0.00144377],
    ),
    (
        (3, 0.5, 2.0, 0.1),
        [(-1, -1), (0, 0), (1, 1)],
        [-464.6493974894905, -451.65687687420774, -445.7348339525952, -443.31100696842594],
        [(-1.27161992, -1.20843042), (0.49669607, 0.36641978), (0.85786398, 0.89306336)],
        [0.00103093, 0.00134593, 0.00099155],
    ),
    (
        (5, -1.0, 0.5, 0.04),
        [(-1, -1), (-0.5, -0.5), (0, 0), (0.5, 0.5), (1, 1)],
        [-637.175594788791, -591.7545156217163, -557.10184765083, -535.1654922555098],
        [
            (-1.32743274, -1.42389521),
            (-1.1430988, -0.70862817),
            (0.23000361, 0.00800857),
            (0.67761063, 0.55550445),
            (0.9090915, 1.05372937),
        ],
        [0.00058935, 0.00136504, 0.00165112, 0.00047115, 0.00060515],
    ),
]


@pytest.mark.parametrize(("model", "start", "trace", "means", "variances"), BAYESPY)
def test_every_sweep_equals_bayespy(old_faithful, model, start, trace, means, variances):
    model = MixtureModel(*model)
    start = State(None, np.array(start, float), np.full(model.n_components, 1e-30))
    fitted = mixture.fit(model, old_faithful, start=start, max_sweeps=4, tol=0)
    np.testing.assert_allclose(fitted.elbo, trace, rtol=1e-12)
    np.testing.assert_allclose(fitted.state.means, means, atol=1e-8)
    np.testing.assert_allclose(fitted.state.variances, variances, atol=1e-8)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_old_faithful(old_faithful, seed):
    fitted = mixture.fit(MixtureModel(2, 0.0, 4.0, 0.25), old_faithful, rng=seed, tol=1e-15)
    assert fitted.converged
    assert fitted.elbo[-1] == pytest.approx(-484.04774538, abs=6e-9)
    means = fitted.state.means[np.argsort(fitted.state.means[:, 0])]
    np.testing.assert_allclose(means, [(-1.24951, -1.19125), (0.71396, 0.68067)], atol=6e-6)


# Does it hold everywhere?


def hard_problem(seed):
    """Every trouble at once, at random: offset, scales, outlier, repeats, K > N, N = 1, D ≤ 16."""
    rng = np.random.default_rng(seed)
    n, k, d = int(rng.integers(1, 40)), int(rng.integers(1, 8)), int(rng.integers(1, 17))
    noise = 10 ** rng.uniform(-4, 0)
    x = clusters(n, k, d, rng, spread=1.0, noise=rng.choice([noise, 1.0]))
    if rng.random() < 0.2:
        x[0] += 1e6
    if rng.random() < 0.2:
        x[n // 2 :] = x[0]
    offset = rng.choice([0.0, 1.0, 1e4, -1e6, 1e8])
    prior_mean = rng.choice([0.0, offset]) + rng.choice([0.0, 1.0]) * rng.normal(size=d)
    prior_var = 10 ** rng.uniform(-16, 16)
    weights = rng.dirichlet(np.full(k, 0.3)) if rng.random() < 0.5 else None
    return MixtureModel(k, prior_mean, prior_var, noise**2, weights), x + offset, rng


@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(0, 200, 50)])
def test_no_block_update_lowers_the_elbo(seeds):
    for seed in seeds:
        model, x, rng = hard_problem(seed)
        state = mixture.initialise(model, x, rng)
        before = elbo(model, x, state)
        for update in 5 * UPDATES:
            state = update(model, x, state)
            after = elbo(model, x, state)
            assert after >= before - 1e-12 * abs(before), (seed, update.__name__)
            before = after


def test_nor_does_any_sweep_of_fit_which_reports_its_states_elbo():
    for seed in range(200, 350):
        model, x, rng = hard_problem(seed)
        fitted = mixture.fit(model, x, rng=rng, max_sweeps=8, tol=0)
        assert np.all(np.diff(fitted.elbo) >= -1e-12 * np.abs(fitted.elbo[1:])), seed
        assert fitted.elbo[-1] == pytest.approx(elbo(model, x, fitted.state), rel=1e-12), seed


@pytest.mark.parametrize("prior_follows", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("noise", [1.0, 1e-2, 1e-4])
@pytest.mark.parametrize("prior_sd", [1e-8, 1.0, 1e8])
def test_updates_and_terms_equal_sixty_digits(prior_sd, noise, offset, prior_follows):
    rng = np.random.default_rng(5)
    x = clusters(7, 3, 2, rng, spread=1.0, noise=noise) + offset
    prior_mean, weights = offset if prior_follows else 0.25, (0.2, 0.3, 0.5)
    model = MixtureModel(3, prior_mean, prior_sd**2, noise**2, weights)
    state = mixture.initialise(model, x, rng)
    for _ in range(2):
        check_assignments(model, x, state)
        check_terms(model, x, state)
        state = mixture.update_components(model, x, state)
        means, variances = exact_components(model, x, state)
        assert np.all(np.abs(state.means - means) <= np.spacing(np.abs(means)) + 1e-15)
        np.testing.assert_allclose(state.variances, variances, rtol=1e-14)
        check_terms(model, x, state)
        state = mixture.update_assignments(model, x, state)


def check_assignments(model, x, state):
    # A prior that holds every mean far from the data makes all log weights huge: they are known
    # to their own rounding, and the responsibilities no better.
    distance = np.linalg.norm(x[:, None] - state.means, axis=2).min(axis=1).max()
    rounding = np.finfo(float).eps * distance**2 / model.noise_var
    exact = exact_assignments(model, x, state)
    np.testing.assert_allclose(state.responsibilities, exact, rtol=0, atol=1e-10 + 4 * rounding)


def check_terms(model, x, state):
    exact = exact_terms(model, x, state)
    scale = max(abs(term) for term in exact)
    for mine, term in zip(mixture.elbo_terms(model, x, state), exact, strict=True):
        assert abs(mine - term) <= 1e-12 * abs(term) + 1e-14 * scale


def test_small_responsibilities_are_right_and_not_just_small():
    model = MixtureModel(2, 0.0, 1.0, 1.0)
    x = np.array([[0.0], [3.0], [13.0], [28.0]])
    state = State(None, np.array([[0.0], [17.0]]), np.array([0.5, 0.1]))
    state = mixture.update_assignments(model, x, state)
    exact = exact_assignments(model, x, state)
    assert 1e-150 < exact.min() < 1e-140
    np.testing.assert_allclose(state.responsibilities, exact, rtol=1e-12)


def test_a_far_start_does_not_cost_the_first_elbo_its_digits():
    rng = np.random.default_rng(6)
    model = MixtureModel(2, 0.0, 1.0, 0.01)
    x = clusters(30, 2, 2, rng, spread=1.0, noise=0.1)
    start = State(None, np.array([[1e9, 0.0], [-1e9, 1.0]]), np.ones(2))
    fitted = mixture.fit(model, x, start=start, max_sweeps=1)
    exact = sum(exact_terms(model, x, fitted.state))
    assert fitted.elbo[0] == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("prior_mean", [0.0, 0.1, 1e8, np.array([0.1, -7.3])])
@pytest.mark.parametrize("prior_var", [1e-16, 0.3, 1e16])
def test_a_dead_component_is_the_prior_exactly(prior_mean, prior_var):
    model = MixtureModel(3, prior_mean, prior_var, 0.01)
    x = np.random.default_rng(7).normal(1.7, 1, (10, 2))
    phi = np.zeros((10, 3))
    phi[:, 1] = 1
    state = mixture.update_components(model, x, State(phi, None, None))
    for k in (0, 2):
        np.testing.assert_array_equal(state.means[k], np.broadcast_to(prior_mean, 2))
        assert state.variances[k] == prior_var


def test_a_component_that_dies_in_a_fit_is_the_prior_exactly():
    model = MixtureModel(3, 0.0, 100.0, 0.01)
    x = np.random.default_rng(8).normal(0, 0.1, (12_000, 2)) + np.array([4.0, -3.0])
    start = State(None, np.array([[4.0, -3.0], [40.0, 0.0], [-40.0, 9.0]]), np.full(3, 0.1))
    state = mixture.fit(model, x, start=start).state
    np.testing.assert_array_equal(state.responsibilities[:, 1:], 0)
    np.testing.assert_array_equal(state.means[1:], 0)
    np.testing.assert_array_equal(state.variances[1:], 100)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 1000, 5000, 5001, 5009])
def test_responsibilities_are_proper_at_every_size(size):
    rng = np.random.default_rng(9)
    x = rng.normal(0, 30, (size, 2))
    model = MixtureModel(5, 0.0, 1e4, 0.5)
    phi = mixture.initialise(model, x, rng).responsibilities
    assert phi.shape == (size, 5)
    assert phi.min() >= 0
    np.testing.assert_allclose(phi.sum(axis=1), 1, rtol=1e-15)


def test_permuting_labels_permutes_the_answer():
    rng = np.random.default_rng(10)
    model = MixtureModel(4, 0.5, 9.0, 0.5)
    x = clusters(200, 4, 3, rng)
    start = mixture.initialise(model, x, rng)
    order = np.array([2, 0, 3, 1])
    shuffled = State(start.responsibilities[:, order], start.means[order], start.variances[order])
    fitted = mixture.fit(model, x, start=start, max_sweeps=10, tol=0)
    other = mixture.fit(model, x, start=shuffled, max_sweeps=10, tol=0)
    np.testing.assert_allclose(other.elbo, fitted.elbo, rtol=1e-12)
    np.testing.assert_allclose(other.state.means, fitted.state.means[order], rtol=1e-9)
    np.testing.assert_allclose(
        other.state.responsibilities, fitted.state.responsibilities[:, order], atol=1e-9
    )


@pytest.mark.parametrize("offset", [1e4, 1e8])
def test_translating_the_data_translates_the_means_and_leaves_the_elbo(offset):
    rng = np.random.default_rng(11)
    x = np.round(clusters(60, 3, 2, rng) * 2**20) / 2**20  # so that adding the offset is exact
    start = mixture.initialise(MixtureModel(3, 0.5, 9.0, 1.0), x, rng)
    moved_start = start._replace(means=start.means + offset)
    start = start._replace(means=moved_start.means - offset)
    here = mixture.fit(MixtureModel(3, 0.5, 9.0, 1.0), x, start=start)
    there = mixture.fit(MixtureModel(3, 0.5 + offset, 9.0, 1.0), x + offset, start=moved_start)
    assert there.elbo[-1] == pytest.approx(here.elbo[-1], rel=1e-12)
    np.testing.assert_allclose(there.state.means - offset, here.state.means, atol=5e-16 * offset)
    np.testing.assert_allclose(there.state.variances, here.state.variances, rtol=1e-9)


def test_equal_components_stay_equal_on_a_flat_elbo():
    rng = np.random.default_rng(12)
    x = clusters(50, 2, 2, rng)
    model = MixtureModel(2, 0.0, 9.0, 1.0)
    start = State(None, np.ones((2, 2)), np.full(2, 0.5))
    fitted = mixture.fit(model, x, start=start)
    np.testing.assert_array_equal(fitted.state.responsibilities, 0.5)
    np.testing.assert_array_equal(fitted.state.means[0], fitted.state.means[1])
    assert fitted.converged
    assert len(fitted.elbo) == 2
    assert mixture.fit(model, x, rng=rng).elbo[-1] > fitted.elbo[-1] + 1


def test_as_far_as_float64_reaches():
    x = np.array([[1e60, -1e60], [-1e60, 1e60], [1e-60, 0.0]])
    for prior_var, noise_var in itertools.product((1e-60, 1e60), repeat=2):
        for prior_mean in (0.0, -1e60):
            fitted = mixture.fit(MixtureModel(2, prior_mean, prior_var, noise_var), x, rng=0)
            assert np.all(np.isfinite(fitted.elbo))
            for array in fitted.state:
                assert np.all(np.isfinite(array))


# Weights


@pytest.mark.parametrize("n_components", [1, 2, 3, 7])
def test_without_weights_all_are_equal(n_components):
    model = MixtureModel(n_components, 0.0, 4.0, 0.5)
    np.testing.assert_array_equal(model.weights, np.full(n_components, 1 / n_components))
    x = clusters(30, 3, 2, np.random.default_rng(18))
    state = random_state(model, x, np.random.default_rng(19))
    expected = -30 * math.log(n_components)
    terms = mixture.elbo_terms(model, x, state)
    assert terms.prior_assignments == pytest.approx(expected, rel=1e-14)
    with pytest.raises(ValueError, match="read-only"):
        model.weights[0] = 1


@pytest.mark.parametrize("size", [30, MORE_THAN_A_BLOCK])
@pytest.mark.parametrize("offset", [0.0, 1e8])  # the expanded square, and the differences
def test_a_component_of_weight_zero_takes_no_point_and_is_the_prior(offset, size):
    rng = np.random.default_rng(20)
    model = MixtureModel(3, 1.0, 4.0, 0.5, (0.4, 0.0, 0.6))
    x = clusters(size, 2, 2, rng) * (1 + offset)
    start = random_state(model, x, rng)
    fitted = mixture.fit(model, x, start=start, max_sweeps=20)
    assert np.all(np.isfinite(fitted.elbo))
    np.testing.assert_array_equal(fitted.state.responsibilities[:, 1], 0)
    np.testing.assert_array_equal(fitted.state.means[1], 1)
    assert fitted.state.variances[1] == 4
    two = MixtureModel(2, 1.0, 4.0, 0.5, (0.4, 0.6))
    start = State(None, start.means[[0, 2]], start.variances[[0, 2]])
    other = mixture.fit(two, x, start=start, max_sweeps=20)
    np.testing.assert_allclose(fitted.state.means[[0, 2]], other.state.means, rtol=1e-12)
    # A q that gives it a point has an infinite divergence.
    assert mixture.elbo_terms(model, x, random_state(model, x, rng)).total == -np.inf


def test_weights_as_a_third_block_never_lower_the_elbo_and_are_its_maximum(old_faithful):
    rng = np.random.default_rng(21)
    for _ in range(10):
        k = int(rng.integers(1, 6))
        model = MixtureModel(k, 0.0, 4.0, 10 ** rng.uniform(-1.5, 0), rng.dirichlet(np.ones(k)))
        state = mixture.initialise(model, old_faithful, rng)
        trace = [elbo(model, old_faithful, state)]
        for _ in range(20):
            for update in UPDATES:
                state = update(model, old_faithful, state)
                trace.append(elbo(model, old_faithful, state))
            best = state.responsibilities.mean(axis=0)
            model = dataclasses.replace(model, weights=best)
            trace.append(elbo(model, old_faithful, state))
        assert np.all(np.diff(trace) >= -1e-12 * abs(trace[-1]))
        for other in rng.dirichlet(np.ones(k), size=5):
            beside = dataclasses.replace(model, weights=0.99 * best + 0.01 * other)
            assert elbo(beside, old_faithful, state) <= trace[-1] + 1e-12 * abs(trace[-1])


# A new point


def test_the_predictive_density_equals_a_monte_carlo_estimate():
    rng = np.random.default_rng(22)
    model = MixtureModel(3, 0.0, 9.0, 0.5, (0.5, 0.4, 0.1))
    state = random_state(model, clusters(6, 3, 2, rng), rng)
    points = state.means + rng.normal(0, 0.7, (3, 2))
    size = 100_000
    sd = np.sqrt(state.variances)[:, None]
    mu = state.means + sd * rng.standard_normal((size, 3, 2))
    c = rng.choice(3, size, p=model.weights)
    for point, value in zip(points, mixture.log_predictive(model, state, points), strict=True):
        draws = np.exp(gaussian_log_density(mu[np.arange(size), c], point, model.noise_var))
        error = draws.std() / math.sqrt(size)
        assert error < 0.02 * math.exp(value)
        assert abs(draws.mean() - math.exp(value)) < 4 * error


def test_the_predictive_density_equals_scipy_far_out_too():
    model = MixtureModel(3, 0.0, 9.0, 0.5, (0.5, 0.5, 0.0))
    state = State(None, np.array([[0.0, 1.0], [3.0, -2.0], [1.0, 1.0]]), np.array([0.1, 2.0, 1.0]))
    points = np.array([[0.0, 0.0], [2.0, -1.0], [1e3, -1e5]])
    parts = [
        multivariate_normal(m, (s2 + 0.5) * np.eye(2)).logpdf(points)
        for m, s2 in zip(state.means[:2], state.variances[:2], strict=True)
    ]
    exact = logsumexp(parts, axis=0) - math.log(2)
    np.testing.assert_allclose(mixture.log_predictive(model, state, points), exact, rtol=1e-13)
    for bad in (np.zeros(2), np.full((3, 2), np.nan), np.empty((0, 2))):
        with pytest.raises(ValueError, match=r"^points "):
            mixture.log_predictive(model, state, bad)
    with pytest.raises(ValueError, match=r"^means "):
        mixture.log_predictive(model, state, np.zeros((4, 3)))


# How it is used


def test_a_start_is_random_reproducible_and_complete():
    rng = np.random.default_rng(13)
    model = MixtureModel(6, 0.0, 9.0, 1e-6)
    x = rng.normal(size=(12, 2))
    state = mixture.initialise(model, x, np.random.default_rng(1))
    again = mixture.initialise(model, x, np.random.default_rng(1))
    other = mixture.initialise(model, x, np.random.default_rng(2))
    np.testing.assert_array_equal(state.means, again.means)
    assert np.abs(state.means - other.means).max() > 0.1
    nearest = np.linalg.norm(state.means[:, None] - x, axis=2)
    assert len(set(nearest.argmin(axis=1))) == 6  # no point was drawn twice
    assert 2e-4 < nearest.min(axis=1).max() < 5e-3  # one noise standard deviation is 1e-3
    np.testing.assert_allclose(state.variances, 1 / (1 / 9 + 2 / 1e-6))
    assigned = mixture.update_assignments(model, x, state)
    np.testing.assert_array_equal(assigned.responsibilities, state.responsibilities)


def test_more_components_than_points_and_equal_points_start_apart():
    model = MixtureModel(5, 0.0, 9.0, 1.0)
    x = np.ones((2, 3))
    means = mixture.initialise(model, x, 0).means
    assert len(np.unique(means[:, 0])) == 5
    assert np.abs(means - 1).max() < 5
    assert mixture.fit(model, x, rng=0).converged


def test_a_fit_stops_says_so_and_can_go_on():
    rng = np.random.default_rng(14)
    model = MixtureModel(3, 0.0, 9.0, 1.0)
    x = clusters(300, 3, 2, rng, spread=1.5)
    start = mixture.initialise(model, x, rng)
    whole = mixture.fit(model, x, start=start)
    assert whole.converged
    gains = np.diff(whole.elbo) / np.abs(whole.elbo[1:])
    assert gains[-1] <= 1e-10 < gains[:-1].min()
    first = mixture.fit(model, x, start=start, max_sweeps=5)
    assert not first.converged
    assert first.elbo.shape == (5,)
    second = mixture.fit(model, x, start=first.state, max_sweeps=4)
    np.testing.assert_array_equal(np.append(first.elbo, second.elbo), whole.elbo[:9])
    assert len(mixture.fit(model, x, start=start, tol=1e-3).elbo) < len(whole.elbo)
    assert not mixture.fit(model, x, start=start, max_sweeps=1).converged


def test_inputs_are_left_alone_and_lists_will_do():
    rng = np.random.default_rng(15)
    prior_mean = np.array([0.1, 0.2])
    model = MixtureModel(2, prior_mean, 4.0, 0.5)
    prior_mean[:] = 99
    x = clusters(20, 2, 2, rng)
    state = random_state(model, x, rng)
    kept = x.copy(), *(array.copy() for array in state)
    for use in (*UPDATES, mixture.elbo_terms):
        result = use(model, x, state)
        listed = use(model, x.tolist(), State(*(array.tolist() for array in state)))
        for mine, theirs in zip(result, listed, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    mixture.fit(model, x, start=state)
    for array, copy in zip((x, *state), kept, strict=True):
        np.testing.assert_array_equal(array, copy)
    np.testing.assert_array_equal(model.prior_mean, [0.1, 0.2])
    with pytest.raises(ValueError, match="read-only"):
        model.prior_mean[0] = 1
    with pytest.raises(AttributeError):
        model.noise_var = 1


def test_a_number_for_the_prior_mean_is_that_number_in_every_coordinate():
    rng = np.random.default_rng(16)
    x = clusters(20, 2, 3, rng)
    number, vector = MixtureModel(2, 0.7, 4.0, 0.5), MixtureModel(2, np.full(3, 0.7), 4.0, 0.5)
    np.testing.assert_array_equal(
        mixture.fit(number, x, rng=0).elbo, mixture.fit(vector, x, rng=0).elbo
    )


def test_a_fit_holds_little_beside_data_and_responsibilities():
    rng = np.random.default_rng(17)
    n, k = 100_000, 10
    x = clusters(n, k, 2, rng)
    tracemalloc.start()
    mixture.fit(MixtureModel(k, 0.0, 9.0, 1.0), x, rng=rng, max_sweeps=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - 8 * n * k <= 4 * n * k


# What it refuses

GOOD = MixtureModel(2, 0.0, 1.0, 1.0)
X = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
STATE = State(np.full((3, 2), 0.5), np.zeros((2, 2)), np.ones(2))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("n_components", {"n_components": 0}),
        ("n_components", {"n_components": 2.0}),
        ("prior_mean", {"prior_mean": np.nan}),
        ("prior_mean", {"prior_mean": np.zeros((1, 2))}),
        ("prior_mean", {"prior_mean": 1e61}),
        ("prior_var", {"prior_var": 0.0}),
        ("prior_var", {"prior_var": 1e61}),
        ("noise_var", {"noise_var": -1.0}),
        ("noise_var", {"noise_var": 1e-61}),
        ("noise_var", {"noise_var": np.ones(2)}),
        ("weights", {"weights": (0.5, 0.4)}),
        ("weights", {"weights": (1.5, -0.5)}),
        ("weights", {"weights": (0.2, 0.3, 0.5)}),
        ("weights", {"weights": (np.nan, 0.5)}),
        ("weights", {"weights": 0.5}),
    ],
)
def test_a_model_names_the_argument_that_is_wrong(name, change):
    good = {"n_components": 2, "prior_mean": 0.0, "prior_var": 1.0, "noise_var": 1.0}
    with pytest.raises(ValueError, match=f"^{name} "):
        MixtureModel(**(good | change))


@pytest.mark.parametrize(
    "x",
    [
        np.empty((0, 2)),
        np.zeros(3),
        np.zeros((3, 2, 1)),
        np.full((3, 2), np.nan),
        np.full((3, 2), -np.inf),
        np.full((3, 2), 1e61),
        np.array([["a", "b"]]),
    ],
)
def test_bad_data_are_named_everywhere(x):
    for use in (*UPDATES, mixture.elbo_terms):
        with pytest.raises(ValueError, match=r"^x "):
            use(GOOD, x, STATE)
    with pytest.raises(ValueError, match=r"^x "):
        mixture.initialise(GOOD, x, 0)
    with pytest.raises(ValueError, match=r"^x "):
        mixture.fit(GOOD, x, rng=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("responsibilities", np.full((2, 2), 0.5)),
        ("responsibilities", np.full((3, 2), 0.4)),
        ("responsibilities", np.array([[1.5, -0.5]] * 3)),
        ("responsibilities", np.full((3, 2), np.nan)),
        ("means", np.zeros((2, 3))),
        ("means", np.full((2, 2), np.inf)),
        ("variances", np.ones(3)),
        ("variances", np.array([1.0, 0.0])),
        ("variances", np.array([1.0, np.nan])),
    ],
)
def test_a_bad_state_is_named_by_whoever_reads_it(name, value):
    bad = STATE._replace(**{name: value})
    readers = [mixture.elbo_terms]
    readers += [mixture.update_components if name == "responsibilities" else UPDATES[0]]
    for use in readers:
        with pytest.raises(ValueError, match=f"^{name} "):
            use(GOOD, X, bad)
    if name != "responsibilities":
        with pytest.raises(ValueError, match=f"^{name} "):
            mixture.fit(GOOD, X, start=bad)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("max_sweeps", {"max_sweeps": 0}),
        ("max_sweeps", {"max_sweeps": 1.5}),
        ("tol", {"tol": -1e-3}),
        ("tol", {"tol": np.nan}),
    ],
)
def test_a_fit_names_the_option_that_is_wrong(name, options):
    with pytest.raises(ValueError, match=f"^{name} "):
        mixture.fit(GOOD, X, rng=0, **options)


def test_a_prior_mean_of_another_dimension_is_named():
    with pytest.raises(ValueError, match=r"^prior_mean "):
        mixture.fit(MixtureModel(2, np.zeros(3), 1.0, 1.0), X, rng=0)
