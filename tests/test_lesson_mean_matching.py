"""What notebook 02 computes for its pictures and ledgers."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.integrate import quad
from scipy.interpolate import CubicSpline, RectBivariateSpline
from scipy.optimize import minimize_scalar
from scipy.stats import cauchy, norm, t

from helpers.diagnosis import diagnose
from helpers.divergences import information_projection, kl_quadrature
from helpers.gaussians import kl_univariate
from helpers.lessons.mean_matching import check, exercises, likelihood, no_mean, objective
from helpers.lessons.mean_matching.bells import gradient_steps
from helpers.lessons.mean_matching.directions import (
    MEANS,
    fixed_width,
    of_any_variance,
    of_unit_variance,
    reverse_map,
)
from helpers.lessons.mean_matching.landscape import Landscape, _newton, downhill, minima
from helpers.lessons.mean_matching.no_mean import (
    PLACES,
    RADII,
    SHOWN,
    TAILS,
    divergence_within,
    running_means,
)
from helpers.lessons.mean_matching.products import joint, kl_tables, tilted
from helpers.lessons.mean_matching.targets import (
    CELL,
    LINE,
    PLANE,
    entropy,
    facts,
    plane,
    plane_facts,
    two_bumps,
)
from helpers.plots import Area, Contours, Note, Table, Waterfall
from helpers.widgets import Stage

SETTINGS = [(0.25 * k, round(0.05 * w, 2)) for k in range(25) for w in range(1, 20)]

# The targets, and what the objective knows of them


@pytest.mark.parametrize("name", LINE)
@pytest.mark.parametrize("mu", [-3.0, 0.8, 2.5])
def test_objective_against_quadrature(name, mu):
    assert facts(name).kl(mu) == pytest.approx(kl_quadrature(LINE[name], norm(mu, 1)), abs=1e-10)


@pytest.mark.parametrize("name", ["skewed", "uniform", "heavy tail"])
def test_entropy_against_scipy(name):
    assert facts(name).entropy == pytest.approx(float(LINE[name].entropy()), abs=1e-9)


@pytest.mark.parametrize("shape", PLANE)
@pytest.mark.parametrize("dependence", [0.0, 0.4, 1.0])
def test_planes_are_normalised(shape, dependence):
    assert plane(shape, dependence).sum() * CELL == pytest.approx(1, abs=1e-6)


def test_plane_refuses_another_shape():
    with pytest.raises(ValueError, match="shape must be one of"):
        plane("ring", 1.0)


def test_plane_facts_against_closed_forms():
    curved, gaussian = plane_facts("curved"), plane_facts("tilted Gaussian")
    bend = np.exp(-0.5 * (1.2 * 1.1) ** 2)  # E cos(1.2 x₁)
    assert curved.mean == pytest.approx([0, -2 * bend], abs=1e-6)
    var_2 = 0.4**2 + 4 * (0.5 * (1 + bend**4) - bend**2)
    assert curved.trace == pytest.approx(1.1**2 + var_2, abs=1e-5)
    assert curved.entropy == pytest.approx(np.log(2 * np.pi * np.e * 1.1 * 0.4), abs=1e-5)
    assert gaussian.trace == pytest.approx(2 * 1.2**2, abs=1e-4)
    det = 1.2**4 * (1 - 0.95**2)
    assert gaussian.entropy == pytest.approx(0.5 * np.log((2 * np.pi * np.e) ** 2 * det), abs=1e-4)
    bumps = plane_facts("two bumps")
    assert bumps.mean == pytest.approx([0.3 * 1.8, 0.3 * 1.8], abs=1e-8)
    assert bumps.trace == pytest.approx(2 * (0.49 + 1.8**2 * (1 - 0.3**2)), abs=1e-6)


def test_plane_entropy_against_monte_carlo():
    rng = np.random.default_rng(0)
    side = np.where(rng.random(200_000) < 0.35, -1.8, 1.8)[:, None]
    x = side + 0.7 * rng.standard_normal((200_000, 2))
    parts = [w * np.prod(norm.pdf(x, c, 0.7), axis=1) for w, c in ((0.35, -1.8), (0.65, 1.8))]
    surprise = -np.log(sum(parts))
    error = surprise.std() / np.sqrt(len(x))
    assert abs(surprise.mean() - plane_facts("two bumps").entropy) < 4 * error


def test_independent_at_dependence_0_and_mutual_information_at_1():
    for shape in PLANE:
        p = plane(shape, 0.0) * CELL
        assert kl_tables(p, np.outer(p.sum(axis=1), p.sum(axis=0))) < 1e-6
    p = plane("tilted Gaussian", 1.0) * CELL
    information = kl_tables(p, np.outer(p.sum(axis=1), p.sum(axis=0)))
    assert information == pytest.approx(-0.5 * np.log(1 - 0.95**2), abs=1e-5)


def test_table_is_a_distribution_and_its_factors_too():
    assert joint(2.0).sum() == pytest.approx(1)
    assert kl_tables(joint(0.0), np.outer(joint(0.0).sum(1), joint(0.0).sum(0))) < 1e-15
    factor = tilted(np.array([0.2, 0.8]), 2.0)
    assert factor == pytest.approx([0.04 / 0.68, 0.64 / 0.68])
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    assert kl_tables(p, q) == pytest.approx(0.5 * np.log(2))


# The landscape of KL(q‖p)


def test_landscape_against_quadrature():
    p = two_bumps(4.5, 0.3)
    landscape = of_any_variance()
    values = landscape(p)
    for i, j in ((0, 0), (20, 12), (40, 28), (80, 5)):
        q = norm(landscape.means[i], landscape.sds[j])
        assert values[i, j] == pytest.approx(kl_quadrature(q, p), abs=1e-9)


def test_landscape_of_a_gaussian_is_the_closed_form():
    landscape = Landscape(np.linspace(-1, 1, 5), [0.5, 1.0, 2.0])
    closed = kl_univariate(landscape.means[:, None], landscape.sds**2, 0.3, 1.44)
    assert np.allclose(landscape(norm(0.3, 1.2)), closed, atol=1e-12)


@pytest.mark.parametrize("separation", [0.0, 2.5, 3.75, 4.0, 4.25, 4.5, 5.0, 5.5, 6.0])
def test_every_local_minimum_is_shown(separation):
    for weight in (0.05, 0.15, 0.3, 0.35, 0.45, 0.5, 0.7):
        p, half = two_bumps(separation, weight), separation / 2
        exact = []
        for mean in (-half, 0, half * (1 - 2 * weight), half):
            for sd in (0.8, 1.5, 2.0, 2.5):
                q = information_projection(p, (mean + 1e-3, sd**2))
                place = np.array([q.mean, np.sqrt(q.var)])
                if not any(np.abs(place - other).max() < 1e-4 for other in exact):
                    exact.append(place)
        shown = reverse_map(separation, weight)[1].T
        assert len(shown) == len(exact), (separation, weight, shown, exact)
        for place in exact:
            assert np.abs(shown - place).max(axis=1).min() < 2e-3, (separation, weight)


def test_walk_goes_downhill_to_the_minimum_below():
    landscape, rng = of_any_variance(), np.random.default_rng(1)
    for _ in range(60):
        separation, weight = 0.25 * rng.integers(25), 0.05 * rng.integers(1, 20)
        values, places = reverse_map(separation, weight)
        way = landscape.walk(values, rng.uniform(-4, 4), rng.uniform(0.4, 3))
        i = np.searchsorted(landscape.means, way[0, 1:] - 1e-9)
        j = np.searchsorted(landscape.sds, way[1, 1:] - 1e-9)
        assert (np.diff(values[i, j]) < 0).all()
        below = information_projection(two_bumps(separation, weight), (way[0, -1], way[1, -1] ** 2))
        gap = np.abs(places[0] - below.mean) + np.abs(places[1] - np.sqrt(below.var))
        assert gap.min() < 4e-3


def test_a_saddle_is_no_minimum():
    side = np.linspace(-1, 1, 9)
    saddle = RectBivariateSpline(side, side, side[:, None] ** 2 - side**2)
    bowl = RectBivariateSpline(side, side, (side[:, None] - 0.2) ** 2 + 3 * side**2)
    assert _newton(saddle, np.zeros(2)) is None
    assert _newton(bowl, np.array([0.5, 0.5])) == pytest.approx([0.2, 0.0], abs=1e-9)


@pytest.mark.parametrize(("separation", "weight"), [(5.0, 0.35), (3.0, 0.5), (6.0, 0.05)])
def test_minima_on_the_line_against_a_minimiser(separation, weight):
    p = two_bumps(separation, weight)
    places, curve = minima(MEANS, of_unit_variance()(p)[:, 0])
    for place in places:
        around = (place - 0.4, place + 0.4)
        found = minimize_scalar(
            lambda m: kl_quadrature(norm(m, 1), p), bounds=around, method="bounded"
        )
        assert place == pytest.approx(found.x, abs=2e-4)
        assert curve(place) == pytest.approx(found.fun, abs=1e-6)


def test_downhill_does_not_climb():
    places, curve = minima(MEANS, of_unit_variance()(two_bumps(5.0, 0.35))[:, 0])
    for start in np.arange(-4, 4.1, 0.25):
        end = downhill(places, curve, start)
        assert (np.diff(curve(np.linspace(start, end, 200))) <= 1e-12).all()


# The same on every machine: another CPU's last bits, as noise


def test_minima_on_the_line_at_every_setting():
    """As many as where a finely sampled curve turns upwards; none twice, none lost."""
    rng, counts = np.random.default_rng(0), {}
    for separation, weight in SETTINGS:
        values = of_unit_variance()(two_bumps(separation, weight))[:, 0]
        fine = CubicSpline(MEANS, values)(np.linspace(-4.79, 4.7913, 3001))
        turns = np.diff(np.sign(np.diff(fine)))
        counts[separation, weight] = len(minima(MEANS, values)[0])
        assert counts[separation, weight] == np.sum(turns > 0) > 0, (separation, weight)
        noisy = values + 1e-14 * rng.normal(size=len(values))
        assert len(minima(MEANS, noisy)[0]) == counts[separation, weight]
    assert set(counts.values()) == {1, 2}


def test_a_minimum_on_a_knot_counts_once():
    """Where the slope at the knot is 0 but for its last bits, on either side."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        values = MEANS**2 + 1e-15 * rng.normal(size=len(MEANS))
        assert minima(MEANS, values)[0] == pytest.approx([0.0], abs=1e-9)


def test_at_a_top_no_way_is_down():
    stage = Stage(fixed_width)
    stage.draw(separation=5.0, weight=0.5, start=0.0)
    assert "2 minima, at −2.458 and 2.458: at 0 the slope is 0: no way is down." in stage.summary
    places, curve = minima(MEANS, MEANS**4 - 4 * MEANS**2)
    for tiny in (-1e-13, 0.0, 1e-13):
        assert downhill(places, curve, tiny) == tiny


def test_ways_do_not_depend_on_the_last_bit():
    landscape, rng = of_any_variance(), np.random.default_rng(2)
    for separation in (0.0, 3.0, 4.5, 5.0, 6.0):
        values, places = reverse_map(separation, 0.5)  # symmetric: the ties are here
        for _ in range(3):
            noisy = values + 1e-13 * rng.normal(size=values.shape)
            assert landscape.minima(noisy).shape == places.shape
            for mean in (-1.5, 0.0, 1.5):
                for sd in (0.4, 1.0, 2.0):
                    way = landscape.walk(values, mean, sd)
                    assert np.array_equal(landscape.walk(noisy, mean, sd), way)


def test_entropy_of_two_bumps_against_quadrature():
    p = two_bumps(5.0, 0.35)
    exact = quad(lambda x: -p.pdf(x) * p.logpdf(x), -9, 9, points=[-2.5, 0, 2.5])[0]
    assert entropy(p) == pytest.approx(exact, abs=1e-9)


# Cauchy


def test_running_means():
    draws = np.random.default_rng(5).standard_t(3.0, PLACES[-1])
    means = running_means(3.0, 5)
    assert means[[0, -1]] == pytest.approx([draws[0], draws.mean()])
    assert means[50] == pytest.approx(draws[: PLACES[50]].mean())


def test_another_seed_shows_four_other_samples():
    stage, seen = Stage(no_mean.wandering_mean), set()
    paths = [mark for mark in stage.moving if len(mark.get_xdata()) == len(PLACES)]
    assert len(paths) == 4
    for seed in range(31):
        stage.draw(tail="t, ν = 30", mu=0.0, seed=seed)
        seen |= {path.get_ydata()[-1] for path in paths}
    assert len(seen) == 4 * 31


@pytest.mark.parametrize("degrees", TAILS.values())
def test_divergence_within_against_quad(degrees):
    def price(x):
        return t.pdf(x, degrees) * (t.logpdf(x, degrees) - norm.logpdf(x))

    within, mass = divergence_within(degrees)
    for k in (0, 8):
        radius = RADII[SHOWN][k]
        exact = 2 * quad(price, 0, radius, points=[1, 5], limit=200)[0]
        assert within[k] == pytest.approx(exact, rel=1e-4, abs=1e-6)
        assert mass[k] == pytest.approx(1 - 2 * t.sf(radius, degrees), abs=1e-5)


def test_cauchy_diverges_like_radius_over_pi_and_the_others_as_said():
    within = {degrees: divergence_within(degrees)[0] for degrees in TAILS.values()}
    assert within[1.0][-1] / (RADII[-1] / np.pi) == pytest.approx(1, abs=2e-3)
    assert within[3.0][-1] == pytest.approx(kl_quadrature(t(3), norm(0, 1)), abs=1e-3)
    assert kl_quadrature(t(1.5), norm(0, 1)) == np.inf
    assert kl_quadrature(cauchy(), norm(2, 1)) == np.inf
    assert RADII[SHOWN][[0, 20, 30]] == pytest.approx([10, 1000, 10_000])


# Derivations, pictures


def test_slope_is_exact():
    found = objective.slope(lambda at: np.exp(at[0]) * at[1] ** 3, np.array([0.5, 2.0]))
    assert found == pytest.approx([8 * np.exp(0.5), 12 * np.exp(0.5)], rel=1e-15)


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.9])
def test_sums_of_the_derivation_against_the_bumps_own_moments(weight):
    weights = np.array([weight, 1 - weight])
    mean = weights @ objective.CENTRES
    assert objective.expect(objective.PLANE, weight) == pytest.approx(mean, abs=1e-12)
    trace = weights @ (2 * objective.VARIANCES + np.sum((objective.CENTRES - mean) ** 2, axis=1))
    found = objective.expect(np.sum((objective.PLANE - mean) ** 2, axis=1), weight)
    assert found == pytest.approx(trace, rel=1e-12)


@pytest.mark.parametrize(("rate", "factor"), [(0.4, 0.6), (1.0, 0.0), (1.5, 0.5), (2.2, 1.2)])
def test_gradient_steps_shrink_the_distance_by_the_stated_factor(rate, factor):
    stage = Stage(gradient_steps)
    stage.draw(shape="uniform", start=-3.0, rate=rate, step=3)
    reached = float(re.search(r"η = \S+: μ = (\S+);", stage.summary)[1].replace("−", "-"))
    assert abs(reached - 1) == pytest.approx(4 * factor**3, abs=1e-4)
    assert f"by {factor:.4g}." in stage.summary


def test_contours_lie_at_their_level():
    ax = Figure().subplots()
    lines = Contours(ax, color="k")
    side = np.linspace(-3, 3, 61)
    lines.move(side, side, side**2 + side[:, None] ** 2, [1.0, 4.0, 99.0])
    radii = np.hypot(*ax.patches[0].get_path().vertices.T)
    assert len(radii) > 50
    assert np.abs(radii[:, None] - [1, 2]).min(axis=1).max() < 5e-3
    assert {1, 2} == set(np.round(radii))


def test_area_reaches_from_the_axis_to_its_height():
    ax, x = Figure().subplots(), np.linspace(0, 1, 5)
    Area(ax, x, color="C0", hatch="//").move(x, 2 + x)
    box = ax.collections[0].get_paths()[0].get_extents()
    assert (box.y0, box.y1) == (0, 3)
    middle = ax.collections[0].get_paths()[0]
    assert middle.contains_point((0.9, 2.8))
    assert not middle.contains_point((0.1, 2.8))


def test_waterfall_shows_its_numbers_and_bars():
    ax = Figure().subplots()
    bars = Waterfall(ax, ["a", "b"], ["C0", "C1"], ["", ""])
    bars.move([0, 1.5], [1.5, -0.25])
    found = [(bar.get_y(), bar.get_height()) for bar in ax.containers[0]]
    assert found == [(0, 1.5), (1.5, -0.25)]
    fresh = Note(ax, 0, 0.98, align="center", transform=ax.get_xaxis_transform())
    shown = [mark for mark in ax.patches + ax.artists if isinstance(mark, Note)][:2]
    for note, text in zip(shown, ("+1.500", "−0.250"), strict=True):
        fresh.set_text(text)
        assert np.array_equal(note.get_path().vertices, fresh.get_path().vertices)


def test_table_columns_have_heights_in_proportion_and_stand_on_one_line():
    ax = Figure().subplots()
    Table(ax, (2, 2), color="C0").move(np.array([[40.0, 10.0], [0.0, 50.0]]), 50)
    columns, numbers = ax.patches
    corners = columns.get_path().vertices.reshape(4, 5, 2)
    width, height = (corners.max(axis=1) - corners.min(axis=1)).T
    assert width == pytest.approx(0.92 * np.ones(4))
    assert height == pytest.approx(0.92 * np.array([0.8, 0.2, 0, 1]))
    assert corners[..., 1].max(axis=1) == pytest.approx([0.46, 0.46, 1.46, 1.46])  # y downwards
    assert corners[1, :, 0].mean() == pytest.approx(1, abs=0.1)  # row 0, column 1
    box = numbers.get_path().get_extents()
    assert box.x0 > -0.5
    assert box.x1 < 1.5
    assert box.y0 > -0.5
    assert box.y1 < 1.5


@pytest.mark.parametrize(("align", "low", "high"), [("left", 0, 1), ("right", -1, 0)])
def test_note_hangs_on_its_side(align, low, high):
    note = Note(Figure().subplots(), 0.5, 0.5, align=align)
    note.set_text("four\nlong lines")
    x = note.get_path().vertices[:, 0]
    assert low - 0.02 <= x.min() < x.max() <= high + 0.02


def test_more_draws_leave_the_first_ones():
    stage = Stage(likelihood.maximum_likelihood)
    (ticks,) = (mark for mark in stage.moving if mark.get_label() == "draws")
    stage.draw(n=13, mu=-1.0, seed=4)
    more = ticks.get_xdata()
    stage.draw(n=12, mu=-1.0, seed=4)
    assert np.array_equal(ticks.get_xdata(), more[:12])
    prices = -norm.logpdf(more[:12], -1, 1)
    assert f"the cost is {prices.mean():.4f} nats" in stage.summary
    assert f"likelihood of the draws is −{prices.sum():.2f}." in stage.summary


# Exercises: answers that are neither right nor a known slip


def test_a_gradient_with_another_step_is_told_its_factor():
    outcome, message = diagnose(check.gradient, lambda mu, x: 3 * (mu - x.mean(axis=0)))
    assert outcome == "wrong"
    assert message.startswith("Your value is 3 times the right one, on every probe. By hand:")


def test_a_moment_match_of_the_wrong_kind_is_an_error():
    outcome, message = diagnose(check.moment_match, lambda x, weights: np.mean(x))
    assert outcome == "error"
    assert "tuple of 2" in message


def test_a_product_with_wrong_marginals_breaks_an_identity():
    outcome, message = diagnose(check.factorise, lambda table: table**3 + 1 / table.size)
    assert outcome == "wrong"
    assert "the result sums to 1; yours gives" in message


def test_identity_tables_are_distributions():
    assert exercises.TABLE.sum() == pytest.approx(1)
    assert exercises.PRODUCT.sum() == pytest.approx(1)
