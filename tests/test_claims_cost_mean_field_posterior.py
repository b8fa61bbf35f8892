"""Notebook 03, sections 5 and 6: every sentence that says what happens, computed."""

import numpy as np
import pytest
from claims import claim
from scipy.stats import chi2
from test_claims_ascent_mean_field_posterior import in_turn, ways

from helpers.gaussians import kl_full, log_normal_full
from helpers.lessons.mean_field_posterior import ascent, best_product, gap, stopping
from helpers.mean_field import LinearGaussian, coverage, elbo_terms, update_factor
from helpers.widgets import Stage

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
    "In the next picture set log₁₀ θ to 3.",
    "Compare the two curves on the right, and the distance of m from the cross on the left.",
    "Set log₁₀ θ to 3.",
)

# Section 5


@claim(
    "the means are right, as for every Gaussian posterior: where no update moves m any more,"
    " $\\Lambda\\mathbf m = x\\,\\theta$;"
)
def test_where_no_update_moves_m():
    """An update moves m_j by (xθ − Λm)_j / Λ_jj: 0 for both if and only if Λm = xθ."""
    for model, start in ways(50):
        precision = np.eye(2) + np.outer(model.theta, model.theta)
        for j in (0, 1):
            moved = update_factor(model, start, ascent.START_S2, j)[0] - start
            lack = model.x * model.theta - precision @ start
            assert moved[j] == pytest.approx(lack[j] / precision[j, j], abs=1e-12)
        assert precision @ in_turn(model, start, 400).m[-1] == pytest.approx(model.x * model.theta)


@claim(
    "The gap is $-\\tfrac12\\log(1-\\rho^2)$: it knows only the correlation, not x.",
    "Line 7 has the other projection in it, $\\min_q\\mathrm{KL}(p\\,\\|\\,q)$: the M-projection.",
    "Its best product is the product of the true marginals (notebook 02).",
    "It misses by the same number of nats.",
    "The best product's variances are 1 − ρ² of the true ones, and it misses by −½ log(1 − ρ²)"
    " nats: check its error bars before you report them.",
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
    "q's standard deviations are too small by the factor √(1 − ρ²), and along the ridge much of the"
    " posterior lies beyond its ellipse.",
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
    " too large in area, by the factor $1/\\sqrt{1-\\rho^2}$.",
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
    "At θ = (1000, 1000) the rule stops after 2 sweeps.",
    "Each coordinate of m is off by 1, which is 1.4 of its posterior standard deviations, and the"
    " ELBO is 1 nat too low.",
    "Lower the tolerance to 10⁻⁶ and it runs all 400 sweeps, to no avail: it would take about 2.9"
    " million to bring the 1 nat below 0.00001.",
)
def test_where_the_rule_stops():
    stage = Stage(stopping.stalled)
    stage.draw(log_theta=3.0, log_tolerance=-5)
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


@claim("The marks are where the rule stops, or at sweep 400, the last.")
def test_where_the_marks_stand():
    stage = Stage(stopping.stalled)
    marks = [
        line
        for line in stage.moving
        if line.get_linestyle() == "None" and line.axes is stage.figure.axes[1]
    ]
    assert len(marks) == 2
    for log_theta in np.arange(0, 3.25, 0.25):
        _, trace = stopping.run(log_theta)
        assert len(trace.elbo) == 1 + 2 * 400
        for log_tolerance in range(-10, -1):
            stage.draw(log_theta=log_theta, log_tolerance=log_tolerance)
            small = np.diff(trace.elbo[::2]) < 10.0**log_tolerance
            stop = 1 + small.argmax() if small.any() else 400
            assert [mark.get_xdata()[0] for mark in marks] == [stop, stop]


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
