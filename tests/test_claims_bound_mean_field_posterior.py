"""Notebook 03, sections 1 to 3: every sentence that says what happens, computed."""

import itertools
import re

import numpy as np
import pytest
from claims import claim
from conftest import ROOT
from scipy.stats import chi2

from helpers.gaussians import kl_full, log_normal, log_normal_full
from helpers.lessons.mean_field_posterior import (
    completing_the_square,
    exact_posterior,
    expectations,
    lower_bound,
    recipe,
    term_by_term,
)
from helpers.mean_field import LinearGaussian, coordinate_ascent, elbo_terms, update_factor
from helpers.widgets import Stage

WORKED = LinearGaussian([1.2, -0.7], 1.5)
HERE, S2_HERE = np.array([0.4, -0.1]), np.array([0.5, 0.8])

DEFINITIONS = (
    "The model (worksheet, part 2):",
    "Before we look, z is anywhere near 0 (dotted rings).",
    "From θ to the 2 × 2 posterior covariance.",
    "The tutorial calls the third term “reduce spread”.",
    "Here is the worked example at $m=(0.4,-0.1)$, $s^2=(0.5, 0.8)$.",
    "The constant, 1/p(x), costs the integral.",
    "One call updates one factor: j is 0 or 1.",
    "Nobody told q that $z_2$ is not.",
    "This long axis is the ridge, from now on.",
    "Upright ellipses cannot tilt.",
    "A surprising x is not a more precise one: the noise has variance 1, wherever x falls.",
)
QUESTIONS = ("Set θ = (3, 3) and ask: what do we know about $z_1$ alone?",)
INSTRUCTIONS = (
    "[The collection](../README.md) · previous: [02 Mean matching](02_mean_matching.ipynb) · "
    "next: [04 Gaussian mixtures](04_gmm_cavi.ipynb)",
    "So add up the four parts yourself first, with every constant. m and s2 hold the means and the "
    "variances of $q_1, q_2$.",
)


def models(n, size=3.0, seed=0):
    """Random models on the sliders, and their corners."""
    rng = np.random.default_rng(seed)
    corners = itertools.product((-size, size), (-size, size), (-3.0, 3.0))
    yield from (LinearGaussian([a, b], x) for a, b, x in corners)
    for _ in range(n):
        yield LinearGaussian(rng.uniform(-size, size, 2), rng.uniform(-3, 3))


def random_q(rng):
    return rng.uniform(-2, 2, 2), rng.uniform(0.3, 2, 2) ** 2


# Section 1


@claim(
    "Eq. 2.3 of the solution has $2\\theta_1\\theta_2 z_1z_2$ in the exponent.",
    "It cannot be split into a part with $z_1$ and a part with $z_2$: differentiate by $z_1$, then"
    " by $z_2$.",
    "Two such parts leave 0; the log posterior leaves $-\\theta_1\\theta_2$.",
    "So the answer to problem 3: the posterior factorises if and only if $\\theta_1\\theta_2 = 0$.",
    "The solution says just “no”: set θ₂ to 0 in the next picture and see the exception.",
)
def test_factorises_iff():
    """f splits into a sum iff f(a, b) − f(a, 0) − f(0, b) + f(0, 0) = 0; here it is −θ₁θ₂ab."""
    assert r"2\theta_1\theta_2z_1z_2" in completing_the_square.exponent.lines[2].latex
    rng = np.random.default_rng(1)
    thetas = [*rng.uniform(-3, 3, (40, 2)), np.array([1.7, 0]), np.array([0, -2.0]), np.zeros(2)]
    for theta in thetas:
        x, (a, b) = rng.uniform(-3, 3), rng.uniform(0.5, 2, 2)
        corners = np.array([[a, b], [a, 0], [0, b], [0, 0]])
        mixed = [1, -1, -1, 1] @ expectations.log_joint(corners, theta, x)
        assert mixed == pytest.approx(-np.prod(theta) * a * b, abs=1e-12)
        model = LinearGaussian(theta, x)
        joint = log_normal_full(corners, model.posterior_mean, model.posterior_cov)
        product = log_normal(corners, model.posterior_mean, np.diag(model.posterior_cov)).sum(1)
        assert np.allclose(joint, product, atol=1e-12) == (np.prod(theta) == 0)
    stage = Stage(exact_posterior.posterior)
    for theta_1, theta_2 in itertools.product((-3.0, 0.1, 1.2, 3.0), (0.0, 0.1, -0.7)):
        stage.draw(theta_1=theta_1, theta_2=theta_2, x=1.5)
        assert stage.summary.endswith(": it factorises.") == (theta_2 == 0)


@claim("And the integral that Bayes' rule divides by, $p(x)$, is a Gaussian density too.")
def test_evidence_is_gaussian():
    for model in models(10, size=2.0):
        by_grid = expectations.log_evidence(model.theta, model.x)
        assert by_grid == pytest.approx(log_normal(model.x, 0, 1 + model.theta @ model.theta))


@claim(
    "The observation stands in the mean, but not in the covariance, nor in the correlation.",
    "The observation pushes the ellipse along; only θ shapes it.",
    "In line 5, x stands in Λμ = xθ and nowhere else: it moves the mean.",
    "The precision Λ, and with it covariance and correlation, depend on θ alone.",
    "Slide x from end to end and watch the ellipse: a translation.",
)
def test_x_only_moves():
    """The moments by the grid, which knows no formula, at both ends of x."""
    assert re.findall(r"\bx\b.*", completing_the_square.exponent.lines[4].latex) == [r"x\,\theta"]
    rng = np.random.default_rng(2)
    for theta in rng.uniform(-2, 2, (10, 2)):
        means, covs = zip(*(moments(theta, x) for x in (-3.0, 0.7, 3.0)), strict=True)
        assert np.allclose(covs[0], covs[1], atol=1e-12)
        assert np.allclose(covs[0], covs[2], atol=1e-12)
        for mean, x in zip(means, (-3.0, 0.7, 3.0), strict=True):
            assert np.allclose(mean, theta * x / (1 + theta @ theta), atol=1e-12)


def moments(theta, x):
    weights = np.exp(expectations.log_joint(expectations.GRID, theta, x))
    weights = weights / weights.sum()
    mean = weights @ expectations.GRID
    gaps = expectations.GRID - mean
    return mean, (weights * gaps.T) @ gaps


@claim(
    "A longer θ makes the stripe narrower, and the ellipse with it.",
    "Across the stripe the data speak; along it the posterior is as wide as the prior.",
    "The ellipse's axes lie along θ and across it, and θ stays; nor does it shrink, for the noise"
    " keeps its variance 1.",
)
def test_axes_of_the_ellipse():
    """Λ = I + θθᵀ has the eigenvectors θ, with 1 + θᵀθ, and what is across it, with 1."""
    rng = np.random.default_rng(3)
    for theta in rng.uniform(-3, 3, (100, 2)):
        size = np.hypot(*theta)
        along, across = theta / size, np.array([-theta[1], theta[0]]) / size
        cov = LinearGaussian(theta, 3.0).posterior_cov
        assert across @ cov @ across == pytest.approx(1)
        assert along @ cov @ along == pytest.approx(1 / (1 + size**2))
        assert along @ cov @ across == pytest.approx(0, abs=1e-12)
        longer = LinearGaussian(1.1 * theta, 3.0).posterior_cov
        assert along @ longer @ along < along @ cov @ along < 1
        # The stripe |θᵀz − x| ≤ 1 is 2/‖θ‖ wide: from z to z + 2 along/‖θ‖ it is crossed.
        assert theta @ (2 * along / size) == pytest.approx(2)


@claim("The curve crosses zero at θ₁ = 0 only, unless θ₂ = 0: then it is flat.")
def test_correlation_curve():
    axis = np.linspace(-3, 3, 61)
    for theta_2 in np.linspace(-3, 3, 61):
        rho = np.array([LinearGaussian([t, theta_2], 1).correlation for t in axis])
        if abs(theta_2) < 1e-9:
            assert abs(rho).max() < 1e-9
        else:
            assert np.array_equal(np.sign(rho), -np.sign(axis.round(9)) * np.sign(theta_2))


# Section 2


@claim(
    "Move q: KL and ELBO both change, their sum does not.",
    "To lower the KL, which in most models we cannot compute, raise the ELBO, which we can.",
)
def test_the_sum_stays():
    rng = np.random.default_rng(4)
    for model in models(40):
        (m, s2), (m_2, s2_2) = random_q(rng), random_q(rng)
        elbos = [elbo_terms(model, *q).total for q in ((m, s2), (m_2, s2_2))]
        posterior = model.posterior_mean, model.posterior_cov
        kls = [kl_full(at, np.diag(var), *posterior) for at, var in ((m, s2), (m_2, s2_2))]
        assert abs(elbos[0] - elbos[1]) > 1e-6
        assert elbos[0] + kls[0] == pytest.approx(model.log_evidence, abs=1e-10)
        assert elbos[1] + kls[1] == pytest.approx(model.log_evidence, abs=1e-10)


@claim(
    "Whatever you do, the ELBO stays under the ceiling, and the violet bar never closes: the best"
    " product leaves 0.1079 nats, the best setting of these sliders 0.1087."
)
def test_the_bar_never_closes():
    """KL = ½(m − μ)ᵀΛ(m − μ) + a function of s² alone: the sliders' best is found in two halves."""
    axes = {
        c.name: np.arange(c.low, c.high + 1e-9, c.step) for c in lower_bound.three_terms.controls
    }
    top = WORKED.log_evidence

    def gaps(first, second, build):
        pairs = np.stack(np.meshgrid(axes[first], axes[second]), axis=-1).reshape(-1, 2)
        return pairs, top - elbo_terms(WORKED, *build(pairs)).total

    means, _ = gaps("m_1", "m_2", lambda pairs: (pairs, S2_HERE))
    best_m = means[gaps("m_1", "m_2", lambda pairs: (pairs, S2_HERE))[1].argmin()]
    _, left = gaps("v_1", "v_2", lambda pairs: (best_m, pairs))
    assert f"{left.min():.4f}" == "0.1087"
    assert f"{WORKED.final_gap:.4f}" == "0.1079"
    rng = np.random.default_rng(5)
    near = WORKED.posterior_mean + rng.normal(scale=0.05, size=(2000, 2))
    around = WORKED.optimal_s2 * np.exp(rng.normal(scale=0.1, size=(2000, 2)))
    assert (top - elbo_terms(WORKED, near, around).total).min() >= WORKED.final_gap


@claim(
    "Make s² tiny: prior and data gain a little, but “keep spread” plunges.",
    "Make it large: the entropy gains a logarithm, and the other two pay in proportion.",
)
def test_what_spread_costs():
    rng = np.random.default_rng(6)
    for m in [HERE, *rng.uniform([-1, -2], [2, 1], (30, 2))]:
        here, tiny, large = (elbo_terms(WORKED, m, s2) for s2 in (S2_HERE, [0.05] * 2, 2 * S2_HERE))
        assert tiny.prior > here.prior
        assert tiny.likelihood > here.likelihood
        gained = tiny.prior + tiny.likelihood - here.prior - here.likelihood
        assert gained < 1.2 < 2.5 < here.entropy - tiny.entropy
        assert large.entropy - here.entropy == pytest.approx(np.log(2))
        none = elbo_terms(WORKED, m, 1e-12 * S2_HERE)
        for name in ("prior", "likelihood"):
            paid = getattr(none, name) - getattr(here, name)
            assert getattr(none, name) - getattr(large, name) == pytest.approx(2 * paid)
            assert paid > 0


@claim(
    "In the next picture set m to (0.6, −0.35), and s² to (0.5, 0.85), then to (0.4, 0.65): the"
    " ELBO goes from −1.9744 to −1.9491."
)
def test_the_two_settings():
    wide, narrow = (elbo_terms(WORKED, [0.6, -0.35], s2).total for s2 in ([0.5, 0.85], [0.4, 0.65]))
    assert (f"{wide:.4f}", f"{narrow:.4f}") == ("-1.9744", "-1.9491")


@claim(
    "With the true variances q puts mass beside the ridge, where log p(z, x) is low.",
    "Smaller variances lose entropy, but win more in the other two terms.",
    "KL(q‖p) asks what lies under q, and there the true variances reach beyond the ridge.",
    "Wider than the posterior in each coordinate, q would lie still more where log p(z, x) is low.",
    "The entropy gains only a logarithm, and loses.",
)
def test_true_variances_are_too_wide():
    rng = np.random.default_rng(7)
    draws = rng.normal(size=(20_000, 2))
    for model in models(40):
        mean, true, best = model.posterior_mean, np.diag(model.posterior_cov), model.optimal_s2
        wide, narrow, wider = (elbo_terms(model, mean, s2) for s2 in (true, best, 1.5 * true))
        assert narrow.entropy < wide.entropy < wider.entropy
        won = narrow.prior + narrow.likelihood - wide.prior - wide.likelihood
        assert won > wide.entropy - narrow.entropy
        assert wider.prior + wider.likelihood < wide.prior + wide.likelihood
        assert wider.total < wide.total < narrow.total
        beyond = [outside(model, mean + draws * np.sqrt(s2)) for s2 in (1.5 * true, true, best)]
        assert beyond[0] > beyond[1] > beyond[2] or abs(model.correlation) < 0.2


def outside(model, points):
    """The share of the points beyond the ellipse that holds 95 % of the posterior."""
    gaps = points - model.posterior_mean
    distances = np.sum(gaps @ np.linalg.inv(model.posterior_cov) * gaps, axis=1)
    return np.mean(distances > chi2(2).ppf(0.95))


@claim(
    "The prior's pull is in the posterior mean already.",
    "As a function of m the ELBO is a hill with its top at the posterior mean, whatever s² is.",
    "Seen as a function of m, eq. 2.10 is $x\\,\\theta^\\top\\mathbf m -"
    " \\tfrac12\\mathbf m^\\top\\Lambda\\mathbf m$ and a constant.",
)
def test_top_of_the_hill():
    """The ELBO in m is −½(m − μ)ᵀΛ(m − μ) and a constant, Λ positive definite."""
    rng = np.random.default_rng(8)
    for model in models(40):
        s2, m = rng.uniform(0.05, 2, 2), rng.uniform(-3, 3, 2)
        error = m - model.posterior_mean
        lack = np.subtract(*(elbo_terms(model, at, s2).total for at in (model.posterior_mean, m)))
        assert lack == pytest.approx(0.5 * (error @ error + (error @ model.theta) ** 2), rel=1e-9)
        printed, constant = (
            term_by_term.printed_elbo(model.theta, model.x, at, np.sqrt(s2)) for at in (m, 0 * m)
        )
        precision = np.eye(2) + np.outer(model.theta, model.theta)
        hill = model.x * (model.theta @ m) - 0.5 * m @ precision @ m
        assert printed - constant == pytest.approx(hill, abs=1e-10)
        assert lack > 0


# Section 3


@claim(
    "Closed at the end, the ½ also halves $\\log s_1$ and the last term, and turns their signs.",
    "Closed right after $\\log(2\\pi)$, the line would be right.",
)
def test_misprinted_entropy():
    s = np.linspace(0.3, 2, 50)
    constant, log_s, last = -0.5 * np.log(2 * np.pi), -np.log(s), -0.5
    assert np.allclose(constant + log_s + last, -0.5 * np.log(2 * np.pi * s**2) - 0.5)
    printed = term_by_term.printed_entropy_term(s)
    assert np.allclose(printed, constant - 0.5 * log_s - 0.5 * last)


@claim(
    "Eq. 2.10 loses a 1: each entropy contributes ½, and there are two.",
    "Nothing else is wrong with it: it is 1 too low wherever you stand.",
    "For the place of the maximum, no: its derivative is 0.",
    "The printed ELBO, −3.119334, is exactly 1 nat below the true −2.119334.",
)
def test_misprinted_elbo():
    rng = np.random.default_rng(9)
    for model in models(100):
        m, s2 = random_q(rng)
        printed = term_by_term.printed_elbo(model.theta, model.x, m, np.sqrt(s2))
        assert elbo_terms(model, m, s2).total - printed == pytest.approx(1, abs=1e-10)
        entropy = elbo_terms(model, m, s2).entropy
        assert entropy - 0.5 * np.sum(np.log(2 * np.pi * s2)) == pytest.approx(0.5 + 0.5)
    printed = term_by_term.printed_elbo(WORKED.theta, WORKED.x, HERE, np.sqrt(S2_HERE))
    assert f"{printed:.6f}" == "-3.119334"
    assert f"{elbo_terms(WORKED, HERE, S2_HERE).total:.6f}" == "-2.119334"


@claim(
    "$m_1$ needs $m_2$, and $m_2$ needs $m_1$: we shall have to go round.",
    "$s_1^2$ needs nothing.",
    "It is the variance of $z_1$ when $z_2$ is known.",
    "And $s_2^2$ dropped out on the way.",
)
def test_what_an_update_needs():
    rng = np.random.default_rng(10)
    for model in models(40):
        (m, s2), (other_m, other_s2) = random_q(rng), random_q(rng)
        for j in (0, 1):
            updated = [update_factor(model, a, b, j) for a in (m, other_m) for b in (s2, other_s2)]
            means, variances = (np.array([pair[row][j] for pair in updated]) for row in (0, 1))
            assert np.ptp(variances) == 0
            assert means[0] == means[1]
            assert means[0] != means[2]
            cov = model.posterior_cov
            known = np.linalg.det(cov) / cov[1 - j, 1 - j]
            assert variances[0] == pytest.approx(known, rel=1e-9)
    at = dict(theta=np.array([1.2, -0.7]), x=1.5, m_2=0.3, z_1=0.5)
    one, other = (recipe.best_factor.lines[0].value(**at, s_2=s_2) for s_2 in (0.4, 1.9))
    assert one == pytest.approx(other, abs=1e-10)


@claim(
    "It is largest where the KL is 0: at $q_1 = q_1^$.",
    "The same update.",
    "Nobody asked for a Gaussian: for the $q_2$ that you hold, no density $q_1$ does better.",
)
def test_best_among_all_densities():
    """ELBO(q₁q₂) + KL(q₁‖q₁*) is the same for every density q₁ (Gibbs' inequality does the rest):
    here for mixtures of two bumps, skewed and not, by sums over a grid."""
    rng = np.random.default_rng(11)
    z, step = expectations.AXIS, expectations.STEP
    for model in models(20, size=2.0):
        m, s2 = random_q(rng)
        best_m, best_s2 = (row[0] for row in update_factor(model, m, s2, 0))
        averaged = recipe._average(
            lambda one, z_2, model=model: recipe._log_joint(one, z_2, model.theta, model.x),
            m[1],
            np.sqrt(s2[1]),
        )(z)
        log_best = log_normal(z, best_m, best_s2)
        top = np.sum(np.exp(log_best) * (averaged - log_best)) * step
        for _ in range(4):
            places, widths, weight = rng.uniform(-2, 2, 2), rng.uniform(0.4, 1, 2), rng.uniform()
            bumps = [log_normal(z, a, b**2) for a, b in zip(places, widths, strict=True)]
            log_q = np.logaddexp(np.log(weight) + bumps[0], np.log(1 - weight) + bumps[1])
            bound = np.sum(np.exp(log_q) * (averaged - log_q)) * step
            kl = np.sum(np.exp(log_q) * (log_q - log_best)) * step
            assert bound + kl == pytest.approx(top, abs=1e-9)
            assert bound < top


@claim("Notebook 04 uses the recipe for mixtures.")
def test_notebook_04_uses_the_recipe():
    text = (ROOT / "notebooks" / "04_gmm_cavi.ipynb").read_text(encoding="utf-8")
    assert r"\\exp" in text
    assert r"\\mathbb E_{-j}[\\log p(" in text


def test_the_worked_example_is_the_picture():
    assert np.array_equal(exact_posterior.WORKED.theta, WORKED.theta)
    assert exact_posterior.WORKED.x == WORKED.x
    climb = coordinate_ascent(WORKED, [0, 0], [1, 1], 4).elbo
    assert (np.diff(climb) > 0).all()
