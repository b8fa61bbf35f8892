"""Notebook 04: its own pieces against independent ones. Its sentences: test_claims_*gmm_cavi.py."""

import io
import itertools
import math

import numpy as np
import pytest
from matplotlib.image import imread
from scipy.stats import multivariate_normal, norm

from helpers import mixture
from helpers.diagnosis import diagnose
from helpers.lessons.gmm_cavi import (
    broken_elbos,
    check,
    data,
    drawing,
    exact,
    formulas,
    generative,
    how_many,
    hunt,
    labels,
    limits,
    predictive,
    puzzle,
    six_points,
    starts,
)
from helpers.mixture import MixtureModel, State
from helpers.widgets import Stage

FAITHFUL = MixtureModel(2, 0.0, 4.0, 0.25)


def random_case(rng):
    """Well-scaled data, a model, and a state that is no optimum of anything."""
    n, k, dim = int(rng.integers(4, 40)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
    model = MixtureModel(k, rng.normal(size=dim), rng.uniform(0.3, 5), rng.uniform(0.1, 2))
    phi = rng.dirichlet(np.ones(k), size=n)
    state = State(phi, rng.normal(size=(k, dim)), rng.uniform(0.05, 1, k))
    return model, rng.normal(0, 2, (n, dim)), state


@pytest.mark.parametrize("seed", range(20))
def test_the_readable_sweep_is_the_fast_sweep(seed):
    model, x, state = random_case(np.random.default_rng(seed))
    fast = mixture.update_components(model, x, mixture.update_assignments(model, x, state))
    for ours, theirs in zip(formulas.sweep(model, x, state), fast, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("seed", range(20))
def test_readable_terms_and_the_solution_are_those_of_the_library(seed):
    model, x, state = random_case(np.random.default_rng(seed))
    right = mixture.elbo_terms(model, x, state)
    assert np.allclose(formulas.elbo_terms(model, x, state), right, rtol=1e-11)
    solved = check.elbo.solution(x, *state, model.prior_mean, model.prior_var, model.noise_var)
    assert solved == pytest.approx(right.total, rel=1e-12)


def test_history_ends_as_fit_does():
    longer = formulas.history(FAITHFUL, data.eruptions(), 0, 60)
    assert longer.elbo[-1] == pytest.approx(-484.04774538, abs=1e-7)
    short = formulas.history(FAITHFUL, data.eruptions(), 0, 5)
    assert len(short.states) == len(short.terms) == 6
    assert np.allclose(short.terms, longer.terms[:6])


def test_enumeration_against_densities():
    model, x = MixtureModel(2, 0.4, 1.7, 0.6), np.random.default_rng(1).normal(size=(4, 2))
    direct = 0.0
    for kinds in itertools.product(range(2), repeat=4):
        same = np.equal.outer(kinds, kinds)
        cov = model.noise_var * np.eye(4) + model.prior_var * same
        density = multivariate_normal(np.full(4, 0.4), cov).logpdf(x.T).sum()
        direct += math.exp(density) / 2**4
    assert exact.log_evidence(model, x) == pytest.approx(math.log(direct), rel=1e-12)


def test_density_of_the_first_mean():
    model = MixtureModel(2, 0.0, 4.0, 0.25)
    x, grid = np.array([[-1.0], [1.2], [0.3]]), np.linspace(-14, 14, 4001)
    density = exact.density_of_first_mean(model, x, grid)
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-7)
    # p(μ₁ | x) ∝ p(μ₁) Σ_c p(x | c, μ₁), with μ₂ integrated on a grid as well
    second = np.linspace(-14, 14, 901)
    mass = norm(0, 2).pdf(second) * (second[1] - second[0])
    either = [
        0.5 * norm(grid[:, None], 0.5).pdf(v) + 0.5 * norm(second, 0.5).pdf(v) for v in x[:, 0]
    ]
    brute = norm(0, 2).pdf(grid) * (np.prod(either, axis=0) @ mass)
    assert np.allclose(density, brute / np.trapezoid(brute, grid), atol=1e-6)


def test_moments_of_the_named_kinds_against_a_grid():
    """Two points on a line: p(μ₁, μ₂ | x, c₁ = 1) on a grid of both means."""
    model, x = MixtureModel(2, 0.3, 1.5, 0.8), np.array([[-0.7], [0.9]])
    grid = np.linspace(-7, 7, 701)
    one, two = grid[:, None], grid[None]
    prior = norm(0.3, 1.5**0.5).pdf(one) * norm(0.3, 1.5**0.5).pdf(two)
    sd = 0.8**0.5
    either = norm(one, sd).pdf(0.9) + norm(two, sd).pdf(0.9)
    mass = prior * norm(one, sd).pdf(-0.7) * either
    mass /= mass.sum()
    means, variances = exact.moments_first_named(model, x)
    for k, marginal in enumerate((mass.sum(axis=1), mass.sum(axis=0))):
        assert means[k, 0] == pytest.approx(marginal @ grid, abs=1e-6)
        spread = marginal @ grid**2 - (marginal @ grid) ** 2
        assert variances[k, 0] == pytest.approx(spread, abs=1e-6)
    density = exact.density_of_first_kind(model, x, grid)
    assert np.allclose(density * (grid[1] - grid[0]), mass.sum(axis=1), atol=1e-8)


def test_exact_prediction_is_a_ratio_of_evidences():
    """p(x* | x) = p(x, x*) / p(x)."""
    model, x = MixtureModel(2, 0.3, 1.5, 0.8), np.array([[-0.7], [0.9], [1.4]])
    for place in (-2.0, 0.3, 1.1):
        longer = exact.log_evidence(model, np.vstack([x, [[place]]]))
        ratio = math.exp(longer - exact.log_evidence(model, x))
        found = exact.predictive_density(model, x, np.array([place]))
        assert found[0] == pytest.approx(ratio, rel=1e-11)


def test_expectations_on_the_six_points_are_exact():
    q, rng = six_points.state(), np.random.default_rng(0)
    wanted = mixture.elbo_terms(six_points.model(0.7, 1.5), data.TINY, q).total
    assert six_points.elbo(q, 0.7, 1.5) == pytest.approx(wanted, rel=1e-12)
    n = 100_000
    mu = q.means + np.sqrt(q.variances)[:, None] * rng.standard_normal((n, 2, 2))
    draws = six_points.log_p_means(mu, 1.5)[:, 0]
    found = six_points.expect(lambda mu, hot: six_points.log_p_means(mu, 1.5), q)
    assert abs(draws.mean() - found) < 4 * draws.std() / math.sqrt(n)


def test_expectations_leave_out_what_q_rules_out():
    sure = six_points.state(phi=np.repeat([[1.0, 0.0]], 6, axis=0))
    assert six_points.expect(lambda mu, hot: -six_points.log_q_kinds(hot, sure), sure) == 0


def test_exact_posterior_integrates_to_the_joint():
    model = six_points.model(0.7, 1.5)
    mu = np.random.default_rng(0).normal(size=(5, 2, 2))
    joint = six_points.log_joint(mu, six_points.HOT, 0.7, 1.5)
    means, variances, chances = exact.given_assignments(model, data.TINY)
    given = six_points.log_density(mu[:, None], means, variances[..., None]).sum(axis=2)
    gap = joint - np.log(chances) - given
    assert np.allclose(gap, exact.log_evidence(model, data.TINY), rtol=1e-11)


def test_a_tight_kind_is_seen():
    """150 marks on a spot as wide as three: it is dark there, not white with their edges."""
    stage = Stage(generative.draws)
    stage.draw(n_components=1, sd_prior=0.5, sd_noise=0.1, seed=3)
    picture = imread(io.BytesIO(stage.png()))[..., :3].mean(axis=2)
    height, width = picture.shape
    middle = picture[height // 4 : height * 3 // 4, width * 2 // 3 : width * 9 // 10]
    assert np.sum(middle < 0.4) > 80


def test_points_are_sure_leaning_or_undecided():
    stage = Stage(starts.restarts)
    phi = np.array([[0.95, 0.05], [0.7, 0.3], [0.5, 0.5], [0.1, 0.9]])
    marks = drawing.Points(stage.figure.axes[0], np.zeros((6, 2)), 2, 0.1)
    assert list(marks.move(phi)) == [2, 1, 1]


def test_em_rises_to_a_fixed_point_of_the_likelihood():
    x, means = data.eruptions(), limits.STARTS
    _, found = limits.means_by(limits.em_responsibilities, x, means, 0.25)

    def log_likelihood(means):
        square = np.sum((x[:, None] - means) ** 2, axis=2)
        return np.sum(np.log(np.mean(np.exp(-2 * square), axis=1)))

    steps = 1e-4 * np.eye(6).reshape(6, 3, 2)
    slopes = [log_likelihood(found + step) - log_likelihood(found - step) for step in steps]
    assert np.abs(slopes).max() / 2e-4 < 1e-3
    assert log_likelihood(found) > log_likelihood(means) + 10


def test_hard_assignments_end_at_their_own_averages():
    x = data.eruptions()
    phi, means = limits.means_by(limits.hard_responsibilities, x, limits.STARTS)
    assert np.allclose(means, phi.T @ x / phi.sum(axis=0)[:, None])
    nearest = np.linalg.norm(x[:, None] - means, axis=2).argmin(axis=1)
    assert np.array_equal(phi.argmax(axis=1), nearest)


def test_one_start_is_enough_on_the_line():
    """Near and far, sure and unsure starts end at the same ELBO, for both explorers' points."""
    cases = [(k, s, 0.5, 25.0, labels.SPREAD) for k in (2, 3) for s in (0.0, 1.0, 1.5, 4.0)]
    line = predictive.SPREAD, predictive.PRIOR_VAR
    cases += [(2, s, lam, line[1], line[0]) for s in (0.0, 2.0, 5.0) for lam in (0.4, 1.0, 1.5)]
    for k, separation, lam, prior_var, spread in cases:
        model = MixtureModel(k, 0.0, prior_var, lam**2)
        x = labels.points_on_a_line(k, separation, spread)
        elbo = labels.fit_on_a_line(model, x, separation).elbo[-1]
        middle = np.arange(k)[:, None] - (k - 1) / 2
        for width, s2 in itertools.product((0.5, max(separation, 0.1)), (0.05, 1.0)):
            other = mixture.fit(model, x, start=State(None, width * middle, np.full(k, s2)))
            assert other.elbo[-1] == pytest.approx(elbo, abs=1e-4)


def test_free_weights_are_where_the_elbo_is_flat_in_them():
    weights, state, elbo = how_many.fit_free(3, 0.4, 0)
    assert np.allclose(weights, state.responsibilities.mean(axis=0), atol=1e-9)
    other = mixture.fit(MixtureModel(3, 0.0, 4.0, 0.16, weights), data.eruptions(), start=state)
    assert other.elbo[-1] == pytest.approx(elbo, abs=1e-3)


def test_each_broken_elbo_is_broken_as_its_number_says():
    rng = np.random.default_rng(0)
    numbers = dict(zip("abcde", puzzle.name_the_bugs(), strict=True))
    assert sorted(numbers.values()) == [1, 2, 3, 4, 5]
    by_bug = {number: broken_elbos.BROKEN[letter] for letter, number in numbers.items()}
    for _ in range(20):
        model, x, state = random_case(rng)
        phi, m, s2 = state
        terms = mixture.elbo_terms(model, x, state)
        dim, away = x.shape[1], m - model.prior_mean
        square = np.sum((x[:, None] - m) ** 2, axis=2)
        noise, sd = model.noise_var, math.sqrt(model.noise_var)
        extra = {
            1: -2 * terms.entropy_assignments,
            2: 0.5 * np.sum(phi * (dim * s2 - s2)) / noise,
            3: 0.5 * (np.sum(away**2) - np.sum(away)) / model.prior_var,
            4: len(x) * math.log(len(m)),
            5: 0.5 * x.size * math.log(noise / sd)
            + 0.5 * np.sum(phi * (square + dim * s2)) * (1 / noise - 1 / sd),
        }
        for number, broken in by_bug.items():
            assert broken(model, x, state) == pytest.approx(terms.total + extra[number], rel=1e-10)


def test_the_definition_agrees_with_the_terms_and_with_draws():
    rng = np.random.default_rng(0)
    for doubt, sd_noise in itertools.product((0.0, 0.4, 1.0), (0.3, 1.0)):
        model, state = MixtureModel(2, 0.0, 1.5, sd_noise**2), hunt.state_at(0.3, 1.5, doubt)
        right = mixture.elbo_terms(model, data.TINY, state).total
        assert hunt.by_definition(model, state) == pytest.approx(right, rel=1e-12)
        if doubt:
            value, error = hunt.monte_carlo(model, state, 1000, rng)
            assert abs(value - right) < 4 * error


def test_long_work_goes_on_where_it_was_interrupted(capsys):
    calls = []

    def work(key):
        calls.append(key)
        if key == 3 and calls.count(3) == 1:
            raise KeyboardInterrupt
        return key**2

    results = {}
    starts.collect(results, range(6), work, every=2)
    assert results == {0: 0, 1: 1, 2: 4}
    assert "stopped: 3 of 6 are kept" in capsys.readouterr().out
    assert starts.collect(results, range(6), work, every=2) == {k: k**2 for k in range(6)}
    assert calls == [0, 1, 2, 3, 3, 4, 5], "nothing is done twice"
    assert capsys.readouterr().out.splitlines()[-1] == "  6 of 6 done"


@pytest.mark.parametrize(
    ("name", "function", "outcome", "words"),
    [
        (
            "update_assignments",
            lambda x, m, s2, v: np.full((len(x), len(m)), np.nan),
            "error",
            "not finite",
        ),
        (
            "update_assignments",
            lambda x, m, s2, v: 0.9 * check.update_assignments.solution(x, m, s2, v) ** 1.01,
            "wrong",
            "0.9 times the right one to the power 1.01",
        ),
        (
            "elbo",
            lambda *a: check.elbo.solution(*a) + a[1].shape[0] * np.log(len(a[2])) / 3,
            "wrong",
            "the right one plus ⅓ N log K",
        ),
        (
            "name_the_bugs",
            lambda: (1, 2, 3, 4, 5),
            "wrong",
            "You say a is 1: then its excess would vanish",
        ),
        (
            "name_the_bugs",
            lambda: (4, 2, 3, 5, 1),
            "wrong",
            "You say c is 3: then moving the means would",
        ),
        ("name_the_bugs", lambda: (3, 1, 0, 4, 2), "slip", "numbered from 1"),
    ],
)
def test_mistakes_are_named(name, function, outcome, words):
    found, message = diagnose(getattr(check, name), function)
    assert found == outcome
    assert words in message, message


def test_a_wrong_guess_is_not_told_the_answer():
    for guess in itertools.permutations(range(1, 6)):
        if guess != puzzle.name_the_bugs():
            _, message = diagnose(check.name_the_bugs, lambda guess=guess: guess)
            assert "[" not in message
            assert "right value" not in message
