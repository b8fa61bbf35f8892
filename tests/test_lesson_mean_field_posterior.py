"""Notebook 03: its own pieces, and every number that its prose states."""

import re

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from scipy.stats import chi2

from helpers.diagnosis import diagnose
from helpers.gaussians import kl_full
from helpers.lessons.mean_field_posterior import (
    ascent,
    check,
    explorers,
    numbers,
    predictions,
    projections,
    solution,
)
from helpers.mean_field import LinearGaussian, coordinate_ascent, coverage, elbo_terms
from helpers.widgets import Stage

NOTEBOOK = nbformat.read(ROOT / "notebooks" / "03_mean_field_posterior.ipynb", as_version=4)
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
WORKED = LinearGaussian([1.2, -0.7], 1.5)
STORY = LinearGaussian([2.0, 1.5], ascent.X)
START = np.array([-2.5, 2.5])


def stated(pattern, sentence):
    """The numbers in a summary's sentence that follow `pattern`."""
    return [float(found) for found in re.findall(pattern + r" (\d+)", sentence)]


def anywhere(explorer, rng):
    """A random place on the explorer's sliders."""
    return {
        c.name: c.low + c.step * int(rng.integers(round((c.high - c.low) / c.step) + 1))
        for c in explorer.controls
    }


# Sections 1 and 2


def test_the_grid_finds_the_evidence_everywhere_on_the_sliders():
    for theta in ([2, 2], [-2, 2], [0, 0], [2, 0], [0.1, -1.3]):
        for x in (-3, 0, 3):
            exact = LinearGaussian(theta, x).log_evidence
            assert numbers.log_evidence(np.array(theta), x) == pytest.approx(exact, rel=1e-13)


def test_only_theta_shapes_the_posterior():
    stage = Stage(explorers.posterior)
    shapes = set()
    for x in (-3.0, 1.5, 3.0):
        stage.draw(theta_1=1.2, theta_2=-0.7, x=x)
        shapes.add(stage.summary.split("variances")[1])
    assert len(shapes) == 1
    assert predictions.observation.answer == 0


def test_factorises_only_without_one_theta():
    stage = Stage(explorers.posterior)
    for theta, factorises in (((0.0, 2.0), True), ((-1.0, 0.0), True), ((0.1, -0.1), False)):
        stage.draw(theta_1=theta[0], theta_2=theta[1], x=1.0)
        assert stage.summary.endswith("it factorises.") == factorises


def test_the_bars_add_up_and_stay_under_the_ceiling():
    stage = Stage(explorers.free_elbo)
    bars = [patch for patch in stage.figure.axes[1].patches if hasattr(patch, "get_height")]
    rng = np.random.default_rng(0)
    for _ in range(50):
        at = anywhere(explorers.free_elbo, rng)
        stage.draw(**at)
        m, s2 = np.array([at["m_1"], at["m_2"]]), np.array([at["v_1"], at["v_2"]])
        kl = kl_full(m, np.diag(s2), WORKED.posterior_mean, WORKED.posterior_cov)
        prior, data, spread, elbo, gap = bars
        assert gap.get_height() == pytest.approx(kl, rel=1e-9)
        tops = [bar.get_y() + bar.get_height() for bar in bars]
        assert prior.get_y() == 0
        assert data.get_y() == pytest.approx(tops[0])
        assert spread.get_y() == pytest.approx(tops[1])
        assert tops[2] == pytest.approx(tops[3])
        assert gap.get_y() == pytest.approx(tops[3])
        assert tops[4] == pytest.approx(WORKED.log_evidence)
        assert tops[2] < WORKED.log_evidence
        assert elbo.get_y() == stage.figure.axes[1].get_ylim()[0]


def test_best_q_prediction():
    wide, narrow = (elbo_terms(WORKED, [0.6, -0.35], s2).total for s2 in ([0.5, 0.85], [0.4, 0.65]))
    words = f"from {wide:.4f} to {narrow:.4f}".replace("-", "−")
    assert words in predictions.best_q.look_for
    assert f"at best {WORKED.final_gap:.4f} nats are left" in PROSE


# Section 3


def test_misprint_of_the_elbo_is_one_nat():
    m, s2 = np.array([0.4, -0.1]), np.array([0.5, 0.8])
    printed = solution.printed_elbo(WORKED.theta, WORKED.x, m, np.sqrt(s2))
    true = elbo_terms(WORKED, m, s2).total
    assert true - printed == pytest.approx(1, rel=1e-14)
    assert f"{printed:.6f}".replace("-", "−") in PROSE
    assert f"{true:.6f}".replace("-", "−") in PROSE


def test_misprint_of_the_entropy_term_is_right_nowhere_but_at_one_s():
    s = np.linspace(0.1, 3, 200)
    right = -0.5 - 0.5 * np.log(2 * np.pi) - np.log(s)
    lucky = np.exp(-0.5)
    off = solution.printed_entropy_term(s) - right
    assert np.allclose(off, 1.5 * np.log(s / lucky))


def test_the_checker_knows_as_many_slips_as_the_prose_says():
    words = {15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen"}
    assert f"knows {words[len(check.elbo.slips)]} ways to slip" in PROSE


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("posterior_cov", lambda theta: np.eye(2), "with 0 in place of theta"),
        (
            "elbo",
            lambda theta, x, m, s2: elbo_terms(LinearGaussian(theta, x), m, s2).total + 2,
            "the right one plus 2",
        ),
        (
            "elbo",
            lambda theta, x, m, s2: (
                elbo_terms(LinearGaussian(theta, x), m, s2).total - 0.5 * np.sum(m**2)
            ),
            "m₁² + m₂² has coefficient −1, should be −½",
        ),
        (
            "elbo",
            lambda theta, x, m, s2: LinearGaussian(theta, x).log_evidence + np.sum(s2),
            "never above log p(x)",
        ),
        ("update_factor", lambda theta, x, m, s2, j: (2 * m, s2), "By hand: `update_factor("),
        ("convergence_rate", lambda theta: 0.5 * theta @ theta, "½ × Σ theta²"),
    ],
)
def test_unlisted_mistakes_are_still_named(name, function, words):
    outcome, message = diagnose(getattr(check, name), function)
    assert outcome == "wrong"
    assert words in message, message


def test_an_update_in_place_is_noticed():
    def in_place(theta, x, m, s2, j):
        s2[j] = 1 / (1 + theta[j] ** 2)
        m[j] = s2[j] * theta[j] * (x - theta[1 - j] * m[1 - j])
        return m, s2

    outcome, message = diagnose(check.update_factor, in_place)
    assert outcome == "error"
    assert "changed its arguments" in message


# Section 4


def test_rings_of_the_hill_are_as_high_as_the_prose_says():
    drops = []
    top = elbo_terms(STORY, STORY.posterior_mean, ascent.START_S2).total
    for outline in explorers.rings(STORY.posterior_mean, STORY.posterior_cov, ascent.LEVELS):
        heights = elbo_terms(STORY, outline.T, ascent.START_S2).total
        assert np.ptp(heights) < 1e-11
        drops.append(top - heights[0])
    np.testing.assert_allclose(drops, [0.5, 2, 8, 32, 128], rtol=1e-12)
    assert "1, 2, 4, 8 and 16 posterior standard deviations" in PROSE
    assert "½, 2, 8, 32 and 128 nats" in PROSE


def test_half_the_squared_distance_is_what_the_elbo_lacks():
    m = np.random.default_rng(0).normal(size=(20, 2))
    top = elbo_terms(STORY, STORY.posterior_mean, [1, 1]).total
    lack = top - elbo_terms(STORY, m, [1, 1]).total
    np.testing.assert_allclose(0.5 * ascent.distance(STORY, m) ** 2, lack, rtol=1e-10)


@pytest.mark.parametrize("theta", [(2.0, 1.5), (2.0, -1.5), (-3.0, 3.0), (0.3, 1.0)])
def test_story_measures_what_it_predicts(theta):
    stage = Stage(ascent.story)
    stage.draw(theta_1=theta[0], theta_2=theta[1], m_1=-2.5, m_2=2.5, step=24)
    lines = {line.get_label(): line for line in stage.figure.axes[2].lines}
    predicted = lines["predicted: × ρ² a sweep"].get_ydata()
    measured = lines["measured"].get_ydata()[1:]
    seen = predicted > stage.figure.axes[2].get_ylim()[0]
    assert seen[:5].all()
    np.testing.assert_allclose(measured[seen], predicted[seen], rtol=1e-8)
    rho_squared = LinearGaussian(theta, 0).convergence_rate
    a_sweep = predicted[seen][2:] / predicted[seen][:-2]
    np.testing.assert_allclose(a_sweep, rho_squared, rtol=1e-9)


def test_both_at_once_falls_by_rho_and_in_turn_by_its_square():
    rng = np.random.default_rng(1)
    for _ in range(50):
        model = LinearGaussian(rng.uniform(-3, 3, 2), ascent.X)
        start, rho = rng.uniform(-3, 3, 2), abs(model.correlation)
        at_once = ascent.distance(model, ascent.together(model, start, 6))
        np.testing.assert_allclose(at_once[1:], rho * at_once[:-1], rtol=1e-6, atol=1e-13)
        in_turn = ascent.distance(model, coordinate_ascent(model, start, [1, 1], 6).m)[1:]
        np.testing.assert_allclose(in_turn[1:], rho * in_turn[:-1], rtol=1e-6, atol=1e-13)


def test_order_and_at_once_predictions():
    assert f"ρ² = {STORY.convergence_rate:.4f}" in predictions.order.look_for
    mirrored = LinearGaussian([2.0, -1.5], ascent.X)
    assert mirrored.convergence_rate == STORY.convergence_rate
    in_turn = coordinate_ascent(STORY, START, [1, 1], 12).m[-1]
    at_once = ascent.together(STORY, START, 12)[-1]
    left = [ascent.distance(STORY, m) for m in (in_turn, at_once)]
    assert f"{left[0]:.4f} in turn, {left[1]:.4f} at once" in predictions.at_once.look_for


def test_the_teachers_three_settings():
    flat = LinearGaussian([0.0, 1.5], ascent.X)
    assert ascent.distance(flat, coordinate_ascent(flat, START, [1, 1], 1).m[-1]) < 1e-15
    narrow = LinearGaussian([3.0, 3.0], ascent.X)
    assert ascent.distance(narrow, coordinate_ascent(narrow, START, [1, 1], 12).m[-1]) > 0.25
    assert "still on its way after twelve sweeps" in PROSE


def test_three_factors_at_once_diverge_and_in_turn_converge():
    precision = np.full((3, 3), 0.6) + 0.4 * np.eye(3)
    at_once = np.eye(3) - precision
    assert np.linalg.eigvals(at_once).real.min() == pytest.approx(-1.2)
    in_turn = np.eye(3) - np.linalg.solve(np.tril(precision), precision)
    assert abs(np.linalg.eigvals(in_turn)).max() < 1
    assert "precision correlation 0.6" in PROSE
    assert "by −1.2 a sweep" in PROSE


# Section 5


def test_coverage_spline_is_exact_to_what_is_shown():
    rng = np.random.default_rng(2)
    worst = 0.0
    for theta in [*rng.uniform(-5, 5, (40, 2)), [5.0, 5.0], [0.0, 0.0]]:
        model = LinearGaussian(theta, 1.5)
        exact = [coverage(model, s2) for s2 in (model.optimal_s2, np.diag(model.posterior_cov))]
        inside = projections.coverages()(np.arcsin(abs(model.correlation)))
        worst = max(worst, np.abs(inside - exact).max())
    assert worst < 1e-6
    assert projections.RADIUS**2 == pytest.approx(chi2(2).ppf(projections.LEVEL))


def test_coverage_prediction():
    narrow = LinearGaussian([3.0, 3.0], 1.5)
    assert narrow.correlation == pytest.approx(-0.9)
    inside = coverage(narrow, narrow.optimal_s2)
    assert f"{100 * inside:.1f} %" in predictions.coverage.look_for
    assert f"at ρ = −0.9 its “95 %” hold {100 * inside:.1f} %" in PROSE
    assert predictions.coverage.options[2] == f"about {100 * inside:.0f} %"


def test_m_projection_is_too_large_and_holds_a_little_less():
    for theta in ([2.0, 1.5], [3.0, 3.0], [5.0, 5.0]):
        model = LinearGaussian(theta, 1.5)
        marginal = np.diag(model.posterior_cov)
        area = np.sqrt(marginal.prod() / np.linalg.det(model.posterior_cov))
        assert area == pytest.approx(1 / np.sqrt(1 - model.correlation**2))
        assert 0.9 < coverage(model, marginal) < 0.95


# Section 6


def test_the_rule_stops_where_the_prose_says():
    stage = Stage(projections.stalled)
    assert "stops after sweep 2" in stage.summary
    model, trace = projections.run(3.0)
    off = trace.m[4] - model.posterior_mean
    assert [f"{abs(error):.0f}" for error in off] == ["1", "1"]
    in_sd = abs(off) / np.sqrt(np.diag(model.posterior_cov))
    assert [f"{value:.1f}" for value in in_sd] == ["1.4", "1.4"]
    left = 0.5 * ascent.distance(model, trace.m[4]) ** 2
    assert f"{left:.1f}" == "1.0"
    sweeps = np.log(1e-5 / left) / np.log(model.convergence_rate**2)
    assert f"about {sweeps / 1e6:.1f} million" in PROSE
    stage.draw(log_theta=3.0, log_tolerance=-6)
    assert "has not stopped after 400 sweeps" in stage.summary


def test_stalled_prediction():
    model, trace = projections.run(3.0)
    gain = trace.elbo[6] - trace.elbo[4]
    assert f"{gain:.6f}" in predictions.stalled.question
    assert f"{1 - model.convergence_rate**2:.6f}" in predictions.stalled.reason
    left = 0.5 * ascent.distance(model, trace.m[6]) ** 2
    assert left == pytest.approx(gain / (1 - model.convergence_rate**2), rel=1e-3)


@pytest.mark.parametrize("log_theta", [1.0, 2.0, 3.0])
def test_the_better_rule_sees_what_is_left(log_theta):
    model, trace = projections.run(log_theta)
    gains = np.diff(trace.elbo[:9:2])
    ratio = gains[2] / gains[1]
    left = 0.5 * ascent.distance(model, trace.m[6]) ** 2
    assert gains[2] * ratio / (1 - ratio) == pytest.approx(left, rel=1e-3)


def test_turned_coordinates_leave_no_gap():
    turned = LinearGaussian([np.hypot(1000, 1000), 0], 1.0)
    gap = turned.log_evidence - coordinate_ascent(turned, [1, -1], [1, 1], 1).elbo[-1]
    assert abs(gap) < 1e-9
    assert turned.log_evidence == pytest.approx(LinearGaussian([1000, 1000], 1.0).log_evidence)


def test_stalled_stops_where_the_gain_is_first_below_the_tolerance():
    stage = Stage(projections.stalled)
    rng = np.random.default_rng(3)
    for _ in range(10):
        at = anywhere(projections.stalled, rng)
        stage.draw(**at)
        _, trace = projections.run(at["log_theta"])
        small = np.diff(trace.elbo[::2]) < 10.0 ** at["log_tolerance"]
        found = stated("stops after sweep", stage.summary)
        assert found == ([float(small.argmax() + 1)] if small.any() else [])
