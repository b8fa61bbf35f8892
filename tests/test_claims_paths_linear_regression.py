"""Notebook 06, sections 4 and 5: HMC, and the mean field's origin, computed."""

import numpy as np
import pytest
from claims import claim
from test_claims_linear_regression import places, posterior_by_sum, random_lines

from helpers.approximations import hamiltonian, leapfrog, metropolis
from helpers.diagnostics import effective_sample_size
from helpers.gaussians import kl_full
from helpers.lessons.linear_regression import formulas, origin, paths
from helpers.lessons.linear_regression.data import NOISE_SD, PRIOR_SD, X, Y
from helpers.lessons.linear_regression.exercises import leapfrog_step_exercise
from helpers.models import Regression

STEPS = places(paths.path.controls[0])
LENGTHS = places(paths.path.controls[1])
OURS = Regression(X, Y, NOISE_SD, PRIOR_SD)


def along(points):
    """(n, 2) -> their coordinate on the posterior's long axis, in its sds."""
    values, axes = np.linalg.eigh(paths.COV)
    return (points - paths.MEAN) @ axes[:, 1] / np.sqrt(values[1])


# Section 4


@claim(
    "The step keeps H̃, not H.",
    "The two differ by ε²z²/8s⁴, little where ε is small against s.",
    "So errors of the energy do not add up along a path: for ε < 2s they stay bounded, however long"
    " it is.",
)
def test_what_is_kept():
    """H̃ ≥ ½(1 − ε²/4s²)z²/s² bounds z, and with it H − H̃, for ever."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        s = rng.uniform(0.2, 2)
        eps = rng.uniform(0.05, 1.98) * s
        z, r = rng.normal(size=2)
        kept = 0.5 * r**2 + 0.5 * (1 - eps**2 / (4 * s**2)) * z**2 / s**2
        most = eps**2 / (8 * s**4) * 2 * kept * s**2 / (1 - eps**2 / (4 * s**2))
        states = [(z, r)]
        for _ in range(3000):
            states.append(paths._step(*states[-1], s, eps))
        z, r = np.array(states[1:]).T
        energies = 0.5 * r**2 + 0.5 * z**2 / s**2
        assert np.allclose(energies - eps**2 * z**2 / (8 * s**4), kept, rtol=1e-8)
        assert max(energies) <= kept + most * (1 + 1e-6)
        assert np.ptp(energies) > 0


@claim(
    "At ε = 0.06 the energy is off by less than 0.6 nats, after 60 steps as after 5, and 37 or more"
    " of the 40 paths are accepted.",
    "From ε = 0.18 on, no path of 12 or more steps is accepted.",
    "Beyond ε = 2 · 0.0863 = 0.1726 the quantity that the ledger keeps is a hyperbola in that"
    " direction: sooner or later each step leads further out.",
    "Up to the limit it goes like that: 21 of 40 paths at 0.16, 11 at 0.17.",
    "Beyond it nothing holds a path back.",
    "A long step carries the path past the peak before it is pushed back, each time further.",
)
def test_steps_too_long():
    for n in LENGTHS:
        assert paths.walk(0.06, n, 40).accepted.sum() >= 37
        for k in range(1, 41):
            assert abs(paths.walk(0.06, n, k).energy).max() < 0.6
        for step in (0.18, 0.19, 0.2):
            assert n < 12 or not paths.walk(step, n, 40).accepted.any()
    assert [paths.walk(e, 60, 40).accepted.sum() for e in (0.16, 0.17, 0.18)] == [21, 11, 0]
    assert (f"{paths.NARROWEST:.4f}", f"{paths.LARGEST_STEP:.4f}") == ("0.0863", "0.1726")
    shares = [np.mean([paths.walk(e, n, 40).accepted.mean() for n in LENGTHS[::5]]) for e in STEPS]
    assert shares[STEPS.index(0.17)] < shares[STEPS.index(0.12)] < shares[STEPS.index(0.06)]
    for step, grows in ((0.17, False), (0.18, True)):
        powers = np.abs(np.linalg.eigvals(paths._powers(step, 1)[1]))
        assert bool(powers.max() > 1 + 1e-6) is grows
    # Beyond the limit: from side to side of the peak, in the end each time further.
    narrow = np.linalg.eigh(paths.COV)[1][:, 0]
    for step in (0.18, 0.19, 0.2):
        for k in range(1, 41):
            places_ = (paths.walk(step, 60, k).path - paths.MEAN) @ narrow
            assert (places_[10:-1] * places_[11:] < 0).all()
            assert (np.diff(np.abs(places_[10:])) > 0).all()


@claim(
    "L decides how far they go: along the long axis 21 steps lead to the other end, 42 back again.",
    "At L = 1 the states crawl, as Metropolis does.",
    "Then show the trap, L = 21: its states stay at the two ends.",
)
def test_how_far_a_path_goes():
    for k in range(1, 41):
        way = along(paths.walk(0.06, 60, k).path)
        assert way[21] == pytest.approx(-way[0], abs=0.05)
        assert way[42] == pytest.approx(way[0], abs=0.05)
    moves = {n: np.abs(np.diff(along(paths.walk(0.06, n, 40).states))).mean() for n in (1, 12)}
    assert moves[1] < 0.15 < 0.8 < moves[12]
    ends = along(paths.walk(0.06, 21, 40).states)
    assert np.abs(ends).min() > 3.4
    assert np.mean(ends[:-1] * ends[1:] < 0) > 0.9  # but for what is rejected, from end to end
    ten = along(paths.walk(0.06, 10, 40).states)[1:]
    assert np.abs(ten).max() < 2.5
    assert 0.7 < ten.std() < 1.3
    chain = metropolis(OURS.log_joint, paths.START, 2000, 0.1, rng=1).samples
    assert np.abs(np.diff(along(chain))).mean() < 0.25


@claim(
    "Here they differ by a factor of 4.6.",
    "Where it is 1,000, half a turn along the long axis takes more than 1,500 steps: one more"
    " reason to care about ρ.",
    "Ask what the two have spent for forty states: 40 gradients, and 400.",
)
def test_what_the_narrowest_direction_costs():
    assert f"{paths.WIDEST / paths.NARROWEST:.1f}" == "4.6"
    # A step of ε turns by 2 arcsin(ε/2s); ε is at most 2, in units of the narrowest sd.
    assert np.pi / (2 * np.arcsin(2 / 2000)) > 1500
    cov = posterior_by_sum(X - 2, Y, NOISE_SD, PRIOR_SD)[1]
    assert np.sqrt(np.linalg.cond(cov)) < 2
    asked = []

    def counted(z):
        asked.append(1)
        return OURS.log_joint_and_gradient(z)

    for n_leapfrog, spent in ((1, 40), (10, 400)):
        asked.clear()
        hamiltonian(counted, paths.START, 40, 0.06, n_leapfrog, rng=1)
        assert len(asked) == spent + 1  # the first is for the start


def worth(samples):
    """Draws that the chains are worth, (D,) for averages and (D,) for spreads."""
    states = samples[:, samples.shape[1] // 10 :]
    return [effective_sample_size(s) for s in (states, (states - OURS.posterior[0]) ** 2)]


@claim(
    "Both chains below look at the model 24,000 times, HMC each time at its gradient, too.",
    "But L = 21 is a trap: half a turn leads from far out to as far out, again and again, and the"
    " spread is hardly learned.",
)
def test_two_chains_of_equal_cost():
    starts = np.array([[0.2, 1.6], [1.0, 1.0], [1.0, -1.0], [0.2, 0.0]])
    rolled, trapped = (
        hamiltonian(OURS.log_joint_and_gradient, starts, 500, 0.06, n, rng=1).samples
        for n in (12, 21)
    )
    groped = metropolis(OURS.log_joint, starts, 6000, 0.4, rng=1).samples
    assert rolled[..., 0].size * 12 == groped[..., 0].size == 24_000
    assert np.min(worth(rolled)) > 1.5 * np.min(worth(groped))
    averages, spreads = worth(trapped)
    assert min(averages) > 1800 > 100 * min(spreads)


@claim(
    "The target is log p(z) = −½ zᵀΛz, so its gradient is −Λz: -precision @ z.",
    "Half a push, a whole move, half a push: r ← r + ½ε∇log p(z), z ← z + ε r/m, then the push"
    " again.",
    "Each line uses what the line before has made: the move takes the pushed momentum, the last"
    " push the gradient at the new z.",
)
def test_hints_of_the_leapfrog():
    """With mass 1 it is the library's step; a mass is another unit of z."""
    rng = np.random.default_rng(2)
    for _ in range(20):
        z, r, lam, step, mass = leapfrog_step_exercise.probe(rng)
        root = np.sqrt(mass)

        def target(u, lam=lam, root=root):
            z = u / root
            return -0.5 * z @ lam @ z, -(lam @ z) / root

        u, p = leapfrog(target, z * root, r / root, step, 1)
        new, momentum = leapfrog_step_exercise.solution(z, r, lam, step, mass)
        assert np.allclose(u / root, new)
        assert np.allclose(p * root, momentum)


# Section 5


@claim(
    "With c = 2, the mean of the x, ρ is 0 and q exact.",
    "At c = 0, ρ = −0.811 and the ELBO is 0.535 nats too low; at c = −2 it is 1.049.",
    "To subtract the mean of the x costs nothing, and makes the mean field exact here.",
)
def test_three_origins():
    gaps = {}
    for c in (2.0, 0.0, -2.0):
        mean, cov = posterior_by_sum(X - c, Y, NOISE_SD, PRIOR_SD)
        q = np.diag(1 / np.diag(np.linalg.inv(cov)))
        gaps[c] = kl_full(mean, q, mean, (cov + cov.T) / 2)
        if c == 0:
            assert f"{formulas.correlation(cov):.3f}" == "-0.811"
    assert gaps[2.0] < 1e-12
    assert (f"{gaps[0.0]:.3f}", f"{gaps[-2.0]:.3f}") == ("0.535", "1.049")


@claim(
    "The band of q is narrowest at c, always.",
    "Unless ρ = 0 it is too narrow there, and too wide at another x.",
    "At four, with σ = 0.5: only at x = 4 it is too narrow.",
    "That shifts the exact band, too, the more the larger σ is.",
    "q's variance at x is (x − c)²/Λ₁₁ + 1/Λ₂₂, lowest at x = c.",
    "In the next picture drag c to 6: q's narrowest place goes along, away from all points.",
    "To know that, it takes the correlation of slope and height, which q leaves out.",
    "Its slope is uncertain, too: away from the origin that adds to the variance.",
)
def test_the_band_of_q():
    """With t = (x − c) sd₁/sd₂ the difference of the variances is −ρ²(t² + 1) − 2ρt times sd₂²:
    −ρ² at t = 0, and 2|ρ|(1 − |ρ|) at t = −sign ρ."""
    fine = np.linspace(-20, 20, 4001)
    for c in places(origin.moved.controls[0]):
        for noise_sd in places(origin.moved.controls[1]):
            _, cov = formulas.posterior(X - c, Y, noise_sd, PRIOR_SD)
            q = formulas.best_product(cov)
            exact, mine = (formulas.line_band(fine - c, np.zeros(2), one)[1] for one in (cov, q))
            assert fine[mine.argmin()] == pytest.approx(c)
            lam = np.linalg.inv(cov)
            assert np.allclose(mine**2, (fine - c) ** 2 / lam[0, 0] + 1 / lam[1, 1])
            if c != 2:
                assert mine[mine.argmin()] < exact[mine.argmin()]
                assert (mine > exact).any()
    assert X.max() < 6
    _, cov = formulas.posterior(X - 6, Y, NOISE_SD, PRIOR_SD)
    exact, mine = (
        formulas.line_band(X - 6, np.zeros(2), one)[1] for one in (cov, formulas.best_product(cov))
    )
    assert (mine > exact).tolist() == [True] * 4 + [False]
    # Only the prior moves the exact band with c, and against less noise it counts less.
    for c in places(origin.moved.controls[0]):
        shifts = []
        for noise_sd in places(origin.moved.controls[1]):
            bands = [
                np.array(formulas.line_band(fine - at, *formulas.posterior(X - at, Y, noise_sd, 2)))
                for at in (0.0, c)
            ]
            shifts.append(abs(bands[0] - bands[1]).max())
        assert c == 0 or (np.diff(shifts) > 0).all()


@claim(
    "The gap is a function of ρ alone, and ρ one of x, σ/τ and n.",
    "The gap between log p(y) and the ELBO, from its definition to −½ log(1 − ρ²).",
)
def test_the_gap():
    for x, y, noise_sd, prior_sd in random_lines(30, seed=5):
        mean, cov = posterior_by_sum(x, y, noise_sd, prior_sd)
        rho = formulas.correlation(cov)
        q = np.diag(1 / np.diag(np.linalg.inv(cov)))
        found = kl_full(mean, q, mean, (cov + cov.T) / 2)
        assert found == pytest.approx(-0.5 * np.log(1 - rho**2), abs=1e-9)
        other = posterior_by_sum(x, 2 - y, 3 * noise_sd, 3 * prior_sd)[1]
        assert formulas.correlation(other) == pytest.approx(rho, abs=1e-9)
    assert r"\log(1-\rho^2)" in origin.gap.lines[3].latex
