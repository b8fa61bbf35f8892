"""Notebook 05, sections 3 to 6: Metropolis, the bound, four answers, and the ends, computed."""

import numpy as np
import pytest
from claims import claim
from scipy.integrate import quad
from scipy.special import betaln, expit, polygamma
from scipy.stats import norm, skew
from test_claims_coin_toss import coins

from helpers.approximations import metropolis
from helpers.diagnostics import effective_sample_size
from helpers.lessons.coin_toss import answers, formulas, limits, predictions, variational, walks
from helpers.lessons.coin_toss.exercises import metropolis_accept
from helpers.lessons.coin_toss.sliders import OURS
from helpers.models import Coin
from helpers.widgets import Stage

# Every a + h and b + t that the sliders can set.
FIRST, SECOND = np.meshgrid(np.arange(0.5, 30.1, 0.5), np.arange(0.5, 30.1, 0.5))


def chain(seed, power):
    """The chain of the picture with steps of 10^power."""
    return walks.chains(seed)[np.argmin(abs(walks.POWERS - power))]


def accepted(states):
    return np.mean(np.diff(states, prepend=walks.START) != 0)


# Section 3


@claim(
    "Our walk is over η, with a Gaussian step: as likely there as back, so the second ratio is 1."
)
def test_a_gaussian_step_is_symmetric():
    there, back = (-0.5 * (b - a) ** 2 for a, b in ((0.3, 1.7), (1.7, 0.3)))
    assert there == back
    pair, joint = np.array([0.3, 1.7]), np.array([-2.0, -2.5])
    probability, _ = metropolis_accept(pair, joint, np.array([there, back]))
    assert probability == pytest.approx(np.exp(-0.5))


@claim(
    "The chain starts far out, at η = −4, and walks towards our coin's posterior.",
    "Set log₁₀ of the step to −1 and drag “steps done” slowly: the class sees the climb out of the"
    " start, and the mean in the caption that still remembers it.",
    "Leave out the states before arrival: they belong to the start.",
)
def test_the_climb_out_of_the_start():
    assert walks.START == -4
    true = formulas.exact(*OURS.posterior)
    for seed in (1, 2, 3, 4):
        states = expit(chain(seed, -1))
        assert states[:50].max() < true.low
        assert states[:300].mean() < true.mean - 0.1


@claim(
    "After 1,000 steps of each of the four chains: with steps of 0.01 it has not arrived.",
    "With steps of 1 about 60 % are accepted, and the states are worth more than 100 independent"
    " draws.",
    "With steps of 100 no more than 2 % are accepted.",
    "A short step changes the density little, so it is accepted; and it leads nowhere new.",
    "In the next picture set log₁₀ of the step to −2 and all 1,000 steps: 96 % accepted, and the"
    " chain has not left θ < 0.1.",
    "A stuck chain rejects almost everything.",
    "The caption's worth compares the states with one another only: chain 1, with steps of 0.01, is"
    " “worth about 8 draws”, and has not arrived.",
)
def test_three_steps():
    for seed in (1, 2, 3, 4):
        short, right, long = (chain(seed, power) for power in (-2, 0, 2))
        assert expit(short).max() < formulas.exact(*OURS.posterior).low
        assert expit(short).max() < 0.1
        assert accepted(short) > 0.95
        assert 0.575 < accepted(right) < 0.625
        assert effective_sample_size(right[:, None])[0] > 100
        assert accepted(long) <= 0.02
    stage = Stage(walks.walk)
    stage.draw(power=-2.0, chain=1, n=1000)
    assert "96 % were accepted" in stage.summary
    assert "worth about 8 draws" in stage.summary


@claim(
    "The new state stands above in the joint's ratio, the way back above in the proposal's.",
    "Cut the log ratio at 0 before you take exp.",
    "In the mean, z′ counts with the probability, and z with what is left: a rejection repeats it.",
)
def test_the_rule_leaves_the_posterior_as_it_is():
    """Detailed balance on three states with an asymmetric proposal, by counting both ways."""
    p, g = np.array([0.2, 0.5, 0.3]), np.array([[0, 0.9, 0.1], [0.4, 0, 0.6], [0.5, 0.5, 0]])
    for i, j in ((0, 1), (1, 2), (2, 0)):
        flow = [
            p[a]
            * g[a, b]
            * metropolis_accept(np.array([a, b]), np.log(p[[a, b]]), np.log([g[a, b], g[b, a]]))[0]
            for a, b in ((i, j), (j, i))
        ]
        assert flow[0] == pytest.approx(flow[1])
    rng = np.random.default_rng(0)
    probability, mean = metropolis_accept(np.array([3.0, 4.0]), np.array([-1.0, -2.0]), np.zeros(2))
    nexts = np.where(rng.uniform(size=100_000) < probability, 4.0, 3.0)
    assert mean == pytest.approx(nexts.mean(), abs=0.01)


@claim(
    "With the short steps each chain still remembers its start: four averages of η, from −1.70 to"
    " 2.69, where the exact one is 1.22.",
    "With the longer steps they agree.",
)
def test_four_chains_from_four_starts():
    starts = [[-4.0], [-1.0], [1.0], [4.0]]
    short, long = (
        metropolis(OURS.logit_log_joint, starts, 2000, step, rng=1).samples[:, 200:].mean((1, 2))
        for step in (0.03, 1.6)
    )
    first, second = OURS.posterior
    true = polygamma(0, first) - polygamma(0, second)
    assert f"{true:.2f}" == "1.22"
    assert [f"{short.min():.2f}", f"{short.max():.2f}"] == ["-1.70", "2.69"]
    assert (np.diff(short) > 0.4).all()  # in the order of their starts
    assert np.ptp(long) < 0.1
    assert abs(long - true).max() < 0.1


# Section 4


@claim(
    "The sum is log p(x), whatever q is.",
    "KL is not negative, so the ELBO is a lower bound.",
    "To raise it is to lower KL(q‖p).",
)
def test_elbo_and_kl():
    rng = np.random.default_rng(0)
    for coin in coins(100):
        m, s = rng.uniform(-1, 3.5), rng.uniform(0.3, 1.6)
        gap = formulas.elbo_gap(m, s, *coin.posterior)
        assert gap > 0
        assert formulas.elbo(m, s, coin) + gap == pytest.approx(coin.log_evidence, abs=1e-9)


@claim(
    "The hill has one top.",
    "There KL is 0.009 nats; Laplace's Gaussian, also a q, has 0.022.",
    "No q reaches 0: the posterior over η is no Gaussian.",
    "Right, the hill that m and s climb: the numbers on the contours say how many nats the ELBO is"
    " below log p(x); the innermost, too short for its number, is 0.02.",
)
def test_the_top_of_the_hill():
    """f'' < 0, so E[f(m + sε)] is concave in (m, s) together, and log s is, too."""
    best = formulas.best_gaussian(*OURS.posterior)
    top = formulas.elbo_gap(*best, *OURS.posterior)
    grid = np.meshgrid(variational.MEANS, variational.SDS)
    gaps = formulas.elbo_gap(*grid, *OURS.posterior)
    inner = gaps[1:-1, 1:-1]
    around = [
        gaps[1 + i : 65 + i, 1 + j : 90 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
    ]
    assert np.count_nonzero(np.all([inner < other for other in around], axis=0)) == 1
    assert 0 < top <= gaps.min() < variational.LEVELS[0] == 0.02 == min(variational.LEVELS)
    assert f"{top:.3f}" == "0.009"
    assert (
        f"{formulas.elbo_gap(*formulas.laplace_logit(*OURS.posterior), *OURS.posterior):.3f}"
        == ("0.022")
    )


@claim(
    "At the top the ELBO's derivative in m is 0.",
    "VI has the exact mean.",
    "Its sd of θ is too large, although over η its q is too narrow: which error you see depends on"
    " the scale.",
)
def test_the_mean_of_the_best_q():
    m, s = formulas.best_gaussian(FIRST, SECOND)
    of_q, true = formulas.on_theta(m, s), formulas.exact(FIRST, SECOND)
    assert np.abs(of_q.mean - true.mean).max() < 1e-12
    assert (of_q.sd > true.sd).all()
    assert (s < np.sqrt(polygamma(1, FIRST) + polygamma(1, SECOND))).all()
    for shift in (-0.05, 0.05):
        assert (
            formulas.elbo_gap(m + shift, s, FIRST, SECOND) > formulas.elbo_gap(m, s, FIRST, SECOND)
        ).all()


@claim(
    "Laplace sees the curvature at the peak only.",
    "The best q has 1/s² equal to the curvature averaged over q, which is less, so it is wider.",
    "It is still narrower than the posterior, whose slow tails no Gaussian follows.",
    "In the next picture the square is Laplace, s = 0.667, the star the highest ELBO, s = 0.695;"
    " the posterior's sd is 0.716.",
    "KL(q‖p) does make q narrow, but Laplace is narrower: on average over q the posterior bends"
    " less than at its peak.",
    "Over logit θ the posterior's tails fall only exponentially: they add to its sd.",
)
def test_three_widths():
    m, s = formulas.best_gaussian(FIRST, SECOND)
    at_peak = formulas.laplace_logit(FIRST, SECOND)[1]
    true = np.sqrt(polygamma(1, FIRST) + polygamma(1, SECOND))
    assert (at_peak < s).all()
    assert (s < true).all()
    bend = (FIRST + SECOND) * formulas.expect(lambda eta: expit(eta) * expit(-eta), m, s)
    assert np.allclose(bend, 1 / s**2, rtol=1e-4)  # 60 nodes are few where s is 3
    assert np.allclose(bend[s < 1], 1 / s[s < 1] ** 2, rtol=1e-9)
    assert (bend < 1 / at_peak**2).all()
    first, second = OURS.posterior
    widths = formulas.laplace_logit(first, second)[1], formulas.best_gaussian(first, second)[1]
    assert [f"{w:.3f}" for w in widths] == ["0.667", "0.695"]
    assert f"{np.sqrt(polygamma(1, first) + polygamma(1, second)):.3f}" == "0.716"
    falls = np.diff(formulas.log_posterior(np.array([40.0, 41.0, 42.0]), first, second))
    assert falls == pytest.approx([-second, -second])


# Section 5


@claim(
    "The chain uses only ratios of p(x, θ), in which p(x) cancels.",
    "Its states are an answer about θ; the constant that was divided away is not among them.",
    "In the next picture look at the last column: VI has a bound, Laplace estimates, Metropolis"
    " a dash.",
)
def test_a_chain_knows_no_constant():
    # A power of two is added, so that no sum is rounded otherwise.
    ways = (OURS.logit_log_joint, lambda z: OURS.logit_log_joint(z) - 8)
    one, other = (metropolis(way, [0.0], 400, step=1.5, rng=1).samples for way in ways)
    assert np.allclose(one, other)
    column = answers._columns(
        answers.four_answers(*OURS.posterior), answers.log_evidences(*OURS.posterior, 1, 1)
    )[-1]
    assert [row[:1] for row in column.splitlines()[1:]] == ["−", "+", "−", "—", "−"]
    assert predictions.evidence.options[2] == "log p(x)"


@claim(
    "The average of 1/p(x | θ) over the states does tend to 1/p(x), but for our coin its variance"
    " is infinite.",
)
def test_the_average_of_one_over_the_likelihood():
    """∫ p(θ | x)/p(x | θ) dθ = ∫ p(θ) dθ/p(x); of its square the integrand grows as θ^(a − 1 − h)
    at 0, which has no integral where h ≥ a."""
    first, second = OURS.posterior
    h, t = OURS.heads, OURS.tails
    assert betaln(first - h, second - t) - betaln(first, second) == pytest.approx(
        -OURS.log_evidence
    )
    assert h >= OURS.a
    ends = 10.0 ** np.arange(-2, -8, -1)
    squares = [quad(lambda u: u ** (first - 1 - 2 * h), end, 10 * end)[0] for end in ends]
    assert (np.diff(squares) > 0).all()  # each decade adds more than the one before


@claim(
    "That is the mean of the states.",
    "Those are quantiles of the states.",
    "Given θ that is θ, so it is the mean of the states.",
)
def test_what_states_give():
    answer, theta = walks.walkers(*OURS.posterior)
    assert answer.mean == theta.mean()
    assert answer[2:] == tuple(np.quantile(theta, (0.025, 0.975)))
    assert answer.mean == pytest.approx(formulas.exact(*OURS.posterior).mean, abs=0.03)


@claim("Of the three Gaussians, Laplace in θ has the worst interval, wherever it has one.")
def test_order_of_the_intervals():
    true = formulas.exact(FIRST, SECOND)
    in_logit = formulas.on_theta(*formulas.laplace_logit(FIRST, SECOND))
    vi = formulas.on_theta(*formulas.best_gaussian(FIRST, SECOND))
    ends = [np.maximum(abs(x.low - true.low), abs(x.high - true.high)) for x in (in_logit, vi)]
    for place in np.argwhere(np.minimum(FIRST, SECOND) > 1):
        pair = FIRST[tuple(place)], SECOND[tuple(place)]
        flat, exact = formulas.laplace_theta(*pair), formulas.exact(*pair)
        worst = answers.worst_end(flat, exact)
        assert worst > ends[0][tuple(place)]
        assert worst > ends[1][tuple(place)]


@claim(
    "Metropolis errs by chance: another seed, another error, and with more states on average a"
    " smaller one."
)
def test_metropolis_errs_by_chance():
    starts = np.linspace(-1, 3, 20)[:, None]
    runs = [
        expit(metropolis(OURS.logit_log_joint, starts, 600, step=1.6, rng=seed).samples[..., 0])
        for seed in range(12)
    ]
    true = formulas.exact(*OURS.posterior).mean
    few, many = (np.array([run[:, 10:n].mean() - true for run in runs]) for n in (40, 600))
    assert few.min() < 0 < few.max()
    assert np.sqrt(np.mean(many**2)) < 0.5 * np.sqrt(np.mean(few**2))


@claim(
    "VI here averaged derivatives at 60 nodes, eight times over: 480 evaluations.",
    "Metropolis evaluated the log joint 1,550 times: 50 short chains of 30 steps, the first 10 of"
    " each left out.",
    "Both started from Laplace's answer in logit θ.",
)
def test_costs(monkeypatch):
    assert formulas.N_STEPS * formulas.NODES.size == 480
    points = []
    plain = walks.log_expit
    monkeypatch.setattr(walks, "log_expit", lambda z: points.append(z) or plain(z))
    _, states = walks.walkers.__wrapped__(9.0, 3.0)
    assert sum(z.size for z in points) / 2 == 1550  # two logarithms a point
    assert (walks.N_WALKERS, walks.N_WALKED) == (50, 30)
    assert states.size == 50 * (30 - 10)
    m, s = formulas.laplace_logit(9.0, 3.0)
    levels = (np.arange(50) + 0.5) / 50
    assert np.sort(points[0]) == pytest.approx(norm(m, s).ppf(levels))
    monkeypatch.setattr(formulas, "N_STEPS", 0)
    assert formulas.best_gaussian(9.0, 3.0) == pytest.approx((m, s))


# Section 6


@claim(
    "The posterior's sd is now 0.0004, and the worst of the three intervals is off by 0.003 of it.",
    "With a fixed share of heads, neither 0 nor 1, such errors fall as 1/√n, or faster.",
    "That is 1/√n: the rule for a fixed share of heads between ½ and 1.",
    "From 1,000 tosses on, with a share of heads from 0.6 to 0.9, a hundred times more tosses make"
    " all three errors about ten times smaller; at 0.5, where nothing is skewed, about a hundred"
    " times.",
)
def test_errors_fall_with_the_tosses():
    many = Coin(800_000, 200_000)
    assert f"{formulas.exact(*many.posterior).sd:.4f}" == "0.0004"
    assert f"{limits.errors(0.8)[:, -1].max():.3f}" == "0.003"
    for share in (0.6, 0.7, 0.8, 0.9):
        found = limits.errors(share)[:, 2:]
        falls = found[:, :-2] / found[:, 2:]
        assert 9 < falls.min() < falls.max() < 11.5
    even = limits.errors(0.5)[:, 2:]
    falls = even[:, :-2] / even[:, 2:]
    assert 90 < falls.min() < falls.max() < 110


@claim(
    "With only heads the posterior over θ leans against 1: 1 − θ is nearly exponential, and so it"
    " stays.",
    "More tosses shrink it, and do not make it Gaussian on either scale.",
    "In the next picture move the share of heads from 0.9 to 1: VI's line turns flat.",
    "The posterior's sd becomes so much smaller, and the error with it: their ratio stays.",
    "With only heads VI stays off by 0.6 sd, and from 100 tosses on Laplace in logit θ by more than"
    " 3.",
    "Much data makes every posterior here narrow, but not every one Gaussian.",
)
def test_only_heads():
    found = limits.errors(1.0)
    assert (found[0] == 0).all()
    assert [f"{error:.1f}" for error in found[2]] == ["0.6"] * 6
    assert (found[1, 1:] > 3).all()
    ten, million = (formulas.exact(1.0 + n, 1.0) for n in (10, 10**6))
    assert 70_000 < ten.sd / million.sd < 90_000
    # 1 − θ = 1 − u^(1/(n + 1)) for uniform u; times n + 1 nearly −log u, whose skewness is 2.
    u = (np.arange(200_000) + 0.5) / 200_000
    for n in (100, 10**4, 10**6):
        rest = -np.expm1(np.log(u) / (n + 1))
        assert np.allclose((n + 1) * rest, -np.log(u), rtol=0.07)
        assert abs(skew(np.log(rest / (1 - rest)))) > 0.8
        assert skew(rest) > 1.5
    for share in (0.5, 0.8, 0.9, 1.0):
        sds = [formulas.exact(1 + share * n, 1 + n - share * n).sd for n in 10.0**limits.POWERS]
        assert (np.diff(sds) < 0).all()


@claim("The likelihood itself is far below what float64 can hold.")
def test_the_evidence_of_a_million_tosses():
    many = Coin(800_000, 200_000)
    assert many.log_evidence == pytest.approx(betaln(800_001, 200_001))
    log_likelihood = 800_000 * np.log(0.8) + 200_000 * np.log(0.2)
    assert log_likelihood < 100 * np.log(np.finfo(float).smallest_subnormal)
