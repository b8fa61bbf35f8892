"""Notebook 00: its own pieces."""

import itertools
import re

import numpy as np
import pytest
from claims import claim
from conftest import ROOT
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm

from helpers.approximations import elbo_estimate, laplace
from helpers.diagnosis import diagnose
from helpers.lessons.start_here import answers, check, cost
from helpers.lessons.start_here import measured_square as square
from helpers.widgets import Stage

PAIRS = [(-1.0, 2.0), (0.5, 0.75), (1.75, 1.0), (2.0, 1.0), (4.0, 0.75), (4.0, 2.0)]


def test_the_collection_opens_with_this_notebook_and_each_leads_to_the_next():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = sorted(ROOT.glob("notebooks/*.ipynb"))
    assert paths[0].name == "00_start_here.ipynb"
    assert f"default_url=/lab/tree/notebooks/{paths[0].name}\n" in readme
    assert re.findall(r"^\| \[.*?\]\(notebooks/(\w+\.ipynb)\)", readme, re.MULTILINE) == [
        path.name for path in paths
    ]
    for path, following in itertools.pairwise(paths):
        assert f"({following.name})" in path.read_text(encoding="utf-8")
        assert f"({path.name})" in following.read_text(encoding="utf-8")


def test_joint_is_prior_times_likelihood():
    for y, noise in PAIRS:
        for theta in (-1.3, 0.0, 2.2):
            expected = norm.logpdf(y, theta**2, noise) + norm.logpdf(theta, 0.5, 1)
            assert square.log_joint(theta, y, noise) == pytest.approx(expected)


@pytest.mark.parametrize("pair", PAIRS)
def test_exact_density_is_the_joint_over_its_integral(pair):
    density, _, log_evidence = square.exact(*pair)
    volume = quad(lambda t: np.exp(square.log_joint(t, *pair)), -6, 6, points=[-1, 1])[0]
    assert log_evidence == pytest.approx(np.log(volume), abs=1e-7)
    at = 200
    height = np.exp(square.log_joint(square.THETA[at], *pair)) / volume
    assert density[at] == pytest.approx(height)


@pytest.mark.parametrize("pair", PAIRS)
def test_laplace_by_formula_is_laplace_by_climbing(pair):
    found = laplace(lambda z: square.log_joint(z[0], *pair), [1.0])
    bell = square.laplace(*pair)
    assert bell.mean == pytest.approx(found.mean[0], abs=1e-6)
    assert bell.sd == pytest.approx(np.sqrt(found.cov[0, 0]), rel=1e-5)
    height = square.log_joint(bell.mean, *pair)
    assert height == pytest.approx(square.log_joint(np.linspace(-4, 4, 8001), *pair).max())
    assert bell.log_evidence == pytest.approx(height + np.log(bell.sd * np.sqrt(2 * np.pi)))


@pytest.mark.parametrize("pair", PAIRS)
def test_no_gaussian_has_a_higher_bound(pair):
    """From starts on both sides; the grid of means is 0.005 wide, which costs 1e-4 nats at most."""
    bell = square.variational(*pair)
    best = max(
        -minimize(lambda x: -square.elbo(x[0], np.exp(x[1]), *pair), start).fun
        for start in ([-1.5, -1], [0.2, -1], [1.5, -1])
    )
    assert best - 1e-4 < bell.log_evidence < best + 1e-9
    estimate = elbo_estimate(
        lambda z: square.log_joint(z[:, 0], *pair), [bell.mean], [bell.sd], 20_000, 0
    )
    assert abs(estimate.value - bell.log_evidence) < 4 * estimate.standard_error


def test_share_below_zero_of_a_bell():
    assert square.Bell(1.0, 0.5, 0.0).left == pytest.approx(norm.cdf(0, 1, 0.5))


@claim(
    "Each panel gives its own answer; the walk's is where 400 chains stand that started as the"
    " prior."
)
def test_walkers_start_as_the_prior():
    states = square.walkers(2.0, 1.0)
    assert square.N_WALKERS == 400
    assert states.shape == (square.N_STEPS + 1, square.N_WALKERS)
    assert states[0].mean() == pytest.approx(0.5)
    assert states[0].std() == pytest.approx(1, abs=0.01)
    assert not np.array_equal(states[0], states[-1])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "less than a second"),
        (1.4, "1.4 s"),
        (600, "10 min"),
        (28.4 * 3600, "28 h"),
        (9 * 86400, "9 days"),
        (519 * cost.YEAR, "520 years"),
        (13.8e9 * cost.YEAR, "1.0 × the age of the universe"),
        (120 * 86400, "120 days"),
        (33_333 * cost.YEAR, "33\u202f000 years"),
        (1e9 * cost.UNIVERSE, "10⁹ × the age of the universe"),
    ],
)
def test_times_in_words(seconds, words):
    assert cost.duration(seconds) == words


def test_memory_and_errors_in_words():
    assert cost.memory(8000) == "64 kB"
    assert cost.memory(20**7) == "10.2 GB"
    assert cost.memory(20.0**20) == "8.39·10¹⁴ TB"
    assert cost.memory(cost.LAPTOP) == "16 GB"
    assert [cost.off(x) for x in (1e-8, 0.0436, 0.996, 3, 149)] == [
        "less than a millionth",
        "4.4 %",
        "100 %",
        "a factor of 4",
        "a factor of 150",
    ]


def test_the_marks_stand_on_their_curves():
    stage = Stage(cost.grid)
    for k, d in ((20, 3), (12, 7), (30, 20)):
        stage.draw(k=k, dimensions=d, sd=0.2)
        _, _, counts, here, errors, there = stage.moving
        assert here.get_ydata()[0] == pytest.approx(counts.get_ydata()[d - 1])
        assert there.get_ydata()[0] == pytest.approx(errors.get_ydata()[k - 2])


def test_the_histogram_has_area_one():
    stage = Stage(answers.four)
    (bars,) = [m for m in stage.moving if getattr(m, "get_drawstyle", str)() == "steps-post"]
    assert bars.get_ydata()[:-1].sum() * np.diff(answers.EDGES)[0] == pytest.approx(1)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda p, lik: (np.sum(p * lik), p * lik / np.sum(p * lik) / 2), "½ times"),
        (lambda p, lik: (np.sum(p * lik), p**2 * lik / np.sum(p**2 * lik)), "prior²"),
        (lambda p, lik: (np.sum(p * lik), np.sort(p * lik / np.sum(p * lik))), "sorted"),
    ],
)
def test_unlisted_mistakes_are_still_located(function, words):
    outcome, message = diagnose(check.bayes_rule, function)
    assert outcome == "wrong"
    assert words in message, message
