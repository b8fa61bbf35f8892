"""What notebook 02 says of KL(q‖p) and its minima, computed."""

from functools import cache

import numpy as np
import pytest
from claims import claim
from scipy.ndimage import maximum_filter
from scipy.stats import norm

from helpers.densities import GaussianMixture
from helpers.divergences import information_projection, kl_quadrature
from helpers.lessons.mean_matching.directions import (
    MEANS,
    of_any_variance,
    of_unit_variance,
    reverse_map,
)
from helpers.lessons.mean_matching.landscape import downhill, minima
from helpers.lessons.mean_matching.targets import LINE, two_bumps

DISTANCES = [0.25 * k for k in range(25)]
WEIGHTS = [round(0.05 * k, 2) for k in range(1, 20)]


@cache
def curve(distance, weight):
    """The minima of KL(N(μ, 1)‖p) and the curve itself."""
    return minima(MEANS, of_unit_variance()(two_bumps(distance, weight))[:, 0])


def n_minima(distance, weight):
    return len(curve(distance, weight)[0])


# Section 6: the other direction


@claim(
    "KL(p‖q) has one minimum, at E[x].",
    "That is the minimum of KL(p‖q).",
    "For KL(q‖p) the slope there is not 0: it leads on to the right bump.",
)
def test_forward_minimum_and_reverse_slope():
    """KL(p‖N(μ, 1)) is a parabola (test_one_parabola)."""
    places, price = curve(5.0, 0.35)
    mean = two_bumps(5.0, 0.35).mean()
    assert abs(price(mean, 1)) > 0.3
    assert downhill(places, price, mean) == places[1] > 2


@claim(
    "With the bumps 5 apart and 0.35 on the left, KL(q‖p) has two, and your start decides: from"
    " −0.25 you end at the left bump, from 0 at the right one.",
    "The left one is worse by about $\\log(0.65/0.35) = 0.62$ nats, but a descent cannot know"
    " that.",
    "The heavier bump is the lower minimum, but on the way from −1 to it KL(q‖p) rises first.",
    "Now the average is taken under q, and q is charged where it has mass and p has little.",
    "Over the gap of p between the bumps KL(q‖p) has a hill, and a descent does not climb.",
)
def test_two_minima_and_a_barrier():
    places, price = curve(5.0, 0.35)
    assert len(places) == 2
    ends = {start: downhill(places, price, start) for start in (-1.0, -0.25, 0.0)}
    assert list(ends.values()) == [places[0], places[0], places[1]]
    assert np.log(0.65 / 0.35) == pytest.approx(0.62, abs=5e-3)
    assert price(places[0]) - price(places[1]) == pytest.approx(0.62, abs=0.02)
    way = price(np.linspace(-1, places[1], 200))
    assert way[1] > way[0]
    assert way.max() > way[0] + 0.3
    top = np.linspace(-2, 2, 401)
    top = top[np.argmax(price(top))]
    assert kl_quadrature(norm(top, 1), two_bumps(5.0, 0.35)) == pytest.approx(price(top), abs=1e-5)


@claim(
    "At equal weights the two minima merge: two at a distance of 2.75, one at 2.5.",
    "At other weights the lighter bump loses its own.",
    "Give the left bump a weight of 0.05: at a distance of 3 no minimum belongs to it.",
    "At 6 it traps again whoever starts beside it.",
)
def test_minima_merge():
    assert [n_minima(d, 0.5) for d in (2.5, 2.75)] == [1, 2]
    assert (n_minima(3.0, 0.05), n_minima(6.0, 0.05)) == (1, 2)
    assert curve(3.0, 0.05)[0] > 0
    lone = [(d, w) for d in DISTANCES[1:] for w in WEIGHTS if n_minima(d, w) == 1 and w != 0.5]
    assert len(lone) > 150
    for distance, weight in lone:
        assert bool(curve(distance, weight)[0] > 0) is (weight < 0.5)
    assert downhill(*curve(6.0, 0.05), -3.0) == pytest.approx(-3, abs=0.2)


@claim("Where there is a jump, it lies on the side of the lighter bump.")
def test_jump_on_the_side_of_the_lighter_bump():
    seen = 0
    for distance in DISTANCES:
        for weight in WEIGHTS:
            places, price = curve(distance, weight)
            if len(places) == 2 and weight != 0.5:
                between = np.linspace(*places, 2001)
                top = between[np.argmax(price(between))]
                assert bool(top < 0) is (weight < 0.5), (distance, weight)
                seen += 1
    assert seen > 150


@claim(
    "In the other direction of the divergence, section 6, the same bell has its minima near the"
    " bumps."
)
def test_the_same_bell_in_the_other_direction():
    places = minima(MEANS, of_unit_variance()(LINE["two bumps"])[:, 0])[0]
    assert places == pytest.approx([-2, 2], abs=0.35)
    for place in places:
        prices = [kl_quadrature(norm(place + by, 1), LINE["two bumps"]) for by in (-0.05, 0, 0.05)]
        assert np.argmin(prices) == 1


@claim(
    "In the middle map one valley, always.",
    "In the right map up to three minima: one in each bump, and a wide one that settles for both.",
)
def test_how_many_minima():
    """The left one is a theorem: KL(p‖q) is strictly convex in the natural parameters of q."""
    counts = {(d, w): reverse_map(d, w)[1] for d in DISTANCES for w in WEIGHTS}
    assert {places.shape[1] for places in counts.values()} == {1, 2, 3}
    for (distance, _), (means, sds) in counts.items():
        if len(means) == 3:
            wide = np.argmax(sds)
            narrow = np.delete(means, wide)
            assert np.sort(narrow) == pytest.approx([-distance / 2, distance / 2], abs=0.5)
            assert sds[wide] > 1.5 > np.delete(sds, wide).max()
    means, sds = np.linspace(-4, 4, 41) + 0.0137, np.geomspace(0.4, 4, 31)
    for distance in DISTANCES[::6]:
        for weight in WEIGHTS[::3]:
            p = two_bumps(distance, weight)
            gap = p.var() + (means[:, None] - p.mean()) ** 2
            values = np.log(sds) + 0.5 * gap / sds**2
            inner = (maximum_filter(-values, 3) == -values)[1:-1, 1:-1]
            assert inner.sum() == 1


@claim(
    "Where you end depends on where you start, and on how wide.",
    "At the distance and weight shown first, from mean 0: an sd of 1 or less leads to the right"
    " bump, the lowest minimum; an sd of 1.5 or more to the wide one.",
    "So starting wide is no cure.",
)
def test_starting_wide():
    values, places = reverse_map(5.0, 0.35)
    order = np.argsort(places[0])
    left, wide, right = places[:, order].T
    p = two_bumps(5.0, 0.35)
    prices = [kl_quadrature(norm(*place), p) for place in (left, wide, right)]
    assert np.argmin(prices) == 2
    for sd in np.round(np.arange(0.4, 3.05, 0.1), 1):
        if 1 < sd < 1.5:
            continue
        end = of_any_variance().walk(values, 0.0, sd)[:, -1]
        goal = right if sd <= 1 else wide
        assert np.abs(end - goal).max() < 0.1, sd
    assert np.abs(of_any_variance().walk(values, -2.0, 1.0)[:, -1] - left).max() < 0.1


@claim(
    "The lowest of them is the information projection:",
    "All three variances are below that of p, 6.3275; the two narrow ones are near 0.64, the bumps'"
    " own.",
    "An I-projection is often too narrow, and notebook 03 will measure by how much.",
)
def test_often_too_narrow():
    p = two_bumps(5.0, 0.35)
    assert f"{p.var():.4f}" == "6.3275"
    found = [information_projection(p, start).var for start in ((-2, 1), (0, 4), (2, 1))]
    assert max(found) < p.var()
    qs = [information_projection(p, start) for start in ((-2, 1), (0, 4), (2, 1))]
    prices = [kl_quadrature(norm(q.mean, np.sqrt(q.var)), p) for q in qs]
    assert min(prices) == prices[2]
    assert len(reverse_map(5.0, 0.35)[1].T) == 3, "there is no other"
    assert [found[0], found[2]] == pytest.approx([0.64, 0.64], abs=0.03)
    narrower = [
        reverse_map(d, w)[1][1] ** 2 < two_bumps(d, w).var() for d in DISTANCES[1:] for w in WEIGHTS
    ]
    assert np.concatenate(narrower).mean() > 0.9


@claim("It is no law: p = 0.2 N(0, 0.1²) + 0.8 N(0, 1) has variance 0.802, its I-projection 0.840.")
def test_an_information_projection_that_is_wider():
    p = GaussianMixture([0.2, 0.8], [0, 0], [0.01, 1])
    assert p.var() == pytest.approx(0.802)
    found = {f"{information_projection(p, (0.0, v)).var:.3f}" for v in (0.5, 1.0, 2.0)}
    assert found == {"0.840"}
