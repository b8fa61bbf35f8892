"""The hints of notebook 01 are true."""

import numpy as np
from claims import claim

from helpers import gaussians
from helpers.lessons.gaussian_kl.exercises import kl_monte_carlo

INSTRUCTIONS = (
    "You are at the end of the ledger of the slides' seven terms, with the letters "
    "exchanged: there the expectation is under q, here under p.",
    r"Write $r=\sigma_p^2/\sigma_q^2$ first; var_p and var_q are variances already, so "
    r"nothing is squared.",
    "You are at the line of the worksheet's hint where the log of a product became a sum of logs.",
    "Take the three ingredients for every coordinate first: ratio, log of the ratio, "
    "squared distance over q's variance.",
    "Then one sum over the one axis there is.",
    r"First the n log ratios $d_i = \log p(x_i) - \log q(x_i)$: logs are given, so "
    r"nothing needs np.log or np.exp.",
    "Return both.",
)


QUESTIONS = ("Of what?",)


DEFINITIONS = ("You are at the definition: KL is an expectation under p.",)


@claim(
    "Two parts.",
    r"The variances alone give $r - 1 - \log r$, which is 0 at $r = 1$ and positive "
    r"elsewhere.",
    r"The means enter only by $(\mu_p-\mu_q)^2/\sigma_q^2$.",
    "Add the two parts, then halve the whole: one ½ stands before everything. np.log "
    "is the natural log.",
)
def test_the_univariate_formula_has_two_parts():
    rng = np.random.default_rng(0)
    for mean_p, mean_q, var_p, var_q in rng.uniform(0.1, 5, (100, 4)):
        r = var_p / var_q
        scale, gap = r - 1 - np.log(r), (mean_p - mean_q) ** 2 / var_q
        right = gaussians.kl_univariate(mean_p, var_p, mean_q, var_q)
        assert np.isclose(0.5 * (scale + gap), right, 1e-10)
        assert scale > 0
        assert np.isclose(gaussians.kl_univariate(mean_p, var_q, mean_q, var_q), 0.5 * gap)
    assert 1 - 1 - np.log(1) == 0
    assert np.log(np.e) == 1


@claim(
    "Your univariate formula, elementwise, is most of the answer.",
    "All have d entries.",
    "The −1 is inside it: once a coordinate, −d in all.",
    "The ½ may stay outside.",
)
def test_the_diagonal_formula_is_one_sum():
    rng = np.random.default_rng(0)
    for d in (1, 2, 5):
        mean_p, mean_q = rng.normal(size=(2, d))
        var_p, var_q = rng.gamma(3, 1, size=(2, d))
        right = gaussians.kl_diagonal(mean_p, var_p, mean_q, var_q)
        each = gaussians.kl_univariate(mean_p, var_p, mean_q, var_q)
        r, gap = var_p / var_q, (mean_p - mean_q) ** 2 / var_q
        assert r.shape == np.log(r).shape == gap.shape == each.shape == (d,)
        assert np.isclose(each.sum(), right)
        assert np.isclose(0.5 * np.sum(r - 1 - np.log(r) + gap), right)
        assert np.isclose(0.5 * (np.sum(r - np.log(r) + gap) - d), right)


@claim(
    "The draws come from p already, so the expectation is a plain average.",
    "The estimate is their mean.",
    r"The spread of one draw is the standard deviation of the $d_i$ (n − 1 below, "
    r"ddof=1); that of a mean of n draws is smaller by $\sqrt n$.",
)
def test_the_estimate_is_a_plain_average():
    rng = np.random.default_rng(0)
    for n in (2, 7, 1000):
        log_p, log_q = rng.normal(size=(2, n))
        ratios = log_p - log_q
        value, error = kl_monte_carlo(log_p, log_q)
        assert np.isclose(value, ratios.mean())
        assert np.isclose(error * np.sqrt(n), ratios.std(ddof=1))
    means = rng.normal(size=(20_000, 25)).mean(axis=1)
    assert abs(means.std() * np.sqrt(25) - 1) < 0.03
