"""Notebook 03: its own pieces."""

import re

import numpy as np
import pytest

from helpers.diagnosis import diagnose
from helpers.gaussians import kl_full
from helpers.lessons.mean_field_posterior import (
    ascent,
    best_product,
    check,
    exact_posterior,
    expectations,
    lower_bound,
    sliders,
    stopping,
    updates,
)
from helpers.mean_field import LinearGaussian, coordinate_ascent, coverage, elbo_terms
from helpers.widgets import Stage

WORKED = LinearGaussian([1.2, -0.7], 1.5)
STORY = LinearGaussian([2.0, 1.5], ascent.X)


def anywhere(explorer, rng):
    """A random place on the explorer's sliders."""
    return {
        c.name: c.snap(c.low + c.step * int(rng.integers(round((c.high - c.low) / c.step) + 1)))
        for c in explorer.controls
    }


# Sections 1 and 2


def test_the_grid_finds_the_evidence_everywhere_on_the_sliders():
    for theta in ([2, 2], [-2, 2], [0, 0], [2, 0], [0.1, -1.3]):
        for x in (-3, 0, 3):
            exact = LinearGaussian(theta, x).log_evidence
            assert expectations.log_evidence(np.array(theta), x) == pytest.approx(exact, rel=1e-13)


def test_only_theta_shapes_the_posterior():
    stage = Stage(exact_posterior.posterior)
    shapes = set()
    for x in (-3.0, 1.5, 3.0):
        stage.draw(theta_1=1.2, theta_2=-0.7, x=x)
        shapes.add(stage.summary.split("variances")[1])
    assert len(shapes) == 1


def test_stripe_is_where_the_observation_says():
    stage = Stage(exact_posterior.posterior)
    for theta, x in (([1.2, -0.7], 1.5), ([-3.0, 0.1], -3.0), ([0.0, 2.0], 0.0)):
        stage.draw(theta_1=theta[0], theta_2=theta[1], x=x)
        stripe = [line for line in stage.moving if getattr(line, "get_linestyle", str)() == "-."]
        found = [line.get_xydata() @ theta for line in stripe]
        assert np.sort(found, axis=0) == pytest.approx(
            np.array([[x - 1] * 2, [x] * 2, [x + 1] * 2])
        )


def test_factorises_only_without_one_theta():
    stage = Stage(exact_posterior.posterior)
    for theta, factorises in (((0.0, 2.0), True), ((-1.0, 0.0), True), ((0.1, -0.1), False)):
        stage.draw(theta_1=theta[0], theta_2=theta[1], x=1.0)
        assert stage.summary.endswith("it factorises.") == factorises


def test_the_bars_add_up_and_stay_under_the_ceiling():
    stage = Stage(lower_bound.three_terms)
    bars = [patch for patch in stage.figure.axes[1].patches if hasattr(patch, "get_height")]
    rng = np.random.default_rng(0)
    for _ in range(50):
        at = anywhere(lower_bound.three_terms, rng)
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


# Section 3


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        (
            "posterior_cov",
            lambda theta: np.eye(2),
            "In the precision (the inverse): the term θθᵀ is missing",
        ),
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


@pytest.mark.parametrize(
    "written",
    [
        lambda theta: np.linalg.inv(np.eye(2) + theta * theta),
        lambda theta: np.eye(2) - theta * theta / (1 + theta @ theta),
    ],
)
def test_a_vector_added_to_every_row_is_a_known_slip(written):
    outcome, message = diagnose(check.posterior_cov, written)
    assert outcome == "slip"
    assert "added to every row" in message, message


def test_an_elbo_without_its_constants_is_still_a_bound():
    """So the slip may not say that the bound is lost: 1 − ½ log 2π, all constants, is positive."""
    (dropped,) = (f for slip, f in check.elbo.slips.items() if "constants are dropped" in slip)
    lost = 1 - 0.5 * np.log(2 * np.pi)
    assert lost > 0
    for theta, x, m, s2 in map(check.elbo.probe, map(np.random.default_rng, range(50))):
        whole = elbo_terms(LinearGaussian(theta, x), m, s2).total
        assert whole - dropped(theta, x, m, s2) == pytest.approx(lost)


# Section 4


@pytest.mark.parametrize("picture", [ascent.in_turn, ascent.both_at_once])
def test_dots_below_the_axis_are_announced_not_drawn(picture):
    stage = Stage(picture)
    starts = {control.name: control.start for control in picture.controls}
    for theta_2, announced in ((0.0, True), (3.0, False)):
        stage.draw(**(starts | {"theta_2": theta_2, picture.controls[-1].name: 12}))
        assert ("beyond the panel" in stage.summary) is announced
        dots = [line for line in stage.moving if line.get_label() in ("measured", "in turn")]
        drawn = min(line.get_ydata().min() for line in dots if line.axes is stage.figure.axes[1])
        assert drawn >= ascent.LEAST


def test_sliders_become_vectors():
    found = sliders.vectors(theta_1=1, theta_2=2, x=3, m_2=4)
    assert found.pop("theta").tolist() == [1, 2]
    assert found == {"x": 3, "m_2": 4}


def test_the_judges_of_the_slopes_agree_with_small_steps():
    """The score identities that judge eq. 2.12 and 2.14, against differences of the ELBO."""
    at = dict(theta=np.array([1.2, -0.7]), x=1.5, m=np.array([0.4, -0.1]), s=np.array([0.7, 0.9]))
    for name, slope in (("m", updates._slope_m), ("s", updates._slope_s)):
        steps = [at | {name: at[name] + by * updates.ALONG} for by in (-1e-5, 1e-5)]
        low, high = (updates._elbo(**step) for step in steps)
        assert slope(**at) == pytest.approx((high - low) / 2e-5, rel=1e-8)


def test_half_the_squared_distance_is_what_the_elbo_lacks():
    m = np.random.default_rng(0).normal(size=(20, 2))
    top = elbo_terms(STORY, STORY.posterior_mean, [1, 1]).total
    lack = top - elbo_terms(STORY, m, [1, 1]).total
    np.testing.assert_allclose(0.5 * ascent.distance(STORY, m) ** 2, lack, rtol=1e-10)


# Section 5


def test_coverage_spline_is_exact_to_what_is_shown():
    rng = np.random.default_rng(2)
    worst = 0.0
    for theta in [*rng.uniform(-5, 5, (40, 2)), [5.0, 5.0], [0.0, 0.0]]:
        model = LinearGaussian(theta, 1.5)
        exact = [coverage(model, s2) for s2 in (model.optimal_s2, np.diag(model.posterior_cov))]
        inside = best_product.coverages()(np.arcsin(abs(model.correlation)))
        worst = max(worst, np.abs(inside - exact).max())
    assert worst < 1e-6


def test_a_picture_at_rest_leaves_the_question_above_it_open():
    """What it answers is drawn once the reader has moved it: each assertion has its other half."""
    ways = Stage(ascent.both_at_once)
    lines = [line for line in ways.moving if line.get_label().startswith("predicted")]
    assert [len(line.get_xdata()) for line in lines] == [0, 0]
    starts = {control.name: control.start for control in ascent.both_at_once.controls}
    ways.draw(**(starts | {"sweep": 1}))
    assert [list(line.get_xdata()[[0, -1]]) for line in lines] == [[1, 12], [0, 12]]
    stage = Stage(best_product.can_q_match)
    curves = [line for line in stage.figure.axes[2].lines if line in stage.moving]
    for theta in ((2.0, 1.5), (3.0, 3.0), (0.0, 1.0)):
        stage.draw(theta_1=theta[0], theta_2=theta[1])
        size = abs(LinearGaussian(theta, 0).correlation)
        assert [line.get_xdata()[-1] for line in curves] == pytest.approx([size] * 4)
        assert [max(line.get_xdata()) for line in curves] == pytest.approx([size] * 4)
    assert "1000" not in Stage(stopping.stalled).summary


# Section 6


@pytest.mark.parametrize("log_theta", [1.0, 2.0, 3.0])
def test_the_better_rule_sees_what_is_left(log_theta):
    model, trace = stopping.run(log_theta)
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
    stage = Stage(stopping.stalled)
    rng = np.random.default_rng(3)
    for _ in range(10):
        at = anywhere(stopping.stalled, rng)
        stage.draw(**at)
        _, trace = stopping.run(at["log_theta"])
        small = np.diff(trace.elbo[::2]) < 10.0 ** at["log_tolerance"]
        found = [int(n) for n in re.findall(r"stops after (\d+) sweep", stage.summary)]
        assert found == ([small.argmax() + 1] if small.any() else [])


def test_stalled_draws_every_update_along_one_axis():
    stage = Stage(stopping.stalled)
    (path,) = (line for line in stage.moving if line.get_label() == "m")
    for log_theta in np.arange(0, 3.25, 0.25):
        stage.draw(log_theta=log_theta, log_tolerance=-10)
        steps = np.diff(path.get_xydata(), axis=0)
        assert len(steps)
        assert (steps == 0).any(axis=1).all()


def test_without_a_stop_the_marks_stand_at_the_last_sweep():
    stage = Stage(stopping.stalled)
    stage.draw(log_theta=3.0, log_tolerance=-10)
    gain, left = (
        line
        for line in stage.moving
        if line.get_linestyle() == "None" and line.axes is stage.figure.axes[1]
    )
    model, trace = stopping.run(3.0)
    assert gain.get_xydata() == pytest.approx(np.array([[400, trace.elbo[800] - trace.elbo[798]]]))
    lack = 0.5 * ascent.distance(model, trace.m[800]) ** 2
    assert left.get_xydata() == pytest.approx(np.array([[400, lack]]))
    assert f"The ELBO has {lack:.4g} nats left" in stage.summary
