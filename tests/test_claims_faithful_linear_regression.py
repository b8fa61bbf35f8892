"""Notebook 06, section 6: Old Faithful, and the chain that is stuck, computed."""

import numpy as np
import pytest
from claims import claim
from test_claims_linear_regression import posterior_by_sum

from helpers.approximations import hamiltonian
from helpers.diagnostics import LARGEST_R_HAT, effective_sample_size
from helpers.lessons.linear_regression import data, faithful, formulas
from helpers.lessons.linear_regression.data import ORIGINS, SIZES
from helpers.widgets import Stage


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


def run_again(where, rng=1):
    """The starts (4, 3), and the states kept, of make_line_runs.py's HMC of five eruptions."""
    laplace = [
        data.stored_runs()[5, where, "inferred", "Laplace", q].answer for q in data.QUANTITIES
    ]
    mean, sds = (np.array([getattr(one, name) for one in laplace]) for name in ("mean", "sd"))
    starts = mean + sds * np.random.default_rng(0).uniform(-2, 2, (4, 3))
    model = data.faithful(5, where, "inferred").log_joint_and_gradient
    return starts, hamiltonian(model, starts, 1100, 0.3 * sds, 6, rng=rng).samples[:, 100:]


@claim(
    "The posterior of log σ leans to the right: five points cannot rule out much noise.",
    "Counted from the mean, Laplace has 0.63 of the exact sd of the slope, VI 0.76, HMC 0.92 (by"
    " chance: the tails are long).",
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
    # Chance: the sd of ever so many draws with tails like these still errs by some per cent.
    at, means = exact.weights, exact.means[:, 0] - exact.weights @ exact.means[:, 0]
    second = at @ (sds**2 + means**2)
    fourth = at @ (3 * sds**4 + 6 * sds**2 * means**2 + means**4)
    assert fourth / second**2 > 7  # a Gaussian's is 3
    _, kept = run_again(ORIGINS[1])
    size = effective_sample_size((kept - kept.mean(axis=(0, 1))) ** 2)[0]
    error = np.sqrt((fourth / second**2 - 1) / (4 * size))
    assert 1 - found["HMC"] < 2.5 * error
    again = run_again(ORIGINS[1], rng=2)[1][..., 0].std() / np.sqrt(second)
    assert 1 < again < 1.1


@claim(
    "R-hat compares its four chains; it should be below 1.01.",
    "It began seven minutes above the points, with a σ below 1: there the step is more than 2 s,"
    " and every path runs away, as in section 4.",
    "The first chain's σ was as small, but its line ran among the points, and it got away.",
    "Counted from the mean, with steps of 0.3 sd again, all four move.",
    "HMC's steps are 0.3 of those sds.",
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
    starts = run_again(ORIGINS[0])[0]
    assert place == pytest.approx(starts[3], rel=1e-3)
    above = starts[:, 0] * model.x.mean() + starts[:, 1] - model.y.mean()
    assert (f"{above[3]:.0f}", f"{np.exp(place[2]):.1f}") == ("7", "0.9")
    assert abs(above[0]) < 1
    assert 0.9 < np.exp(starts[0, 2]) < 1
    scale = np.array(sds)
    # Every path from there: energies gained, by the hundred.
    for push in np.random.default_rng(1).standard_normal((200, 3)):
        z, r = place, push
        for _ in range(6):
            r = r + 0.15 * scale * model.log_joint_and_gradient(z)[1]
            z = z + 0.3 * scale * r
            r = r + 0.15 * scale * model.log_joint_and_gradient(z)[1]
        gained = model.log_joint(place) - model.log_joint(z) + 0.5 * (r @ r - push @ push)
        assert gained > 100
    moving = data.stored_states()[5, ORIGINS[1], "inferred"].reshape(4, 100, 3)
    assert all(len(np.unique(chain, axis=0)) > 90 for chain in moving)


def test_pictures_name_the_chain_that_is_stuck():
    stage = Stage(faithful.four)
    stage.draw(n="5", origin=ORIGINS[0], noise="inferred", quantity="slope")
    assert "disagree" in stage.summary
    stage.draw(n="5", origin=ORIGINS[1], noise="inferred", quantity="slope")
    assert "disagree" not in stage.summary
