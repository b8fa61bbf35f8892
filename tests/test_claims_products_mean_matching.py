"""What notebook 02 says of products, and of a p without moments, computed."""

import numpy as np
import pytest
from claims import claim
from scipy.ndimage import maximum_filter
from scipy.stats import cauchy, norm, t

from helpers.divergences import kl_quadrature
from helpers.lessons.mean_matching import (
    no_mean,
    product_density,
    product_of_many,
    product_table,
    products,
)
from helpers.lessons.mean_matching import targets as T
from helpers.lessons.mean_matching.products import joint, kl_tables, tilted
from helpers.lessons.mean_matching.targets import CELL, plane
from helpers.mean_field import LinearGaussian, coordinate_ascent
from helpers.widgets import Stage

DEPENDENCES = np.round(np.arange(0, 1.01, 0.05), 2)


# Section 7: products


@claim(
    "Nothing happens: on the constraint, its term is 0.",
    "λ = 1, and $q_1^ = p_1$, the marginal, for every $q_2$.",
    "It is a minimum: the slope $-p_1/q_1+\\lambda$ rises with $q_1$.",
    "ln(q₁q₂) is a sum, so q₂ ends up in the constant.",
    "One pass is enough.",
    "Under p, ln q₂ is a term by itself.",
    "Dependence in p sets the price that no product avoids.",
    "It brings no q₂ into q₁.",
)
def test_table_factor():
    rng = np.random.default_rng(3)
    ledger = product_table.derivation
    for _ in range(30):
        at = {c.name: c.snap(rng.uniform(c.low, c.high)) for c in ledger.controls}
        lines = [ledger.ledger(**at | {"lam": lam})[4][0] for lam in (-1.0, 0.4, 3.0)]
        assert np.ptp(lines) < 1e-12
        p = joint(at["dependence"])
        p_1 = p.sum(axis=1)
        for power in (0.0, 1.0, 2.0):
            q_2 = tilted(p.sum(axis=0), power)
            solved = product_table.solve(p, np.full(3, 1 / 3), q_2)
            assert solved == pytest.approx([*p_1, 1.0], abs=1e-9)
            best = kl_tables(p, np.outer(p_1, q_2))
            for _ in range(5):
                assert kl_tables(p, np.outer(rng.dirichlet(np.ones(3)), q_2)) > best
        q = np.sort(rng.uniform(0.01, 1, 9))
        assert (np.diff(-p_1[0] / q + 1) > 0).all()


@claim(
    "Each power changes its own number, and the sum.",
    "At powers 1 and 1 both bars are gone, whatever the dependence.",
    "Dependence changes the marginals too, and with them the other bars, unless they are gone.",
    "The first bar is 0 at dependence 0, and no power changes it.",
)
def test_bars_of_the_table():
    stage = Stage(products.table_projection)

    def numbers(dependence, power_1, power_2):
        said = stage._update(dependence=dependence, power_1=power_1, power_2=power_2)
        words = said.replace(",", "").split()
        sum_, first, second, third = (float(word) for word in words if word[:2] in ("0.", "1."))
        return np.array([first, second, third, sum_])

    base = numbers(1.5, 0.0, 2.0)
    for power in (0.5, 1.0, 3.0):
        assert (numbers(1.5, power, 2.0) != base).tolist() == [False, True, False, True]
        assert (numbers(1.5, 0.0, power) != base).tolist() == [False, False, True, True]
    found = np.array([numbers(dependence, 0.0, 2.0) for dependence in (0.0, 0.5, 1.5, 3.0)])
    assert (np.diff(np.sort(found, axis=0), axis=0) > 0).all(), "each bar changes"
    for dependence in np.arange(0, 3.05, 0.25):
        assert numbers(dependence, 1.0, 1.0)[1:3].tolist() == [0, 0]
    assert numbers(0.0, 0.0, 3.0)[0] == 0


@claim(
    "Again λ = 1, and again the marginal:",
    "The second variation is positive in every direction h, so this is the one minimum.",
    "Where $\\mathcal L$ is least the slope is 0 for every h, so it must be 0 at every $z_1$.",
)
def test_functional_derivative():
    """The last is the fundamental lemma of the calculus of variations; here on the grid, with
    directions that are not 0 at one point alone. L is convex: −ln is, and the rest is linear."""
    log_p = product_density._at(0.6, 1.0, 1.0, 0.0)["log_p"]
    p_1, side = product_density.marginal(log_p), product_density.SIDE
    assert p_1 == pytest.approx(norm.pdf(side), abs=1e-12)
    step, middle = product_density.STEP, np.abs(side) < 4
    for k in np.flatnonzero(middle)[::9]:
        h = np.zeros(len(side))
        h[k] = p_1[k]
        slope = product_density._slope(log_p, p_1, 1.0, h)
        assert slope == pytest.approx(0, abs=1e-15)
        off = product_density._slope(log_p, norm.pdf(side, 0.3, 1.2), 1.0, h)
        bracket = 1 - p_1[k] / norm.pdf(side[k], 0.3, 1.2)
        assert off == pytest.approx(bracket * h[k] * step)
    rng = np.random.default_rng(4)
    for _ in range(20):
        h = p_1 * np.cos(rng.uniform(0.5, 4) * side + rng.uniform(0, 6)) * rng.uniform(0, 1)
        at_ends = [product_density.lagrangian(log_p, p_1 + s * h, 1.0) for s in (-0.9, 0, 0.9)]
        assert at_ends[0] - 2 * at_ends[1] + at_ends[2] > 0
        assert min(at_ends[0], at_ends[2]) > at_ends[1]


@claim(
    "Each factor has a term of its own, so each best factor is its marginal, and no factor waits"
    " for another."
)
def test_many_factors():
    rng = np.random.default_rng(5)
    p = product_of_many._at("1", 1.3, 1.0)["p"]
    marginals = [product_of_many.marginal(p, i) for i in range(3)]

    def price(q):
        return kl_tables(p, np.einsum("a,b,c", *q))

    for j in range(3):
        q = [rng.dirichlet(np.ones(n)) for n in p.shape]
        best = price([*q[:j], marginals[j], *q[j + 1 :]])
        for _ in range(20):
            other = rng.dirichlet(np.ones(p.shape[j]))
            assert price([*q[:j], other, *q[j + 1 :]]) > best


def bumps(density):
    peaks = maximum_filter(density, 3) == density
    return int((peaks & (density > 1e-6 * density.max())).sum())


def dip(marginal):
    """How far the valley lies below the lower of the two bumps, as a share of it."""
    low, high = np.flatnonzero(maximum_filter(marginal, 3) == marginal)
    return 1 - marginal[low:high].min() / marginal[[low, high]].min()


@claim(
    "The marginals agree.",
    "From dependence 0.55 on, two bumps become four, at first with shallow dips between them; a"
    " thin diagonal becomes a round cloud, too wide across the diagonal and too narrow along it.",
    "Each marginal has two bumps, and a product crosses them: left with lower, left with upper,"
    " and so on.",
    "Two of the four stand where p has almost nothing.",
    "Two bumps on a diagonal are a dependence, and a product has none.",
    "A product keeps its marginals, and each of these has two bumps.",
)
def test_products_in_the_plane():
    for dependence in DEPENDENCES:
        p = plane("two bumps", dependence)
        p_1, p_2 = p.sum(axis=0), p.sum(axis=1)
        q = np.outer(p_2, p_1) / p.sum()
        assert q.sum(axis=0) == pytest.approx(p_1, rel=1e-12)
        assert q.sum(axis=1) == pytest.approx(p_2, rel=1e-12)
        found = bumps(p), bumps(p_1), bumps(p_2), bumps(q)
        assert (found == (2, 2, 2, 4)) is bool(dependence >= 0.55), (dependence, found)
        assert bool(kl_tables(p * CELL, q * CELL) > 1e-5) is bool(dependence > 0)
        assert kl_tables(q * CELL, np.outer(q.sum(axis=1), q.sum(axis=0)) * CELL / q.sum()) < 1e-9
    # Along an edge of q from bump to bump p_1 varies alone: its dip is the dip of q.
    dips = [dip(plane("two bumps", d).sum(axis=0)) for d in DEPENDENCES[DEPENDENCES >= 0.55]]
    assert dips[0] < 0.1
    assert dips[-1] > 0.8
    assert (np.diff(dips) > 0).all()
    p = plane("two bumps", 1.0)
    q = np.outer(p.sum(axis=1), p.sum(axis=0)) / p.sum()
    peaks = (maximum_filter(q, 3) == q) & (q > 1e-6 * q.max())
    assert np.sort(p[peaks] / p.max())[:2].max() < 0.01
    x = T.GRID
    for dependence in DEPENDENCES[1:]:
        p = plane("tilted Gaussian", dependence) * CELL
        q = np.outer(p.sum(axis=1), p.sum(axis=0))
        across, along = (x - s * x[:, None] for s in (1, -1))
        assert np.sum(q * across**2) > np.sum(p * across**2)
        assert np.sum(q * along**2) < np.sum(p * along**2)
        assert np.sum(q * x * x[:, None]) == pytest.approx(0, abs=1e-9)
        assert np.sum(q * x**2) == pytest.approx(np.sum(q * x[:, None] ** 2), rel=1e-3)


@claim(
    "The best product for KL(q‖p) is another: in notebook 03, for a correlated Gaussian p, its"
    " variances are too small.",
    "So it is for KL(q‖p): there the factors are coupled, and notebook 03 alternates.",
)
def test_the_other_product():
    """The first is a theorem: 1/Λ_jj ≤ Σ_jj, with equality only without correlation."""
    rng = np.random.default_rng(6)
    for _ in range(50):
        model = LinearGaussian(rng.uniform(-2, 2, 2), 1.0)
        if abs(model.correlation) < 0.01:
            continue
        trace = coordinate_ascent(model, np.zeros(2), np.ones(2), 3)
        assert (trace.s2[-1] < np.diag(model.posterior_cov)).all()
        other = coordinate_ascent(model, np.array([0.0, 1.0]), np.ones(2), 3)
        assert abs(other.m[1, 0] - trace.m[1, 0]) > 1e-3


@claim(
    "The product's variances are right for each coordinate, and yet $z_1-z_2$ has a variance twenty"
    " times too large."
)
def test_twenty_times_too_large():
    x, p = T.GRID, plane("tilted Gaussian", 1.0) * CELL
    q = np.outer(p.sum(axis=1), p.sum(axis=0)) / p.sum()
    across = (x - x[:, None]) ** 2
    assert np.sum(q * across) / np.sum(p * across) == pytest.approx(20, rel=1e-3)
    assert np.sum(q * x**2) == pytest.approx(np.sum(p * x**2), rel=1e-9)
    rho = np.sum(p * x * x[:, None]) / np.sum(p * x**2)
    assert rho == pytest.approx(0.95, abs=1e-4)


# Section 8: no mean


@claim(
    "So KL(p‖N(μ, 1)) is infinite for every μ, and there is nothing to minimise.",
    "The divergence grows like R/π without end, and another μ adds at most ½μ² to it.",
    "ν = 3 settles and levels off.",
    "ν = 1.5 is between: the mean exists, KL is infinite all the same.",
)
def test_divergence_within_a_radius():
    """Without end: the integrand tends to 1/(2π) on either side, for every μ."""
    radii = no_mean.RADII[no_mean.SHOWN]
    for mu in np.arange(-4, 4.5, 0.5):
        assert kl_quadrature(cauchy(), norm(mu, 1)) == np.inf
        within, mass = no_mean.divergence_within(1.0)
        value = within + 0.5 * mu**2 * mass
        assert value[-1] / (radii[-1] / np.pi) == pytest.approx(1, abs=0.01)
        x = np.linspace(-50, 50, 20_001)
        more = cauchy.pdf(x) * (norm.logpdf(x, 0, 1) - norm.logpdf(x, mu, 1))
        assert -1e-9 <= np.sum(more) * (x[1] - x[0]) <= 0.5 * mu**2
        within, mass = no_mean.divergence_within(3.0)
        late = (within + 0.5 * mu**2 * mass)[radii >= 1000]
        assert np.ptp(late) < 0.01 * late[0] + 0.01
    assert t(1.5).mean() == 0
    assert kl_quadrature(t(1.5), norm(0, 1)) == np.inf
    within = no_mean.divergence_within(1.5)[0]
    assert within[-1] > 2 * within[radii >= 1000][0]
    for seed in range(124):
        means = no_mean.running_means(3.0, seed)
        assert abs(means[-1]) < 0.1
        assert np.ptp(means[no_mean.PLACES > 10_000]) < 0.1


@claim(
    "With the Cauchy density the means never settle: a single far draw still moves the average of"
    " thousands.",
    "The far draws come often enough to undo all that averaging gains.",
)
def test_single_draws_move_the_average():
    """Never: a mean of Cauchy draws has the density of one draw, whatever n."""
    places = np.arange(1, no_mean.N_DRAWS + 1)
    for seed in range(124):
        for degrees, moves in ((1.0, True), (30.0, False)):
            draws = np.random.default_rng(seed).standard_t(degrees, no_mean.N_DRAWS)
            means = np.cumsum(draws) / places
            assert means[no_mean.PLACES - 1] == pytest.approx(no_mean.running_means(degrees, seed))
            assert bool(np.abs(np.diff(means))[1000:].max() > 0.1) is moves


@claim(
    "The mean of n Cauchy draws is again Cauchy, with the same width.",
    "√20,000 is about 141, but that rule needs a variance, and here there is not even a mean.",
)
def test_the_mean_of_cauchy_draws_is_as_wide_as_one_draw():
    """A theorem: the characteristic function e^{−|t|} satisfies φ(t/n)ⁿ = φ(t). Measured too."""
    assert round(np.sqrt(no_mean.N_DRAWS)) == 141
    assert no_mean.TAILS["Cauchy (t, ν = 1)"] == 1.0
    assert np.isnan(cauchy.mean())
    ends = [no_mean.running_means(1.0, seed)[-1] for seed in range(400)]
    firsts = [no_mean.running_means(1.0, seed)[0] for seed in range(400)]
    for values in (ends, firsts):
        assert np.mean(np.abs(values) < 1) == pytest.approx(0.5, abs=0.1)  # quartiles at ± 1


@claim("Digits that look trustworthy, until one draw of 20,000 is taken away.")
def test_one_draw_taken_away():
    draws = cauchy.rvs(size=20_000, random_state=np.random.default_rng(0))
    assert draws.mean() > 4.6
    assert np.sort(draws)[:-1].mean() < 0


@claim(
    "For ν = 1.5, KL is infinite for every μ, yet $\\mathbb{E}_p[\\log\\mathcal N(x|\\mu,1) -"
    " \\log\\mathcal N(x|0,1)]$ is finite."
)
def test_differences_are_finite():
    """log N(x|μ, 1) − log N(x|0, 1) = μx − ½μ² is linear in x, and E|x| is finite."""
    x = np.linspace(-5, 5, 11)
    for mu in (-4.0, 0.5, 4.0):
        gap = norm.logpdf(x, mu, 1) - norm.logpdf(x, 0, 1)
        assert gap == pytest.approx(mu * x - 0.5 * mu**2)
        assert kl_quadrature(t(1.5), norm(mu, 1)) == np.inf
    assert np.isfinite(t(1.5).expect(np.abs))
