"""Notebook 03, section 4: every sentence that says what happens, computed."""

import numpy as np
import pytest
from claims import claim

from helpers.gaussians import rings
from helpers.lessons.mean_field_posterior import ascent
from helpers.mean_field import LinearGaussian, coordinate_ascent, elbo_terms
from helpers.widgets import Stage

STORY = LinearGaussian([2.0, 1.5], ascent.X)
START = np.array([-2.5, 2.5])


def ways(n, seed=0):
    """(model, start) at random on the sliders of the pictures, and at their corners."""
    rng = np.random.default_rng(seed)
    for theta in ([-3.0, -3.0], [3.0, -3.0], [3.0, 3.0]):
        yield LinearGaussian(theta, ascent.X), np.array([3.0, -3.0])
    for _ in range(n):
        yield LinearGaussian(rng.uniform(-3, 3, 2), ascent.X), rng.uniform(-3, 3, 2)


def in_turn(model, start, n_sweeps):
    return coordinate_ascent(model, start, ascent.START_S2, n_sweeps)


@claim(
    "They lie 1, 2, 4, 8 and 16 posterior standard deviations from the top: ½, 2, 8, 32 and 128"
    " nats below it."
)
def test_rings_of_the_hill():
    levels = ascent.NEAR + ascent.FAR
    assert levels == (1, 2, 4, 8, 16)
    for model, _ in ways(20):
        top = elbo_terms(model, model.posterior_mean, ascent.START_S2).total
        for outline, level in zip(
            rings(model.posterior_mean, model.posterior_cov, levels), levels, strict=True
        ):
            np.testing.assert_allclose(ascent.distance(model, outline.T), level, rtol=1e-9)
            heights = elbo_terms(model, outline.T, ascent.START_S2).total
            np.testing.assert_allclose(top - heights, level**2 / 2, rtol=1e-9)
    assert [level**2 / 2 for level in levels] == [0.5, 2, 8, 32, 128]


@claim("After two updates q has its final shape, and only slides from then on.")
def test_shape_is_final():
    for model, start in ways(50):
        trace = in_turn(model, start, 12)
        assert (trace.s2[2:] == model.optimal_s2).all()
        assert (trace.s2[1] != model.optimal_s2).any() or model.theta[1] == 0


@claim("Each step of m runs along one axis and stops at the highest point on its line.")
def test_each_step_is_a_maximum():
    for model, start in ways(50):
        trace = in_turn(model, start, 6)
        for step in range(1, 13):
            j = (step - 1) % 2
            assert trace.m[step][1 - j] == trace.m[step - 1][1 - j]
            for by in (-1e-3, 1e-3, 0.5, -2.0):
                beside = trace.m[step].copy()
                beside[j] += by
                assert elbo_terms(model, beside, trace.s2[step]).total < trace.elbo[step]


@claim(
    "From the first update on, the dots sit on the predicted line: two updates, one factor ρ².",
    "The nearer ρ² is to 1, the more sweeps it takes.",
    "With two factors a sweep leaves ρ² of the error, and small gains do not mean that you are"
    " there.",
    "So the posterior's correlation, which q cannot represent, is exactly what slows q down.",
    "Each half of a sweep turns the error of one mean into the other's, times"
    " $-\\theta_1\\theta_2/(1+\\theta_j^2)$.",
    "Two minus signs make a plus; the product is ρ².",
    "By line 3, $e_1'$ is the same multiple of $e_2$ in every sweep: it shrinks along.",
    "Each update makes one error −θ₁θ₂/(1 + θ_j²) times the other; a sweep has two of them, and the"
    " sign goes away.",
)
def test_rate_is_rho_squared():
    needed = {}
    for model, start in ways(100):
        theta, trace = model.theta, in_turn(model, start, 6)
        errors = trace.m - model.posterior_mean
        for step in range(1, 13):
            j = (step - 1) % 2
            factor = -theta.prod() / (1 + theta[j] ** 2)
            assert errors[step][j] == pytest.approx(factor * errors[step - 1][1 - j], abs=1e-12)
        cov = model.posterior_cov
        rho_squared = cov[0, 1] ** 2 / (cov[0, 0] * cov[1, 1])
        assert np.prod([theta.prod() / (1 + t**2) for t in theta]) == pytest.approx(rho_squared)
        gaps = ascent.distance(model, trace.m)
        assert gaps[3:] == pytest.approx(rho_squared * gaps[1:-2], rel=1e-6, abs=1e-12)
        needed[rho_squared] = np.log(1e-3) / np.log(rho_squared)
    assert sorted(needed.values()) == [needed[rho] for rho in sorted(needed)]


def test_the_picture_draws_that_line():
    stage = Stage(ascent.in_turn)
    for theta in ((2.0, 1.5), (2.0, -1.5), (-3.0, 3.0), (0.3, 1.0)):
        stage.draw(theta_1=theta[0], theta_2=theta[1], m_1=-2.5, m_2=2.5, step=24)
        lines = {line.get_label(): line for line in stage.figure.axes[1].lines}
        predicted = lines["predicted"].get_ydata()
        places, measured = lines["measured"].get_data()
        assert len(places) > 4
        np.testing.assert_allclose(measured[1:], predicted[places[1:] - 1], rtol=1e-6)


@claim(
    "Three settings make the story: θ = (0, 1.5), done after one sweep; θ = (2, 1.5); θ = (3, 3),"
    " still on its way after twelve sweeps.",
    "Then θ = (3, −3): from the same start the first update lands farther away, but the dots fall"
    " no less steeply.",
    "ρ is positive now, but a positive correlation is a mirror image of a negative one: call"
    " −z₂ by the name z₂, and you have the old problem from another start.",
)
def test_the_teachers_settings():
    flat, narrow = (LinearGaussian(theta, ascent.X) for theta in ([0.0, 1.5], [3.0, 3.0]))
    assert ascent.distance(flat, in_turn(flat, START, 1).m[-1]) < 1e-14
    assert ascent.distance(narrow, in_turn(narrow, START, 12).m[-1]) > 0.25
    other = LinearGaussian([3.0, -3.0], ascent.X)
    here, there = (ascent.distance(at, in_turn(at, START, 12).m)[1:] for at in (narrow, other))
    assert there[0] > 1.2 * here[0]
    assert there[1:] / there[:-1] == pytest.approx(here[1:] / here[:-1], rel=1e-9)
    mirror = np.array([1, -1])
    for model, start in ways(20):
        mirrored = LinearGaussian(model.theta * mirror, ascent.X)
        assert mirrored.correlation == -model.correlation
        one, other = in_turn(model, start, 6), in_turn(mirrored, start * mirror, 6)
        assert np.array_equal(one.m, other.m * mirror)
        assert np.array_equal(one.elbo, other.elbo)


@claim(
    "In the next picture change the sign of θ₂ and compare the slope of the dots, not their height:"
    " ρ² = 0.5538 both times.",
    "The next picture at its start values, after twelve sweeps: 0.0030 in turn, 0.1283 at once.",
)
def test_numbers_of_the_start_values():
    for picture in (ascent.in_turn, ascent.both_at_once):
        starts = {control.name: control.start for control in picture.controls}
        assert (starts["theta_1"], starts["theta_2"]) == tuple(STORY.theta)
        assert (starts["m_1"], starts["m_2"]) == tuple(START)
    heights = []
    for theta in ([2.0, 1.5], [2.0, -1.5]):
        model = LinearGaussian(theta, ascent.X)
        gaps = ascent.distance(model, in_turn(model, START, 6).m)
        assert [f"{factor:.4f}" for factor in gaps[3:] / gaps[1:-2]] == ["0.5538"] * 10
        heights.append(gaps[5])
    assert heights[1] > 1.2 * heights[0]
    ends = in_turn(STORY, START, 12).m[-1], ascent.together(STORY, START, 12)[-1]
    assert [f"{ascent.distance(STORY, m):.4f}" for m in ends] == ["0.0030", "0.1283"]


@claim(
    "It converges to the same point, but only by the factor |ρ| a sweep: from the second update on,"
    " one in turn brings as much as a whole sweep at once.",
    "(With a core for each factor that sweep also takes no longer than one update: by the clock, a"
    " tie.)",
    "(With a core for each factor a sweep also takes half the time: by the clock it is a tie.)",
    "Not with two factors: the errors shrink by the factor |ρ| a sweep, and |ρ| < 1.",
    "Each error becomes −θ₁θ₂/(1 + θ_j²) times the other old error.",
    "Two sweeps bring the factor ρ²: that is |ρ| for one.",
    "A sweep in turn hands q₂ the new m₁; both at once, q₂ works with the old one.",
    "More at once is not more done: q₂ works with an m₁ that is already out of date.",
)
def test_both_at_once():
    """B = ((0, −a), (−b, 0)) with ab = ρ² has B² = ρ²I; and |ρ| < 1 for every θ. In the distance
    of Λ each application is exactly |ρ|."""
    for model, start in ways(100, seed=1):
        theta, rho = model.theta, abs(model.correlation)
        assert rho < 1
        path = ascent.together(model, start, 6)
        errors = path - model.posterior_mean
        swapped = -theta.prod() / (1 + theta**2) * errors[:-1, ::-1]
        assert errors[1:] == pytest.approx(swapped, abs=1e-11)
        assert errors[2:] == pytest.approx(rho**2 * errors[:-2], abs=1e-11)
        gaps = ascent.distance(model, path)
        assert gaps[1:] == pytest.approx(rho * gaps[:-1], rel=1e-6, abs=1e-11)
        one_update = ascent.distance(model, in_turn(model, start, 6).m)[1:]
        assert one_update[1:] == pytest.approx(rho * one_update[:-1], rel=1e-6, abs=1e-11)
        far = ascent.together(model, start, 400)[-1]
        assert far == pytest.approx(model.posterior_mean, abs=1e-9)
        # In turn, q₂'s first update differs from the one that knows the old m₁ alone.
        fresh, stale = in_turn(model, start, 1).m[-1][1], path[1][1]
        assert fresh != stale


@claim(
    "With more factors, all at once may diverge: see Going further.",
    "With more factors you would be right to worry.",
    "Three factors, and $\\Lambda_{ij} = 0.6\\sqrt{\\Lambda_{ii}\\Lambda_{jj}}$ for every pair.",
    "Show that updating all at once multiplies some errors by −1.2 a sweep: it diverges.",
    "In turn, the ELBO never falls.",
)
def test_three_factors():
    """In turn each update is a maximisation; Gauss–Seidel converges for a positive definite Λ."""
    precision = np.full((3, 3), 0.6) + 0.4 * np.eye(3)
    assert np.linalg.eigvalsh(precision).min() > 0
    at_once = np.eye(3) - precision
    assert np.linalg.eigvalsh(at_once).min() == pytest.approx(-1.2)
    one_turn = np.eye(3) - np.linalg.solve(np.tril(precision), precision)
    assert abs(np.linalg.eigvals(one_turn)).max() < 1
    for model, start in ways(100, seed=2):
        climb = in_turn(model, start, 12).elbo
        assert (np.diff(climb) >= -1e-12).all()
