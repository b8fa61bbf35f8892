"""Notebook 05: its own pieces."""

import numpy as np
import pytest
from matplotlib.lines import Line2D
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import betaln, expit
from test_claims_coin_toss import coins

from helpers.approximations import gaussian_vi, laplace
from helpers.diagnosis import diagnose
from helpers.lessons.coin_toss import answers, bayes, check, formulas, integrals, limits, walks
from helpers.lessons.coin_toss.sliders import OURS
from helpers.widgets import Stage


def test_exact_answer_is_scipys():
    for coin in coins(50):
        true, found = stats.beta(*coin.posterior), formulas.exact(*coin.posterior)
        expected = true.mean(), true.std(), *true.ppf(formulas.LEVELS)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_laplace_by_formula_is_laplace_by_climbing():
    for coin in coins(12):
        m, s = formulas.laplace_logit(*coin.posterior)
        found = laplace(coin.logit_log_joint, [0.0])
        assert found.mean[0] == pytest.approx(m, abs=1e-7)
        assert found.cov[0, 0] == pytest.approx(s**2, rel=1e-6)
        flat = formulas.laplace_theta(*coin.posterior)
        if flat:
            found = laplace(coin.log_joint, [0.5])
            assert found.mean[0] == pytest.approx(flat.mean, abs=1e-7)
            assert found.cov[0, 0] == pytest.approx(flat.sd**2, rel=1e-6)


def fine_gap(m, s, first, second):
    """KL by the trapezoid rule, which converges faster than Gauss–Hermite here."""
    nodes = np.linspace(-9, 9, 2001)
    weights = np.exp(-0.5 * nodes**2)
    logs = formulas.log_posterior(m + s * nodes, first, second)
    return -weights @ logs / weights.sum() - 0.5 * np.log(2 * np.pi * np.e * s**2)


@pytest.mark.parametrize("pair", [(0.5, 0.5), (0.5, 30), (30, 0.5), (30, 30), (9, 3), (1e6, 1)])
def test_best_gaussian_is_best(pair):
    m, s = formulas.best_gaussian(*pair)
    assert formulas.elbo_gap(m, s, *pair) == pytest.approx(fine_gap(m, s, *pair), abs=1e-7)
    tight = dict(xatol=1e-9, fatol=1e-14)
    search = minimize(
        lambda x: fine_gap(x[0], np.exp(x[1]), *pair),
        [m + 0.1, np.log(s) - 0.1],
        method="Nelder-Mead",
        options=tight,
    )
    assert search.x == pytest.approx([m, np.log(s)], abs=2e-6)


def test_all_best_gaussians_at_once_are_each_alone():
    first, second = np.array([9.0, 0.5, 30.0]), np.array([3.0, 30.0, 1.0])
    together = formulas.best_gaussian(first, second)
    for k, pair in enumerate(zip(first, second, strict=True)):
        alone = formulas.best_gaussian(*pair)
        assert alone == pytest.approx((together[0][k], together[1][k]))


def test_the_general_way_finds_the_same_q():
    fit = gaussian_vi(OURS.logit_log_joint_and_gradient, [1.0], 0, n_steps=1000)
    m, s = formulas.best_gaussian(*OURS.posterior)
    assert fit.mean[0] == pytest.approx(m, abs=0.01)
    assert fit.sd[0] == pytest.approx(s, abs=0.01)


def test_integrals_and_derivatives():
    for first, second in ((0.5, 0.5), (0.5, 30), (30, 30)):
        found = integrals.log_integral(integrals.power(first - 1, second - 1))
        assert found == pytest.approx(betaln(first, second), abs=1e-11)
    assert integrals.derivative(np.exp, 0.3, 1.0, order=2) == pytest.approx(np.exp(0.3), rel=1e-13)


def test_densities_over_theta_integrate_to_one():
    for first, second in ((9, 3), (2, 20)):
        for m, s in (formulas.laplace_logit(first, second), formulas.best_gaussian(first, second)):
            assert quad(lambda t, m=m, s=s: formulas.density_on_theta(t, m, s), 0, 1)[
                0
            ] == pytest.approx(1)


def test_walkers_come_near_the_posterior():
    """Within the Monte Carlo error of 1,000 states worth at least 170."""
    for coin in coins(30):
        found, true = walks.walkers(*coin.posterior)[0], formulas.exact(*coin.posterior)
        assert abs(found.mean - true.mean) < 4.5 * true.sd / np.sqrt(170)
        assert found.sd == pytest.approx(true.sd, rel=0.3)


def test_estimates_of_the_evidence():
    """The volume under the Gaussian that Laplace puts under the peak."""
    _, flat, bent, none, bound = answers.log_evidences(*OURS.posterior, 1.0, 1.0)
    assert none is None
    for log_joint, start, found in (
        (OURS.log_joint, 0.5, flat),
        (OURS.logit_log_joint, 0.0, bent),
    ):
        bell = laplace(log_joint, [start])
        volume = log_joint(bell.mean) + 0.5 * np.log(2 * np.pi * bell.cov[0, 0])
        assert found == pytest.approx(volume, abs=1e-7)
    assert bound < OURS.log_evidence


def test_an_interval_beyond_the_panel_is_announced():
    stage = Stage(answers.four)
    for counts, prior, is_announced in (((0, 0), 1.5, True), ((8, 2), 1.0, False)):
        stage.draw(heads=counts[0], tails=counts[1], a=prior, b=prior)
        lines = [m.get_xdata() for m in stage.moving if isinstance(m, Line2D)]
        ends = np.ravel([x for x in lines if len(x) == 2])
        assert (ends.min() < -0.2 or ends.max() > 1.2) == is_announced
        assert ("An interval goes beyond the panel" in stage.summary) == is_announced


def test_the_prior_is_seen_where_it_is_the_posterior():
    """Where the three curves and the three marks coincide, none hides another."""
    stage = Stage(bayes.update)
    stage.draw(heads=20, tails=20, a=10.0, b=10.0)
    width = {m.get_label(): m.get_linewidth() for m in stage.moving}
    assert width["prior"] > width["posterior"] > width["likelihood, scaled to area 1"]
    marks = {m.get_marker(): m for m in stage.moving}
    assert marks["D"].get_markersize() > marks["o"].get_markersize()
    assert marks["v"].get_ydata()[0] > 0 == marks["o"].get_ydata()[0]


def test_the_chain_of_the_picture_grows():
    stage = Stage(walks.walk)
    lengths = []
    for n in (10, 500, 1000):
        stage.draw(power=0.0, chain=2, n=n)
        (path,) = [m for m in stage.moving if len(m.get_xdata()) == n + 1]
        lengths.append(path.get_ydata())
    assert np.array_equal(lengths[0], lengths[2][:11])
    assert lengths[2][0] == expit(walks.START)


def test_errors_of_the_limits_at_one_place():
    true = stats.beta(81, 21)
    m, s = formulas.laplace_logit(81, 21)
    ends = expit(m + s * stats.norm.ppf([0.025, 0.975]))
    expected = abs(ends - true.ppf([0.025, 0.975])).max() / true.std()
    assert limits.errors(0.8)[1, 1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("laplace_variance", lambda a, b, heads, tails: 2 * VARIANCE(a, b, heads, tails), "2"),
        ("laplace_variance", lambda a, b, heads, tails: VARIANCE(a, 1, heads, tails), r"\bb\b"),
        (
            "metropolis_accept",
            lambda z, log_joint, log_proposal: (1.0, ACCEPT(z, log_joint, log_proposal)[1]),
            "The mean of the next state is right, the probability is not",
        ),
        (
            "metropolis_accept",
            lambda z, log_joint, log_proposal: (ACCEPT(z, log_joint, log_proposal)[0], z.mean()),
            "The probability is right, the mean of the next state is not",
        ),
    ],
)
def test_unlisted_mistakes_are_still_located(name, function, words):
    outcome, message = diagnose(getattr(check, name), function)
    assert outcome == "wrong"
    assert words.strip(r"\b") in message, message


VARIANCE, ACCEPT = check.laplace_variance.solution, check.metropolis_accept.solution
