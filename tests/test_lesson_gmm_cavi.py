"""Notebook 04: its own pieces against independent ones, and every number that its prose states."""

import itertools
import math

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from scipy.special import entr
from scipy.stats import multivariate_normal, norm
from sklearn.mixture import GaussianMixture

from helpers import mixture
from helpers.diagnosis import diagnose
from helpers.lessons.gmm_cavi import (
    broken_elbos,
    check,
    clusters,
    data,
    derivations,
    enumeration,
    failures,
    labels,
    optima,
    plain,
    points,
    predictions,
    puzzle,
    suspects,
    sweeps,
    tiny,
    updates,
)
from helpers.mixture import MixtureModel, State
from helpers.widgets import Stage

NOTEBOOK = nbformat.read(ROOT / "notebooks" / "04_gmm_cavi.ipynb", as_version=4)
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
FAITHFUL = MixtureModel(2, 0.0, 4.0, 0.25)


def random_case(rng):
    """Well-scaled data, a model, and a state that is no optimum of anything."""
    n, k, dim = int(rng.integers(4, 40)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
    model = MixtureModel(k, rng.normal(size=dim), rng.uniform(0.3, 5), rng.uniform(0.1, 2))
    phi = rng.dirichlet(np.ones(k), size=n)
    state = State(phi, rng.normal(size=(k, dim)), rng.uniform(0.05, 1, k))
    return model, rng.normal(0, 2, (n, dim)), state


def source_of(name):
    """The notebook's own definition of a function, run as a student would."""
    cell = next(cell for cell in NOTEBOOK.cells if cell.source.startswith(f"def {name}("))
    space = {"np": np, "entr": entr}
    exec(cell.source, space)
    return space[name]


@pytest.mark.parametrize("seed", range(20))
def test_plain_sweep_of_the_notebook_is_the_fast_sweep(seed):
    model, x, state = random_case(np.random.default_rng(seed))
    written = source_of("plain_sweep")(
        x, state.means, state.variances, model.prior_mean, model.prior_var, model.noise_var
    )
    fast = mixture.update_components(model, x, mixture.update_assignments(model, x, state))
    for ours, theirs in zip(written, fast, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-11, atol=1e-13)
    for ours, theirs in zip(plain.sweep(model, x, state), fast, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("seed", range(20))
def test_plain_terms_and_the_solution_are_those_of_the_library(seed):
    model, x, state = random_case(np.random.default_rng(seed))
    right = mixture.elbo_terms(model, x, state)
    assert np.allclose(plain.elbo_terms(model, x, state), right, rtol=1e-11)
    solved = check.elbo.solution(x, *state, model.prior_mean, model.prior_var, model.noise_var)
    assert solved == pytest.approx(right.total, rel=1e-12)


def test_history_is_monotone_and_ends_as_fit_does():
    for seed, k in itertools.product(range(4), (1, 2, 4, 6)):
        found, rise, terms = sweeps.run(k, 0.5, 2.0, seed)
        assert np.diff(found.elbo).min() >= -1e-10 * abs(found.elbo[-1])
        assert len(found.states) == len(rise) == len(terms[0]) == sweeps.N_SWEEPS + 1
        assert rise[-1, 1] == 0
    longer = plain.history(FAITHFUL, data.eruptions(), 0, 60)
    assert longer.elbo[-1] == pytest.approx(-484.04774538, abs=1e-7)


def test_enumeration_against_densities():
    model, x = MixtureModel(2, 0.4, 1.7, 0.6), np.random.default_rng(1).normal(size=(4, 2))
    direct = 0.0
    for kinds in itertools.product(range(2), repeat=4):
        same = np.equal.outer(kinds, kinds)
        cov = model.noise_var * np.eye(4) + model.prior_var * same
        density = multivariate_normal(np.full(4, 0.4), cov).logpdf(x.T).sum()
        direct += math.exp(density) / 2**4
    assert enumeration.log_evidence(model, x) == pytest.approx(math.log(direct), rel=1e-12)


def test_density_of_the_first_mean():
    model = MixtureModel(2, 0.0, 4.0, 0.25)
    x, grid = np.array([[-1.0], [1.2], [0.3]]), np.linspace(-14, 14, 4001)
    density = enumeration.density_of_first_mean(model, x, grid)
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-7)
    # p(μ₁ | x) ∝ p(μ₁) Σ_c p(x | c, μ₁), with μ₂ integrated on a grid as well
    second = np.linspace(-14, 14, 901)
    mass = norm(0, 2).pdf(second) * (second[1] - second[0])
    either = [
        0.5 * norm(grid[:, None], 0.5).pdf(v) + 0.5 * norm(second, 0.5).pdf(v) for v in x[:, 0]
    ]
    brute = norm(0, 2).pdf(grid) * (np.prod(either, axis=0) @ mass)
    assert np.allclose(density, brute / np.trapezoid(brute, grid), atol=1e-6)


def test_expectations_on_the_tiny_set_are_exact():
    q, rng = tiny.state(), np.random.default_rng(0)
    wanted = mixture.elbo_terms(tiny.model(0.7, 1.5), data.TINY, q).total
    assert tiny.elbo(q, 0.7, 1.5) == pytest.approx(wanted, rel=1e-12)
    n = 100_000
    mu = q.means + np.sqrt(q.variances)[:, None] * rng.standard_normal((n, 2, 2))
    draws = tiny.prior_means(mu, 1.5)[:, 0]
    exact = tiny.expect(lambda mu, hot: tiny.prior_means(mu, 1.5), q)
    assert abs(draws.mean() - exact) < 4 * draws.std() / math.sqrt(n)


def test_exact_posterior_integrates_to_the_joint():
    model = tiny.model(0.7, 1.5)
    mu = np.random.default_rng(0).normal(size=(5, 2, 2))
    joint = tiny.log_joint(mu, tiny.HOT, 0.7, 1.5)
    posterior = derivations._log_posterior(mu, model)
    assert np.allclose(joint - posterior, enumeration.log_evidence(model, data.TINY), rtol=1e-11)


def test_points_are_sure_leaning_or_undecided():
    stage = Stage(sweeps.cavi)
    phi = np.array([[0.95, 0.05], [0.7, 0.3], [0.5, 0.5], [0.1, 0.9]])
    marks = points.Points(stage.figure.axes[0], np.zeros((4, 2)), 2, 0.1)
    assert list(marks.move(phi)) == [2, 1, 1]


def test_each_broken_elbo_is_broken_as_its_number_says():
    rng = np.random.default_rng(0)
    numbers = dict(zip("abcde", puzzle.name_the_bugs(), strict=True))
    assert sorted(numbers.values()) == [1, 2, 3, 4, 5]
    by_bug = {number: broken_elbos.SUSPECTS[letter] for letter, number in numbers.items()}
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


def excesses(**values):
    stage = Stage(suspects.bench)
    stage.draw(**(stage.controls.values | values))
    head, rest = stage.summary.removeprefix("Too high by ").split(" (± ")
    return {part[0]: float(part[2:]) for part in head.split(", ")}, float(rest.split(")")[0])


def test_the_bench_sees_what_the_prose_says():
    found, error = excesses(doubt=0.0, sd_noise=1.0, size=0.1)
    assert [abs(found[k]) < error + 0.1 for k in "abcde"] == [False, True, True, True, False]
    found, _ = excesses()
    assert all(abs(value) > 0.5 for value in found.values())


def test_monte_carlo_of_the_bench_agrees_with_the_terms():
    for doubt, sd_noise in itertools.product((0.0, 0.4, 1.0), (0.3, 1.0)):
        model, state = MixtureModel(2, 0.0, 1.5, sd_noise**2), suspects.state_at(0.3, 1.5, doubt)
        value, error = suspects.monte_carlo(model, state)
        right = mixture.elbo_terms(model, data.TINY, state).total
        assert abs(value - right) < 4 * error


def test_a_lost_constant_is_invisible_to_monotonicity():
    model = MixtureModel(2, 0.0, 1.5, 0.36)
    values, evidence = suspects.reported("a", model)
    assert np.diff(values).min() >= 0
    assert values[-1] > evidence


# The numbers of the prose


def test_old_faithful_of_the_notebook():
    found = mixture.fit(FAITHFUL, data.eruptions(), rng=0)
    assert f"{found.elbo[-1]:.4f}".replace("-", "−") in PROSE
    x = data.old_faithful()
    assert x.shape == (272, 2)
    assert np.allclose(data.eruptions() * x.std(axis=0) + x.mean(axis=0), x)
    assert round(272 * math.log10(2)) == 82
    assert "10^{82}" in PROSE


def test_published_numbers_of_scikit_learn():
    fit = GaussianMixture(2, n_init=3, random_state=0, tol=1e-8, max_iter=500)
    fit.fit(data.old_faithful())
    order = fit.means_[:, 0].argsort()
    means, weights = fit.means_[order], fit.weights_[order]
    text = [f"({a:.3f}, {b:.2f})" for a, b in means] + [f"{w:.3f}" for w in weights]
    assert all(number in PROSE for number in text), text
    assert np.allclose(clusters.PUBLISHED_MEANS, means, atol=0.005)
    assert np.allclose(clusters.PUBLISHED_WEIGHTS, weights, atol=0.0005)


def test_round_kinds_of_the_prose():
    _, means, shares, covs = clusters.two_kinds(0.5)
    assert all(f"({a:.2f}" in PROSE or f"({a:.3f}, {b:.2f})" in PROSE for a, b in means)
    assert f"{shares[0]:.3f} and {shares[1]:.3f}" in PROSE
    correlations = [cov[0, 1] / math.sqrt(cov[0, 0] * cov[1, 1]) for cov in covs]
    assert f"({correlations[0]:.2f} and {correlations[1]:.2f})" in PROSE


def test_restarts_of_the_prose():
    final = [optima.restart(seed).elbo[-1] for seed in range(optima.N_RESTARTS)]
    reached = sum(value > max(final) - 0.1 for value in final)
    assert f"{reached} of the 30" in predictions.restarts.look_for
    assert f"from {reached + 1} on" in predictions.restarts.look_for


def test_saddle_of_the_prose():
    still, kicked = optima.from_saddle(-16), optima.from_saddle(-12)
    assert np.array_equal(still.states[-1].means[0], still.states[-1].means[1])
    assert np.ptp(kicked.elbo[1:11]) < 0.001, "flat for more than ten sweeps"
    below = kicked.elbo[-1] - kicked.elbo[10]
    assert f"{below:.2f} nats too low" in PROSE


def test_dead_component_of_the_prose():
    far, near = optima._with_fourth(5.0, 2.0), optima._with_fourth(0.0, 2.0)
    state = far.states[1]
    assert np.allclose(state.means[3], 0, atol=1e-12)
    assert state.variances[3] == pytest.approx(4, rel=1e-12)
    assert far.states[-1].responsibilities[:, 3].sum() < 1e-3
    assert f"{near.elbo[-1] - far.elbo[-1]:.2f} nats higher" in PROSE
    assert 2 * 2.0**2 / (2 * 0.25) == 16


def test_label_switching_of_the_prose():
    for k in (2, 3):
        gap = labels.solve(k, 8.0)[1]
        assert gap == pytest.approx(math.log(math.factorial(k)), abs=1e-4)
        assert f"{gap:.4f} for K = {k}" in PROSE
        assert max(labels.solve(k, float(s))[1] for s in labels.SEPARATIONS) > gap + 0.3
    assert 3**8 == 6561
    assert "6561" in PROSE


def test_number_of_clusters_of_the_prose():
    elbo = {k: clusters.best_fit(k, 0.5).elbo[-1] for k in range(1, 7)}
    assert max(elbo, key=elbo.get) == 3
    assert elbo[2] - elbo[1] > 100
    assert np.ptp([elbo[k] for k in range(2, 7)]) < 20
    assert f"by {elbo[3] - elbo[2]:.2f} nats" in PROSE
    text = predictions.how_many.look_for
    assert all(f"−{-elbo[k]:.2f} for K = {k}" in text for k in (2, 3, 4))


def test_doubt_of_the_prose():
    for sd_noise, count in ((0.5, "just 5 of"), (1.2, "220 points")):
        phi = sweeps.run(2, sd_noise, 2.0, 1)[0].states[-1].responsibilities
        unsure = int(np.sum(phi.max(axis=1) < points.SURE))
        assert count.replace("just ", "").split()[0] == str(unsure)
        assert count in predictions.doubt.question + predictions.doubt.look_for
    assert 5.5 < (1.2 / 0.5) ** 2 < 6


def test_sweeps_of_the_prose():
    found = sweeps.run(2, 0.5, 2.0, 1)[0]
    assert found.elbo[-1] - found.elbo[5] < 0.01, "five sweeps do nearly all"
    narrow = sweeps.run(2, 0.5, 0.5, 1)[0].states[-1].means
    assert np.abs(narrow - found.states[-1].means).max() < 0.03, "σ hardly matters"
    for k in (4, 6):
        ends = [sweeps.run(k, 0.5, 2.0, seed)[0].elbo[-1] for seed in range(10)]
        assert np.ptp(ends) > 1, "another seed ends elsewhere"
    far = sweeps.run(2, 1.2, 2.0, 1)[0].states[-1].means
    gaps = [np.linalg.norm(m[1] - m[0]) for m in (found.states[-1].means, far)]
    assert gaps[1] < 0.7 * gaps[0], "the means creep together"


def test_an_uncertain_mean_is_a_handicap():
    odds = [updates._odds_closed(point, 0.7, s1) for point in range(1, 7) for s1 in (0.2, 0.6)]
    assert all(more < less for less, more in zip(odds[::2], odds[1::2], strict=True))


def test_one_term_falls_while_the_elbo_rises():
    found = sweeps.run(6, 0.5, 2.0, 1)[0]
    assert np.diff(found.terms, axis=0).min() < -0.01
    assert np.diff(found.elbo).min() > -1e-9


def test_offsets_of_the_prose():
    lost, kept = failures.moved(6.0)
    assert abs(lost[-1]) > failures.LARGE
    assert np.diff(lost).min() < -failures.LARGE
    assert abs(kept[-1]) < failures.LARGE
    lost, kept = failures.moved(8.0)
    assert abs(lost[-1]) > 1, "wrong by many nats"
    assert abs(kept[-1]) < failures.LARGE


def test_hard_assignments_of_the_prose():
    _, bad, entropy = failures.at_noise(-2.0, 3)
    assert f"nan for {bad} of the 272" in PROSE
    assert entropy < 1e-3


def test_outlier_of_the_prose():
    def shared_is_better(distance):
        shared, own = failures.with_outlier(distance)[1]
        return shared.elbo[-1] > own.elbo[-1]

    assert [shared_is_better(d) for d in (13.0, 14.0, 16.0, 24.0)] == [True, True, False, False]


def test_long_work_goes_on_where_it_was_interrupted(capsys):
    calls = []

    def work(key):
        calls.append(key)
        if key == 3 and calls.count(3) == 1:
            raise KeyboardInterrupt
        return key**2

    results = {}
    optima.collect(results, range(6), work, every=2)
    assert results == {0: 0, 1: 1, 2: 4}
    assert "stopped: 3 of 6 are kept" in capsys.readouterr().out
    assert optima.collect(results, range(6), work, every=2) == {k: k**2 for k in range(6)}
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
