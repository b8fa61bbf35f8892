"""Notebook 07, sections 1 to 4: the model, its gradient, its copies, its curvature, computed."""

import itertools
import math

import numpy as np
import pytest
from claims import claim
from scipy.optimize import minimize

from helpers.lessons.neural_network import curvature, gradient, prior, symmetry
from helpers.lessons.neural_network.climbing import climb, gauss_newton, hessian, jacobian
from helpers.lessons.neural_network.exercises import layer_gradient_exercise
from helpers.lessons.neural_network.points import GAP, HIDDEN, NOISE_SD, SCALES, X, Y, model, truth
from helpers.lessons.neural_network.stored import stored
from helpers.models import Network

DEFINITIONS = (
    "The network has two units; of the second, $w_2 = -0.7$, $c_2 = 0.2$ and $v_2 = -1.5$ stand"
    " still, and so does b = 0.1.",
    "Here they are for one unit, b = 0, and one weight.",
    "The last column is the warning: where few draws from the prior fit the points, few count.",
    "[The collection](../README.md) · previous: [06 Linear regression](06_linear_regression.ipynb)",
    "z stands for all the 3H + 1 weights.",
    "Two hidden units, s = 1, four random starts; printed are the height reached and the weights"
    " w.",
    "Four units, s = 1, a stored climb by BFGS.",
    "Right, the 13 eigenvalues of −H, from the smallest on, and as dashes Gauss–Newton's own 13;"
    " the dotted line is the prior's 1/s².",
    "Four units, s = 1.",
    "Four stored chains for two units, s = 1; every fourth draw is shown. b is the weight that no"
    " symmetry touches.",
    "A row for each unit: q's mean, a tick, and ± 2 sd, a bar.",
    "Dotted, ± 2 sd of the prior.",
    "The judge is a long HMC run, 8 chains of 1,000 draws for each setting.",
    "Filled, its 95 % band of f.",
    "“At points” and “in gap” are two sets of 200 new points each.",
    "Coverage: how many lie in the 95 % interval, noise included.",
    "The seconds include the 12 climbs that all start from, VI's not the smaller network's.",
    "The caption judges the judge.",
    "A draw is w = m + sd · ε.",
)
QUESTIONS = (
    "Direction 1, t = 1: ask whether this function looks like a plausible fit.",
    "Is that the evidence speaking, or q?",
)
INSTRUCTIONS = (
    "R̂ of predictions is what you want, and what you report.",
    "Fit a q with full covariance to the two-unit network, 7 × 7.",
    "Draw a truth from the prior in place of sin 2x, a hundred times.",
    "Begin with the table t = np.tanh(np.outer(x, w) + c): a row for each point, a column for each"
    " unit.",
    "Multiply each draw's gradient by that, and average over the draws, axis 0.",
    "In the next picture move s from 0.5 to 2 and watch the last number.",
    "In the next picture count the triangles at step 0, then press play.",
    "In the next picture look at w₁ and v₁ first, then at f(0).",
    "Count the rows in which v's tick stands off 0.",
    "In the next picture compare the second panel with the third.",
)


@claim(
    "Our 24 points were made by the truth sin 2x with noise of sd σ = 0.3, which we take as known.",
    "No point lies in the gap, −0.8 < x < 0.8.",
    "The 24 points are this notebook's own; the stored runs are in [data](data/README.md), with the"
    " script that made them,"
    " [make_neural_network.py](data/make_neural_network.py).",
)
def test_our_points():
    noise = Y - truth(X)
    assert X.size == Y.size == 24
    assert np.abs(X).min() > 0.8 == GAP
    assert np.allclose(truth(X), np.sin(2 * X))
    # A χ² of 24 degrees of freedom: within its middle 98 %.
    assert 10.9 < (noise**2).sum() / NOISE_SD**2 < 43


def steepest(hidden, scale, n=800):
    """Median reach where the points lie, and median of the steepest climb, of prior draws."""
    f = np.concatenate([prior.functions(hidden, scale, k) for k in range(n // 8)])
    climbs = np.abs(np.diff(f, axis=1)).max(axis=1) / (prior.WIDE[1] - prior.WIDE[0])
    return np.median(np.abs(f[:, np.abs(prior.WIDE) <= 2.2]).max(axis=1)), np.median(climbs)


@claim(
    "With s from ½ to 2 the typical reach of f grows more than fourfold, its steepest climb about"
    " sixteenfold.",
    "More units make it larger as well: H terms add up, and nothing divides them.",
    "A unit climbs by v · w · (1 − t²): a product of two weights, and both became 4 times as"
    " large.",
    "So s is a statement about functions, though it is written about weights.",
    "That would be so if only v grew.",
    "What comes into tanh grows, too.",
    "tanh is bounded, its climb is not: w sets how fast it goes from −1 to 1.",
)
def test_the_prior_over_functions():
    """Where tanh is straight, v w grows by 4 × 4; v alone would bring 4."""
    found = {(h, s): steepest(h, s) for h in HIDDEN for s in SCALES}
    for h in HIDDEN:
        assert found[h, 2.0][0] > 4 * found[h, 0.5][0]
        assert 14 < found[h, 2.0][1] / found[h, 0.5][1] < 18
        for one, other in itertools.pairwise(SCALES):
            assert found[h, one] < found[h, other]
    for s, (few, more) in itertools.product(SCALES, itertools.pairwise(HIDDEN)):
        assert found[few, s] < found[more, s]
    one = np.array([1.3, 0.2, 0.7, 0.0])
    grown = one * [1, 1, 4, 1]
    network = model(1, 1.0)
    assert np.allclose(network.predict(grown, X), 4 * network.predict(one, X))
    steep = network.predict(one * [100, 1, 1, 1], prior.WIDE)
    assert np.abs(steep).max() <= 0.7 < np.abs(np.diff(steep)).max() * 2


# Section 2


@claim(
    "A chain of four links: the error, the weight v₁ on the way out, tanh′, the input.",
    "For c₁ the last link is 1.",
    "For v₁ the chain ends earlier.",
    "The first three links are computed once and serve w₁ and c₁ both: that reuse, layer by layer,"
    " is backpropagation.",
    "Each entry's share is e times 1 − t² times v.",
    "In w's part the last link of the chain is x, in c's part it is 1.",
    "Sum over the points, so over the rows: lines 5 and 6 of the ledger, without the prior's term.",
)
def test_the_chain_is_the_gradient():
    assert gradient.OTHER == dict(w=-0.7, c=0.2, v=-1.5, b=0.1)
    rng = np.random.default_rng(0)
    for _ in range(50):
        hidden = int(rng.integers(1, 6))
        network = Network(X, Y, hidden, NOISE_SD, 1e6)  # hardly a prior
        z = rng.normal(size=network.size)
        w, c, v = z[:-1].reshape(3, -1)
        error, t = (Y - network.predict(z, X)) / NOISE_SD**2, np.tanh(np.outer(X, w) + c)
        shared = error[:, None] * v * (1 - t**2)
        links = np.concatenate([X @ shared, shared.sum(axis=0), error @ t, [error.sum()]])
        scale = np.abs(links).max()
        assert network.log_joint_and_gradient(z)[1] == pytest.approx(links, abs=1e-9 * scale)
        given = layer_gradient_exercise.solution(X, error, w, c, v)
        assert np.concatenate(given) == pytest.approx(links[: 2 * hidden], abs=1e-9 * scale)
    at = dict(w=1.1, c=-0.3, v=0.8, scale=2.0)
    lines, one = gradient.by_hand.lines, np.array([at["w"]])
    error = (Y - gradient._f(at["w"], at["c"], at["v"])) / NOISE_SD**2
    given = layer_gradient_exercise.solution(X, error, one, np.array([-0.3]), np.array([0.8]))
    for line, part, weight in zip(lines[4:6], given, (1.1, -0.3), strict=True):
        assert line.value(**at) == pytest.approx(part[0] - weight / 4)


# Section 3


@claim(
    "At both ends the function is the same, and the log joint too.",
    "Half-way it is lower by more than 400 nats, on each of the three ways: mode and copy are two"
    " hills, with a valley between.",
    "Half-way in “exchange the units” both units are equal, so that network is one with a single"
    " unit.",
    "In the next picture walk from a mode to its copy: equal at both ends, and a valley between.",
)
def test_the_way_to_a_copy():
    network = model(symmetry.HIDDEN, symmetry.SCALE)
    for way in symmetry.WAYS:
        path = symmetry.straight(way)
        heights = network.log_joint(path)
        f = network.predict(path[[0, -1]], prior.WIDE)
        assert np.allclose(f[0], f[1], atol=1e-9)
        assert heights[0] == pytest.approx(heights[-1])
        assert heights[0] - heights[50] > 400
        assert heights.argmin() in range(30, 71)
    half = symmetry.straight("exchange the units")[50]
    assert np.allclose(half[:-1:2], half[1:-1:2])
    single = np.append(half[:-1:2] * [1, 1, 2], half[-1])
    assert np.allclose(network.predict(half, X), model(1, 1.0).predict(single, X))


@claim(
    "By symmetry the exact posterior mean of each $w_h$, $c_h$ and $v_h$ is 0.",
    "8! orders of the units times 2⁸ signs: 10,321,920 points, the mode itself among them.",
    "With 16 units there are more than 10¹⁸.",
    "Exchanging one unit with one of 7 others is a beginning: any order of all 8 will do.",
    "That is the signs alone: 2⁸ − 1.",
    "That is the orders alone, less the one it has.",
    "Each unit can turn its signs as well.",
    "The copies have the same functions: one of them is enough for f.",
)
def test_copies():
    """The log joint is the same at z and at its copy with all signs of unit h turned, so each of
    these weights is as likely as its negative."""
    rng = np.random.default_rng(1)
    for hidden in (1, 2, 3):
        network = model(hidden, 1.5)
        z = rng.normal(size=network.size)
        copies = symmetry.all_copies(z)
        assert len(copies) == math.factorial(hidden) * 2**hidden
        assert len(np.unique(copies.round(9), axis=0)) == len(copies)
        assert np.allclose(network.log_joint(copies), network.log_joint(z))
        assert np.allclose(network.predict(copies, X), network.predict(z, X))
        assert np.allclose(copies[:, :-1].mean(axis=0), 0)
    assert math.factorial(8) * 2**8 == 10_321_920
    assert (2**8 - 1, math.factorial(8) - 1) == (255, 40_319)
    assert math.factorial(16) * 2**16 > 10**18


def test_the_printed_climbs_are_one_height_in_several_copies():
    network = model(2, 1.0)
    ends = [climb(network, np.random.default_rng(k).standard_normal(7))[-1] for k in range(4)]
    assert np.ptp(network.log_joint(np.array(ends))) < 1e-6
    sizes = np.sort(np.abs([z[:2] for z in ends]), axis=1)
    assert np.abs(sizes - sizes[0]).max() < 1e-3
    assert len({tuple(z[:2].round(1)) for z in ends}) > 1


# Section 4


def parts_of_curvature(w, c, v, scale):
    """The three sums of the ledger's line 3."""
    t = np.tanh(w * X + c)
    slopes, error = v * (1 - t**2) * X, (Y - v * t) / NOISE_SD**2
    bend = -2 * v * t * (1 - t**2) * X**2
    return -(slopes @ slopes) / NOISE_SD**2, error @ bend, -1 / scale**2


@claim(
    "The first part, the squares of f's slopes, and the prior's part bend the log joint down"
    " wherever you stand.",
    "The part with the errors bends it up or down.",
    "Where the errors vanish, only the first part and the prior's are left.",
    "The prior adds 1/s² to each, and the squares of f's slopes add more.",
    "But the errors times f's own curvature have any sign, and far from a mode the errors are"
    " large.",
)
def test_parts_of_the_curvature():
    rng, found = np.random.default_rng(2), []
    for _ in range(300):
        at = dict(
            zip("wcv", rng.uniform([-3, -2, -2], [3, 2, 2]), strict=True),
            scale=float(rng.choice(SCALES)),
        )
        first, errors, last = parts_of_curvature(**at)
        line = curvature.two_parts.lines[2].value(**at)
        assert line == pytest.approx(first + errors + last)
        assert first <= 0 > last
        found.append(errors)
        z = np.array([at["w"], at["c"], at["v"], 0.0])
        network = Network(X, model(1, 1.0).predict(z, X), 1, NOISE_SD, at["scale"])
        assert -hessian(network, z) == pytest.approx(gauss_newton(network, z), abs=1e-5)
    assert min(found) < -1 < 1 < max(found)


@claim(
    "Gauss–Newton leaves the errors out: never below 1/s².",
    "Where a valley is, there is no Gaussian.",
)
def test_gauss_newton_is_positive():
    """JᵀJ is positive semidefinite, so 1/s² added to its diagonal bounds the eigenvalues."""
    rng = np.random.default_rng(3)
    for hidden, scale in itertools.product(HIDDEN, SCALES):
        network = model(hidden, scale)
        for z in 3 * rng.standard_normal((3, network.size)):
            slopes = jacobian(network, z, X) / NOISE_SD
            found = gauss_newton(network, z)
            assert np.allclose(found, slopes.T @ slopes + np.eye(z.size) / scale**2)
            assert np.linalg.eigvalsh(found)[0] > scale**-2.0 * (1 - 1e-9) - 1e-9
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(-hessian(model(*curvature.SETTING), stored("path")[0]))


@claim(
    "Six eigenvalues below 0 at the start, and still one after 50 steps, when the log joint is only"
    " 0.14 nats below its top.",
    "Near the mode is not at the mode.",
    "At the mode five of its eigenvalues equal 1/s² to two digits: a small step that way does not"
    " move f at the points.",
    "It adds 1 here.",
    "The errors take away more than 160.",
    "Never: f is linear in b and in each v, so no errors touch their own entries of −H.",
    "Were all eigenvalues below 0, these would be.",
)
def test_the_stored_climb():
    path, network = stored("path"), model(*curvature.SETTING)
    heights = network.log_joint(path)
    assert (np.diff(heights) > -1e-4).all()
    counts = [(curvature.bends(k)[0] < 0).sum() for k in range(curvature.N_STEPS + 1)]
    assert (counts[0], counts[50], counts[-1]) == (6, 1, 0)
    assert f"{heights[-1] - heights[50]:.2f}" == "0.14"
    at_start = curvature.bends(0)[0]
    assert at_start[0] < -160
    found, axes = np.linalg.eigh(gauss_newton(network, path[-1]))
    still = np.abs(found - 1) < 0.005
    assert still.sum() == 5
    moved = jacobian(network, path[-1], X) @ axes
    assert np.abs(moved[:, still]).max() < 0.02 < np.abs(moved[:, -1]).max()
    z = path[0]
    errors = -hessian(network, z) - gauss_newton(network, z)
    assert np.linalg.eigvalsh(errors)[0] < -160
    assert np.abs(np.diag(errors)[8:]).max() < 1e-4
    assert (np.diag(-hessian(network, z))[8:] > 1 - 1e-4).all()


@claim(
    "Direction 1 is the flattest, 13 the steepest.",
    "Along the steepest direction the parabola is right to 0.2 nats, three sd away.",
    "Along the flattest it is wrong by more than 6 nats at one sd, and by hundreds at three: the"
    " ridge bends away, and a straight line leaves it.",
    "Laplace's draws go there all the same.",
    "What a large one does, we shall see.",
)
def test_leaving_the_mode():
    """The ridge is there, and bends: with the other directions free, less than a nat is lost."""
    network, (mode, steps) = model(*curvature.SETTING), curvature.directions()
    others = (steps / np.linalg.norm(steps, axis=1, keepdims=True))[1:]
    for t in (-1, 1):
        start = mode + t * steps[0]

        def height(a, start=start):
            value, slope = network.log_joint_and_gradient(start + a @ others)
            return -value, -others @ slope

        best = minimize(height, np.zeros(12), jac=True)
        assert network.log_joint(mode) + best.fun < 1
        assert np.linalg.norm(best.x) > 0.1
    lengths = np.linalg.norm(steps, axis=1)
    assert (np.diff(lengths) < 1e-9).all()
    gaps = {
        (k, t): network.log_joint(mode) - network.log_joint(mode + t * steps[k]) - t**2 / 2
        for k in (0, 12)
        for t in (-3, -1, 1, 3)
    }
    assert max(abs(gaps[12, t]) for t in (-3, -1, 1, 3)) < 0.2
    assert min(gaps[0, -1], gaps[0, 1]) > 6
    assert min(gaps[0, -3], gaps[0, 3]) > 200
    draws = mode + np.random.default_rng(4).standard_normal((1000, 13)) @ steps
    along = (draws - mode) @ steps[0] / lengths[0] ** 2
    assert (np.abs(along) > 1).mean() > 0.25
