"""Notebook 01: its own pieces, and every number that its prose states."""

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from scipy.stats import multivariate_normal, norm

from helpers.diagnosis import diagnose
from helpers.gaussians import kl_diagonal, kl_univariate
from helpers.lessons.gaussian_kl import check, derivations, explorers, failures, predictions
from helpers.widgets import Stage

NOTEBOOK = nbformat.read(ROOT / "notebooks" / "01_gaussian_kl.ipynb", as_version=4)
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")


def test_witness_of_the_misprint():
    printed, true = failures.printed_kl(**failures.WITNESS), kl_diagonal(**failures.WITNESS)
    assert f"{printed:.6f}" == "1.521647"
    assert f"{true:.6f}" == "1.497252"
    assert "1.521647" in PROSE
    assert "1.497252" in PROSE


def test_the_misprint_is_harmless_when_the_determinants_are_equal():
    pair = dict(mean_p=(0.3, -1.0), var_p=(0.5, 2.0), mean_q=(1.0, 0.0), var_q=(2.0, 0.5))
    assert failures.printed_kl(**pair) == pytest.approx(kl_diagonal(**pair), rel=1e-14)


def test_witness_decides_as_the_prose_says():
    stage = Stage(failures.witness)
    stage.draw(log_samples=6.0)
    distances = [float(text.split()[-1]) for text in stage.summary.split(" standard errors")[:1]]
    assert distances[0] > 5, "many standard errors away at a million"


def test_asymmetry_prediction():
    text = predictions.asymmetry.look_for
    assert f"{kl_univariate(0, 0.25, 0, 4):.3f} against {kl_univariate(0, 4, 0, 0.25):.3f}" in text


def test_double_gap_prediction():
    text = predictions.double_gap.look_for
    narrow, wide = kl_univariate([1.5, 3], 2.25, 0, 2.25)
    assert f"from {narrow:.4f} to {wide:.4f}" in text


def test_negative_term_prediction():
    stage = Stage(explorers.two_dimensions)
    stage.draw(**(stage.controls.values | {"sd_1": 0.6, "sd_2": 0.6}))
    assert "log det -" in stage.summary
    assert "trace +" in stage.summary


def test_heavy_weights_prediction():
    def errors(sd_q):
        x = np.random.default_rng(0).standard_normal(200_000)
        log_r = norm.logpdf(x, 0, sd_q) - norm.logpdf(x)
        return np.std(log_r), np.std(np.expm1(log_r) - log_r)

    plain, other = errors(1.1)
    assert plain > 3 * other, "several times sharper"


def test_near_equal_prediction():
    value = failures.textbook_kl(0, 1, 0, 1 + 1e-9)
    assert abs(value) < 2e-16
    assert kl_univariate(0, 1, 0, (1 + 1e-9) ** 2) == pytest.approx(1e-18, rel=1e-6)
    for step, digits in ((1e-4, 10), (1e-8, 2)):
        error = (
            failures.textbook_kl(0, 1, 0, 1 + step) / kl_univariate(0, 1, 0, (1 + step) ** 2) - 1
        )
        assert abs(error) > 10.0**-digits


def test_monte_carlo_explorer_warns_only_where_the_variance_is_infinite():
    stage = Stage(failures.monte_carlo)
    for sd_q, heavy in ((1.1, False), (1.4, False), (1.45, True), (2.5, True)):
        stage.draw(sd_q=sd_q, seed=0)
        assert ("means nothing" in stage.summary) == heavy


def test_missed_peak_misses_and_finds():
    stage = Stage(failures.missed_peak)
    assert "over (−∞, ∞) 0.0000" in stage.summary
    assert "did not warn" in stage.summary
    stage.draw(mean=1.0, sd=1.0)
    true = kl_univariate(1, 1, 0, 400)
    assert stage.summary.count(f"{true:.4f}") == 3


def test_waterfall_sums_to_the_divergence():
    stage = Stage(explorers.two_dimensions)
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = {c.name: rng.uniform(c.low, c.high) for c in explorers.two_dimensions.controls}
        stage.draw(**values)
        *terms, total = (float(text.split()[-1]) for text in _numbers(stage.summary))
        assert sum(terms) == pytest.approx(total, abs=2e-3)


def _numbers(sentence):
    log_det, trace, mean = sentence.split(": KL")[0].split(", ")
    return log_det, trace, mean, sentence.split("= ")[1].split(" nats")[0]


def test_ellipse_lies_at_its_distance():
    cov = explorers.covariance(1.3, 0.6, -0.7)
    outline = explorers.ellipse([1, 2], cov, 2).T - [1, 2]
    assert np.allclose(np.sum(outline @ np.linalg.inv(cov) * outline, axis=1), 4)


def test_expectations_of_the_derivations():
    cov = explorers.covariance(1.3, 0.6, -0.7)
    assert derivations.expect(lambda x: x**4, 1, 2) == pytest.approx(1 + 6 * 4 + 3 * 16)
    value = derivations.expect_2d(lambda x: x[:, 0] * x[:, 1], np.array([1, 2]), cov)
    assert value == pytest.approx(2 - 0.7 * 1.3 * 0.6)
    x = np.array([[0.3, 0.4], [2, -1]])
    wanted = multivariate_normal([1, 2], cov).logpdf(x)
    assert np.allclose(derivations.log_normal_2d(x, np.array([1, 2]), cov), wanted)
    assert np.allclose(explorers.log_normal(x, 1, 2), norm(1, 2).logpdf(x))


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: 0.5 * (vp / vq - 1 + (mp - mq) ** 2 / vq) - np.log(vp / vq) / 3,
            "log(σq²/σp²) has coefficient 0.333333, should be ½",
        ),
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: kl_univariate(mp, vp, mq, vq) / np.log(2),
            "1.4427 times the right one",
        ),
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: 0.5 * (vp / vq - 1 - np.log(vp / vq) + abs(mp - mq) / vq),
            "measuring x in another unit changes nothing",
        ),
        (
            "kl_diagonal",
            lambda mp, vp, mq, vq: kl_diagonal(mp, vp, mq, vq) + 0.5,
            "the right one plus ½",
        ),
    ],
)
def test_unlisted_mistakes_are_still_named(name, function, words):
    outcome, message = diagnose(getattr(check, name), function)
    assert outcome == "wrong"
    assert words in message, message
