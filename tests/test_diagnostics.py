"""Effective sample size and R-hat: against arviz's numbers, theory, and broken chains.

The reference numbers are those of arviz 0.23.4: `ess(x, method="mean")` and `rhat(x)` of `chains`,
which uses whole numbers only, so that any machine makes the same.
"""

import numpy as np
import pytest

from helpers.diagnostics import complaints, effective_sample_size, r_hat


def chains(rho, shift=0.0, scale=1.0, n=501):
    """Four chains x_t = ρ x_t−1 + u_t, (4, n, 1); the first is scaled and shifted."""
    t = np.arange(4 * n)
    u = ((t * t * 7919 + t * 104729) % 1000003 / 1000003 - 0.5).reshape(4, n)
    for i in range(1, n):
        u[:, i] += rho * u[:, i - 1]
    u[0] = shift + scale * u[0]
    return u[..., None]


# chains' arguments; ess of all four, R-hat of all four, ess of the first
ARVIZ = [
    ((0.0, 0.0, 1.0, 501), 2007.502889986973, 0.9990475969675086, 482.2578576320671),
    ((0.0, 0.0, 1.0, 40), 187.00969724295152, 1.0097913657297883, 64.08239965311849),
    ((0.9, 0.0, 1.0, 501), 130.82799366292477, 1.012502327412173, 32.86648759782211),
    ((0.9, 0.0, 1.0, 40), 7.797841322717003, 1.605146995863604, 13.182783717480735),
    ((-0.5, 0.0, 1.0, 501), 5841.514001766624, 0.9989981138593756, 1308.6757046583689),
    ((-0.5, 0.0, 1.0, 40), 352.6591972249479, 1.1266130451337293, 64.08239965311849),
    ((0.5, 0.3, 1.0, 501), 46.46952041441386, 1.074747868209465, 142.06892922910026),
    ((0.5, 0.3, 1.0, 40), 82.05228654508453, 1.0354703090340434, 33.014422881697215),
    ((0.5, 0.0, 3.0, 501), 568.6322488371728, 1.1494819610472717, 142.06892922910012),
    ((0.5, 0.0, 3.0, 40), 35.77203669644739, 1.1334079206038181, 33.01442288169725),
    ((0.99, 0.0, 1.0, 501), 17.544114570001646, 1.1711330616250908, 13.566128252052343),
    ((0.99, 0.0, 1.0, 40), 5.501186723702594, 2.672161891891208, 1.528593040965086),
]


@pytest.mark.parametrize(("arguments", "size", "ratio", "size_of_first"), ARVIZ)
def test_equal_to_arviz(arguments, size, ratio, size_of_first):
    samples = chains(*arguments)
    np.testing.assert_allclose(effective_sample_size(samples), [size], rtol=1e-12)
    np.testing.assert_allclose(r_hat(samples), [ratio], rtol=1e-12)
    np.testing.assert_allclose(effective_sample_size(samples[0]), [size_of_first], rtol=1e-12)


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.5, 0.9])
def test_the_size_of_an_autoregression(rho):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4, 40_000, 2))
    x[:, 0] /= np.sqrt(1 - rho**2)
    for i in range(1, x.shape[1]):
        x[:, i] += rho * x[:, i - 1]
    time = (1 + rho) / (1 - rho)
    # Four of the estimate's standard errors, √(2 (2M + 1)/N), when M = 3τ lags are summed.
    tolerance = 4 * np.sqrt(2 * (6 * time + 1) / 160_000)
    np.testing.assert_allclose(effective_sample_size(x), 160_000 / time, rtol=tolerance)
    np.testing.assert_allclose(r_hat(x), 1, atol=0.005)
    assert complaints(x, 0.5) == []


def test_each_coordinate_is_its_own():
    both = np.concatenate([chains(0.9), chains(0.0)], axis=-1)
    for function in (effective_sample_size, r_hat):
        assert function(both)[0] == function(chains(0.9))[0]
        assert function(both)[1] == function(chains(0.0))[0]
    # R-hat sees only ranks: heavy tails and units do not matter.
    np.testing.assert_allclose(
        r_hat(chains(0.5, 0.3) * 1e6 - 5), r_hat(chains(0.5, 0.3)), rtol=1e-9
    )


def test_words_when_they_are_bad():
    apart = complaints(chains(0.5, 0.3))
    assert "disagree about coordinate 0: R-hat is 1.075" in apart[0]
    assert "2004 samples are worth 46 independent ones, below 400." in apart[1]
    assert len(apart) == 2
    wider = complaints(chains(0.5, 0.0, 3.0))
    assert len(wider) == 1
    assert "disagree" in wider[0]
    slow = chains(0.9)
    assert complaints(slow, 0.99)[1].endswith(
        "99% of the proposals were accepted: the steps may be too short."
    )
    assert complaints(slow, [0.02, 0.04])[1].endswith(
        "Only 3% of the proposals were accepted: the steps are too long."
    )
    assert complaints(slow, 0.4)[1].endswith("below 400.")
    assert complaints(chains(0.0)) == []
    stuck = np.concatenate([chains(0.0), np.ones((4, 501, 1))], axis=-1)
    assert complaints(stuck) == ["Coordinate 1 never moved: nothing can be said."]
    assert np.isnan(effective_sample_size(stuck)[1])
    assert np.isnan(r_hat(stuck)[1])
    frozen = np.broadcast_to(np.arange(4.0)[:, None, None], (4, 50, 1))
    assert "R-hat is inf" in complaints(frozen)[0]


@pytest.mark.parametrize(
    "samples", [np.ones(20), np.ones((4, 7, 1)), np.ones((2, 2, 20, 1)), [[np.nan]] * 20, []]
)
def test_bad_input_is_named(samples):
    for function in (effective_sample_size, r_hat, complaints):
        with pytest.raises(ValueError, match=r"^samples"):
            function(samples)
