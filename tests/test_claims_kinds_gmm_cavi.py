"""Notebook 04: its sentences, computed. Sections 8 to 10: EM and k-means, how many, what breaks."""

import itertools
import math

import numpy as np
import pytest
from claims import claim
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture

from helpers import mixture
from helpers.lessons.gmm_cavi import data, failures, how_many, limits
from helpers.mixture import MixtureModel, State

DISTANCES = np.arange(25.0)


@claim(
    "Many points for each component: $s_k^2\\to0$, and CAVI becomes EM for the means (weights 1/K, "
    "λ known).",
)
def test_cavi_with_many_copies_is_em():
    """Each eruption 2^j times: s² and the distance to EM's fixed point fall like 2^−j."""
    few = data.eruptions()[:12]
    start = State(None, limits.STARTS, np.full(3, 0.01))
    model = MixtureModel(3, 0.0, 4.0, 0.16)
    spread, gaps = [], []
    for octave in (2, 5, 8, 11):
        x = np.repeat(few, 2**octave, axis=0)
        found = mixture.fit(model, x, start=start, max_sweeps=2000, tol=1e-15).state
        _, means = limits.means_by(limits.em_responsibilities, x, found.means, 0.16)
        spread.append(found.variances.max())
        gaps.append(np.abs(found.means - means).max())
    assert (np.array(spread[1:]) < 0.2 * np.array(spread[:-1])).all()
    assert (np.array(gaps[1:]) < 0.2 * np.array(gaps[:-1])).all()
    assert gaps[-1] < 1e-4
    rows = [limits.to_em.ledger(log_copies=j, lam=0.7, sig=1.5) for j in (0, 10)]
    for line in (2, 3):  # m₁ less EM's mean, and the handicap
        assert np.abs(rows[1][line][0]).max() < 0.005 * np.abs(rows[0][line][0]).max()


@claim("Then λ → 0: φ becomes 0 or 1, and EM becomes k-means.")
def test_em_ends_as_k_means():
    x = data.eruptions()
    phi, means = limits.means_by(limits.em_responsibilities, x, limits.STARTS, 1e-4)
    hard, wanted = limits.means_by(limits.hard_responsibilities, x, limits.STARTS)
    assert np.allclose(means, wanted, atol=1e-3)
    assert np.mean(np.abs(phi - hard).max(axis=1) < 1e-6) > 0.99


def apart(octave, exponent):
    found, em, hard = limits.three_answers(2**octave, exponent)
    return [np.linalg.norm(found.means - means, axis=1).max() for _, means in (em, hard)]


@claim(
    "At λ = 0.398 CAVI's means lie up to 0.029 from EM's with 8 eruptions, and less than 0.001 "
    "with 256.",
    "At λ = 0.01 they lie less than 0.001 from those of k-means, for every number of points, and "
    "each point is sure.",
)
def test_the_two_limits():
    assert f"{10**-0.4:.3f}" == "0.398"
    assert f"{apart(3, -0.4)[0]:.3f}" == "0.029"
    assert apart(8, -0.4)[0] < 0.001
    gaps = [apart(octave, -0.4)[0] for octave in range(3, 9)]
    assert (np.diff(gaps) < 0).all()
    for octave in range(3, 9):
        assert apart(octave, -2.0)[1] < 0.001
        phi = limits.three_answers(2**octave, -2.0)[0].responsibilities
        assert phi.max(axis=1).min() > 0.9


@claim(
    "Between the limits they may part: with 16 eruptions at log₁₀ λ = −1 CAVI stops 0.191 from "
    "where EM ends, at a place from which EM walks on.",
)
def test_between_the_limits():
    found, (_, em_means), _ = limits.three_answers(16, -1.0)
    assert f"{apart(4, -1.0)[0]:.3f}" == "0.191"
    model, x = MixtureModel(3, 0.0, limits.SIGMA2, 0.01), data.eruptions()[:16]
    on = mixture.fit(model, x, start=found, max_sweeps=2000, tol=0).state
    assert np.abs(on.means - found.means).max() < 1e-6, "CAVI has stopped"
    walked = limits.means_by(limits.em_responsibilities, x, found.means, 0.01)[1]
    assert np.abs(walked - em_means).max() < 1e-3


@claim(
    "And the arithmetic changes: without the maximum subtracted, np.exp overflows or leaves only "
    "zeros: at λ = 0.01 a sweep would return nan for 244 of 256 points.",
)
def test_points_lost_to_exp():
    state = limits.three_answers(256, -2.0)[0]
    x = data.eruptions()[:256]
    assert limits.points_lost_to_exp(x, state, 1e-4) == 244
    exponent = (x @ state.means.T - np.sum(state.means**2, axis=1) / 2 - state.variances) / 1e-4
    with np.errstate(over="ignore", under="ignore"):
        weights = np.exp(exponent).max(axis=1)
    assert (np.isinf(weights).sum(), (weights == 0).sum()) == (234, 10)


@claim(
    "Let the weights go free, and a third update appears: the ELBO holds them in "
    "$\\sum_k N_k\\log\\pi_k$, which is highest at $\\pi_k=N_k/N$.",
)
def test_the_third_update():
    """Σ N_k log π_k − Σ N_k log(N_k/N) = −N KL(N_k/N ‖ π) ≤ 0: Gibbs' inequality."""
    rng = np.random.default_rng(0)
    x = data.eruptions()
    for k in (1, 2, 4):
        phi = rng.dirichlet(np.ones(k), len(x))
        state = State(phi, rng.normal(size=(k, 2)), rng.uniform(0.1, 1, k))
        counts = phi.sum(axis=0)

        def terms(weights, k=k, state=state):
            model = MixtureModel(k, 0.0, 4.0, 0.25, weights / weights.sum())
            return mixture.elbo_terms(model, x, state)

        top = terms(counts)
        assert top.prior_assignments == pytest.approx(counts @ np.log(counts / len(x)))
        for _ in range(20):
            other = terms(rng.dirichlet(np.ones(k)))
            assert other.prior_assignments <= top.prior_assignments + 1e-9
            assert np.allclose(np.delete(other, 1), np.delete(top, 1)), "nothing else moves"


@claim(
    "Stars: the means of a mixture with free covariances, by scikit-learn, quoted: (2.036, 54.48) "
    "and (4.290, 79.97) minutes with weights 0.356 and 0.644.",
    "Old Faithful: see [data](data/README.md). scikit-learn's numbers: GaussianMixture(2), full "
    "covariance, on the minutes.",
)
def test_published_numbers_of_scikit_learn():
    fit = GaussianMixture(2, n_init=3, random_state=0, tol=1e-8, max_iter=500)
    fit.fit(data.old_faithful())
    order = fit.means_[:, 0].argsort()
    means, weights = fit.means_[order], fit.weights_[order]
    text = [f"({a:.3f}, {b:.2f})" for a, b in means] + [f"{w:.3f}" for w in weights]
    assert text == ["(2.036, 54.48)", "(4.290, 79.97)", "0.356", "0.644"]
    assert np.allclose(how_many.PUBLISHED_MEANS, means, atol=0.005)
    assert np.allclose(how_many.PUBLISHED_WEIGHTS, weights, atol=0.0005)


def test_few_starts_are_enough():
    for k, sd_noise in itertools.product((3, 4, 6), how_many.NOISES):
        best = max(how_many.fit_equal(k, sd_noise, seed)[2] for seed in range(40))
        assert how_many.best_fit("equal", k, sd_noise)[2] > best - 1e-3
    for k, sd_noise in ((3, 0.5), (4, 0.4), (5, 0.3)):
        best = max(how_many.fit_free(k, sd_noise, seed)[2] for seed in range(10))
        assert how_many.best_fit("free", k, sd_noise)[2] > best - 1e-2


def log_likelihood(k, seed):
    """The log likelihood where EM ends, at λ = 0.5 and weights 1/K, from random points."""
    x = data.eruptions()
    start = x[np.random.default_rng(seed).choice(len(x), k, replace=False)]
    _, means = limits.means_by(limits.em_responsibilities, x, start, 0.25)
    square = np.sum((x[:, None] - means) ** 2, axis=2)
    return np.sum(logsumexp(-2 * square - math.log(k * 2 * math.pi * 0.25), axis=1))


@claim(
    "With K = 4 no component can have weight ⅓, or none: the old fit is not among the new ones.",
    "For the eruptions at λ = 0.5 the best log likelihoods are −468.26, −458.24 and −465.87 at "
    "K = 2, 3 and 4.",
    "That needs the old fit to be among the new ones.",
    "With weights fixed at 1/K it is not.",
)
def test_the_best_likelihood_may_fall():
    best = [max(log_likelihood(k, seed) for seed in range(40)) for k in (2, 3, 4)]
    assert [f"{value:.2f}" for value in best] == ["-468.26", "-458.24", "-465.87"]


@claim(
    "With free weights it cannot fall.",
    "They cannot lower it: weight 0 is allowed.",
)
def test_free_weights_cannot_lose():
    """A new component with weight 0 changes no density, and its q(μ) = p(μ) costs nothing."""
    x = data.eruptions()
    for k, sd_noise in itertools.product((1, 2, 5), (0.3, 0.7)):
        weights, state, elbo = how_many.best_fit("free", k, sd_noise)
        more = MixtureModel(k + 1, 0.0, 4.0, sd_noise**2, np.append(weights, 0.0))
        spare = State(
            np.column_stack([state.responsibilities, np.zeros(len(x))]),
            np.vstack([state.means, [0.0, 0.0]]),
            np.append(state.variances, 4.0),
        )
        assert mixture.elbo_terms(more, x, spare).total == pytest.approx(elbo, abs=1e-8)
    for sd_noise in how_many.NOISES:
        assert np.diff(how_many.best_elbos("free", sd_noise)).min() > -0.01


@claim(
    "Equal weights, λ = 0.5: the best K is 3, by 3.35 nats.",
    "Yet there are still two places: two components sit on one mean, and buy the weights ⅓ and ⅔.",
    "K = 4 must share out quarters, puts three components on one mean, and loses 13.8 nats.",
    "The ELBO does the same: at λ = 0.5 its solid curve rises from K = 2 to 3 and drops at 4; the "
    "dashed one stays.",
)
def test_equal_weights():
    elbo = how_many.best_elbos("equal", 0.5)
    assert elbo.argmax() + 1 == 3
    assert f"{elbo[2] - elbo[1]:.2f}" == "3.35"
    assert f"{elbo[2] - elbo[3]:.1f}" == "13.8"
    _, state, _ = how_many.best_fit("equal", 3, 0.5)
    means = state.means[state.means[:, 0].argsort()]
    assert np.linalg.norm(means[2] - means[1]) < 0.001
    assert np.linalg.norm(means[1] - means[0]) > 2
    _, state, _ = how_many.best_fit("equal", 4, 0.5)
    right = state.means[state.means[:, 0] > 0]
    assert len(right) == 3
    assert np.ptp(right, axis=0).max() < 0.001


@claim(
    "With free weights, λ still 0.5, the ELBO says two kinds, 0.361 and 0.639: from K = 2 on it "
    "does not change, and the spare components die at no cost.",
    "At λ = 0.4 a third one lives, with weight 0.037, and at λ = 0.3 there are five: a cluster "
    "larger than λ needs several round kinds.",
)
def test_free_weights():
    elbo = how_many.best_elbos("free", 0.5)
    assert np.ptp(elbo[1:]) < 0.01
    for k in range(2, 7):
        weights = np.sort(how_many.best_fit("free", k, 0.5)[0])
        assert [f"{w:.3f}" for w in weights[-2:]] == ["0.361", "0.639"]
        assert weights[:-2].sum() < 1e-3
    for sd_noise, alive in ((0.3, 5), (0.4, 3), (0.5, 2), (0.6, 2), (0.7, 2)):
        assert np.sum(how_many.best_fit("free", 6, sd_noise)[0] > 1e-3) == alive
    weights = how_many.best_fit("free", 6, 0.4)[0]
    assert f"{weights[weights > 1e-3].min():.3f}" == "0.037"
    _, two, _ = how_many.best_fit("free", 2, 0.3)
    for weights in two.responsibilities.T:
        _, cov = how_many.shape_of(data.eruptions(), weights)
        assert np.sqrt(np.linalg.eigvalsh(cov)[-1]) > 0.3, "larger than λ"


def test_no_noise_level_repairs_the_shape():
    for sd_noise in how_many.NOISES:
        _, two, _ = how_many.best_fit("equal", 2, sd_noise)
        for weights in two.responsibilities.T:
            _, cov = how_many.shape_of(data.eruptions(), weights)
            assert how_many.correlation_of(cov) > 0.2
            low, high = np.linalg.eigvalsh(cov)
            assert high > 1.4 * low


@claim(
    "But $x_i^\\top m_k$ is now about 10¹², and a float has 16 digits.",
    "From 10⁶ on the plain formulas are wrong by more than a thousandth of a nat and their ELBO "
    "falls; at 10⁷ they are wrong by more than a nat, at 10⁸ by more than a hundred.",
    "helpers.mixture works relative to the data's mean.",
    "The answer moves with the data, and the ELBO stays.",
)
def test_offsets():
    assert 1e12 < (1e6 + data.eruptions()).max() ** 2 * 2 < 3e12
    assert 15 < -math.log10(np.finfo(float).eps) < 16
    for exponent in (6, 7, 8):
        lost, kept = failures.moved(exponent)
        assert abs(lost[-1]) > 1e-3
        assert np.diff(lost).min() < -1e-3
        assert abs(kept[-1]) < 1e-5
    assert 1 < abs(failures.moved(7)[0][-1]) < 100 < abs(failures.moved(8)[0][-1])
    near, far = (
        mixture.fit(MixtureModel(2, shift, 4.0, 0.25), data.eruptions() + shift, rng=0)
        for shift in (0.0, 1e6)
    )
    assert np.allclose(far.state.means - 1e6, near.state.means, atol=1e-6)
    assert far.elbo[-1] == pytest.approx(near.elbo[-1], abs=1e-5)


@claim(
    "Two components hold next to nothing (3·10⁻⁷ of a point each, printed as 0) and stay with the "
    "prior, which always gives $1/\\sigma^2$ of precision.",
    "From starts among the points its spare components share a point; from a start so far off that "
    "exp gives 0, it returns nan.",
)
def test_more_components_than_points():
    few = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    crowded = mixture.fit(MixtureModel(5, 0.0, 4.0, 0.25), few, rng=0).state
    held = crowded.responsibilities
    spare = held.sum(axis=0) < 1e-3
    assert [f"{n:.0e}" for n in held.sum(axis=0)[spare]] == ["3e-07"] * 2
    assert crowded.variances[spare] == pytest.approx(4, abs=1e-4)
    among = [few[[0, 1, 2, 0, 1]] + 0.3 * np.random.default_rng(s).random((5, 2)) for s in range(9)]
    for start in among:
        phi, _ = limits.means_by(limits.em_responsibilities, few, start, 0.25)
        shares = np.sort(phi.sum(axis=0))
        assert shares == pytest.approx([0.5, 0.5, 0.5, 0.5, 1], abs=1e-3)
    far = limits.em_responsibilities(few, np.vstack([few, [[1e3, 0], [0, 1e3]]]), 0.25)
    with np.errstate(invalid="ignore"):
        means = far.T @ few / far.sum(axis=0)[:, None]
    assert np.isnan(means).any(axis=1).tolist() == [False] * 3 + [True] * 2


@claim(
    "On the five clusters of section 6, at λ = 0.01, both end in the same means from each of "
    "30 starts, and 17 of these find all five.",
)
def test_stuck_like_k_means():
    model, same, good = MixtureModel(5, 0.0, 9.0, 1e-4), 0, 0
    for seed in range(30):
        first = mixture.initialise(model, data.FIVE, np.random.default_rng(seed)).means
        start = State(None, first, np.full(5, 1e-6))
        cavi = mixture.fit(model, data.FIVE, start=start).state.means
        _, means = limits.means_by(limits.hard_responsibilities, data.FIVE, first)
        same += np.abs(cavi - means).max() < 1e-3
        true = data.FIVE.reshape(5, 30, 2).mean(axis=1)
        far = np.linalg.norm(true[:, None] - cavi, axis=2).min(axis=1).max()
        good += far < 0.2
    assert (same, good) == (30, 17)


@claim(
    "A Gaussian charges the square of the distance.",
    "Up to distance 4 both starts end in the same fit.",
    "The first fit pays the square of the distance; the second pays once for squeezing two "
    "clusters into one, and from distance 5 to 24 less than 4 nats more.",
    "Within the slider's range a start at the two clusters does not find the second fit, though "
    "from 15 on that is the better one.",
    "From some distance on it is cheaper to squeeze 50 points into one component.",
    "At distance 14 the first fit is still the better one, at 15 the second.",
)
def test_outlier():
    first, second = np.array(
        [[fit.elbo[-1] for fit in failures.with_outlier(d)[1]] for d in DISTANCES]
    ).T
    assert ((first > second + 1) == (DISTANCES < 15))[5:].all()
    assert np.abs(first - second)[:5].max() < 1e-6 < np.abs(first - second)[5:].min()
    assert np.ptp(second[5:]) < 4
    bends = np.diff(first[6:], 2)
    assert np.ptp(bends) < 0.05 * abs(bends.mean()), "a parabola"
    for d in DISTANCES:
        held = failures.with_outlier(d)[1][0].state.responsibilities.sum(axis=0)
        assert held[0] == pytest.approx(25, abs=0.1)


@claim(
    "Near by it is: against 25 others the mean gives way by a 26th of the distance.",
    "But the square of what remains grows without end.",
    "No point can be: its φ sums to 1, so some component pays for it.",
)
def test_the_mean_gives_way():
    cluster = failures.PAIR[25:, 0].mean()
    for d in np.arange(2.0, 15.0):
        state = failures.with_outlier(d)[1][0].state
        reach = 2 + d - cluster
        assert state.means[1, 0] - cluster == pytest.approx(reach / 26, abs=0.01)
        assert state.responsibilities[-1].sum() == pytest.approx(1)
