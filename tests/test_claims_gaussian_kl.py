"""Notebook 01: its sentences, computed. Sections 1 to 5; the rest in test_claims_failures_*."""

import re

import numpy as np
import pytest
from claims import claim
from scipy.stats import norm, uniform

from helpers.divergences import kl_quadrature
from helpers.gaussians import covariance, kl_diagonal, kl_full, kl_univariate
from helpers.lessons.gaussian_kl import dimensions, meaning, supports, terms, univariate
from helpers.widgets import Stage

DEFINITIONS = (
    "Previous: [00 Start here](00_start_here.ipynb) · Next: [02 Matching the mean]"
    "(02_mean_matching.ipynb) · [The collection](../README.md)",
    "(exercise sheet, 1a; slides, “KL Divergence”).",
    "Three properties (exercise sheet, 1a):",
    "The second control mixes a share ε of p back into the cut density: q = (1 − ε) · cut + ε p.",
    "Below, q is uniform on (−4, 4):",
    "A distance is symmetric.",
    "A distance doubles.",
    "σ sets the unit in which the gap is measured.",
    "Worksheet 12, problem 1; its published solution, eq. 1.1–1.8; slides “Variational Inference”,"
    " KL exercise; exercise sheet “Variational Inference”, 1a and 1b.",
    "Next: [02 Matching the mean](02_mean_matching.ipynb)",
)
INSTRUCTIONS = (
    "From the start, set q's correlation to 0.8 and its means to (0.5, 0.5), then to (0.5, −0.5).",
    "Set the cut to 3 and the share that q keeps to “nothing”, and read both directions.",
)
RATIOS = np.geomspace(1.001, 30, 400)


def anywhere(part, rng):
    """Random values of the part's sliders; one in five at an end."""
    values = {}
    for control in part.controls:
        ends = rng.random() < 0.2
        low, high = control.low, control.high
        values[control.name] = float(rng.choice([low, high]) if ends else rng.uniform(low, high))
    return values


def numbers(sentence):
    """The decimal numbers of a caption."""
    return [float(text.replace("−", "-")) for text in re.findall(r"[−+]?\d+\.\d+", sentence)]


def moved(explorer, **values):
    """The caption of the explorer with these sliders moved from their starts."""
    stage = Stage(explorer)
    return stage._update(**(stage.controls.values | values))


@claim(
    "For densities neither is a price by itself: in millimetres in place of metres both grow by"
    " log 1000.",
)
def test_entropies_depend_on_the_unit_and_kl_does_not():
    rng = np.random.default_rng(0)
    means, sds = rng.normal(size=(20, 2)), rng.gamma(3, 1, (20, 2))
    for (mean_p, mean_q), (sd_p, sd_q) in zip(means, sds, strict=True):
        metres, belief = norm(mean_p, sd_p), norm(mean_q, sd_q)
        milli, belief_milli = (norm(1000 * d.mean(), 1000 * d.std()) for d in (metres, belief))
        assert milli.entropy() - metres.entropy() == pytest.approx(np.log(1000))
        cross = -metres.expect(belief.logpdf), -milli.expect(belief_milli.logpdf)
        assert cross[1] - cross[0] == pytest.approx(np.log(1000), abs=1e-6)


@claim(
    "Cross-entropy minus entropy, by numbers: the entropy of N(0, 1) is $\\frac12\\log 2\\pi e$,"
    " and scipy knows it.",
)
def test_entropy_of_a_gaussian():
    assert norm(0, 1).entropy() == pytest.approx(0.5 * np.log(2 * np.pi * np.e), rel=1e-12)


@claim(
    "The violet area is never the larger one, and neither number is ever negative.",
    "If p and q change places, so do KL(p‖q) and KL(q‖p).",
    "KL(p‖q) is the price, in nats, of believing q when p is true: ≥ 0, 0 only at p = q, infinite"
    " if q excludes what p allows, not symmetric.",
)
def test_kl_is_positive_unless_p_is_q():
    """A theorem (log t ≤ t − 1, with equality at t = 1 only), here over the explorer's range."""
    rng, x = np.random.default_rng(0), np.linspace(-25, 25, 20_001)
    stage = Stage(meaning.two_gaussians)
    for _ in range(200):
        values = anywhere(meaning.two_gaussians, rng)
        p = norm(values["mean_p"], values["sd_p"])
        q = norm(values["mean_q"], values["sd_q"])
        integrals = [
            np.trapezoid(one.pdf(x) * (one.logpdf(x) - other.logpdf(x)), x)
            for one, other in ((p, q), (q, p))
        ]
        assert min(integrals) > 0
        said = numbers(stage._update(**values))[-2:]
        assert np.allclose(said, integrals, atol=6e-5)
        swapped = {name: values[name[:-1] + {"p": "q", "q": "p"}[name[-1]]] for name in values}
        assert numbers(stage._update(**swapped))[-2:] == said[::-1]
    assert kl_univariate(0.3, 2, 0.3, 2) == 0
    assert kl_univariate(0, 1, 1, 4) != kl_univariate(1, 4, 0, 1)
    assert kl_quadrature(norm(), uniform(-4, 8)) == np.inf


@claim(
    "For KL = 0 both signs ≤ must be equalities.",
    "The first says that q = p wherever p > 0; the second, that q has no area anywhere else.",
)
def test_the_two_equalities():
    """The first fails if q differs from p where p > 0, the second if q has area where p = 0."""

    def two_steps(p, q, low, high):  # 0 ≤ each of the two differences between the three members
        mean_log = p.expect(lambda x: q.logpdf(x) - p.logpdf(x), lb=low, ub=high)
        mass = q.cdf(high) - q.cdf(low)
        return mass - 1 - mean_log, 1 - mass

    assert two_steps(uniform(0, 1), uniform(0, 1), 0, 1) == pytest.approx((0, 0))
    first, second = two_steps(norm(), norm(0.1, 1), -9, 9)
    assert first > 1e-3
    assert second == pytest.approx(0)
    first, second = two_steps(uniform(0, 1), uniform(0, 2), 0, 1)
    assert first > 0.1
    assert second == pytest.approx(0.5)


@claim(
    "At equal means a q twice as wide as p costs 0.318 nats, a q half as wide 0.807: by the same"
    " factor, a belief that is too sure costs more than one that is too cautious.",
    "A cautious belief is cheap, an overconfident one is dear.",
)
def test_too_sure_costs_more_than_too_cautious():
    """With r = (σp/σq)²: ½(r − 1 − log r), at r and at 1/r; r − 1/r − 2 log r > 0 for r > 1."""
    wide, narrow = kl_univariate(0, 1, 0, RATIOS**2), kl_univariate(0, 1, 0, RATIOS**-2)
    assert (narrow > wide).all()
    assert f"{kl_univariate(0, 1, 0, 4):.3f}" == "0.318"
    assert f"{kl_univariate(0, 1, 0, 0.25):.3f}" == "0.807"


@claim(
    "Under q, draws often land where the narrow p says “practically impossible”, and each such"
    " surprise is charged at log(q/p).",
    "Set both means to 0, the sd of p to 0.5 and that of q to 2: 0.9175 against 6.1137 nats.",
    "The wide q wastes density where p hardly ever goes, but where p does go it is low by a"
    " bounded factor only: no draw of p costs more than log 4 = 1.386 nats.",
    "But here the average is taken once over draws of p, once over draws of q, and these fall in"
    " different places.",
)
def test_narrow_and_wide():
    said = moved(meaning.two_gaussians, mean_p=0.0, mean_q=0.0, sd_p=0.5, sd_q=2.0)
    assert numbers(said)[-2:] == [0.9175, 6.1137]
    p, q, x = norm(0, 0.5), norm(0, 2), np.linspace(-30, 30, 60_001)
    beyond = 3 * 0.5
    assert 2 * q.sf(beyond) > 0.4 > 100 * 2 * p.sf(beyond)
    assert np.max(p.logpdf(x) - q.logpdf(x)) == pytest.approx(np.log(4))
    assert f"{np.log(4):.3f}" == "1.386"


@claim(
    "If q = 0 where p can land, such a draw costs infinitely much, and so does the average:",
    "The other way round nothing bad happens: where p = 0 its draws do not come, and q merely"
    " wastes density there.",
    "So for KL(p‖q) to be finite q must lie wherever p does, and for KL(q‖p) to be finite q must"
    " keep out of where p is 0.",
    "Beyond the cut, q = 0 and log p − log q is infinite.",
    "An average with an infinite term of positive probability is infinite, however small that"
    " probability.",
)
def test_supports():
    """And as a limit: with a share ε → 0 of p beyond the cut the mean grows beyond every bound."""
    rng = np.random.default_rng(0)
    for low, width in zip(rng.uniform(-9, 0, 20), rng.uniform(1, 8, 20), strict=True):
        q = uniform(low, width)
        assert kl_quadrature(norm(), q) == np.inf
        assert np.isneginf(q.logpdf(low - 1e-9))
        assert np.isfinite(kl_quadrature(q, norm()))
    for cut in (0.5, 2.0, 4.0):
        prices = [supports.both_ways(cut, 10.0**-k)[0] for k in (10, 100, 300)]
        slope = (prices[2] - prices[1]) / (200 * np.log(10))
        assert slope == pytest.approx(2 * norm.sf(cut), rel=1e-9), "so it has no bound"


@claim(
    "With nothing kept, KL(p‖q) is infinite at every cut.",
    "KL(q‖p) is finite at every cut; at ±3 it is 0.0027 nats.",
    "A share of 10⁻¹² makes KL(p‖q) finite, too: a draw beyond the cut then costs 27.6 nats, and at"
    " ±3 the average is 0.0719.",
    "That is KL(q‖p): under q no draw falls beyond the cut, so nothing there is charged.",
)
def test_the_cut_copy():
    """That KL(q‖p) = −log P(|x| ≤ cut) is finite is a theorem; here at every stop of the slider."""
    stage = Stage(supports.never)
    for cut in np.round(np.arange(0.5, 4.01, 0.1), 1):
        assert "KL(p‖q) = ∞ nats" in stage._update(cut=cut, share="nothing")
        forward, reverse = supports.both_ways(cut, 0.0)
        assert forward == np.inf
        assert reverse == pytest.approx(-np.log(norm.cdf(cut) - norm.cdf(-cut)))
        assert "∞" not in stage._update(cut=cut, share="10⁻¹²")
        assert np.isfinite(supports.both_ways(cut, 1e-12)).all()
    assert f"{supports.both_ways(3, 0)[1]:.4f}" == "0.0027"
    assert f"{-np.log(1e-12):.1f}" == "27.6"
    assert f"{supports.both_ways(3, 1e-12)[0]:.4f}" == "0.0719"


@claim(
    "A price of 40 nats, times the probability of 1 in 370, would give 0.1.",
    "But −log 0 is not 40, it is infinite.",
)
def test_large_is_not_infinite():
    assert round(1 / (2 * norm.sf(3))) == 370
    assert f"{40 / 370:.1f}" == "0.1"
    with np.errstate(divide="ignore"):
        assert -np.log(0.0) == np.inf


@claim(
    "p leaves (−4, 4) once in 15,787 draws; with probability 0.94 none of a thousand draws does.",
    "The function kl_quadrature compares the supports before it integrates.",
)
def test_draws_do_not_find_out_and_supports_do():
    once = 2 * norm.sf(4)
    assert round(1 / once) == 15_787
    assert f"{(1 - once) ** 1000:.2f}" == "0.94"

    class Untouched:
        def support(self):
            return -5.0, 5.0

        def logpdf(self, x):
            raise AssertionError("integrated")

    assert kl_quadrature(Untouched(), uniform(-4, 8)) == np.inf


@claim(
    "The slides' first “The answer is” has σ₁, σ₂, μ₁, μ₂ in an exercise about q and p: 1 is q,"
    " 2 is p.",
    "Read the other way round it gives 1.410454 nats for the Gaussians of the ledger's start, in"
    " place of 0.493053.",
    "The exercise sheet (1b) writes N(x | μ₁, σ₁): its σ₁ is a standard deviation, as the density"
    " below it shows.",
    "At equal means σ₁ = 1 and σ₂ = 2 give 0.318147 nats; read as variances they would give"
    " 0.096574.",
)
def test_notations_that_mislead():
    """The values of the errata, no. 8 and 9, at the sliders' starts."""
    start = {control.name: control.start for control in univariate.seven_terms.controls}

    def answer(mean_1, sd_1, mean_2, sd_2):  # the slides' first answer, as printed
        return 0.5 * (np.log(sd_2**2 / sd_1**2) + (sd_1**2 + (mean_1 - mean_2) ** 2) / sd_2**2 - 1)

    q, p = (start["mq"], start["sq"]), (start["mp"], start["sp"])
    assert f"{answer(*q, *p):.6f}" == "0.493053"
    assert f"{answer(*p, *q):.6f}" == "1.410454"
    assert univariate.seven_terms.ledger(**start)[0][0] == pytest.approx(answer(*q, *p))
    assert f"{kl_univariate(0, 1**2, 0, 2**2):.6f}" == "0.318147"
    assert f"{kl_univariate(0, 1, 0, 2):.6f}" == "0.096574"


@claim(
    "Seven of the thirteen lines carry one number: lines 1 to 3 and 10 to 13.",
    "The six between are terms 2 to 7; each equals its own expectation.",
    "A term can be far larger than the sum: at μq = μp = 2 and σq = σp = 0.5, term 3 is 16 and the"
    " sum is 0.",
)
def test_thirteen_lines():
    ledger = univariate.seven_terms
    rng = np.random.default_rng(0)
    for _ in range(100):
        rows = ledger.ledger(**anywhere(ledger, rng))
        shared = [rows[k][0] for k in (0, 1, 2, 9, 10, 11, 12)]
        assert len(rows) == 13
        assert np.ptp(shared) < 1e-10 * max(1, max(map(abs, shared)))
        assert all(ledger.agrees(*rows[k]) for k in range(3, 9))
    assert [line.reason[:6] for line in ledger.lines[3:9]] == [f"Term {k}" for k in range(2, 8)]
    rows = ledger.ledger(mq=2, mp=2, sq=0.5, sp=0.5)
    assert rows[4][0] == 16
    assert rows[12][0] == 0


@claim(
    "Three terms: a log determinant (volumes), a trace (how far p spreads, measured by q) and a"
    " squared distance (centres).",
    "For Gaussians:"
    " $\\frac12[\\mathrm{tr}\\,R-d-\\log\\det R+\\Delta^\\top\\Sigma_q^{-1}\\Delta]$ with"
    " $R=\\Sigma_q^{-1}\\Sigma_p$; with diagonal covariances, a sum over coordinates.",
)
def test_three_terms():
    rng = np.random.default_rng(0)
    for d in (1, 2, 3, 5):
        for _ in range(20):
            roots = rng.normal(size=(2, d, d + 3))
            cov_p, cov_q = (root @ root.T / d for root in roots)
            gap, ratio = rng.normal(size=d), np.linalg.solve(cov_q, cov_p)
            squared = gap @ np.linalg.solve(cov_q, gap)
            value = 0.5 * (np.trace(ratio) - d - np.log(np.linalg.det(ratio)) + squared)
            assert kl_full(gap, cov_p, 0 * gap, cov_q) == pytest.approx(value, rel=1e-8)
            var_p, var_q = rng.gamma(3, 1, (2, d))
            each = kl_univariate(gap, var_p, 0, var_q)
            assert kl_diagonal(gap, var_p, 0 * gap, var_q) == pytest.approx(each.sum())
            whole = kl_full(gap, np.diag(var_p), 0 * gap, np.diag(var_q))
            assert whole == pytest.approx(each.sum(), rel=1e-9)


@claim(
    "At correlations ± 0.9 all lines still agree.",
    "Lines 7 and 8 split the first two terms into one summand ≥ 0 for each eigenvalue; section 7"
    " shows what that is good for.",
)
def test_lines_of_any_covariance():
    """w − log(1 + w) ≥ 0 for w > −1 is a theorem."""
    ledger = dimensions.full
    for rho_p in (-0.9, 0.9):
        for rho_q in (-0.9, 0.9):
            rows = ledger.ledger(rho_p=rho_p, rho_q=rho_q)
            assert all(ledger.agrees(*row) for row in rows[1:])
            cov_p, cov_q = ledger.at(rho_p=rho_p, rho_q=rho_q).values()
            eigenvalues = np.linalg.eigvalsh(dimensions.whitened(cov_q, cov_p - cov_q))
            assert (eigenvalues - np.log1p(eigenvalues) >= 0).all()
            parts = kl_full(dimensions.GAP, cov_p, 0 * dimensions.GAP, cov_q)
            whitened = dimensions.squared_length(cov_q, dimensions.GAP)
            total = 0.5 * np.sum(eigenvalues - np.log1p(eigenvalues)) + 0.5 * whitened
            assert [row[0] for row in rows[6:]] == pytest.approx([total] * 2)
            first_two = parts - 0.5 * dimensions.GAP @ np.linalg.solve(cov_q, dimensions.GAP)
            assert first_two == pytest.approx(0.5 * np.sum(eigenvalues - np.log1p(eigenvalues)))


@claim(
    "$(\\mu_p-\\mu_q)^2/2\\sigma^2$ is quadratic in the gap.",
    "Move the gap from 1.5 to 3 at σ = 1.5: from 0.5000 to 2.0000 nats.",
    "It scales both values by the same factor, so it leaves their ratio.",
    "Left, a parabola: with equal variances even the direction does not matter.",
)
def test_same_variance():
    for gap, said in ((1.5, 0.5), (3.0, 2.0)):
        assert numbers(moved(terms.special_cases, gap_now=gap, sd=1.5))[2 - (gap == 3)] == said
    rng = np.random.default_rng(0)
    gap, var = rng.normal(size=200), rng.gamma(3, 1, 200)
    one, two = kl_univariate(gap, var, 0, var), kl_univariate(2 * gap, var, 0, var)
    assert two / one == pytest.approx(4.0)
    assert kl_univariate(0, var, gap, var) == pytest.approx(one, rel=1e-14)
    assert one == pytest.approx(gap**2 / (2 * var), rel=1e-12)


@claim("KL is not a distance: near equality it behaves like its square.")
def test_near_equality_kl_is_a_square():
    for direction in ((1, 0), (0, 1), (1, -2)):
        gap, change = 1e-4 * np.array(direction)
        near = kl_univariate(gap, 1 + change, 0, 1)
        nearer = kl_univariate(gap / 2, 1 + change / 2, 0, 1)
        assert near / nearer == pytest.approx(4, rel=1e-3)


@claim(
    "Right, the two directions cross at σp = σq and nowhere else.",
    "With q four times too narrow KL(p‖q) is 6.11 nats, with q four times too wide 0.92.",
    "Far out the price of the narrow q grows like half the square of the ratio, that of the wide q"
    " like its logarithm.",
)
def test_same_mean():
    """KL(p‖q) − KL(q‖p) = ½(r − 1/r) − log r, which increases in r = (σp/σq)² and is 0 at 1."""
    forward, reverse = kl_univariate(0, RATIOS**2, 0, 1), kl_univariate(0, 1, 0, RATIOS**2)
    assert (forward > reverse).all()
    assert f"{kl_univariate(0, 16, 0, 1):.2f}" == "6.11"
    assert f"{kl_univariate(0, 1, 0, 16):.2f}" == "0.92"
    far = np.array([1e3, 1e6, 1e9])
    assert kl_univariate(0, far**2, 0, 1) / (far**2 / 2) == pytest.approx(1, rel=1e-4)
    ratios = kl_univariate(0, 1, 0, far**2) / np.log(far)
    assert (np.diff(ratios) > 0).all()
    assert ratios[-1] == pytest.approx(1, abs=0.03)


def plane_terms(values):
    log_det, trace, distance, total = numbers(moved(terms.two_dimensions, **values))
    assert log_det + trace + distance == pytest.approx(total, abs=2.1e-3)
    return log_det, trace, distance


@claim(
    "Shrink both sds of q by one factor, and the first two bars move against each other: q's volume"
    " falls (bar one down), and p's draws lie further out in it (bar two up).",
    "Other moves are kinder: from the start, tilt q to correlation 0.3, and both bars shrink.",
)
def test_the_first_two_bars():
    """½ log det gains 2 log c and tr(Σq⁻¹Σp) is divided by c²: a theorem for every c < 1."""
    rng = np.random.default_rng(0)
    stage = Stage(terms.two_dimensions)
    for _ in range(60):
        values = anywhere(terms.two_dimensions, rng) | dict(
            zip(("sd_1", "sd_2"), rng.uniform(0.7, 2, 2), strict=True)
        )
        shrink = 0.6 / min(values["sd_1"], values["sd_2"])
        smaller = values | {name: shrink * values[name] for name in ("sd_1", "sd_2")}
        before, after = (numbers(stage._update(**one)) for one in (values, smaller))
        assert after[0] - before[0] == pytest.approx(2 * np.log(shrink), abs=1.1e-3)
        rounded = 6e-4 * (1 + shrink**-2)
        assert after[1] + 1 == pytest.approx((before[1] + 1) / shrink**2, abs=rounded)
    before, after = plane_terms({}), plane_terms({"correlation_q": 0.3})
    assert 0 < after[0] < before[0]
    assert 0 < after[1] < before[1]


@claim(
    "Give q a smaller volume than p, and the first term is negative; spread q wide, and the second"
    " is.",
    "Never both at once: their sum is a sum of r − 1 − log r over the eigenvalues r of Σq⁻¹Σp, with"
    " a ½, and that is never negative.",
    "Set both sds of q to 0.6, then to 2: the first number turns negative, then the second.",
    "Their sum is ≥ 0, and that is less: a log of a ratio has either sign, and so has a trace with"
    " 2 taken off.",
    "The third is a squared length, measured by q: a square is never negative.",
)
def test_signs_of_the_three_terms():
    """r − 1 ≥ log r, so their sum is ≥ 0: a theorem. A wide q: as its sds grow, the trace → 0."""
    narrow, wide = (plane_terms({"sd_1": sd, "sd_2": sd}) for sd in (0.6, 2.0))
    assert narrow[0] < 0 < narrow[1]
    assert wide[1] < 0 < wide[0]
    rng, seen = np.random.default_rng(0), set()
    for _ in range(2000):
        values = anywhere(terms.two_dimensions, rng)
        cov_p = covariance(1, 1, values["correlation_p"])
        cov_q = covariance(values["sd_1"], values["sd_2"], values["correlation_q"])
        mean = np.array([values["mean_1"], values["mean_2"]])
        ratio = np.linalg.solve(cov_q, cov_p)
        log_det, trace = -0.5 * np.log(np.linalg.det(ratio)), 0.5 * (np.trace(ratio) - 2)
        eigenvalues = np.linalg.eigvals(ratio).real
        split = 0.5 * np.sum(eigenvalues - 1 - np.log(eigenvalues))
        assert log_det + trace == pytest.approx(split, abs=1e-9)
        assert split > -1e-12
        assert mean @ np.linalg.solve(cov_q, mean) >= 0
        assert max(log_det, trace) >= 0
        if np.linalg.det(cov_q) < np.linalg.det(cov_p):
            assert log_det < 0
        seen |= {("log det", log_det < 0), ("trace", trace < 0)}
    assert len(seen) == 4, "both signs of both"


@claim(
    "The third bar depends on the direction of the gap: across a thin q it is dear, along it"
    " cheap.",
    "The distance is the same, but the third bar says 0.205 and then 1.362 nats: q measures it.",
)
def test_the_third_bar():
    """½ gapᵀ Σq⁻¹ gap for a gap of length 1 is ½/eigenvalue along each axis of the rings."""
    rng = np.random.default_rng(0)
    stage = Stage(terms.two_dimensions)
    for _ in range(60):
        values = anywhere(terms.two_dimensions, rng)
        cov = covariance(values["sd_1"], values["sd_2"], values["correlation_q"])
        (thin, long), axes = np.linalg.eigh(cov)
        found = []
        for axis in axes.T:
            values |= {"mean_1": float(axis[0]), "mean_2": float(axis[1])}
            found.append(numbers(stage._update(**values))[2])
        assert found == pytest.approx([0.5 / thin, 0.5 / long], abs=6e-4)
        assert found[0] >= found[1]
    for second, said in ((0.5, 0.205), (-0.5, 1.362)):
        values = {"correlation_q": 0.8, "mean_1": 0.5, "mean_2": second}
        assert plane_terms(values)[2] == said
