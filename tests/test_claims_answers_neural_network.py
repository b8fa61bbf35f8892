"""Notebook 07, sections 5 to 8: chains, mean field, and the four answers, computed."""

import itertools
import math

import numpy as np
import pytest
from claims import claim
from conftest import script

from helpers.diagnostics import LARGEST_R_HAT, r_hat
from helpers.lessons.neural_network import answers, chains, variational
from helpers.lessons.neural_network.climbing import climb, hessian
from helpers.lessons.neural_network.exercises import elbo_gradient_exercise
from helpers.lessons.neural_network.points import EDGE, GAP, HIDDEN, SCALES, held_out, model
from helpers.lessons.neural_network.prior import WIDE
from helpers.lessons.neural_network.stored import GRID, METHODS, N_LONG, N_SHORT, stored
from helpers.lessons.neural_network.variational import awake
from helpers.widgets import Stage

MADE = script("make_neural_network.py")
CHAINS, N_CLIMBS, PATH_LENGTHS = MADE.CHAINS, MADE.N_CLIMBS, MADE.PATH_LENGTHS
SETTINGS = [*itertools.product(HIDDEN, SCALES)]
MODE, LAPLACE, LINEAR, VI, HMC, LONG = range(6)
AT_POINTS, IN_GAP = 0, 1  # columns of `score`
NEAR = (np.abs(GRID) >= GAP) & (np.abs(GRID) <= EDGE)


def score(kind, setting):
    """(method, at points or in gap) of the stored table: density, coverage or band's error."""
    k = 2 * ("density", "coverage", "off").index(kind)
    return stored("table", *setting)[:, k : k + 2]


def width(setting):
    """(method, x) of the bands of f."""
    bands = stored("bands", *setting)
    return bands[:, 1] - bands[:, 0]


def test_the_table_has_these_methods():
    assert METHODS == ("mode", "Laplace", "Laplace, linear", "VI", "HMC", "long HMC")
    assert (N_SHORT, N_LONG, N_CLIMBS) == ((4, 200), (8, 1000), 12)
    assert held_out()[0].size == 400


# Section 5


@claim("R̂ says it in a number: about 1 where they agree, larger where they do not.")
def test_r_hat_is_about_1():
    rng = np.random.default_rng(0)
    agree = rng.standard_normal((4, 400, 200))
    assert np.abs(r_hat(agree) - 1).max() < 0.02
    assert r_hat(agree + np.arange(4)[:, None, None]).min() > 1.3


@claim(
    "With all 400 draws, R̂ of w₁ and of v₁ is above 2.5, of b and of both f(x) it is not above"
    " 1.01.",
    "Four chains in four copies; one function.",
    "R̂ of weights is useless here.",
    "Each chain sits in a copy of its own, and w₁ is another unit's in each. f does not know the"
    " units' names.",
    "No draw shown has left its copy.",
    "And were they to wander, w₁ would mean nothing still.",
    "They agree about every f(x).",
    "Only the question was wrong.",
)
def test_chains_in_their_copies():
    """w₁ and w₂ have one posterior, by exchange, and so has −w₁: no chain could tell them apart."""
    z = stored("chains")
    assert z.shape == (4, 400, 7)
    for quantity in ("w₁", "v₁"):
        assert chains.judged(quantity, 400)[0] > 2.5
    for quantity in ("b", *chains.PLACES):
        assert chains.judged(quantity, 400)[0] <= LARGEST_R_HAT
    # The copy is known by which unit is the steep one, and by both signs.
    steep = np.abs(z[..., 0]) > np.abs(z[..., 1])
    names = 4 * steep + 2 * (z[..., 4] > 0) + (z[..., 5] > 0)
    assert (names == names[:, :1]).all()
    assert len(set(names[:, 0])) == 4
    f = model(*CHAINS).predict(z, np.linspace(-EDGE, EDGE, 12))
    assert r_hat(f).max() <= LARGEST_R_HAT + 0.003
    assert PATH_LENGTHS == (30, 80)


@claim(
    "With one hidden unit and s ≥ 1.5 three different functions are modes, less than 3 nats apart,"
    " and the chains disagree about f itself."
)
def test_three_explanations():
    rng = np.random.default_rng(0)
    for scale in (1.5, 2.0):
        network, found = model(1, scale), []
        ends = [climb(network, rng.standard_normal(4))[-1] for _ in range(40)]
        for z in sorted(ends, key=lambda z: -network.log_joint(z)):
            f = network.predict(z, GRID)
            assert np.linalg.eigvalsh(-hessian(network, z))[0] > 0
            if not any(np.abs(f - other).max() < 0.1 for other, _ in found):
                found.append((f, network.log_joint(z)))
        assert len(found) == 3
        assert found[0][1] - found[-1][1] < 3
        assert stored("trust", 1, scale)[0] > 1.1


@claim("For these weights it takes 30 to 80 gradients a draw.")
def test_path_lengths():
    """The script clips them to these, and a leapfrog step takes one gradient."""
    assert PATH_LENGTHS == (30, 80)


# Section 6


@claim(
    "For 13 weights that would be 60¹³.",
    "In notebook 05 quadrature did the averages, with 60 nodes.",
)
def test_quadrature_is_for_few_dimensions():
    assert model(4, 1.0).size == 13
    assert len(np.polynomial.hermite_e.hermegauss(60)[0]) ** 13 == 60**13


def scatter(m, s):
    """Variances over ε of one draw's gradient in log s, by lines 4 and 5 of the ledger."""
    w = m + s * variational.NODES
    slope = variational.complex_step(variational._log_joint, w)
    by_chain = slope * variational.NODES * s
    by_score = variational._log_joint(w) * (variational.NODES**2 - 1)
    means = [variational.MASSES @ one for one in (by_chain, by_score)]
    assert means[0] == pytest.approx(means[1], abs=1e-8 * (1 + abs(means[0])))
    return [
        variational.MASSES @ (one - mean) ** 2
        for one, mean in zip((by_chain, by_score), means, strict=True)
    ]


@claim(
    "Line 2 is the trick: λ moves from q into the log joint, where the chain rule can reach it.",
    "The entropy adds its 1 exactly, without a draw.",
    "Line 5 is right as well, on average.",
    "But as it stands one of its draws scatters more than one of line 4's, for every m and τ of the"
    " sliders.",
    "Ask how it moves with m, and how with log sd: by 1, and by sd · ε.",
    "The entropy is log sd and a constant.",
    "It adds 1 to the second part and nothing to the first.",
)
def test_reparameterised_gradient():
    for m, s in itertools.product(np.arange(-20, 21) / 10, np.arange(1, 11) / 10):
        by_chain, by_score = scatter(m, s)
        assert by_score > by_chain, (m, s)
    rng = np.random.default_rng(0)
    lines = variational.reparameterised.lines
    m, sd, eps = 0.7, 0.3, rng.standard_normal(200_000)
    gradient = variational.complex_step(variational._log_joint, m + sd * eps)
    given = elbo_gradient_exercise.solution(np.array([sd]), eps[:, None], gradient[:, None])
    for part, line, one in zip(given, (5, 2), (gradient, gradient * eps * sd), strict=True):
        exact = lines[line].value(m=m, tau=sd)
        assert abs(part[0] - exact) < 4.5 * one.std() / np.sqrt(eps.size)
    # The move of a draw, and the entropy's 1, by differences.
    assert (np.exp(np.log(sd) + 1e-6) - sd) / 1e-6 == pytest.approx(sd, rel=1e-5)
    assert variational._entropy(np.log(sd) + 1) - variational._entropy(np.log(sd)) == (
        pytest.approx(1)
    )


@claim(
    "From 4 units on three stay on, at each s.",
    "The others are switched off: v held at 0, w and c near the prior.",
    "Three stay on.",
    "Half would be 8.",
    "Of 8 units, too, three stay on.",
    "A unit that the points do not need is switched off: its v is held at 0, and its w and c go"
    " back to the prior.",
    "In the next picture choose 4, 8 and 16 units: below the third row v is held at 0, by a short"
    " bar.",
)
def test_units_switched_off():
    for hidden, scale in SETTINGS:
        mean, sd = (row[:-1].reshape(3, -1) for row in stored("vi", hidden, scale))
        off = ~awake(hidden, scale)
        if hidden >= 4:
            assert (~off).sum() == 3
            assert (sd[2, off] < 0.3 * scale).all()
            assert (np.abs(mean[2, off]) < 0.15 * scale).all()
            assert (sd[:2, off] > 0.7 * scale).all()
            assert (np.abs(mean[:2, off]) < 0.5 * scale).all()
    # Where 14 take 204 points, a tick of 1.6 points is 0.11 wide: the bars stand out, a little.
    for hidden in (4, 8, 16):
        found = stored("vi", hidden, 1.0)
        mean, sd = (row[:-1].reshape(3, -1)[2, ~awake(hidden, 1.0)] for row in found)
        assert 0.25 < 4 * sd.min() <= 4 * sd.max() < 0.4
        assert np.abs(mean).max() < 0.02


@claim("In q the units are independent, so in f their variances add up.")
def test_variances_add_up():
    mean, sd = stored("vi", 16, 1.0)
    z = mean + sd * np.random.default_rng(5).standard_normal((40_000, 49))
    w, c, v = z[:, :-1].reshape(-1, 3, 16).transpose(1, 0, 2)
    units = v * np.tanh(w * 0.9 + c)
    total = units.var(axis=0).sum() + sd[-1] ** 2
    f = model(16, 1.0).predict(z, [0.9])[:, 0]
    assert f.var() == pytest.approx(total, rel=0.05)


@claim(
    "And from 4 to 8 to 16 units the ELBO falls, at each s: every unit that is off must be held"
    " off, and that costs.",
    "So the ELBO prefers small networks: its best is at 2 units and s = 2.",
    "With each v at 0 f is a constant: more than 50 nats below the mode.",
)
def test_the_elbo_over_settings():
    elbo = {setting: stored("elbo", *setting)[0] for setting in SETTINGS}
    for s in SCALES:
        assert elbo[4, s] - 5 > elbo[8, s] > elbo[16, s] + 5
    best = max(elbo, key=elbo.get)
    assert best == (2, 2.0)
    assert elbo[best] > sorted(elbo.values())[-2] + 1
    # KL of a held v from its prior, a term of the ELBO's loss: at least 1 nat for each unit off.
    mean, sd = (row[:-1].reshape(3, -1)[2, ~awake(16, 1.0)] for row in stored("vi", 16, 1.0))
    assert (0.5 * (sd**2 + mean**2 - 1) - np.log(sd) > 1).all()
    flat = model(16, 1.0)
    best_flat = flat.log_joint(np.append(np.zeros(48), flat.y.mean()))
    assert best_flat < flat.log_joint(stored("mode", 16, 1.0)) - 50


@claim(
    "A mixture of all of them would raise the ELBO by up to $\\log(2^H H!)$: 2.1 nats for 2 units,"
    " 41.8 for 16."
)
def test_what_copies_are_worth():
    """KL(mixture ‖ p) ≥ KL(one copy ‖ p) − log(number): the entropy of a mixture is at most the
    log of the number above its parts', and their other terms are equal by symmetry."""
    assert f"{np.log(2**2 * 2):.1f}" == "2.1"
    assert f"{16 * np.log(2) + math.lgamma(17):.1f}" == "41.8"


# Sections 7 and 8


@claim(
    "The mode has no band at all.",
    "From 2 units on Laplace's draws are too wide at the points, and the wider the more units there"
    " are; with a linear f the same Gaussian is off by 0.05 there at most.",
    "With 16 units and s = 2 the ends of its band are off by 14 at the points.",
    "Laplace with a linear f makes the same mistake twice, and they nearly cancel at the points.",
    "In the gap they do so less: off by up to 1.1.",
    "The Gaussian follows straight lines where the posterior bends.",
    "Along its long axes the draws leave the ridge, and f misses the points.",
    "The third panel keeps Laplace's Gaussian, but lets f follow straight lines as well: then the"
    " two mistakes nearly cancel.",
    "Near the mode, yes.",
    "But its draws do not stay near: 25 weights, some known to ±1 only.",
)
def test_laplace_by_its_bands():
    for setting in SETTINGS:
        assert not width(setting)[MODE].any()
        if setting[0] >= 2:
            widths = width(setting)[:, NEAR].mean(axis=1)
            assert widths[LAPLACE] > widths[LONG]
            assert score("off", setting)[LINEAR, AT_POINTS] < 0.055
            assert score("off", setting)[LAPLACE] @ [1, 0] > score("off", setting)[LINEAR, 0]
    for s in SCALES:
        found = [score("off", (h, s))[LAPLACE, AT_POINTS] for h in HIDDEN[1:]]
        assert (np.diff(found) > 0.2).all()
    assert f"{score('off', (16, 2.0))[LAPLACE, AT_POINTS]:.0f}" == "14"
    in_gap = [score("off", setting)[LINEAR, IN_GAP] for setting in SETTINGS]
    assert f"{max(in_gap):.1f}" == "1.1"
    drawn, straight = score("off", (8, 1.0))[[LAPLACE, LINEAR], AT_POINTS]
    assert drawn > 100 * straight
    ratio = width((8, 1.0))[LAPLACE, NEAR].mean() / width((8, 1.0))[LONG, NEAR].mean()
    assert ratio > 5
    network = model(8, 1.0)
    sds = np.sqrt(np.diag(np.linalg.inv(-hessian(network, stored("mode", 8, 1.0)))))
    assert network.size == 25
    assert 0.85 < sds.max() < 1.15


@claim(
    "VI, from 2 units on and with s ≥ 1, is too narrow in the middle of the gap.",
    "One mistake, two faces: in the middle of the gap, from 2 units and s = 1 on, its band is too"
    " narrow.",
    "At the points, from 4 units on, it is too wide: there the exact weights make up for each"
    " other, q's cannot.",
)
def test_two_faces_of_mean_field():
    for hidden, scale in SETTINGS:
        widths = width((hidden, scale))
        if hidden >= 2 and scale >= 1:
            middle = GRID.size // 2
            assert widths[VI, middle] < widths[LONG, middle]
        if hidden >= 4:
            assert widths[VI, NEAR].mean() > 1.1 * widths[LONG, NEAR].mean()


@claim(
    "With one unit and s ≥ 1 it says “doubt it”, and once more, by a hair, with 16 units and s ="
    " 2.",
    "From 2 to 8 units it has no complaint.",
    "R̂ of the weights is above 2.5 with 2 units and below 1.3 with 4 or more: there the chains do"
    " wander from copy to copy.",
    "With one unit and s = 2 they sat in different explanations, and R̂ said so: 1.34 for f.",
)
def test_the_judge_is_judged():
    stage = Stage(answers.table)
    for hidden, scale in SETTINGS:
        stage.draw(hidden=str(hidden), scale=scale)
        doubted = (hidden == 1 and scale >= 1) or (hidden, scale) == (16, 2.0)
        assert ("doubt it" in stage.summary) is doubted
        assert ("no complaint" in stage.summary) is not doubted
        in_weights = stored("trust", hidden, scale)[2]
        assert in_weights > 2.5 if hidden == 2 else hidden == 1 or in_weights < 1.3
    assert stored("trust", 16, 2.0)[0] < 1.015
    assert f"{stored('trust', 1, 2.0)[0]:.2f}" == "1.34"


@claim(
    "From 2 units on, 800 draws of HMC are off by 0.03 at the points at most, and by 0.2 in the"
    " gap.",
    "In CPU time, climbs included, they cost 0.5 to 0.9 times what VI did.",
)
def test_short_chains():
    assert N_SHORT[0] * N_SHORT[1] == 800
    off = np.array([score("off", one)[HMC] for one in SETTINGS if one[0] >= 2])
    assert off[:, AT_POINTS].max() < 0.035
    assert off[:, IN_GAP].max() < 0.205
    seconds = [stored("seconds", *one) for one in SETTINGS if one[0] >= 2]
    ratios = [(one[MODE] + one[HMC]) / (one[MODE] + one[VI]) for one in seconds]
    assert (f"{min(ratios):.1f}", f"{max(ratios):.1f}") == ("0.5", "0.9")


@claim(
    "All of them fail with one unit: no answer covers two thirds of the new points, at the points"
    " or in the gap."
)
def test_one_unit_is_a_wrong_model():
    found = np.array([score("coverage", (1, s)) for s in SCALES])
    assert 0.6 < found.max() < 2 / 3
    two = np.array([score("coverage", (2, s)) for s in SCALES])
    assert two[:, :, 0].min() > found.max()


@claim(
    "In the gap, with 2 units and s = 2, its 95 % interval covers 66 % of the new points.",
    "From 4 units on the mode has the best log density in the gap, but for 16 units and s = 1.5.",
    "No: there is one truth in the gap, and sin 2x happens to be as smooth as the mode's guess.",
    "With 2 units and s = 2 the same method is caught.",
    "All 200 points of the gap test one function: one toss of a coin, not 200.",
)
def test_one_column_deceives():
    for setting in SETTINGS:
        density = score("density", setting)[:, IN_GAP]
        if setting[0] >= 4:
            assert (density.argmax() == MODE) == (setting != (16, 1.5))
    assert f"{100 * score('coverage', (2, 2.0))[MODE, IN_GAP]:.0f}" == "66"
    assert score("density", (2, 2.0))[MODE, IN_GAP] < score("density", (2, 2.0))[LONG, IN_GAP]
    inside = np.abs(WIDE) < GAP
    for s in SCALES:
        f = model(4, s).predict(stored("mode", 4, s), WIDE)
        bend, true = (np.abs(np.diff(g[inside], 2)).max() for g in (f, np.sin(2 * WIDE)))
        assert 0.5 < bend / true < 2
