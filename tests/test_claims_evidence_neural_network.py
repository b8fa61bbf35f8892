"""Notebook 07, sections 6 and 7: the evidence, and the judge judged by a second road."""

import math

import numpy as np
from claims import claim

from helpers.approximations import hamiltonian
from helpers.diagnostics import LARGEST_R_HAT
from helpers.lessons.neural_network.points import HIDDEN, NOISE_SD, SCALES, X, Y, model
from helpers.lessons.neural_network.stored import stored
from helpers.lessons.neural_network.weighed import judges_apart, weighed


def by_covariance(w, c, scale):
    """log p(y | w, c) of one unit, w and c any shape: y is a Gaussian vector with covariance
    σ²I + s²ΦΦᵀ."""
    units = np.tanh(w[..., None] * X + c[..., None])
    features = np.stack([units, np.ones_like(units)], axis=-1)
    cov = NOISE_SD**2 * np.eye(X.size) + scale**2 * features @ features.swapaxes(-1, -2)
    squares = Y @ np.linalg.solve(cov, Y[:, None])
    return -0.5 * (squares[..., 0] + np.linalg.slogdet(2 * np.pi * cov)[1])


def test_the_evidence_of_one_unit_by_quadrature():
    nodes = np.arange(-28, 29) / 7
    prior = np.exp(-(nodes**2) / 2) / np.exp(-(nodes**2) / 2).sum()
    for scale in SCALES:
        logs = by_covariance(*np.meshgrid(scale * nodes, scale * nodes), scale)
        found = weighed(1, scale)
        exact = np.log(prior @ np.exp(logs) @ prior)
        assert abs(found.log_evidence - exact) < 4 / np.sqrt(found.effective)


@claim(
    "From 4 to 8 to 16 units the evidence rises, and the ELBO falls.",
    "It is q that prefers small networks.",
    "In the exact posterior all units are alike: none is switched off, one can make up for"
    " another.",
    "Here dozens do, or more.",
    "With 16 units the ELBO is 68 nats too low, so the copies cannot be all of it.",
)
def test_the_evidence_prefers_large_networks():
    """All units are alike, by exchange: see test_copies."""
    for seed in range(3):
        found = {h: weighed(h, 1.0, seed=seed) for h in HIDDEN}
        assert found[4].log_evidence + 1 < found[8].log_evidence < found[16].log_evidence - 1
        assert min(one.effective for one in found.values()) > 36
    elbo = {h: stored("elbo", h, 1.0)[0] for h in HIDDEN}
    assert elbo[4] > elbo[8] > elbo[16]
    assert f"{found[16].log_evidence - elbo[16]:.0f}" == "68"
    assert 68 > 16 * np.log(2) + math.lgamma(17)
    assert all(one.log_evidence > elbo[h] for h, one in found.items())


@claim(
    "Two roads that share only model and points are at most 0.04 apart at the points, and 0.13 in"
    " the gap, even where R̂ said “doubt it”.",
    "Doubted is not wrong.",
    "It has its own limit: at s = ½ and from 2 units on fewer than 50 draws count.",
)
def test_the_judge_by_another_road():
    apart = np.array([judges_apart(h, 2.0) for h in HIDDEN])
    assert (apart.max(axis=0) < [0.045, 0.135]).all()
    assert stored("trust", 1, 2.0)[0] > LARGEST_R_HAT < stored("trust", 16, 2.0)[0]
    assert max(weighed(h, 0.5).effective for h in HIDDEN[1:]) < 50


def test_four_units_do_wander():
    """From one mode: within 200 draws every chain has had most of its w on both sides of 0."""
    network = model(4, 1.0)
    starts = np.tile(stored("mode", 4, 1.0), (4, 1))
    rng = np.random.default_rng(0)
    w = hamiltonian(network.log_joint_and_gradient, starts, 200, 0.03, 50, rng).samples[..., :4]
    both = (w.max(axis=1) > 1) & (w.min(axis=1) < -1)
    assert (both.sum(axis=1) >= 3).all()
