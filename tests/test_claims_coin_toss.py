"""Notebook 05, sections 1 and 2: what it says of Bayes and of Laplace, computed."""

import numpy as np
import pytest
from claims import claim
from scipy import stats
from scipy.integrate import quad
from scipy.special import betaln, expit, logit

from helpers.approximations import laplace
from helpers.lessons.coin_toss import curvature, formulas, integrals
from helpers.lessons.coin_toss.bayes import derived, update
from helpers.lessons.coin_toss.exercises import laplace_variance
from helpers.lessons.coin_toss.sliders import COUNTS, OURS, PRIOR
from helpers.models import Coin
from helpers.widgets import Stage

DEFINITIONS = (
    "[The collection](../README.md) · previous: [04 Gaussian mixtures](04_gmm_cavi.ipynb) · next:"
    " [06 Linear regression](06_linear_regression.ipynb)",
    "So h = 8 heads and t = 2 tails; n = h + t is their number.",
    "Dotted, the prior; dash-dotted, the likelihood, scaled to area 1; solid, the posterior.",
    "Below, the exact answer, and how far the others are from it: “low end” and “high end” are"
    " the 2.5 % and 97.5 % quantiles.",
    "A million tosses, 800,000 of them heads.",
    "Prior a = b = 1.",
    "Right, how far the worse end of the 95 % interval is off, in the same units, for ten to a"
    " million tosses.",
    "Entry 0 is now, entry 1 is new.",
    "That is the share of heads, where the likelihood peaks: it is no average over θ.",
)
QUESTIONS = (
    "Then h = t = 20: who can still tell the curves apart?",
    "How many heads in a row bring the posterior mean to ¾?",
    "What becomes of proposals outside of (0, 1)?",
)
INSTRUCTIONS = (
    "Set h = t = 1 with a = b = 1 and ask what the dotted curve claims about θ < 0.",
    "Accepted is not arrived: what counts is how different the states are.",
    "Write the log joint first: two exponents, a + h − 1 on θ and b + t − 1 on 1 − θ.",
    "Work with logs: the log of the ratio is a difference of log joints plus a difference of log"
    " proposals.",
)


def coins(n, seed=0, counts=COUNTS):
    """Coins at random places of the sliders, the ends more often."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        at = {}
        for control in (*counts, *PRIOR):
            steps = round((control.high - control.low) / control.step)
            k = rng.choice([0, steps, int(rng.integers(steps + 1))], p=[0.15, 0.15, 0.7])
            at[control.name] = control.snap(control.low + k * control.step)
        yield Coin(**{name: type(getattr(OURS, name))(value) for name, value in at.items()})


def mean_by_sum(coin):
    return integrals.average(lambda u: u, *coin.posterior)


@claim(
    "The posterior mean lies between the prior mean and the share of heads.",
    "The tosses weigh n/(n + a + b), the prior the rest.",
    "The prior's a and b count like tosses seen before.",
    "A prior of a = b = 1 counts like one head and one tail seen before.",
)
def test_the_mean_is_a_weighted_mean():
    for coin in coins(200):
        n, prior = coin.heads + coin.tails, coin.a / (coin.a + coin.b)
        share = coin.heads / n if n else prior
        weight = n / (n + coin.a + coin.b)
        mean = mean_by_sum(coin)
        assert mean == pytest.approx(weight * share + (1 - weight) * prior, abs=1e-10)
        assert min(prior, share) - 1e-10 <= mean <= max(prior, share) + 1e-10
        # Tosses seen before: a + h heads and b + t tails after a prior that weighs nothing.
        assert mean == pytest.approx((coin.a + coin.heads) / (coin.a + coin.b + n), abs=1e-10)


@claim(
    "With no toss at all the posterior is the prior.",
    "With a = b = 1 it is the scaled likelihood.",
)
def test_posterior_at_two_ends():
    theta = np.linspace(0.01, 0.99, 99)
    for coin in coins(50):
        none, flat = Coin(0, 0, coin.a, coin.b), Coin(coin.heads, coin.tails)
        height = none.log_joint(theta[:, None]) - none.log_evidence
        assert np.allclose(height, stats.beta(coin.a, coin.b).logpdf(theta))
        powers = integrals.power(flat.heads, flat.tails)
        likelihood = powers(np.log(theta), np.log1p(-theta)) - integrals.log_integral(powers)
        assert np.allclose(flat.log_joint(theta[:, None]) - flat.log_evidence, likelihood)


@claim(
    "Prior and likelihood are powers of the same two bases, so exponents add.",
    "Under the flat prior the log joint at ½ is the log likelihood there: the second number.",
    "The flat prior explains these ten tosses better than a fair coin does: by 0.727 nats, a"
    " factor of 2.07.",
    "The bound lies above the fair coin's −6.9315.",
)
def test_evidence_of_our_coin():
    lines = [line.value for line in derived.lines[:3]]
    at = dict(heads=3, tails=5, a=2.5, b=0.5, theta=0.35)
    assert lines[0](**at) == pytest.approx(lines[2](**at), abs=1e-12)
    fair = 10 * np.log(0.5)
    assert f"{fair:.4f}" == "-6.9315"
    assert OURS.log_joint([0.5]) == pytest.approx(fair)
    evidence, _ = quad(lambda u: u**8 * (1 - u) ** 2, 0, 1)
    assert f"{np.log(evidence) - fair:.3f}" == "0.727"
    assert f"{evidence / 0.5**10:.2f}" == "2.07"
    bound = formulas.elbo(*formulas.best_gaussian(*OURS.posterior), OURS)
    assert fair < bound < np.log(evidence)


@claim(
    "Under a = b = 10 the prior mean is ½, and the prior weighs as much as 20 tosses.",
    "It is the posterior mean, (a + h)/(a + b + n) = (1 + 2)/(2 + 2).",
    "In the next picture set h = 2 and t = 0: the round mark stands at 0.750, the diamond at 1.",
    "That would be after one head: (1 + 1)/(2 + 1).",
    "That is the prior mean: it has not heard of the tosses.",
)
def test_two_heads_in_two():
    assert mean_by_sum(Coin(2, 0)) == pytest.approx(3 / 4)
    assert mean_by_sum(Coin(1, 0)) == pytest.approx(2 / 3)
    assert mean_by_sum(Coin(0, 0)) == pytest.approx(1 / 2)
    assert mean_by_sum(Coin(0, 0, 10, 10)) == pytest.approx(1 / 2)
    # Halfway from the prior mean ½ to the share of heads 1: an answer within the sliders.
    assert mean_by_sum(Coin(20, 0, 10, 10)) == pytest.approx(3 / 4)
    stage = Stage(update)
    stage.draw(heads=2, tails=0, a=1.0, b=1.0)
    places = {line.get_marker(): line.get_xdata()[0] for line in stage.moving}
    assert places["o"] == pytest.approx(0.75)
    assert places["D"] == 1


# Section 2


@claim(
    "The variance is $\\hat\\theta(1-\\hat\\theta)/n'$: what a share estimated from $n'$ tosses"
    " has.",
    "The peak is their share, up / (up + down).",
    "Differentiate twice: each log gives an exponent over a square, with a minus sign.",
    "Put in the peak, take the sign away, and invert: line 2 of the ledger on the variance.",
)
def test_laplace_variance_in_theta():
    """By Cauchy's integral, which knows no formula."""
    for coin in coins(100, 1, curvature.COUNTS_WITH_PEAK):
        up, down = coin.a + coin.heads - 1, coin.b + coin.tails - 1
        peak, n = up / (up + down), up + down
        at = dict(up=up, down=down, peak=peak, radius=0.5 * min(peak, 1 - peak))
        slope, bend = (
            integrals.derivative(
                lambda u, up=up, down=down: up * np.log(u) + down * np.log(1 - u),
                peak,
                at["radius"],
                order,
            )
            for order in (1, 2)
        )
        assert slope == pytest.approx(0, abs=1e-9 * n)
        assert bend == pytest.approx(-up / peak**2 - down / (1 - peak) ** 2)
        share_of_n = stats.binom(10, peak).var() / 10 / n
        assert -1 / bend == pytest.approx(share_of_n)
        given = laplace_variance(coin.a, coin.b, coin.heads, coin.tails)
        assert given == pytest.approx(curvature.in_theta.lines[1].value(**at))


@claim(
    "Where a + h ≤ 1, as with a = 1 and no head, there is no peak inside (0, 1), and so no answer;"
    " the same for b + t.",
    "With t = 0 and b = 1 Laplace in θ has no answer; in logit θ it has one for all counts.",
    "Laplace in θ has no answer.",
)
def test_where_laplace_has_no_answer():
    """Inside, the slope (a + h − 1)/θ − (b + t − 1)/(1 − θ) has a zero that falls through only if
    both exponents are positive."""
    theta = np.linspace(1e-4, 1 - 1e-4, 20_001)
    for coin in coins(300, 2):
        height = coin.log_joint(theta[:, None])
        inner = 0 < height.argmax() < theta.size - 1 and np.ptp(height) > 1e-9
        assert inner == (min(coin.posterior) > 1)
        assert (formulas.laplace_theta(*coin.posterior) is None) == (min(coin.posterior) <= 1)
        eta = logit(theta)
        in_logit = coin.logit_log_joint(eta[:, None])
        assert 0 < in_logit.argmax() < theta.size - 1
    with pytest.raises(ValueError, match="no mode"):
        laplace(Coin(3, 0).log_joint, [0.5])


@claim(
    "A density over η carries the Jacobian θ(1 − θ).",
    "It removes both −1s, so the peak moves, from (a + h − 1)/(a + b + n − 2) to (a + h)/(a + b +"
    " n).",
    "Only a peak at ½ stays.",
    "The peak over η, mapped back, is the posterior mean of θ.",
    "A density changes with the scale: the Jacobian θ(1 − θ) multiplies it, and favours the"
    " middle.",
    "The Jacobian is largest at θ = ½, so it pulls towards the middle, not away from it.",
    "The logit moves points, but a density also says how many of them share a unit of length; that"
    " changes, too.",
)
def test_the_jacobian_moves_the_peak():
    eta = np.linspace(-12, 12, 24_001)
    theta = expit(eta)
    jacobian = np.gradient(theta, eta, edge_order=2)
    assert np.allclose(jacobian, theta * (1 - theta), atol=1e-7)
    assert abs(theta[jacobian.argmax()] - 0.5) < 1e-3
    even = Coin(4, 4), Coin(2, 3, 2.0, 1.0)
    for coin in (*coins(60, 3, curvature.COUNTS_WITH_PEAK), *even):
        joint = coin.log_joint(theta[:, None])
        over_eta = coin.logit_log_joint(eta[:, None])
        assert np.allclose(over_eta, joint + np.log(theta * (1 - theta)), atol=1e-9)
        first, second = coin.posterior
        peaks = theta[joint.argmax()], theta[over_eta.argmax()]
        assert peaks[0] == pytest.approx((first - 1) / (first + second - 2), abs=1e-3)
        assert peaks[1] == pytest.approx(mean_by_sum(coin), abs=1e-3)
        assert abs(peaks[1] - 0.5) <= abs(peaks[0] - 0.5) + 1e-3
        mode = (first - 1) / (first + second - 2)
        stays = mode == pytest.approx(first / (first + second), abs=1e-9)
        assert stays == (abs(mode - 0.5) < 1e-9) == (first == second)


@claim(
    "A peak belongs to a scale.",
    "The mean of θ, or the ends of its 95 % interval (the 2.5 % and 97.5 % quantiles), stay"
    " what they are when θ is called by another name.",
)
def test_means_and_quantiles_do_not_move():
    """An increasing map carries quantiles along (a theorem); here both are found over η."""
    eta = np.linspace(-60, 60, 240_001)
    for coin in coins(20, 4):
        weights = np.exp(formulas.log_posterior(eta, *coin.posterior))
        below = np.cumsum(weights) / weights.sum()
        true = stats.beta(*coin.posterior)
        assert weights @ expit(eta) / weights.sum() == pytest.approx(true.mean(), abs=1e-8)
        for level in (0.025, 0.975):
            assert expit(np.interp(level, below, eta)) == pytest.approx(true.ppf(level), abs=1e-3)


@claim(
    "The peak over logit θ is at θ = (a + h)/(a + b + n) = 0.75.",
    "In the next picture compare the two upright lines on the right: the peak over η is the left"
    " one.",
    "Laplace in θ puts mass outside of (0, 1): 5.7 % for our coin.",
    "In logit θ it cannot.",
)
def test_our_coin_by_laplace():
    eta = laplace(OURS.logit_log_joint, [0.0])
    assert expit(eta.mean[0]) == pytest.approx(0.75)
    stage = Stage(curvature.two_scales)
    upright = [m for m in stage.moving if m.get_label().startswith("the peak over")]
    places = {line.get_label()[-1]: line.get_xdata()[0] for line in upright}
    assert places["η"] < places["θ"] == pytest.approx(logit(0.8))
    theta = laplace(OURS.log_joint, [0.5])
    bell = stats.norm(theta.mean[0], np.sqrt(theta.cov[0, 0]))
    assert f"{100 * (bell.cdf(0) + bell.sf(1)):.1f}" == "5.7"
    for coin in coins(50, 6, curvature.COUNTS_WITH_PEAK):
        flat = formulas.laplace_theta(*coin.posterior)
        assert stats.norm(flat.mean, flat.sd).cdf(0) > 0
    draws = expit(np.random.default_rng(0).normal(eta.mean[0], np.sqrt(eta.cov[0, 0]), 10_000))
    assert 0 < draws.min() < draws.max() < 1


@claim("The hard part of Bayes, the integral, has a name here: it is a Beta function.")
def test_the_integral_is_a_beta_function():
    for coin in coins(100, 5):
        first, second = coin.posterior
        found = integrals.log_integral(integrals.power(first - 1, second - 1))
        assert found == pytest.approx(betaln(first, second), abs=1e-11)
