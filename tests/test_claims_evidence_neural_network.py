"""Notebook 07, sections 6 and 7: q's climbs, the evidence, and the judge by a second road."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from claims import claim
from conftest import script
from scipy.special import ndtr

from helpers.approximations import elbo_estimate, gaussian_vi, hamiltonian
from helpers.diagnostics import LARGEST_R_HAT
from helpers.lessons.neural_network.points import HIDDEN, NOISE_SD, SCALES, X, Y, model
from helpers.lessons.neural_network.stored import GRID, stored
from helpers.lessons.neural_network.variational import awake
from helpers.lessons.neural_network.weighed import judges_apart, weighed

MADE = script("make_neural_network.py")


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


@claim("Precomputed: the best q of five climbs, four from modes, one from the q of half the units.")
def test_where_the_climbs_start(monkeypatch):
    """The starts of the script that made them; what it stores is the best it found."""
    starts, heights = [], iter((3.0, 1.0, 2.0, 0.0, 5.0))

    def climbed(both, start, rng, sd, **_):
        starts.append((start, sd))
        return SimpleNamespace(mean=len(starts), sd=None)

    script_itself = MADE.variational.__globals__
    monkeypatch.setitem(script_itself, "gaussian_vi", climbed)
    monkeypatch.setitem(
        script_itself, "elbo_estimate", lambda *_: SimpleNamespace(value=next(heights))
    )
    network, ends = model(4, 2.0), np.arange(12)[:, None] + np.zeros(13)
    smaller = stored("vi", 2, 2.0)
    elbo, fit = MADE.variational(network, ends, smaller, np.random.default_rng(0))
    assert (elbo, fit.mean, len(starts)) == (5.0, 5, 5)
    assert [start[0] for start, _ in starts[:4]] == [0, 1, 2, 3]
    mean, sd = starts[4]
    assert model(2, 2.0).predict(smaller[0], GRID) == pytest.approx(network.predict(mean, GRID))
    added = sd[:-1].reshape(3, 4)[:, 2:].T
    assert (added == [2.0, 2.0, 0.1]).all()


@claim(
    "A climb from the mode of 8 or 16 units ends lower, with more of them on: the ELBO has local"
    " maxima, too."
)
@pytest.mark.parametrize("hidden", [8, 16])
@pytest.mark.parametrize("scale", SCALES)
def test_a_climb_from_the_mode(hidden, scale):
    """The end is a maximum, to the averages' noise: a second climb from there stays there."""
    network, start = model(hidden, scale), stored("mode", hidden, scale)
    both, rng = network.log_joint_and_gradient, np.random.default_rng(0)
    sd = 0.1
    for _ in range(2):
        fit = gaussian_vi(both, start, rng, sd=sd, learning_rate=0.05)
        start, sd = fit.mean, fit.sd
        found = elbo_estimate(network.log_joint, fit.mean, fit.sd, 4000, rng).value
        assert found < stored("elbo", hidden, scale)[0] - 1.5
        mean, spread = (row[:-1].reshape(3, -1)[2] for row in (fit.mean, fit.sd))
        assert (np.abs(mean) > 2 * spread).sum() > awake(hidden, scale).sum()


@claim(
    "From 4 to 8 to 16 units the evidence rises, and the ELBO falls.",
    "It is q that prefers small networks.",
    "Here dozens do, or more.",
    "With 16 units the ELBO is 52 nats too low, so the copies cannot be all of it.",
)
def test_the_evidence_prefers_large_networks():
    for seed in range(3):
        found = {h: weighed(h, 1.0, seed=seed) for h in HIDDEN}
        assert found[4].log_evidence + 1 < found[8].log_evidence < found[16].log_evidence - 1
        assert min(one.effective for one in found.values()) > 36
    elbo = {h: stored("elbo", h, 1.0)[0] for h in HIDDEN}
    assert elbo[4] > elbo[8] > elbo[16]
    assert f"{found[16].log_evidence - elbo[16]:.0f}" == "52"
    assert 52 > 16 * np.log(2) + math.lgamma(17)
    assert all(one.log_evidence > elbo[h] for h, one in found.items())


@claim(
    "In the exact posterior of 16 units, on average fewer than two have |v| < 0.15, no more than in"
    " the prior; in q twelve do."
)
def test_units_held_at_0():
    """By draws of w and c from the prior, weighed; given them, v is Gaussian."""
    n, w_c = 6000, np.random.default_rng(1).standard_normal((2, 6000, 1, 16))
    phi = np.concatenate([np.tanh(X[:, None] * w_c[0] + w_c[1]), np.ones((n, X.size, 1))], axis=2)
    cov = NOISE_SD**2 * np.eye(X.size) + phi @ phi.swapaxes(1, 2)
    logs = -0.5 * (np.linalg.solve(cov, Y[:, None])[..., 0] @ Y + np.linalg.slogdet(cov)[1])
    weights = np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()
    assert 1 / (weights @ weights) > 500
    gain = np.linalg.solve(cov, phi).swapaxes(1, 2)
    sd = np.sqrt(1 - np.einsum("nji,nij->nj", gain, phi))[:, :16]

    def near_0(mean, sd):
        return (ndtr((0.15 - mean) / sd) - ndtr((-0.15 - mean) / sd)).sum(axis=-1)

    held = near_0((gain @ Y)[:, :16], sd)
    error = np.sqrt(weights**2 @ (held - weights @ held) ** 2)
    assert weights @ held + 3 * error < near_0(np.zeros(16), 1.0) < 2
    q = near_0(*(row[:-1].reshape(3, -1)[2] for row in stored("vi", 16, 1.0)))
    assert f"{q:.0f}" == "12"


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
