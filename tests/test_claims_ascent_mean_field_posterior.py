"""Notebook 03, sections 4 to 6: every sentence that says what happens, computed."""

import numpy as np
import pytest
from claims import claim
from scipy.stats import chi2

from helpers.gaussians import kl_full, log_normal_full, rings
from helpers.lessons.mean_field_posterior import ascent, best_product, gap, stopping
from helpers.mean_field import LinearGaussian, coordinate_ascent, coverage, elbo_terms
from helpers.widgets import Stage

STORY = LinearGaussian([2.0, 1.5], ascent.X)
START = np.array([-2.5, 2.5])

DEFINITIONS = (
    "That is what q says of itself.",
    "Worksheet 12, problems 3 and 4; its published solution, eq. 2.1–2.15; the slides' recap of"
    " Bayes; tutorial 8, “Lets find an I-Projection” and “Mean Field Approximation”; exercise sheet"
    " 1c for the M-projection.",
    "You report an ellipse that holds 95 % of q.",
    "A reader takes it for 95 % of the posterior.",
)
QUESTIONS = ("Which θ of length 1 has the largest gap?",)
INSTRUCTIONS = (
    "Set θ = (5, 5).",
    "Observe x twice, with different θ.",
    "Move half-way in each update (a damped step).",
    "In the next picture compare the two curves on the right, and the distance of m from the cross"
    " on the left.",
)


def ways(n, seed=0):
    """(model, start) at random on the sliders of the pictures, and at their corners."""
    rng = np.random.default_rng(seed)
    for theta in ([-3.0, -3.0], [3.0, -3.0], [3.0, 3.0]):
        yield LinearGaussian(theta, ascent.X), np.array([3.0, -3.0])
    for _ in range(n):
        yield LinearGaussian(rng.uniform(-3, 3, 2), ascent.X), rng.uniform(-3, 3, 2)


def in_turn(model, start, n_sweeps):
    return coordinate_ascent(model, start, ascent.START_S2, n_sweeps)


# Section 4


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
    "So the posterior's correlation, which q cannot represent, is exactly what slows q down.",
    "Each half of a sweep turns the error of one mean into the other's, times"
    " $-\\theta_1\\theta_2/(1+\\theta_j^2)$.",
    "Two minus signs make a plus; the product is ρ².",
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
        predicted = lines["predicted: × ρ² a sweep"].get_ydata()
        places, measured = lines["measured"].get_data()
        assert len(places) > 4
        np.testing.assert_allclose(measured[1:], predicted[places[1:] - 1], rtol=1e-6)


@claim(
    "Three settings make the story: θ = (0, 1.5), done after one sweep; θ = (2, 1.5); θ = (3, 3),"
    " still on its way after twelve sweeps.",
    "Then θ = (3, −3), to show that the sign of ρ is only a mirror.",
    "ρ is positive now, but a positive correlation is a mirror image of a negative one: call"
    " −z₂ by the name z₂, and you have the old problem.",
)
def test_the_teachers_settings():
    flat, narrow = (LinearGaussian(theta, ascent.X) for theta in ([0.0, 1.5], [3.0, 3.0]))
    assert ascent.distance(flat, in_turn(flat, START, 1).m[-1]) < 1e-14
    assert ascent.distance(narrow, in_turn(narrow, START, 12).m[-1]) > 0.25
    mirror = np.array([1, -1])
    for model, start in ways(20):
        mirrored = LinearGaussian(model.theta * mirror, ascent.X)
        assert mirrored.correlation == -model.correlation
        one, other = in_turn(model, start, 6), in_turn(mirrored, start * mirror, 6)
        assert np.array_equal(one.m, other.m * mirror)
        assert np.array_equal(one.elbo, other.elbo)


@claim(
    "In the next picture change the sign of θ₂ and compare the slope of the dots: ρ² = 0.5538 both"
    " times.",
    "The next picture at its start values, after twelve sweeps: 0.0030 in turn, 0.1283 at once.",
)
def test_numbers_of_the_start_values():
    for picture in (ascent.in_turn, ascent.both_at_once):
        starts = {control.name: control.start for control in picture.controls}
        assert (starts["theta_1"], starts["theta_2"]) == tuple(STORY.theta)
        assert (starts["m_1"], starts["m_2"]) == tuple(START)
    for theta in ([2.0, 1.5], [2.0, -1.5]):
        assert f"{LinearGaussian(theta, 0).convergence_rate:.4f}" == "0.5538"
    ends = in_turn(STORY, START, 12).m[-1], ascent.together(STORY, START, 12)[-1]
    assert [f"{ascent.distance(STORY, m):.4f}" for m in ends] == ["0.0030", "0.1283"]


@claim(
    "It converges to the same point, but only by |ρ| a sweep: from the second update on, one in"
    " turn brings as much as a whole sweep at once.",
    "(With a core for each factor that sweep also takes no longer than one update: by the clock, a"
    " tie.)",
    "(With a core for each factor a sweep also takes half the time: by the clock it is a tie.)",
    "Not with two factors: the errors shrink by |ρ| a sweep, and |ρ| < 1.",
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
    "Three factors, every pair with precision correlation 0.6.",
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


# Section 5


@claim(
    "The gap is $-\\tfrac12\\log(1-\\rho^2)$: it knows only the correlation, not x.",
    "Line 7 has the other projection in it, $\\min_q\\mathrm{KL}(p\\,\\|\\,q)$.",
    "Its best product is the product of the true marginals (notebook 02).",
    "It misses by the same number of nats.",
    "The best product is too narrow by 1 − ρ² and misses by −½ log(1 − ρ²): check its error bars"
    " before you report them.",
    "That is the best product for KL(p‖q), the other way round.",
)
def test_what_both_projections_miss():
    assert r"p(z_1\mid x)\,p(z_2\mid x)" in gap.at_the_end.lines[6].latex
    rng = np.random.default_rng(3)
    for theta in rng.uniform(-5, 5, (60, 2)):
        expected = None
        for x in (-3.0, 0.0, 3.0):
            model = LinearGaussian(theta, x)
            mean, cov = model.posterior_mean, model.posterior_cov
            rho_squared = cov[0, 1] ** 2 / (cov[0, 0] * cov[1, 1])
            true = np.diag(np.diag(cov))
            assert model.optimal_s2 == pytest.approx((1 - rho_squared) * np.diag(cov))
            expected = -0.5 * np.log(1 - rho_squared)
            best = model.log_evidence - elbo_terms(model, mean, model.optimal_s2).total
            assert best == pytest.approx(expected, rel=1e-6)
            assert kl_full(mean, cov, mean, true) == pytest.approx(expected, rel=1e-6)
            other = np.diag(cov) * np.exp(rng.normal(scale=0.3, size=2))
            shift = rng.normal(scale=0.3, size=2)
            assert kl_full(mean, cov, mean + shift, np.diag(other)) > expected
            elsewhere = elbo_terms(model, mean + shift, other).total
            assert model.log_evidence - elsewhere > best


@claim("Left, the 95 % ellipses of the posterior, the mean field q, and the M-projection.")
def test_radius_of_the_ellipses():
    assert best_product.RADIUS**2 == pytest.approx(chi2(2).ppf(0.95))


@claim(
    "The dashed q sits in the middle of the ridge: too narrow for each coordinate, and at"
    " ρ = −0.9 its “95 %” hold 53.8 %.",
    "In the next picture set θ = (3, 3): ρ = −0.9, and 53.8 % are in q's ellipse.",
    "q's standard deviations are too small by √(1 − ρ²), and along the ridge much of the posterior"
    " lies beyond its ellipse.",
    "The posterior is longer than q along the ridge.",
    "0.95 times 0.95 would count two intervals of the right length.",
    "Each of q's is too short.",
    "√(1 − ρ²) = 0.44 is how the two ellipses' areas compare.",
    "But the posterior is densest in the middle, where q's ellipse lies.",
)
def test_coverage_at_minus_nine_tenths():
    model = LinearGaussian([3.0, 3.0], 1.5)
    mean, cov, s2 = model.posterior_mean, model.posterior_cov, model.optimal_s2
    assert model.correlation == pytest.approx(-0.9)
    draws = np.random.default_rng(4).multivariate_normal(mean, cov, 400_000)
    inside = np.mean(np.sum((draws - mean) ** 2 / s2, axis=1) < chi2(2).ppf(0.95))
    assert coverage(model, s2) == pytest.approx(inside, abs=0.004)
    assert f"{100 * coverage(model, s2):.1f}" == "53.8"
    assert s2 == pytest.approx((1 - 0.81) * np.diag(cov))
    areas = np.sqrt(s2.prod() / np.linalg.det(cov))
    assert f"{areas:.2f}" == f"{np.sqrt(1 - 0.81):.2f}" == "0.44"
    for j in (0, 1):
        right, short = (1.96 * np.sqrt(var[j]) for var in (np.diag(cov), s2))
        gaps = np.abs(draws[:, j] - mean[j])
        assert np.mean(gaps < right) == pytest.approx(0.95, abs=0.002)
        assert np.mean(gaps < short) < 0.62
    heights = log_normal_full(draws, mean, cov)
    assert (heights < log_normal_full(mean, mean, cov)).all()
    assert heights[np.sum((draws - mean) ** 2 / s2, axis=1) < 1].mean() > heights.mean()
    ridge = np.array([1, -1]) / np.sqrt(2)
    assert ridge @ cov @ ridge > 5 * (ridge**2 @ s2)
    beyond = np.abs((draws - mean) @ ridge) > np.sqrt(chi2(2).ppf(0.95) * (ridge**2 @ s2))
    assert 0.4 < beyond.mean() < 1 - inside + 0.01


@claim(
    "The M-projection is right about each coordinate and wrong about both together: its ellipse is"
    " too large in area, by $1/\\sqrt{1-\\rho^2}$.",
    "Too large, yet it holds a bit less than 95 %, for it stops short of the ridge's ends.",
)
def test_the_m_projection():
    """Coverage depends on |ρ| alone (see `coverages`): 0.95 at 0, falling to P(2g² ≤ c) at 1."""
    least = chi2(1).cdf(chi2(2).ppf(0.95) / 2)
    assert 0.91 < least < 0.92
    rng = np.random.default_rng(5)
    for theta in [*rng.uniform(-5, 5, (40, 2)), [5.0, 5.0], [0.1, 0.1], [-5.0, 0.1]]:
        model = LinearGaussian(theta, 1.5)
        cov, true = model.posterior_cov, np.diag(model.posterior_cov)
        area = np.sqrt(true.prod() / np.linalg.det(cov))
        assert area == pytest.approx(1 / np.sqrt(1 - model.correlation**2))
        assert area > 1
        assert least < coverage(model, true) < 0.95
        longest = np.linalg.eigvalsh(cov)[1]
        direction = np.linalg.eigh(cov)[1][:, 1]
        assert 1 / np.sum(direction**2 / true) < longest


# Section 6


@claim("Take θ = (1000, 1000): a very precise measurement of $z_1+z_2$.")
def test_precise_measurement():
    sum_sd = np.sqrt(np.ones(2) @ LinearGaussian([1000, 1000], 1.0).posterior_cov @ np.ones(2))
    assert sum_sd == pytest.approx(1e-3, rel=1e-3)
    assert sum_sd < np.sqrt(2) / 1000  # of the prior's


@claim(
    "The rule stops after 2 sweeps.",
    "Each coordinate of m is off by 1, which is 1.4 of its posterior standard deviations, and the"
    " ELBO is 1 nat too low.",
    "Lower the tolerance to 10⁻⁶ and it runs all 400 sweeps, to no avail: it would take about 2.9"
    " million to bring the 1 nat below 0.00001.",
)
def test_where_the_rule_stops():
    stage = Stage(stopping.stalled)
    assert "the rule stops after 2 sweeps." in stage.summary
    model, trace = stopping.run(3.0)
    off = abs(trace.m[4] - model.posterior_mean)
    assert [f"{error:.0f}" for error in off] == ["1", "1"]
    assert [f"{v:.1f}" for v in off / np.sqrt(np.diag(model.posterior_cov))] == ["1.4", "1.4"]
    left = 0.5 * ascent.distance(model, trace.m[4]) ** 2
    top = model.log_evidence - model.final_gap
    assert top - trace.elbo[4] == pytest.approx(left, rel=1e-3)
    assert f"{left:.2f}" == "1.00"
    sweeps = np.log(1e-5 / left) / np.log(model.convergence_rate**2)
    assert f"{sweeps / 1e6:.1f}" == "2.9"
    stage.draw(log_theta=3.0, log_tolerance=-6)
    assert "runs all 400 sweeps" in stage.summary


@claim(
    "Gains shrink by ρ⁴ from sweep to sweep.",
    "From the second sweep on, the gains form a geometric series: each is ρ⁴ times the last.",
    "A small gain means “done” only if that ratio is not near 1.",
    "What is left is the sum of all gains to come, about gain/(1 − ρ⁴), and 1 − ρ⁴ is 0.000004"
    " here.",
    "A gain is a step, not a distance: many small steps may be left.",
    "After 400 sweeps the gain is still 0.998 of what it was: they are only the beginning.",
)
def test_the_gains_are_a_geometric_series():
    """The ELBO's lack is half the squared distance, which shrinks by ρ² a sweep: its differences
    shrink by ρ⁴."""
    for log_theta in (0.0, 0.5, 1.0, 2.0):
        model, trace = stopping.run(log_theta)
        gains = np.diff(trace.elbo[::2])[1:5]
        fourth = model.convergence_rate**2
        assert gains[1:] == pytest.approx(fourth * gains[:-1], rel=1e-3, abs=1e-12)
        left = model.log_evidence - model.final_gap - trace.elbo[6]
        assert gains[1] * fourth / (1 - fourth) == pytest.approx(left, rel=1e-3)
    model, trace = stopping.run(3.0)
    assert f"{1 - model.convergence_rate**2:.6f}" == "0.000004"
    gains = np.diff(trace.elbo[::2])
    assert f"{gains[2]:.6f}" == "0.000004"
    left = 0.5 * ascent.distance(model, trace.m[6]) ** 2
    assert left == pytest.approx(gains[2] / (1 - model.convergence_rate**2), rel=1e-3)
    assert f"{gains[-1] / gains[2]:.3f}" == "0.998"
    assert gains[2:].sum() < 0.01 * left
