"""Notebook 06, sections 4 to 6: HMC, the mean field's origin, and Old Faithful, computed."""

import numpy as np
import pytest
from claims import claim
from test_claims_linear_regression import places, posterior_by_sum, random_lines

from helpers.approximations import hamiltonian, leapfrog, metropolis
from helpers.diagnostics import LARGEST_R_HAT, effective_sample_size
from helpers.gaussians import kl_full
from helpers.lessons.linear_regression import data, faithful, formulas, origin, paths
from helpers.lessons.linear_regression.data import NOISE_SD, ORIGINS, PRIOR_SD, SIZES, X, Y
from helpers.lessons.linear_regression.exercises import leapfrog_step_exercise
from helpers.models import Regression
from helpers.widgets import Stage

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
    " direction: from step to step the path gets further out.",
    "Below the limit it goes like that.",
    "At the limit the ellipse opens, and there is no little way out.",
    "A long step carries the path past the peak before it is pushed back, each time further.",
)
def test_steps_too_long():
    for n in LENGTHS:
        assert paths.walk(0.06, n, 40).accepted.sum() >= 37
        for k in (1, 7, 23, 40):
            assert abs(paths.walk(0.06, n, k).energy).max() < 0.6
        for step in (0.18, 0.19, 0.2):
            assert n < 12 or not paths.walk(step, n, 40).accepted.any()
    assert 0 < paths.walk(0.17, 60, 40).accepted.sum() < 40
    assert (f"{paths.NARROWEST:.4f}", f"{paths.LARGEST_STEP:.4f}") == ("0.0863", "0.1726")
    shares = [np.mean([paths.walk(e, n, 40).accepted.mean() for n in LENGTHS[::5]]) for e in STEPS]
    assert shares[STEPS.index(0.17)] < shares[STEPS.index(0.12)] < shares[STEPS.index(0.06)]
    for step, grows in ((0.17, False), (0.18, True)):
        powers = np.abs(np.linalg.eigvals(paths._powers(step, 1)[1]))
        assert bool(powers.max() > 1 + 1e-6) is grows
    # Beyond the limit: from side to side of the peak, each time further.
    narrow = np.linalg.eigh(paths.COV)[1][:, 0]
    places_ = (paths.walk(0.19, 60, 1).path - paths.MEAN) @ narrow
    assert (places_[10:-1] * places_[11:] < 0).all()
    assert (np.diff(np.abs(places_[10:])) > 0).all()


@claim(
    "L decides how far they go: 21 steps lead to the other side of the long axis, 42 back to where"
    " the path began.",
    "At L = 1 the states crawl, as Metropolis does.",
)
def test_how_far_a_path_goes():
    for k in range(1, 41):
        way = along(paths.walk(0.06, 60, k).path)
        assert way[21] == pytest.approx(-way[0], abs=0.05)
        assert way[42] == pytest.approx(way[0], abs=0.05)
    moves = {n: np.abs(np.diff(along(paths.walk(0.06, n, 40).states))).mean() for n in (1, 12)}
    assert moves[1] < 0.15 < 0.8 < moves[12]
    chain = metropolis(OURS.log_joint, paths.START, 2000, 0.1, rng=1).samples
    assert np.abs(np.diff(along(chain))).mean() < 0.25


@claim(
    "Here they differ by a factor of 4.6.",
    "Where it is 1,000, half a turn along the long axis takes more than 1,500 steps: one more"
    " reason to care about ρ.",
    "Ask what the two have spent for forty states: 40 gradients, and 800.",
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

    for n_leapfrog, spent in ((1, 40), (20, 800)):
        asked.clear()
        hamiltonian(counted, paths.START, 40, 0.06, n_leapfrog, rng=1)
        assert len(asked) == spent + 1  # the first is for the start


@claim("Both chains below look at the model 24,000 times.")
def test_two_chains_of_equal_cost():
    starts = np.array([[0.2, 1.6], [1.0, 1.0], [1.0, -1.0], [0.2, 0.0]])
    rolled = hamiltonian(OURS.log_joint_and_gradient, starts, 500, 0.06, 12, rng=1).samples
    groped = metropolis(OURS.log_joint, starts, 6000, 0.2, rng=1).samples
    assert rolled[..., 0].size * 12 == groped[..., 0].size == 24_000
    worth = [effective_sample_size(s[:, s.shape[1] // 10 :]).min() for s in (rolled, groped)]
    assert worth[0] > 2 * worth[1]


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


# Section 6


def shares(n, where, noise, quantity):
    """The stored sds as parts of the exact one, by method."""
    found = faithful.answers(n, where, noise, quantity)[0]
    return {name: one.sd / found[0].sd for name, one in zip(faithful.NAMES, found, strict=True)}


@claim(
    "With σ fixed Laplace is exact, whatever n and the origin.",
    "VI from 0 minutes has 0.30 to 0.34 of the exact sd of the slope; from the mean it is exact.",
    "With σ inferred and 272 eruptions the same holds within 2 %.",
    "It is √(1 − ρ²), and ρ = −0.951.",
    "More points make both sds smaller, and their ratio stays: ρ depends on where the durations"
    " lie.",
    "Many points make the posterior small, but no less tilted.",
    "For that ρ would have to be −0.9995.",
)
def test_old_faithful():
    for n in SIZES:
        for where in ORIGINS:
            for quantity in data.QUANTITIES[:2]:
                found = faithful.answers(n, where, "fixed", quantity)[0]
                assert found[1] == pytest.approx(found[0], rel=1e-6)
                if where == ORIGINS[1]:
                    assert found[3] == pytest.approx(found[0], rel=1e-3)
        assert 0.295 < shares(n, ORIGINS[0], "fixed", "slope")["VI"] < 0.345
    for where in ORIGINS:
        for quantity in data.QUANTITIES:
            found = shares(272, where, "inferred", quantity)
            assert found["Laplace"] == pytest.approx(1, abs=0.02)
            if where == ORIGINS[1] or quantity == "log σ":
                assert found["VI"] == pytest.approx(1, abs=0.02)
            else:
                assert found["VI"] == pytest.approx(0.31, abs=0.02)
    minutes, waits = data.old_faithful().T
    _, cov = posterior_by_sum(minutes, waits, 6.0, np.array([20.0, 100.0]))
    rho = formulas.correlation(cov)
    assert f"{rho:.3f}" == "-0.951"
    assert shares(272, ORIGINS[0], "fixed", "slope")["VI"] == pytest.approx(
        np.sqrt(1 - rho**2), rel=1e-3
    )
    assert f"{np.sqrt(1 - 0.9995**2):.2f}" == "0.03"
    sds = [np.sqrt(data.exact(n, ORIGINS[0], "fixed")[1][0, 0]) for n in SIZES]
    assert sds[0] > 2 * sds[1] > 4 * sds[2]


NAMES = faithful.NAMES[1:]


@claim("Laplace asks the model at most 500 times, VI 16,000 times, HMC 26,000 times.")
def test_what_the_answers_cost():
    runs = data.stored_runs()
    asked = {
        name: [run.evaluations for key, run in runs.items() if key[3] == name] for name in NAMES
    }
    assert max(asked["Laplace"]) <= 500
    assert {round(n, -3) for n in asked["VI"]} == {16_000}
    assert {round(n, -3) for n in asked["HMC"]} == {26_000}


@claim(
    "The posterior of log σ leans to the right: five points cannot rule out much noise.",
    "Counted from the mean, Laplace has 0.63 of the exact sd of the slope, VI 0.76, HMC 0.92.",
    "Laplace looks at the peak, where σ is small; VI keeps σ and slope apart, so it cannot widen"
    " the slope where σ is large.",
)
def test_five_eruptions():
    found = shares(5, ORIGINS[1], "inferred", "slope")
    assert [f"{found[name]:.2f}" for name in NAMES] == ["0.63", "0.92", "0.76"]
    exact = data.exact(5, ORIGINS[1], "inferred")
    noise = exact.noise()
    third = exact.weights @ ((formulas.LOG_SD - noise.mean) / noise.sd) ** 3
    assert third > 0.5
    at_peak = data.stored_runs()[5, ORIGINS[1], "inferred", "Laplace", "log σ"].answer.mean
    assert at_peak < noise.mean - 0.5 * noise.sd
    sds = np.sqrt(exact.covs[:, 0, 0])
    assert (np.diff(sds) > 0).all()


@claim(
    "R-hat compares its four chains; it should be below 1.01.",
    "It began at a small σ, where the posterior is so narrow that the step is more than 2 s: every"
    " path runs away, as in section 4.",
)
def test_the_chain_that_is_stuck():
    assert LARGEST_R_HAT == 1.01
    for n in SIZES:
        for where in ORIGINS:
            for noise in data.NOISES:
                stuck = (n, where, noise) == (5, ORIGINS[0], "inferred")
                assert (faithful.disagreement(n, where, noise) > LARGEST_R_HAT) is stuck
    chains = data.stored_states()[5, ORIGINS[0], "inferred"].reshape(4, 100, 3)
    assert [len(np.unique(chain, axis=0)) == 1 for chain in chains] == [False] * 3 + [True]
    model = data.faithful(5, ORIGINS[0], "inferred")
    runs = data.stored_runs()
    sds = [runs[5, ORIGINS[0], "inferred", "Laplace", q].answer.sd for q in data.QUANTITIES]
    place = chains[3, 0]
    slopes = [
        model.log_joint_and_gradient(place + 1e-4 * sd * e)[1]
        for sd, e in zip(sds, np.eye(3), strict=True)
    ]
    middle = model.log_joint_and_gradient(place)[1]
    curvature = -(np.array(slopes) - middle) / 1e-4 * sds
    narrowest = 1 / np.sqrt(np.linalg.eigvalsh((curvature + curvature.T) / 2)[-1])
    assert 0.3 > 2 * narrowest  # the step of make_line_runs.py, in the sds of Laplace
    assert place[2] < data.exact(5, ORIGINS[0], "inferred").noise().low


def test_pictures_name_the_chain_that_is_stuck():
    stage = Stage(faithful.four)
    stage.draw(n="5", origin=ORIGINS[0], noise="inferred", quantity="slope")
    assert "disagree" in stage.summary
    stage.draw(n="5", origin=ORIGINS[1], noise="inferred", quantity="slope")
    assert "disagree" not in stage.summary
