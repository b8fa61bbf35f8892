"""Notebook 00: what it says of Bayes' rule, of grids, of four answers and of the collection."""

import importlib
import re

import nbformat
import numpy as np
import pytest
from claims import claim
from conftest import ROOT, lesson_of
from scipy.integrate import quad
from scipy.stats import norm
from test_claims_gaussian_kl import anywhere

from helpers.lessons.start_here import answers, bayes, check, cost
from helpers.lessons.start_here import measured_square as square
from helpers.widgets import Derivation, Explorer, Prediction, Stage

DEFINITIONS = (
    "[The collection](../README.md) · next: [01 The KL divergence between Gaussians]"
    "(01_gaussian_kl.ipynb)",
    "The d parameters are independent, each with the prior N(0, 1) and a Gaussian posterior.",
    "The grid covers ± 4 prior sd.",
    "The prior is N(½, 1).",
    "Next: [01 The KL divergence between Gaussians](01_gaussian_kl.ipynb)",
    "The evidence is the sum of these areas, one number.",
    "That is P(+ | ill), the likelihood.",
    "That is the prior: it has not heard of the test.",
)
QUESTIONS = ()
INSTRUCTIONS = (
    "Move y from −1 to 4.",
    "Student: 01 to 03 build on each other, 04 on all three; 05 to 07 put VI beside the other"
    " answers.",
    "In a hurry: 01, 03, 05.",
    "You want P(ill | +).",
    "Multiply each prior by its likelihood: one area for each hypothesis.",
)


def settings(n=200):
    rng = np.random.default_rng(0)
    for k in range(n):
        values = anywhere(bayes.derived, rng)
        yield values | dict(result=("positive", "negative")[k % 2])


def of_the_four(prior, found, alarm, result):
    """P(D) and P(ill | D) from the four cases, counted without Bayes' rule."""
    cases = {
        ("ill", "positive"): prior * found,
        ("ill", "negative"): prior * (1 - found),
        ("well", "positive"): (1 - prior) * alarm,
        ("well", "negative"): (1 - prior) * (1 - alarm),
    }
    assert sum(cases.values()) == pytest.approx(1)
    evidence = sum(share for (_, said), share in cases.items() if said == result)
    return evidence, cases["ill", result] / evidence


@claim(
    "Prior times likelihood is an area.",
    "The evidence is the sum of the areas.",
    "The posterior is each area's share of that sum: multiply, add, divide.",
    "Divide each area by that sum: line 3 of the ledger, for any number of hypotheses.",
)
def test_the_areas_of_the_picture():
    stage = Stage(bayes.areas)
    for values in settings():
        stage.draw(**values)
        ill, well, new_ill, new_well = (m for m in stage.moving if hasattr(m, "get_width"))
        shaded = [one.get_width() * one.get_height() for one in (ill, well)]
        evidence, posterior = of_the_four(**values)
        assert sum(shaded) == pytest.approx(evidence)
        assert shaded[0] / sum(shaded) == pytest.approx(posterior)
        assert new_ill.get_width() * new_ill.get_height() == pytest.approx(posterior)
        assert new_ill.get_width() + new_well.get_width() == pytest.approx(1)
        likelihood = np.array([ill.get_height(), well.get_height()])
        prior = np.array([ill.get_width(), well.get_width()])
        found = check.bayes_rule.solution(prior, likelihood)
        assert found[0] == pytest.approx(evidence)
        assert found[1][0] == pytest.approx(posterior)


@claim(
    "With s = f both columns are equally high: the test says nothing, and the posterior is the"
    " prior."
)
def test_a_test_that_says_nothing():
    for values in settings():
        _, posterior = of_the_four(**values | dict(alarm=values["found"]))
        assert posterior == pytest.approx(values["prior"])
        assert len(set(bayes.likelihoods(values["result"], 0.3, 0.3))) == 1


@claim(
    "Of 10,000 people 100 are ill, and 90 of them test positive; of the 9,900 who are well, 891"
    " do.",
    "So 90 of 981 positive tests are right.",
    "90 % less 9 %: two likelihoods subtracted, and the prior left out.",
    "In the next picture the hatched column of the ill is tall and thin, the dotted one of the"
    " well low and wide: compare their areas, not their heights.",
)
def test_the_rare_illness():
    starts = {control.name: control.start for control in bayes.TEST}
    assert starts == dict(prior=0.01, found=0.9, alarm=0.09)
    ill = 10_000 * starts["prior"]
    right, false = ill * starts["found"], (10_000 - ill) * starts["alarm"]
    assert (ill, right, false, right + false) == pytest.approx((100, 90, 891, 981))
    _, posterior = of_the_four(**starts, result="positive")
    assert posterior == pytest.approx(90 / 981)
    assert f"{posterior:.0%}" == "9%"
    assert f"{starts['found'] - starts['alarm']:.0%}" == "81%"
    tall, wide, *_ = (m for m in Stage(bayes.areas).moving if hasattr(m, "get_width"))
    assert tall.get_height() > 9 * wide.get_height()
    assert wide.get_width() > 9 * tall.get_width()
    assert (tall.get_hatch(), wide.get_hatch()) == ("///", "...")


@claim(
    "With k = 20 and a hundred million points a second, 6 parameters take less than a second, 10"
    " more than a day, 14 longer than a life, 20 longer than the universe is old.",
    "Each parameter multiplies the count by 20.",
    "Ten more multiply it by 20¹⁰, about 10¹³: 33 billion years.",
    "Twice the time for twice the parameters would be a cost of 20 d.",
    "The count is 20ᵈ.",
    "28² hours: but it is the count that is squared, not the hours.",
    "In the next picture set k = 20, then move d from 10 to 20: the line is straight, and its axis"
    " counts in powers of ten.",
)
def test_what_20_points_a_parameter_cost():
    year = 365.25 * 24 * 3600
    seconds = {d: 20**d / 10**8 for d in range(1, 21)}
    assert seconds[6] < 1
    assert seconds[10] > 24 * 3600
    assert seconds[14] > 120 * year
    assert seconds[20] > 13.8e9 * year
    assert f"{seconds[10] / 3600:.0f}" == "28"
    assert f"{20**10:.0e}" == "1e+13"
    assert f"{seconds[20] / year / 1e9:.0f}" == "33"
    assert 28 < 28**2 / 24 < 35, "about a month"
    stage = Stage(cost.grid)
    stage.draw(k=20, dimensions=20, sd=0.2)
    assert "2.4 × the age of the universe" in stage.summary
    assert "28 h" in stage._update(k=20, dimensions=10, sd=0.2)
    assert stage.figure.axes[1].get_yscale() == "log"
    steps = np.diff(np.log10([20.0**d for d in range(10, 21)]))
    assert np.allclose(steps, np.log10(20))


def summed(k, sd, at=0.0):
    """P(D) by the grid over P(D), one parameter: the posterior's sum, a point `at` off its peak."""
    spacing = 8 / k
    places = spacing * np.arange(-4000, 4001) + at * spacing
    return spacing * norm.pdf(places, 0, sd).sum()


@claim(
    "Accuracy is cheap here: points one posterior sd apart leave an error of less than a millionth,"
    " in up to 20 parameters.",
    "Dimensions are not.",
    "And a posterior half as wide wants twice as many points for each parameter: 2ᵈ times as many"
    " in all.",
)
def test_what_a_grid_buys():
    """Everywhere on the sliders the error is the sum's, and no other place of the grid is worse."""
    rng = np.random.default_rng(0)
    sds = np.arange(0.05, 0.51, 0.05)
    for sd in sds:
        for k in (2, 3, *rng.integers(2, 51, 4), 50):
            exact = summed(k, sd)
            for d in (1, 2, 20):
                expected = exact**d - 1
                assert cost.error(k, d, sd).item() == pytest.approx(expected, rel=1e-6, abs=1e-9)
            assert all(
                abs(summed(k, sd, at) - 1) <= exact - 1 + 1e-12 for at in rng.uniform(size=9)
            )
            assert cost.error(2 * k, 20, sd / 2) == pytest.approx(cost.error(k, 20, sd))
            assert cost.points(2 * k, 20) == pytest.approx(2.0**20 * cost.points(k, 20))
        for d in range(1, 21):
            assert 0 < cost.error(8 / sd, d, sd).item() < 1e-6
    # A parameter more costs a factor k, whatever the accuracy.
    assert cost.points(20, 7) == 20 * cost.points(20, 6)
    # The caption's sum has k points; those beyond ± 4 prior sd hold nothing of the posterior.
    assert 2 * norm.sf(4 - 8 / 16, 0, 0.5) < 1e-11


def everywhere():
    """Every y and σ of the sliders, with the exact answer and the others."""
    y, noise, _ = answers.four.controls
    for one in np.arange(y.low, y.high + 0.01, y.step):
        for other in np.arange(noise.low, noise.high + 0.01, noise.step):
            pair = float(one), float(other)
            yield pair, square.exact(*pair)[1:], square.laplace(*pair), square.variational(*pair)


@claim(
    "At y = −1, after the walk's 60 steps, all four agree on P(θ < 0) within 0.06.",
    "From y = 3 on, with σ at most 1, Laplace and VI give a negative θ no chance, less than 0.001;"
    " the truth is between 0.13 and 0.20.",
    "The walk's chains stand on both bumps: 60 steps take it to within 0.06 of the truth, for every"
    " y and σ here.",
)
def test_the_chance_that_theta_is_negative():
    for (y, noise), (left, _), *bells in everywhere():
        by_quad = [
            quad(lambda t: np.exp(square.log_joint(t, y, noise)), *ends, points=[0])[0]  # noqa: B023
            for ends in ((-6, 0), (-6, 6))
        ]
        assert left == pytest.approx(by_quad[0] / by_quad[1], abs=1e-4)
        walked = np.mean(square.walkers(y, noise)[60] < 0)
        assert abs(walked - left) < 0.06
        shares = [left, walked, *(bell.left for bell in bells)]
        if y == -1:
            assert max(shares) - min(shares) <= 0.06
        if y >= 3 and noise <= 1:
            assert max(bell.left for bell in bells) < 0.001
            assert 0.13 <= left <= 0.20


@claim(
    "VI's number for log P(D) is a bound: it is never above the exact one.",
    "Laplace's is sometimes above, sometimes below.",
    "The walk has none.",
)
def test_what_each_says_of_the_evidence():
    """VI's is log P(D) − KL, and KL ≥ 0 (Jensen); Laplace's is no bound."""
    gaps = []
    for (y, noise), (_, log_evidence), laplace, variational in everywhere():
        by_quad = quad(lambda t: np.exp(square.log_joint(t, y, noise)), -6, 6)[0]  # noqa: B023
        assert log_evidence == pytest.approx(np.log(by_quad), abs=1e-6)
        assert variational.log_evidence < log_evidence
        gaps.append(laplace.log_evidence - log_evidence)
    assert min(gaps) < -0.1 < 0.1 < max(gaps)
    stage = Stage(answers.four)
    assert "MCMC" in stage.summary
    assert stage.summary.count("−") == 2, "log P(D) exact and VI's"


# Section 4: the map


def shown_in(name):
    """(notebook, kinds of its parts) of notebooks/name."""
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    lesson, kinds = lesson_of(notebook), []
    for cell in notebook.cells:
        found = re.fullmatch(r"(\w+)\.(\w+)", cell.source.strip().splitlines()[-1])
        if cell.cell_type == "code" and found:
            kinds.append(type(getattr(importlib.import_module(f"{lesson}.{found[1]}"), found[2])))
    return notebook, kinds


MINUTES = {Explorer: 3, Derivation: 3, Prediction: 2}
ROWS = re.compile(r"\| \[(\d\d) [^]]+\]\((\d\d_\w+\.ipynb)\) \|[^|]+\| (\d)(½?) h \|")


def minutes_alone(name):
    """By the rule that the map states."""
    notebook, kinds = shown_in(name)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    exercises = sum("exercise" in cell.metadata for cell in notebook.cells)
    words = sum(len(text.split()) for text in prose)
    return words / 100 + 10 * exercises + sum(MINUTES.get(kind, 0) for kind in kinds)


def rows():
    notebook = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    (table,) = [cell.source for cell in notebook.cells if "## 4 · The map" in cell.source]
    return ROWS.findall(table)


@claim(
    "| [01 Gaussian KL](01_gaussian_kl.ipynb) | what KL(p‖q) measures | 2 h |",
    "| [02 Mean matching](02_mean_matching.ipynb) | which q is closest, in which direction | 2 h |",
    "| [03 Mean-field posterior](03_mean_field_posterior.ipynb) | the ELBO, and what a product"
    " misses | 2 h |",
    "| [04 Gaussian mixture](04_gmm_cavi.ipynb) | VI at work: clusters | 2½ h |",
    "| [05 The coin toss](05_coin_toss.ipynb) | all four answers, on the smallest model | 1½ h |",
    "| [06 Linear regression](06_linear_regression.ipynb) | all four, where Laplace is exact, too"
    " | 1½ h |",
    "| [07 Neural network](07_neural_network.ipynb) | Laplace, MCMC and VI, without a formula |"
    " 1½ h |",
    "“Alone” counts 100 words a minute, three minutes for a picture or a ledger, two for a"
    " prediction, ten for an exercise.",
    "This page takes about 40 minutes.",
)
def test_the_map_names_every_notebook_and_its_time():
    """To the half hour, give or take ten minutes more."""
    names = [path.name for path in sorted(ROOT.glob("notebooks/*.ipynb"))]
    assert ["00_start_here.ipynb", *(name for _, name, *_ in rows())] == names
    assert abs(minutes_alone(names[0]) - 40) <= 5
    for number, name, hours, half in rows():
        assert name.startswith(number)
        said = 60 * (int(hours) + 0.5 * bool(half))
        assert abs(minutes_alone(name) - said) <= 25, (name, minutes_alone(name))


@claim(
    "Teacher: with two minutes a slide, a notebook takes one to two hours.",
    "With two minutes for each, a notebook takes half an hour at most.",
)
def test_slides_and_pictures_take_what_is_said():
    for _, name, *_ in rows():
        notebook, kinds = shown_in(name)
        slides = [c.metadata.slideshow.slide_type in ("slide", "subslide") for c in notebook.cells]
        assert 60 <= 2 * sum(slides) <= 125, name
        assert 2 * kinds.count(Explorer) <= 30, name
