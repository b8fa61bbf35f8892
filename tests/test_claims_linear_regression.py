"""Notebook 06, sections 1 to 3: the posterior of a line, its bands, and Laplace, computed."""

import itertools

import numpy as np
import pytest
from claims import claim

from helpers.approximations import laplace
from helpers.lessons.linear_regression import bands, formulas, lines, paths, peak
from helpers.lessons.linear_regression.data import NOISE_SD, PRIOR_SD, X, Y
from helpers.lessons.linear_regression.sliders import NOISE, PRIOR
from helpers.models import Regression
from helpers.widgets import Stage

DEFINITIONS = (
    "[The collection](../README.md) · previous: [05 The coin toss](05_coin_toss.ipynb) · next:"
    " [07 A neural network](07_neural_network.ipynb)",
    "Five points of our own, at x = 0 to 4.",
    "Hamiltonian Monte Carlo (HMC) rolls: give the state z, here the line w, a random momentum"
    " r ~ N(0, I), and let it move at constant energy",
    "The leapfrog's: half a push, a move, half a push,",
    "The mass m is 1 above; each coordinate may have its own: then $r_j \\sim \\mathcal N(0, m_j)$,"
    " with $\\tfrac12\\sum_j r_j^2/m_j$ in the energy.",
    "Mass 1, one direction.",
    "Left, the exact band and q's, each ± 2 sd; right, both Gaussians over the slope and the height"
    " at the origin.",
    "272 eruptions of a geyser: how long one lasted (x, in minutes), and how long one waited for"
    " the next (y).",
    "A regression with σ = 6 minutes, slope ~ N(0, 20²), intercept ~ N(0, 100²).",
    "Then it is inferred: log σ ~ N(0, 1) becomes the third coordinate.",
    "X has the rows (x_i, 1): np.column_stack([x, np.ones(len(x))]).",
    "A choice of origin has become a belief.",
    "But Λ₁₂ = Σx/σ², and x = 0 is where we chose to begin to count.",
)
QUESTIONS = (
    "Ask for a bet before c = 6: at how many of the five points will q's band be too wide?",
    "And HMC from 0 minutes?",
    "A band can be checked against the points: how many waiting times lie where 95 % should?",
)
INSTRUCTIONS = (
    "Start at n = 0 and let the points come one by one.",
    "Set n = 2 and σ = 0.2, and ask for the next y at x = 8.",
    "After that, let σ be inferred, with log σ ~ N(0, 1) as its prior.",
    "Then have σ inferred.",
    "A reader would expect it.",
    "Choose 5, “inferred”, and look at each quantity.",
    "Add $x^2$ as a third column.",
    "Set L = 1 and ε = 0.17 and press play; then L = 10 and ε = 0.06.",
    "In the next picture set L = 60 and the paths done to 40; then ε to 0.17, and to 0.18.",
    "In the next picture read VI's line at 272, 20 and 5 eruptions; then count the durations from"
    " their mean.",
)


def places(control):
    """Every value of a slider."""
    steps = round((control.high - control.low) / control.step)
    return [control.snap(control.low + k * control.step) for k in range(steps + 1)]


def settings():
    """Every σ and τ that the sliders can set."""
    return [(noise_sd, prior_sd) for noise_sd in places(NOISE) for prior_sd in places(PRIOR)]


def random_lines(n, seed=0):
    """x, y, σ and τ of random regressions."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        size = int(rng.integers(1, 9))
        x, y = rng.normal(rng.normal(), 2, size), rng.normal(0, 3, size)
        yield x, y, rng.uniform(0.2, 2), rng.uniform(0.5, 4)


def posterior_by_sum(x, y, noise_sd, prior_sd):
    """Mean and covariance over a grid of lines: no formula of the posterior's moments."""
    mean, cov = Regression(x, y, noise_sd, prior_sd).posterior
    root = np.linalg.cholesky(cov)  # only to lay the grid
    w = mean + lines.GRID @ root.T
    logs = lines.log_joint(w, x, y, noise_sd, prior_sd)
    weights = np.exp(logs - logs.max())
    weights = weights / weights.sum()
    centre = weights @ w
    return centre, (w - centre).T @ (weights[:, None] * (w - centre))


# Section 1


@claim(
    "With no point the posterior is the prior.",
    "The first, at x = 0, tells of the intercept alone and leaves the slope as open as before.",
    "Each further point leaves no direction wider, and with all five the rings are tilted: a"
    " steeper line has a lower intercept.",
    "More points leave the line's band no wider at any x.",
)
def test_points_one_by_one():
    """Λ gains (x, 1)ᵀ(x, 1)/σ² with each point, which is positive semidefinite."""
    for noise_sd, prior_sd in settings():
        covs = [formulas.posterior(X[:n], Y[:n], noise_sd, prior_sd)[1] for n in range(6)]
        assert np.allclose(covs[0], prior_sd**2 * np.eye(2))
        assert covs[1][0, 0] == pytest.approx(prior_sd**2)
        assert covs[1][1, 1] == pytest.approx(1 / (1 / noise_sd**2 + 1 / prior_sd**2))
        for before, after in itertools.pairwise(covs):
            assert np.linalg.eigvalsh(before - after).min() > -1e-12
            sds = [formulas.line_band(bands.INPUTS, np.zeros(2), c)[1] for c in (before, after)]
            assert (sds[1] <= sds[0] + 1e-9).all()
        assert formulas.correlation(covs[5]) < 0


@claim(
    "The points enter Λ through n, Σx and Σx².",
    "No y occurs in it: with σ known, how sure you are of the line is settled by where you measure,"
    " before you measure.",
    "Λ₁₂ is Σx/σ²: slope and intercept are independent if and only if the x add up to 0.",
    "No y occurs in it.",
    "Λ holds the x and σ, but no y.",
    "A surprise is not more information: each point adds to Λ by its x alone.",
    "It is exact if and only if Λ₁₂ = 0.",
)
def test_the_precision_knows_no_y():
    rng = np.random.default_rng(1)
    for x, y, noise_sd, prior_sd in random_lines(40):
        cov = posterior_by_sum(x, y, noise_sd, prior_sd)[1]
        other = posterior_by_sum(x, rng.normal(0, 5, x.size), noise_sd, prior_sd)[1]
        assert np.allclose(cov, other, rtol=1e-9, atol=1e-12)
        lam = np.linalg.inv(cov)
        sums = np.array([[np.sum(x**2), np.sum(x)], [np.sum(x), x.size]])
        assert np.allclose(lam, sums / noise_sd**2 + np.eye(2) / prior_sd**2, rtol=1e-8)
        centred = posterior_by_sum(x - x.mean(), y, noise_sd, prior_sd)[1]
        assert abs(formulas.correlation(centred)) < 1e-9
        assert formulas.elbo_gap(centred) < 1e-12 < formulas.elbo_gap(cov) or abs(x.sum()) < 1e-3


@claim("A correlation of −0.811, from five points and a prior that knows of none.")
def test_our_correlation():
    cov = posterior_by_sum(X, Y, NOISE_SD, PRIOR_SD)[1]
    assert f"{formulas.correlation(cov):.3f}" == "-0.811"
    assert formulas.correlation(formulas.posterior(X[:0], Y[:0], NOISE_SD, PRIOR_SD)[1]) == 0


@claim(
    "Λ is in line 3 of the ledger that completes the square.",
    "Two precisions add: XᵀX/σ² from the points, I/τ² from the prior.",
    "The covariance is the inverse of the whole matrix: np.linalg.inv.",
)
def test_hints_of_the_covariance():
    assert r"\Lambda = " in lines.completed.lines[2].latex
    for x, y, noise_sd, prior_sd in random_lines(20, seed=2):
        rows = np.column_stack([x, np.ones(len(x))])
        lam = rows.T @ rows / noise_sd**2 + np.eye(2) / prior_sd**2
        cov = posterior_by_sum(x, y, noise_sd, prior_sd)[1]
        assert np.allclose(np.linalg.inv(lam), cov, rtol=1e-8)


# Section 2


@claim(
    "With all five points the noise is the larger part at x = 2, and the line the larger part at"
    " x = 8.",
    "The next y's band never gets narrower than ± 2σ.",
)
def test_two_parts_of_the_variance():
    for noise_sd, prior_sd in settings():
        for n in range(6):
            mean, cov = formulas.posterior(X[:n], Y[:n], noise_sd, prior_sd)
            sd = formulas.line_band(bands.INPUTS, mean, cov)[1]
            assert (sd > 0).all()
        near, far = formulas.line_band(np.array([2.0, 8.0]), mean, cov)[1]
        assert near < noise_sd < far
    stage = Stage(bands.predictive)
    stage.draw(n=5, noise_sd=0.5, prior_sd=2.0, x=8.0)
    half_width = [np.ptp([line.get_ydata()[k] for line in _pair(stage)]) / 4 for k in (0, 40, 100)]
    assert min(half_width) > 0.5


def _pair(stage):
    """The two dotted lines of the outer band."""
    dotted = [m for m in stage.moving if getattr(m, "get_linestyle", str)() == ":"]
    return dotted[:2]


@claim(
    "Then n = 0: the band is the prior's, narrowest at x = 0, where only the intercept counts.",
)
def test_the_band_of_the_prior():
    for noise_sd, prior_sd in settings():
        cov = formulas.posterior(X[:0], Y[:0], noise_sd, prior_sd)[1]
        sd = formulas.line_band(bands.INPUTS, np.zeros(2), cov)[1]
        assert np.allclose(sd, prior_sd * np.sqrt(bands.INPUTS**2 + 1))
        assert bands.INPUTS[sd.argmin()] == pytest.approx(0)


@claim(
    "The line's variance at x is (x, 1) Σ (x, 1)ᵀ, a parabola.",
    "Its lowest place is where the points balance; the prior pulls that towards 0,"
    " as (σ/τ)² of a point there would.",
    "In the next picture the solid curve on the right is lowest at x = 1.98; with σ = 2 it is at"
    " 1.67.",
    "x = 0 is an end of the points: there every tilt of the line shows.",
)
def test_where_the_line_is_known_best():
    fine = np.linspace(-2, 8, 10_001)
    for noise_sd, prior_sd in settings():
        mean, cov = formulas.posterior(X, Y, noise_sd, prior_sd)
        var = formulas.line_band(fine, mean, cov)[1] ** 2
        assert abs(np.diff(var, 3)).max() < 1e-10 * var.max()
        lowest = fine[var.argmin()]
        # The prior pulls by (σ/τ)² of a point at 0.
        assert lowest == pytest.approx(X.sum() / (X.size + (noise_sd / prior_sd) ** 2), abs=1e-3)
        assert 0 < lowest < X.mean()
        if prior_sd == 2 and noise_sd in (0.5, 2.0):
            assert f"{lowest:.2f}" == {0.5: "1.98", 2.0: "1.67"}[noise_sd]
    assert X.min() == 0


@claim("A line cannot bend towards each point: all five share its two numbers.")
def test_the_band_does_not_dip_at_points():
    """The sd is the root of a convex parabola, so it is convex: one dip."""
    for noise_sd, prior_sd in settings():
        sd = formulas.line_band(bands.INPUTS, *formulas.posterior(X, Y, noise_sd, prior_sd))[1]
        assert (np.diff(sd, 2) > 0).all()


@claim(
    "With σ known the sds stay, wherever y goes.",
    "A point at x = 8, far from the others, drags the line along: the line follows 89 % of its jump"
    " there; at x = 1.5, among the others, it would be 20 %.",
    "The mean follows the outlier, the width knows nothing of it.",
    "In the next picture drag y with σ known: what stands after ± stays.",
)
def test_the_outlier_with_known_noise():
    y_slider, x_slider, _ = bands.outlier.controls
    for x in places(x_slider):
        xs = np.append(X[:-1], x)
        found = [
            formulas.posterior(xs, np.append(Y[:-1], y), NOISE_SD, PRIOR_SD)
            for y in places(y_slider)
        ]
        assert all(np.array_equal(cov, found[0][1]) for _, cov in found)
        at = np.array([x, 1.0])
        follows = np.diff([at @ mean for mean, _ in found]) / y_slider.step
        assert np.allclose(follows, follows[0])
        if x in (1.5, 8.0):
            assert f"{follows[0]:.0%}" == {1.5: "20%", 8.0: "89%"}[x]
    stage, said = Stage(bands.outlier), set()
    for y in places(y_slider)[::10]:
        stage.draw(y=y, x=4.0, noise="known")
        said.add(tuple(part.split(" ± ")[1][:5] for part in stage.summary.split(", ")[-2:]))
    assert len(said) == 1


@claim(
    "Back at x = 4, with σ inferred: an outlier at y = 12 makes the mean of σ six times as large,"
    " the band wider, and the slope follows less, to 1.873 in place of 2.445.",
    "But a known σ says how far points fall from the line; nothing may teach the model otherwise.",
)
def test_the_outlier_with_inferred_noise():
    before, after = (
        formulas.noise_inferred(X, np.append(Y[:-1], y), PRIOR_SD) for y in (2.4, 12.0)
    )
    sizes = [one.weights @ np.exp(formulas.LOG_SD) for one in (before, after)]
    assert 5.8 < sizes[1] / sizes[0] < 6.4
    sds = [formulas.line_band(bands.INPUTS, *one.moments())[1] for one in (before, after)]
    assert (sds[1] > sds[0]).all()
    known = formulas.posterior(X, np.append(Y[:-1], 12.0), NOISE_SD, PRIOR_SD)[0]
    assert (f"{after.moments()[0][0]:.3f}", f"{known[0]:.3f}") == ("1.873", "2.445")


# Section 3


@claim(
    "The log joint is quadratic in w, so Taylor's series ends with its term of second order.",
    "Curvature is the same everywhere: the peak tells all.",
    "One Newton step, from any line, ends at the posterior mean.",
    "And the evidence is the volume under the peak.",
    "A Newton step goes to the top of the parabola that fits where it stands.",
    "This log joint is that parabola, everywhere.",
    "In the next ledger the last line takes the step from the line that you set.",
    "That is usual where the curvature changes on the way.",
    "Here it is the same everywhere.",
    "The step is gradient over curvature, and the gradient grows with the distance.",
)
def test_a_square_in_w():
    rng = np.random.default_rng(3)
    for x, y, noise_sd, prior_sd in random_lines(20, seed=4):
        model = Regression(x, y, noise_sd, prior_sd)
        mean, cov = posterior_by_sum(x, y, noise_sd, prior_sd)
        for w in rng.normal(0, 20, (5, 2)):
            hessian = peak._hessian(model.log_joint, w)
            assert np.allclose(np.linalg.inv(-hessian), cov, rtol=1e-5)
            stepped = w - np.linalg.solve(hessian, model.log_joint_and_gradient(w)[1])
            assert np.allclose(stepped, mean, atol=1e-4)
            # The third difference along any direction vanishes.
            line = model.log_joint(w + np.arange(4)[:, None] * rng.normal(size=2))
            assert abs(np.diff(line, 3)[0]) < 1e-7 * abs(line).max()
        volume = model.log_joint(mean) + 0.5 * np.linalg.slogdet(2 * np.pi * cov)[1]
        assert volume == pytest.approx(model.log_evidence, abs=1e-8)
    # Where σ is inferred the curvature changes on the way, and one step does not do.
    bent = Regression(X, Y, None, PRIOR_SD)
    gradient = bent.log_joint_and_gradient([0.5, 0.3, 0.5])[1]
    columns = [
        (bent.log_joint_and_gradient([0.5, 0.3, 0.5] + 1e-5 * e)[1] - gradient) / 1e-5
        for e in np.eye(3)
    ]
    stepped = [0.5, 0.3, 0.5] - np.linalg.solve(np.array(columns), gradient)
    top = laplace(bent.log_joint, [0.5, 0.3, 0.5]).mean
    assert abs(stepped - top).max() > 0.1


def test_our_sds_are_those_of_the_paths():
    assert paths.NARROWEST == pytest.approx(
        np.sqrt(np.linalg.eigvalsh(posterior_by_sum(X, Y, NOISE_SD, PRIOR_SD)[1])[0])
    )
