"""Notebook 01: its lesson's own pieces. What its sentences say is tested in test_claims_*."""

import re

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from helpers.diagnosis import diagnose
from helpers.gaussians import kl_diagonal, kl_full, kl_univariate
from helpers.lessons.gaussian_kl import (
    check,
    dimensions,
    failures,
    meaning,
    published,
    supports,
    terms,
)
from helpers.lessons.gaussian_kl.samples import running_mean
from helpers.widgets import Stage


def anywhere(part, rng):
    return {c.name: rng.uniform(c.low, c.high) for c in part.controls}


def numbers(sentence):
    return [float(text.replace("−", "-")) for text in re.findall(r"[−+]?\d+\.\d+", sentence)]


def test_the_published_ledger_fails_from_eq_1_2_to_1_8_and_nowhere_else():
    lines = published.as_printed.lines
    assert [bool(line.misprint) for line in lines] == [False] + 7 * [True] + [False]
    assert [line.misprint[-3:] for line in lines[1:8]] == [f"1.{k}" for k in range(2, 9)]
    assert lines[0].quoted.endswith("1.1")


def test_each_printed_line_follows_from_the_one_before():
    """The slip is made in eq. 1.2 and again in 1.5: the steps between are right."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = anywhere(published.as_printed, rng)
        printed = [number for number, _ in published.as_printed.ledger(**values)]
        assert np.ptp(printed[1:4]) < 1e-10
        assert np.ptp(printed[4:7]) < 1e-10
        # (2π)^{d/2} cancels: eq. 1.8 is 1.4 minus 1.7.
        assert printed[7] == pytest.approx(printed[3] - printed[6], abs=1e-10)


def test_last_lines_are_what_the_library_computes():
    rng = np.random.default_rng(1)
    for _ in range(50):
        values = anywhere(dimensions.full, rng)
        covariances = dimensions.full.at(**values).values()
        number, _ = dimensions.full.ledger(**values)[-1]
        cov_p, cov_q = covariances
        wanted = kl_full(dimensions.MEAN_P, cov_p, dimensions.MEAN_Q, cov_q)
        assert number == pytest.approx(wanted, rel=1e-11)
        values = anywhere(dimensions.diagonal, rng)
        var_p, var_q = dimensions.diagonal.at(**values).values()
        number, _ = dimensions.diagonal.ledger(**values)[-1]
        wanted = kl_diagonal(dimensions.MEAN_P, var_p, dimensions.MEAN_Q, var_q)
        assert number == pytest.approx(wanted, rel=1e-11)


def test_expectation_in_the_plane():
    cov = np.array([[1.69, -0.546], [-0.546, 0.36]])
    draws = multivariate_normal(dimensions.MEAN_P, cov).rvs(200_000, random_state=0)
    value = dimensions.expect_p(lambda z: z[:, 0] ** 2 * z[:, 1], cov)
    assert value == pytest.approx(np.mean(draws[:, 0] ** 2 * draws[:, 1]), abs=0.03)


@pytest.mark.parametrize("share", supports.SHARES.values())
def test_both_ways_against_integrals(share):
    for cut in (0.5, 1.7, 3.0, 4.0):
        within = 1 - 2 * norm.sf(cut)

        def q_over_p(x, cut=cut, within=within):
            return share + (1 - share) / within * (abs(x) <= cut)

        def integral(f, cut=cut):
            return 2 * (quad(f, 0, cut, epsabs=1e-14)[0] + quad(f, cut, 12, epsabs=1e-14)[0])

        def q_log(x):
            r = q_over_p(x)
            return norm.pdf(x) * r * np.log(r) if r else 0.0

        forward, reverse = supports.both_ways(cut, share)
        assert reverse == pytest.approx(integral(q_log), rel=1e-7)
        if share == 0:
            assert forward == np.inf
        else:
            plain = integral(lambda x: -norm.pdf(x) * np.log(q_over_p(x)))
            assert forward == pytest.approx(plain, rel=1e-7)


def test_exact_kl_has_digits_to_spare():
    """Against the series ε²/4 − ε³/3 + …, where it ends soon."""
    for eps in (2.0**-30, 2.0**-20, 2.0**-10):
        series = eps**2 / 4 - eps**3 / 3 + 3 * eps**4 / 8 - 2 * eps**5 / 5
        assert failures.exact_kl(1 + eps) == pytest.approx(series, rel=1e-11)


@pytest.mark.parametrize("sd_q", [1.05, 1.2, 1.35, 1.41])
def test_variances_of_one_draw_against_integrals(sd_q):
    def log_r(x):
        return norm.logpdf(x, 0, sd_q) - norm.logpdf(x)

    def variance(f):
        moments = [
            quad(lambda x, k=k: norm.pdf(x) * f(x) ** k, -30, 30, limit=400)[0] for k in (1, 2)
        ]
        return moments[1] - moments[0] ** 2

    plain, positive = failures.variances_of_one_draw(sd_q)
    assert plain == pytest.approx(variance(lambda x: -log_r(x)), rel=1e-6)
    if sd_q < 1.3:
        other = variance(lambda x: np.expm1(log_r(x)) - log_r(x))
        assert positive == pytest.approx(other, rel=1e-6)


def test_variance_is_infinite_from_root_two_on():
    assert failures.variances_of_one_draw(np.sqrt(2) - 1e-9)[1] > 1e3
    assert failures.variances_of_one_draw(np.sqrt(2) + 1e-9)[1] == np.inf


def test_running_mean():
    values = np.random.default_rng(0).normal(2, 3, 1000)
    mean, error = running_mean(values, np.array([10, 1000]))
    for n, one, bar in zip((10, 1000), mean, error, strict=True):
        assert one == pytest.approx(values[:n].mean())
        assert bar == pytest.approx(values[:n].std(ddof=1) / np.sqrt(n))


def test_waterfall_sums_to_the_divergence_and_bars_say_their_terms():
    stage = Stage(terms.two_dimensions)
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = anywhere(terms.two_dimensions, rng)
        log_det, trace, distance, total = numbers(stage._update(**values))
        assert log_det + trace + distance == pytest.approx(total, abs=2.1e-3)
        det_p = 1 - values["correlation_p"] ** 2
        det_q = (values["sd_1"] * values["sd_2"]) ** 2 * (1 - values["correlation_q"] ** 2)
        assert log_det == pytest.approx(0.5 * np.log(det_q / det_p), abs=6e-4)


def bars(stage):
    found = [artist for artist in stage.moving if hasattr(artist, "get_height")]
    return [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in found]


def test_bars_start_where_the_last_one_ended():
    stage = Stage(terms.two_dimensions)
    for mean_2 in (0.0, 0.7):
        summary = stage._update(**(stage.controls.values | {"mean_1": 0.0, "mean_2": mean_2}))
        *parts, total = numbers(summary)
        assert np.allclose([end - start for start, end in bars(stage)], [*parts, total], atol=6e-4)
        (first, after), (second, then), (third, last), (zero, whole) = bars(stage)
        assert (first, second, third, zero) == (0, after, then, 0)
        assert last == pytest.approx(whole)


def test_numbers_over_the_bars_are_the_terms(monkeypatch):
    said = []
    monkeypatch.setattr("helpers.plots.Note.set_text", lambda note, text: said.append(text))
    stage = Stage(terms.two_dimensions)
    for mean_1 in (-2.0, 0.0, 1.3):
        said.clear()
        summary = stage._update(**(stage.controls.values | {"mean_1": mean_1}))
        assert [float(text.replace("−", "-")) for text in said] == numbers(summary)


def test_moving_curves_are_the_two_densities():
    rng = np.random.default_rng(0)
    stage = Stage(meaning.two_gaussians)
    curves = [artist for artist in stage.moving if hasattr(artist, "get_xydata")]
    for _ in range(10):
        values = anywhere(meaning.two_gaussians, rng)
        stage._update(**values)
        for name in "pq":
            (curve,) = (one for one in curves if one.get_label() == name)
            density = norm(values[f"mean_{name}"], values[f"sd_{name}"])
            assert curve.get_ydata() == pytest.approx(density.pdf(curve.get_xdata()), abs=1e-12)


def test_errors_drawn_are_those_of_the_formulas():
    (ax,) = Stage(failures.near_equal).figure.axes
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert drawn["kl_univariate"].max() < 1e-15
    assert drawn["textbook"].max() >= 1


def test_hatched_areas_are_the_two_signs_of_the_integrand():
    """The area drawn is the divergence: the trapezoid over what the picture holds."""
    stage = Stage(meaning.two_gaussians)
    forward, reverse = numbers(stage.summary)[-2:]
    areas = [artist for artist in stage.moving if hasattr(artist, "get_hatch")]
    signed = []
    for area in (one for one in areas if one.get_hatch()):
        (path,) = area.get_paths()
        x, y = path.vertices.T
        signed.append(
            abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2 * np.sign(y[np.abs(y).argmax()])
        )
    assert len(signed) == 2
    assert min(signed) < 0 < max(signed)
    assert sum(signed) == pytest.approx(forward, abs=2e-3)
    assert (forward, reverse) == pytest.approx((0.7959, 2.1549))


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: 0.5 * (vp / vq - 1 + (mp - mq) ** 2 / vq) - np.log(vp / vq) / 3,
            "log(σq²/σp²) has coefficient ⅓, should be ½",
        ),
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: kl_univariate(mp, vp, mq, vq) / np.log(2),
            "1/log 2 times the right one",
        ),
        (
            "kl_univariate",
            lambda mp, vp, mq, vq: 0.5 * (vp / vq - 1 - np.log(vp / vq) + abs(mp - mq) / vq),
            "in place of ½ × (μp − μq)²/σq²",
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
