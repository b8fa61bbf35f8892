"""What notebook 02 says of KL(p‖q), computed: matched means, draws, and a free variance."""

import re

import numpy as np
import pytest
from claims import claim
from scipy.stats import norm

from helpers.divergences import kl_quadrature, moment_projection
from helpers.gaussians import kl_full, kl_univariate, log_normal
from helpers.lessons.mean_matching import bells, likelihood, moments, objective, plane
from helpers.lessons.mean_matching import targets as T
from helpers.lessons.mean_matching.gradient_exercise import gradient
from helpers.lessons.mean_matching.targets import LINE, PLANE, facts, two_bumps
from helpers.widgets import Stage

DEFINITIONS = (
    "Previous: [01 The KL divergence between Gaussians](01_gaussian_kl.ipynb) · Next: [03 The"
    " mean-field posterior](03_mean_field_posterior.ipynb) · [The collection](../README.md)",
    "Previous: [01 The KL divergence between Gaussians](01_gaussian_kl.ipynb) · Next: [03 The"
    " mean-field posterior](03_mean_field_posterior.ipynb)",
    "Worksheet 12, problem 2; its published solution, eq. 1.9–1.12; exercise sheet “Variational"
    " Inference”, 1c.",
    "We must describe it by a bell of width 1 and may only choose where the bell stands.",
    "Nothing forced the variance to be 1.",
    "Left, p and two bells of width 1: the best for KL(p‖q), and the one that the way down on"
    " KL(q‖p) ends at.",
    "Moment matching:",
    "(exercise sheet, 1c).",
)
QUESTIONS = ("And the other half, $\\mathbb{E}_p[\\log p]$?",)
INSTRUCTIONS = (
    "Then compare the bars with μ at (1.5, 1) and at the mean.",
    "Set η to 1, then to 2, then to 2.2.",
    "With the bumps 5 apart, walk the start from −4 to 4 and let the class call out when q jumps.",
    "Pull the bumps 5 apart, then drag the start.",
    "Then swap the weights, 0.35 to 0.65.",
    "Pull the bumps 5 apart, then drag the start from −4 to 4 and watch for the jump.",
    "The other two are yours: bring both powers to 1.",
    "In the ledger below, move q₂'s sharpness and watch the line of q₁.",
    "Start at dependence 0 and pull the bumps apart.",
    "Take the tilted Gaussian at dependence 1 (ρ = 0.95).",
    "Choose the Cauchy density and step the seed, then compare with t, ν = 30.",
    "Match an exponential density, $T(x)=x$, to the skewed p, moved by 2.5 so that it starts at 0.",
)

MUS = np.linspace(-4, 4, 81)


def on_grid(p, mu):
    """KL(p‖N(mu, I)) of a density in the plane, by a sum over targets.GRID."""
    seen = p > 0
    x = np.stack(np.meshgrid(T.GRID, T.GRID), axis=-1)[seen]
    log_ratio = np.log(p[seen]) - objective.log_round(x, np.asarray(mu), 1.0)
    return T.CELL * np.sum(p[seen] * log_ratio)


@claim(
    "(solution, eq. 1.9): the other half, $\\mathbb{E}_p[\\log p]$, holds no μ.",
    "Four pieces, and only the last holds μ:",
    "As long as all four are finite, this is a bowl in μ with its bottom at the mean.",
    "KL(p‖N(μ, I)) = what μ cannot change + ½‖μ − E_p[x]‖²: match the mean.",
    "KL averages over p, and the average knows only how far its mean is.",
    "$\\frac12\\|\\mu-\\mathbb{E}_p[\\mathbf x]\\|^2$ knows only the distance to the mean.",
    "The dotted lines are circles whatever p is.",
    "Show the lines of equal KL, then switch p: the dotted circles move, and stay circles.",
    "The spread of p enters by a constant.",
)
@pytest.mark.parametrize("shape", PLANE)
def test_round_bowl_in_the_plane(shape):
    """A theorem: E_p‖x − μ‖² = tr Cov + ‖μ − E_p[x]‖². Here by sums that do not know it."""
    p, known = T.plane(shape, 1.0), T.plane_facts(shape)
    bottom = on_grid(p, known.mean)
    rng = np.random.default_rng(0)
    for radius in (0.5, 1.5, 3.0):
        for angle in rng.uniform(0, 2 * np.pi, 8):
            mu = known.mean + radius * np.array([np.cos(angle), np.sin(angle)])
            assert on_grid(p, mu) - bottom == pytest.approx(0.5 * radius**2, abs=1e-5)


@claim("Only another covariance of q than a multiple of I would stretch them.")
def test_level_lines_are_ellipses_of_the_covariance_of_q():
    """KL(p‖N(μ, S)) − its least = ½ (μ − E[x])ᵀ S⁻¹ (μ − E[x]), round iff S ∝ I."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        root = rng.normal(size=(2, 2, 2))
        cov_p, cov_q = root @ root.transpose(0, 2, 1) + 0.1 * np.eye(2)
        for q, is_round in ((cov_q, False), (cov_q[0, 0] * np.eye(2), True)):
            prices = [
                kl_full(np.zeros(2), cov_p, np.array([np.cos(a), np.sin(a)]), q)
                for a in np.linspace(0, 3, 7)
            ]
            assert bool(np.ptp(prices) < 1e-9) is is_round


@claim("Lines of equal density are bent like p.")
def test_a_density_line_of_the_curved_p_is_not_convex():
    p = T.plane("curved", 1.0)
    high = p > 0.2 * p.max()
    first, last = high[:, 60 - 27].nonzero()[0].max(), high[:, 48].nonzero()[0].max()
    assert first > last, "the arms reach higher than the middle: bent"


@claim(
    "The vote is decided: bell B, at the mean 0.8.",
    "Averaged over p, B is the cheapest: it stands at the mean of p, 0.8.",
    "In the next picture, choose two bumps and move μ to −2, 0.8 and 2: 5.0824, 1.1624 and 1.8824"
    " nats.",
    "It is the dearest of the three.",
)
def test_three_bells():
    prices = {mu: kl_quadrature(LINE["two bumps"], norm(mu, 1)) for mu in (-2.0, 0.8, 2.0)}
    assert [f"{price:.4f}" for price in prices.values()] == ["5.0824", "1.1624", "1.8824"]
    assert min(prices, key=prices.get) == 0.8 == pytest.approx(LINE["two bumps"].mean())
    assert max(prices, key=prices.get) == -2
    stage = Stage(bells.any_target)
    for mu, price in prices.items():
        stage.draw(shape="two bumps", mu=mu)
        assert f"KL(p‖q) = {price:.4f} nats" in stage.summary


@claim(
    "A draw at −2 costs 8.9 nats under bell C and 4.8 under B; a draw at 2 costs 0.9 and 1.6.",
    "A serves the left bump, but 70 % of the draws come from the right one, where A has almost"
    " nothing.",
    "C serves most draws best of all.",
    "The 30 % on the left are so improbable under C that they cost more than is saved.",
)
def test_what_single_draws_cost():
    costs = -log_normal(np.array([[-2.0], [2.0]]), np.array([2.0, 0.8]), 1.0)
    assert np.round(costs, 1).tolist() == [[8.9, 4.8], [0.9, 1.6]]
    assert norm.pdf(2, -2, 1) < 2e-4
    x = np.random.default_rng(0).normal(2, 0.8, 20_000)  # the right bump, 70 % of all
    prices = np.abs(x[:, None] - [-2.0, 0.8, 2.0])
    assert (prices.argmin(axis=1) == 2).mean() * 0.7 > 0.5
    p = LINE["two bumps"]
    x = np.linspace(-12, 12, 4801)
    more = p.pdf(x) * (log_normal(x, 0.8, 1.0) - log_normal(x, 2.0, 1.0)) * (x[1] - x[0])
    assert more[x < 0].sum() > -more[x > 0].sum() > 0


@claim(
    "One parabola for every p.",
    "It moves up and down with the shape of p and sideways with its mean; it is never bent"
    " differently.",
    "Shape enters by −H(p) and ½ Var, and neither holds μ.",
    "What holds μ is $\\frac12(\\mu-\\mathbb{E}_p[x])^2$: the same parabola for every p.",
    "Switch p: the black curve moves up, down and sideways, and keeps its form.",
    "The width of p enters by ½ Var alone, a constant: it lifts the curve and does not bend it.",
    "The second derivative is 1 for every p, so the curve has one minimum, however many bumps p"
    " has.",
)
def test_one_parabola():
    """The same theorem on the line; here by an integral that does not know it."""
    curves = {}
    for name, p in LINE.items():
        prices = np.array([kl_quadrature(p, norm(mu, 1)) for mu in (-3.0, -1.0, 1.0, 3.0)])
        assert np.diff(prices, 2) == pytest.approx(4.0)
        assert prices == pytest.approx(facts(name).kl(np.array([-3.0, -1.0, 1.0, 3.0])))
        curves[name] = facts(name)
    assert len({round(p.mean, 6) for p in curves.values()}) == 4, "sideways"
    assert len({round(p.floor, 6) for p in curves.values()}) == 4, "up and down"


@claim(
    "The skewed p is the instructive one: the best bell does not stand over the peak but to its"
    " right, where the long tail pulls the mean."
)
def test_skewed():
    p = LINE["skewed"]
    peak = MUS[np.argmax(p.pdf(MUS))]
    best = min(MUS, key=facts("skewed").kl)
    assert best == pytest.approx(p.mean(), abs=0.05)
    assert best > peak + 0.5


@claim(
    "With the uniform p, ask for the best μ, then for the remaining 0.1993 nats: what are they"
    " paid for?",
    "A free variance would save 0.0228 of them; the other 0.1765 pay for the shape.",
)
def test_uniform():
    p = LINE["uniform"]
    fixed = kl_quadrature(p, norm(p.mean(), 1))
    free = kl_quadrature(p, norm(p.mean(), p.std()))
    assert [f"{v:.4f}" for v in (fixed, fixed - free, free)] == ["0.1993", "0.0228", "0.1765"]


def reached(said):
    return float(re.search(r"η = \S+: μ = (\S+);", said)[1].replace("−", "-").replace("\u202f", ""))


@claim(
    "The dots lie on the line, always.",
    "A small η crawls.",
    "With η = 1 you are there in one step.",
    "Between 1 and 2 you go from side to side, closer each time; at 2, neither closer nor away;"
    " beyond 2, away.",
    "Switch p: the goal moves.",
    "The factor stays, because the second derivative is 1 for every p.",
    "Each step multiplies the distance to E[x] by 1 − η.",
    "At η = 1 that is 0.",
    "η = 0.5 halves the distance with every step, and so never quite arrives.",
    "η = 2 multiplies the distance by −1: μ jumps to the other side, as far away as before.",
    "p says where the goal is.",
    "The factor 1 − η holds nothing of p.",
)
def test_gradient_steps_at_every_setting():
    stage = Stage(bells.gradient_steps)
    dots, line = (
        next(mark for mark in stage.moving if mark.get_label().startswith(label))
        for label in ("measured", "first distance")
    )
    for shape in LINE:
        goal = LINE[shape].mean()
        for rate in np.round(np.arange(0.1, 2.25, 0.1), 1):
            for start in (-4.0, -0.5, 4.0):
                said = stage._update(shape=shape, start=start, rate=rate, step=20)
                gaps, expected = dots.get_ydata(), line.get_ydata()
                assert gaps == pytest.approx(expected, rel=1e-6, abs=1e-9)
                end = reached(said)
                factor = 1 - rate
                assert end - goal == pytest.approx((start - goal) * factor**20, abs=1e-4)
                if rate == 0.1:
                    assert gaps[20] > 0.12 * gaps[0]
                if rate == 1:
                    assert gaps[1] < 1e-9 < gaps[0]
                if rate == 0.5:
                    assert gaps[1:] == pytest.approx(gaps[:-1] / 2, rel=1e-6)
                if rate == 2:
                    assert gaps == pytest.approx(gaps[0], rel=1e-9)
                if 1 < rate < 2:
                    assert (gaps[1:] < np.maximum(gaps[:-1], 2e-12)).all()
                if rate > 2:
                    assert (np.diff(gaps) > 0).all()
                if rate > 1:  # from side to side
                    said = stage._update(shape=shape, start=start, rate=rate, step=1)
                    one = reached(said)
                    assert (one - goal) * (start - goal) < 0


@claim("Move μ, and only the third bar and the sum follow.")
@pytest.mark.parametrize("shape", PLANE)
def test_bars(shape):
    stage = Stage(plane.in_the_plane)

    def numbers(**mu):
        said = stage._update(shape=shape, lines="shown", **mu)
        told = said.split("): ")[1].replace("−", "-").replace("=", "").replace("+", "")
        return np.array([float(word) for word in told.split()[:4]])

    first = numbers(mu_1=0.0, mu_2=0.0)
    for mu_1, mu_2 in ((-3.0, 3.0), (1.5, 1.0), (3.0, -3.0)):
        change = numbers(mu_1=mu_1, mu_2=mu_2) - first
        assert change[:2].tolist() == [0, 0]
        assert change[2] == pytest.approx(change[3], abs=2e-3)
        assert change[2] > 0.2


@claim(
    "For the curved p the mean lies in the hollow, at a point where p is below 2 % of its peak.",
    "“Best on average” is not “typical”.",
)
def test_mean_in_the_hollow():
    p, mean = T.plane("curved", 1.0), T.plane_facts("curved").mean
    row, column = np.abs(T.GRID - mean[1]).argmin(), np.abs(T.GRID - mean[0]).argmin()
    assert p[row, column] < 0.02 * p.max()
    assert p[row, : column - 8].max() > 5 * p[row, column] < p[row, column + 8 :].max() / 5


# Section 4: draws


@claim(
    "Draws have no density, and n points have probability 0 under every bell: taken literally,"
    " their divergence from q is infinite, for all μ alike.",
    "What is minimised is the half that holds μ, the cross-entropy.",
)
def test_divergence_of_draws_grows_without_end():
    """Draws as ever narrower bumps: KL grows like −log of their width, cross-entropy stays."""
    x = likelihood.draws_of_p(8)[:12]
    for mu in (-1.0, 2.0):
        found = []
        for width in (1e-3, 1e-6, 1e-9):
            # E log p of far narrower bumps than their distances: each is alone.
            entropy = np.log(12) + 0.5 * np.log(2 * np.pi * np.e * width**2)
            cross = np.mean(0.5 * np.log(2 * np.pi) + 0.5 * ((x - mu) ** 2 + width**2))
            found.append(cross - entropy)
            assert cross == pytest.approx(likelihood.cost(mu, x), abs=1e-5)
        assert np.diff(found) == pytest.approx(3 * np.log(10), abs=1e-5)


@claim(
    "The green curve is the blue parabola, shifted.",
    "Its lowest point is at the mean of the draws, for every n and every seed.",
    "A single draw gets the bell all to itself.",
    "With 200 draws the green and the blue minimum are less than 0.36 apart for each of the 31"
    " seeds.",
    "The log likelihood is minus the old objective, with the average over the draws in place of"
    " that over p.",
    "So their mean takes the place of E[x].",
    "Drag μ to the right: the green curve turns at the green triangle, the mean of the draws.",
    "Nothing but the draws enters the likelihood, and their mean is not E[x]: in the picture as"
    " first shown it is 0.83 away.",
    "The likelihood is a product over all draws.",
    "Over the taller bump, those from the other one make it smaller than it is at the mean.",
)
def test_maximum_likelihood_at_every_n_and_seed():
    mean_p = LINE["two bumps"].mean()
    for seed in range(31):
        for n in (1, 2, 3, 12, 50, 200):
            draws = likelihood.draws_of_p(seed)[:n]
            prices = np.array([-np.mean(norm.logpdf(draws, mu, 1)) for mu in MUS])
            assert likelihood.cost(MUS, draws) == pytest.approx(prices)
            blue = 0.5 * (MUS - mean_p) ** 2
            assert np.diff(prices, 2) == pytest.approx(np.diff(blue, 2))
            lowest = -np.mean(norm.logpdf(draws, draws.mean(), 1))
            assert lowest <= prices.min()
            assert np.prod(norm.pdf(draws, 2, 1)) < np.prod(norm.pdf(draws, draws.mean(), 1))
        assert abs(likelihood.draws_of_p(seed).mean() - mean_p) < 0.36
    n, seed = (control.start for control in likelihood.maximum_likelihood.controls[::2])
    assert f"{abs(likelihood.draws_of_p(seed)[:n].mean() - mean_p):.2f}" == "0.83"


def test_the_green_curve_ends_at_your_mu():
    """So that the stored picture does not answer the question above it."""
    stage = Stage(likelihood.maximum_likelihood)
    curve, lowest = (
        next(mark for mark in stage.moving if mark.get_label().startswith(label))
        for label in ("over the draws", "mean of the draws")
    )
    mean = likelihood.draws_of_p(8)[:12].mean()
    for mu in (-4.0, -1.0, 0.0, 4.0):
        stage.draw(n=12, mu=mu, seed=8)
        assert curve.get_xdata()[-1] == mu == curve.get_xdata().max()
        assert list(lowest.get_xdata()) == ([mean] if mean <= mu else [])
    assert likelihood.maximum_likelihood.controls[1].start < mean


@claim("The slope of the green curve you have written already: gradient.")
def test_the_exercise_is_the_slope_of_the_cost():
    draws = likelihood.draws_of_p(3)[:20]
    for mu in (-2.0, 0.3, 3.0):
        step = 1e-4
        measured = likelihood.cost(mu + step, draws) - likelihood.cost(mu - step, draws)
        assert gradient(np.array([mu]), draws[:, None])[0] == pytest.approx(measured / 2 / step)


# Section 5: the variance is free


@claim(
    "Too narrow by a factor is dearer than too wide by the same factor: at half the best σ the"
    " price is 0.81 nats above the least, at twice the best σ 0.32.",
    "Drag σ to the right: the curve is lowest where the dotted line stands.",
    "It is the sd of p itself: the variance within the bumps, 0.64, plus that between them, 0.35 ·"
    " 0.65 · 5² = 5.6875.",
    "The root of the sum is 2.52.",
    "A bell of sd 0.8 at the mean of p has both bumps more than 2 sd away, and costs 3.3 nats more"
    " than the best one.",
    "Variances add, standard deviations do not.",
)
def test_width():
    p = two_bumps(5.0, 0.35)
    mean, sd = p.mean(), np.sqrt(p.var())

    def more(width):
        return kl_quadrature(p, norm(mean, width)) - kl_quadrature(p, norm(mean, sd))

    assert [f"{more(width):.2f}" for width in (sd / 2, 2 * sd)] == ["0.81", "0.32"]
    assert min(more(width) for width in np.linspace(0.5, 5, 46)) >= 0
    # A theorem: more(sd/f) − more(f sd) = sinh(2 log f) − 2 log f > 0 for every f > 1.
    for factor in (1.01, 1.3, 2.0, 5.0):
        assert more(sd / factor) > more(sd * factor)
    assert round(0.35 * 0.65 * 5**2, 10) == 5.6875
    assert p.var() == pytest.approx(0.64 + 5.6875)
    assert f"{sd:.2f}" == "2.52"
    assert f"{more(0.8):.1f}" == "3.3"
    assert min(abs(mean + 2.5), abs(mean - 2.5)) > 2 * 0.8
    stage = Stage(moments.spread)
    for width in (0.5, 2.5, 5.0):
        stage.draw(sd=width)
        (line,) = (mark for mark in stage.moving if mark.get_label() == "the sd of p")
        assert set(line.get_xdata()) == ({sd} if width >= sd else set())
        assert f"= {kl_quadrature(p, norm(mean, width)):.4f} nats" in stage.summary


@claim("(At equal weights and no width it would be exactly half the distance.)")
def test_half_the_distance():
    assert np.std([-2.5, 2.5]) == 2.5


@claim(
    "And a law of Pythagoras: any other Gaussian q costs $\\mathrm{KL}(p\\|q^)$, which is the"
    " price of being Gaussian at all, plus $\\mathrm{KL}(q^\\|q)$, which is the price of being the"
    " wrong Gaussian."
)
def test_pythagoras():
    """A theorem: log q* − log q is quadratic, and p and q* share two moments."""
    rng = np.random.default_rng(2)
    for name, p in LINE.items():
        best = moment_projection(p)
        for mean, sd in zip(rng.uniform(-3, 3, 6), rng.uniform(0.6, 4, 6), strict=True):
            whole = kl_quadrature(p, norm(mean, sd))
            gaussian = kl_quadrature(p, norm(best.mean, np.sqrt(best.var)))
            rest = kl_univariate(*best, mean, sd**2)
            assert whole == pytest.approx(gaussian + rest, rel=1e-8), name
