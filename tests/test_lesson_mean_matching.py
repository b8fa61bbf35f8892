"""What notebook 02 computes for its pictures, and every number in its prose."""

import re

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from matplotlib.figure import Figure
from scipy.integrate import quad
from scipy.interpolate import RectBivariateSpline
from scipy.optimize import minimize_scalar
from scipy.stats import cauchy, norm, t

from helpers.diagnosis import diagnose
from helpers.divergences import information_projection, kl_quadrature, moment_projection
from helpers.gaussians import kl_univariate
from helpers.lessons.mean_matching import check, exercises, objective, predictions
from helpers.lessons.mean_matching.bells import gradient_steps
from helpers.lessons.mean_matching.factorised import joint, kl_tables, tilted
from helpers.lessons.mean_matching.failures import (
    PLACES,
    RADII,
    SHOWN,
    TAILS,
    divergence_within,
    running_means,
)
from helpers.lessons.mean_matching.landscape import Landscape, _newton, downhill, minima
from helpers.lessons.mean_matching.projections import (
    MEANS,
    entropy,
    of_any_variance,
    of_unit_variance,
    reverse_map,
)
from helpers.lessons.mean_matching.targets import (
    CELL,
    GRID,
    LINE,
    PLANE,
    facts,
    plane,
    plane_facts,
    two_bumps,
)
from helpers.plots import Contours, Note, Table
from helpers.widgets import Prediction, Stage

NOTEBOOK = nbformat.read(ROOT / "notebooks" / "02_mean_matching.ipynb", as_version=4)
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
ASKED = "\n".join(
    f"{part.question} {part.reason} {part.look_for}"
    for part in vars(predictions).values()
    if isinstance(part, Prediction)
)


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


def test_the_mean_of_cauchy_draws_is_as_wide_as_one_draw():
    draws = cauchy.rvs(size=(4000, 500), random_state=np.random.default_rng(0))
    for values in (draws[:, 0], draws.mean(axis=1)):
        low, high = np.quantile(values, [0.25, 0.75])
        assert high - low == pytest.approx(2, rel=0.1)  # Cauchy's quartiles are ± 1


# Derivations, pictures


def test_slope_is_exact():
    found = objective.slope(lambda x, y: np.exp(x) * y**3, np.array([0.5, 2.0]))
    assert found == pytest.approx([8 * np.exp(0.5), 12 * np.exp(0.5)], rel=1e-15)


def test_plane_moments_of_the_derivation_against_draws():
    rng = np.random.default_rng(0)
    left = rng.random(100_000) < 0.3
    centres, sds = objective.CENTRES, np.sqrt(objective.VARIANCES)
    x = np.where(left[:, None], centres[0], centres[1])
    x = x + np.where(left, *sds)[:, None] * rng.standard_normal((100_000, 2))
    mean, trace = objective.mean_and_trace(0.3)
    assert x.mean(axis=0) == pytest.approx(mean, abs=4 * x.std() / np.sqrt(1e5))
    assert x.var(axis=0).sum() == pytest.approx(trace, rel=0.02)


@pytest.mark.parametrize(("rate", "factor"), [(0.4, 0.6), (1.0, 0.0), (1.5, 0.5), (2.2, 1.2)])
def test_gradient_steps_shrink_the_distance_by_the_stated_factor(rate, factor):
    stage = Stage(gradient_steps)
    stage.draw(shape="uniform", start=-3.0, rate=rate, step=3)
    reached = float(re.search(r"lead to (\S+);", stage.summary)[1])
    assert abs(reached - 1) == pytest.approx(4 * factor**3, abs=1e-4)
    assert f"by {factor:.4g}." in stage.summary


def test_contours_lie_at_their_level():
    lines = Contours(Figure().subplots(), color="k")
    side = np.linspace(-3, 3, 61)
    lines.move(side, side, side**2 + side[:, None] ** 2, [1.0, 4.0, 99.0])
    radii = np.hypot(*lines.get_path().vertices.T)
    assert len(radii) > 50
    assert np.abs(radii[:, None] - [1, 2]).min(axis=1).max() < 5e-3
    assert {1, 2} == set(np.round(radii))


def test_table_squares_have_areas_in_proportion():
    ax = Figure().subplots()
    artists = Table(ax, (2, 2), color="C0")
    artists.move(np.array([[40.0, 10.0], [0.0, 50.0]]), 50)
    corners = artists[0].get_path().vertices.reshape(4, 5, 2)
    areas = np.prod(corners.max(axis=1) - corners.min(axis=1), axis=1)
    assert areas == pytest.approx(0.96**2 * np.array([0.8, 0.2, 0, 1]))
    assert corners.mean(axis=1)[1] == pytest.approx([1, 0], abs=0.1)  # row 0, column 1
    box = artists[1].get_path().get_extents()
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


# Every number that the prose states


def said(text, *numbers):
    for number in numbers:
        assert number in text, number


def test_numbers_of_the_bells():
    bells = facts("two bumps")
    said(ASKED, *(f"{bells.kl(mu):.4f}" for mu in (-2, 0.8, 2)))
    assert min((-2, 0.8, 2), key=bells.kl) == 0.8
    said(ASKED, f"μ = {bells.mean:.1f} is")
    said(PROSE, f"at the mean {bells.mean:.1f}", f"remaining {facts('uniform').floor:.4f} nats")


def test_numbers_of_the_plane():
    p = plane("curved", 1.0)
    mean = plane_facts("curved").mean
    row, column = np.abs(GRID - mean[1]).argmin(), np.abs(GRID - mean[0]).argmin()
    assert p[row, column] / p.max() < 0.02
    said(PROSE, "below 2 % of its peak")
    assert 2 / (2 * (1 - 0.95)) == pytest.approx(20)
    said(PROSE, "twenty times too large", "(ρ = 0.95)")


def test_numbers_of_the_two_directions():
    def n_minima(separation, weight):
        return len(minima(MEANS, of_unit_variance()(two_bumps(separation, weight))[:, 0])[0])

    places, curve = minima(MEANS, of_unit_variance()(two_bumps(5.0, 0.35))[:, 0])
    assert downhill(places, curve, -0.25) == places[0]
    assert downhill(places, curve, 0.0) == places[1]
    assert downhill(places, curve, -2.0) == places[0]
    said(PROSE, "from −0.25 you end in the left bump, from 0 in the right")
    assert np.log(0.65 / 0.35) == pytest.approx(0.62, abs=5e-3)
    assert curve(places[0]) - curve(places[1]) == pytest.approx(0.62, abs=0.02)
    said(PROSE, r"\log(0.65/0.35) = 0.62")
    assert (n_minima(2.5, 0.5), n_minima(2.75, 0.5)) == (1, 2)
    said(PROSE, "one minimum is left at a distance of 2.5, two at 2.75")
    assert (n_minima(3.0, 0.05), n_minima(6.0, 0.05)) == (1, 2)
    said(PROSE, "at a distance of 3 it is ignored altogether. At 6 it traps")
    swapped, other = minima(MEANS, of_unit_variance()(two_bumps(5.0, 0.65))[:, 0])
    assert downhill(swapped, other, 0.0) == swapped[0]
    assert downhill(swapped, other, 0.25) == swapped[1]


def test_numbers_of_the_free_variance():
    var = moment_projection(two_bumps(5.0, 0.35)).var
    assert var == pytest.approx(0.64 + 0.35 * 0.65 * 25)
    said(PROSE, f"{var:.4f}", "The bumps' own variance is 0.64")
    said(ASKED, "0.35 · 0.65 · 5² = 5.6875", f"is {np.sqrt(var):.2f}")
    assert reverse_map(5.0, 0.35)[1].shape == (2, 3)
    counts = [reverse_map(0.25 * k, 0.05 * w)[1].shape[1] for k in range(25) for w in range(1, 20)]
    assert max(counts) == 3
    said(PROSE, "up to three: one in each bump, and a wide one")
    narrow = [
        information_projection(two_bumps(5.0, 0.35), start).var for start in ((-2, 1), (2, 1))
    ]
    assert narrow == pytest.approx([0.64, 0.64], abs=0.03)


def test_numbers_of_the_cauchy():
    assert np.sqrt(PLACES[-1]) == pytest.approx(141, abs=0.5)
    assert PLACES[-1] == 20_000
    said(ASKED, "√20,000 is about 141")
    said(PROSE, "until one draw of 20,000 is taken away")
    far = 1e4
    assert cauchy.pdf(far) * far**2 / 2 == pytest.approx(1 / (2 * np.pi), rel=1e-6)
