"""The page of errata: every number of its two tables, by evaluating the line that is quoted."""

import re

import numpy as np
import pytest
from conftest import ROOT

from helpers import mean_field
from helpers.gaussians import kl_diagonal, kl_univariate, log_normal, log_normal_full
from helpers.mixture import elbo_terms
from helpers.mixture_model import MixtureModel, State
from helpers.quadrature import gauss_hermite

PAGE = (ROOT / "notebooks" / "errata.md").read_text(encoding="utf-8")
# no. -> (printed or misread, right or as meant), as the page writes them
ROWS = {
    int(row[1]): tuple(row[-3:-1])
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
    for row in [[cell.strip() for cell in line.split("|")]]
}
SLIDES = dict(mean_q=0.5, var_q=0.64, mean_p=-0.5, var_p=2.25)


def gaussian_log():
    mean, cov = np.array([0.3, -1.0]), np.diag([1.0, 2.0])
    printed = -np.log((2 * np.pi) ** (2 / 2) * np.linalg.det(cov)) - 2 / 2
    root = np.linalg.cholesky(cov)
    return printed, gauss_hermite(lambda z: log_normal_full(z, mean, cov), mean, root)


def gaussian_kl():
    mean_1, mean_2 = np.array([0.3, -1.0]), np.array([1.0, 0.0])
    one, two = np.diag([0.5, 2.0]), np.diag([1.5, 0.7])
    gap, inverse = mean_1 - mean_2, np.linalg.inv(two)
    printed = np.log(np.linalg.det(two) / np.linalg.det(one)) - 0.5 * (
        2 - np.trace(one @ inverse) - gap @ inverse @ gap
    )
    return printed, kl_diagonal(mean_1, np.diag(one), mean_2, np.diag(two))


def log_of_a_factor():
    m, s = 0.4, np.sqrt(0.5)
    square = gauss_hermite(lambda z: z**2 - 2 * m * z + m**2, m, s)
    printed = -0.5 * (np.log(2 * np.pi) - np.log(s) - 1 / (2 * s**2) * square)
    return printed, gauss_hermite(lambda z: log_normal(z, m, s**2), m, s)


def elbo():
    (t1, t2), x = (1.2, -0.7), 1.5
    (m1, m2), (v1, v2) = (0.4, -0.1), (0.5, 0.8)
    printed = (
        -0.5 * ((m1**2 + v1) * (1 + t1**2) + (m2**2 + v2) * (1 + t2**2) + np.log(2 * np.pi) + x**2)
        - t1 * t2 * m1 * m2
        + x * t1 * m1
        + x * t2 * m2
        + np.log(v1) / 2
        + np.log(v2) / 2
    )
    model = mean_field.LinearGaussian((t1, t2), x)
    return printed, mean_field.elbo_terms(model, (m1, m2), (v1, v2)).total


def first_pass():
    mean_q, var_q, mean_p, var_p = SLIDES.values()
    printed = gauss_hermite(
        lambda t: (
            np.log(1 / np.sqrt(2 * np.pi * var_q))
            - (t - mean_q) ** 2 / (2 * var_q)
            + (t - mean_p) ** 2 / (2 * var_p)
        ),
        mean_q,
        np.sqrt(var_q),
    )
    return printed, kl_univariate(mean_q, var_q, mean_p, var_p)


def spread():
    return [gauss_hermite(lambda z, s=s: -log_normal(z, 0.0, s**2), 0.0, s) for s in (0.5, 1.0)]


def fourth_term():
    model, x = MixtureModel(2, np.zeros(2), 4.0, 1.0), np.array([[0.0, 1.0], [2.0, 3.0]])
    means, variances = np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([0.3, 0.5])
    states = [State(np.full((2, 2), 0.5), means + shift, variances) for shift in (0, 5)]
    here, there = (elbo_terms(model, x, state).entropy_means for state in states)
    return there - here, there


def letters():
    mean_q, var_q, mean_p, var_p = SLIDES.values()

    def answer(mean_1, var_1, mean_2, var_2):
        return 0.5 * (np.log(var_2 / var_1) + (var_1 + (mean_1 - mean_2) ** 2) / var_2 - 1)

    return answer(mean_p, var_p, mean_q, var_q), answer(mean_q, var_q, mean_p, var_p)


def second_parameter():
    return kl_univariate(0, 1, 0, 2), kl_univariate(0, 1, 0, 2**2)


def factorises():
    return [mean_field.LinearGaussian((1.2, t2), 1.5).correlation for t2 in (-0.7, 0.0)]


def both_directions():
    return [
        kl_univariate(0, 1, mean, var) - kl_univariate(mean, var, 0, 1)
        for mean, var in ((0, 2**2), (1, 1))
    ]


WITNESSES = {
    1: gaussian_log,
    2: gaussian_kl,
    3: log_of_a_factor,
    4: elbo,
    5: first_pass,
    6: spread,
    7: fourth_term,
    8: letters,
    9: second_parameter,
    10: factorises,
    11: both_directions,
}


def test_every_erratum_has_its_witness():
    assert list(ROWS) == list(WITNESSES)


@pytest.mark.parametrize("number", WITNESSES)
def test_both_numbers_are_computed(number):
    printed, right = WITNESSES[number]()
    written = [float(text.replace("−", "-")) for text in ROWS[number]]
    assert np.allclose([printed, right], written, rtol=0, atol=5.1e-7)
    assert abs(printed - right) > 0.02, "the witness tells them apart"


def test_by_luck():
    """Note 1: eq. 1.4 holds where det Σ = 1, eq. 1.8 where the determinants are equal."""
    cov = np.diag([0.5, 2.0])
    printed = -np.log((2 * np.pi) * np.linalg.det(cov)) - 1
    right = gauss_hermite(
        lambda z: log_normal_full(z, 0, cov), np.zeros(2), np.linalg.cholesky(cov)
    )
    assert printed == pytest.approx(right, abs=1e-12)


def test_elbo_is_one_nat_too_low_so_the_gap_is_no_divergence():
    """Note 4, against the gap that Gaussians have: KL(q‖posterior)."""
    printed, right = elbo()
    assert printed == pytest.approx(right - 1, abs=1e-12)
    model = mean_field.LinearGaussian((1.2, -0.7), 1.5)
    mean, cov = (0.4, -0.1), np.diag([0.5, 0.8])
    gap = gauss_hermite(
        lambda z: log_normal_full(z, mean, cov) - log_normal_full(z, *posterior(model)),
        np.array(mean),
        np.linalg.cholesky(cov),
    )
    assert model.log_evidence - right == pytest.approx(gap, abs=1e-12)


def posterior(model):
    return model.posterior_mean, model.posterior_cov


def test_first_pass_gives_a_negative_divergence():
    assert first_pass()[0] < 0
