"""Notebook 06: its own pieces."""

import numpy as np
import pytest
from conftest import ROOT, script
from scipy import stats
from scipy.integrate import dblquad
from test_claims_linear_regression import random_lines

from helpers.approximations import gaussian_vi, leapfrog
from helpers.diagnosis import diagnose
from helpers.lessons.linear_regression import (
    bands,
    check,
    data,
    faithful,
    formulas,
    lines,
    origin,
    paths,
    peak,
)
from helpers.lessons.linear_regression.data import NOISE_SD, ORIGINS, PRIOR_SD, X, Y
from helpers.models import Regression
from helpers.widgets import Stage


def test_the_posterior_is_the_models():
    for x, y, noise_sd, prior_sd in random_lines(40):
        mean, cov = formulas.posterior(x, y, noise_sd, prior_sd)
        true = Regression(x, y, noise_sd, prior_sd).posterior
        assert np.allclose(mean, true[0])
        assert np.allclose(cov, true[1])


def test_the_grid_integrates():
    mean, cov = formulas.posterior(X, Y, NOISE_SD, PRIOR_SD)
    model = Regression(X, Y, NOISE_SD, PRIOR_SD)
    assert lines.log_integral(model.log_joint, mean, cov) == pytest.approx(
        model.log_evidence, abs=1e-11
    )


def test_differences_are_second_derivatives():
    quadratic = np.array([[-3.0, 1.0], [1.0, -2.0]])
    found = peak._hessian(lambda w: 0.5 * w @ quadratic @ w + w @ [1.0, 2.0], np.array([3.0, -1.0]))
    assert np.allclose(found, quadratic)


@pytest.mark.parametrize("y", [2.4, 12.0])
def test_noise_inferred_is_an_integral(y):
    """Mean and variance of the slope, and of log σ, beside integrals over intercept and log σ."""
    ys = np.append(Y[:-1], y)
    found = formulas.noise_inferred(X, ys, PRIOR_SD)
    log_sd = np.linspace(-2.5, 4, 66)
    mean, cov = found.moments()
    axes = [
        m + 15 * sd * np.linspace(-1, 1, 181)
        for m, sd in zip(mean, np.sqrt(np.diag(cov)), strict=True)
    ]
    line = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    model = Regression(X, ys, None, PRIOR_SD)
    total, sums = 0.0, np.zeros((2, 3))
    for one in log_sd:
        z = np.concatenate([line, np.full((len(line), 1), one)], axis=1)
        weight = np.exp(model.log_joint(z) + 12)
        total += weight.sum()
        sums += np.array([weight @ z, weight @ z**2])
    first, square = sums / total
    assert mean == pytest.approx(first[:2], abs=2e-3)
    assert np.diag(cov) == pytest.approx(square[:2] - first[:2] ** 2, rel=5e-3)
    noise = found.noise()
    assert noise.mean == pytest.approx(first[2], abs=2e-3)
    assert noise.sd == pytest.approx(np.sqrt(square[2] - first[2] ** 2), rel=5e-3)


def test_the_mixtures_quantiles_and_density():
    found = data.exact(5, ORIGINS[1], "inferred")
    answer = found.answer(0)
    values = np.linspace(answer.mean - 25 * answer.sd, answer.mean + 25 * answer.sd, 4_001)
    density = found.density(0, values)
    below = np.cumsum(density) * (values[1] - values[0])
    assert below[-1] == pytest.approx(1, abs=1e-3)
    assert np.interp(formulas.LEVELS, below, values) == pytest.approx(answer[2:], abs=0.01)
    centre = np.sum(density * values) * (values[1] - values[0])
    assert centre == pytest.approx(answer.mean, abs=1e-2)


def test_many_points_give_the_noise_of_least_squares():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    y = 1.5 * x + 0.5 + 0.7 * rng.normal(size=1000)
    noise = formulas.noise_inferred(x, y, 10.0).noise()
    rest = y - np.polyval(np.polyfit(x, y, 1), x)
    assert noise.mean == pytest.approx(np.log(rest.std()), abs=2e-3)
    assert noise.sd == pytest.approx(1 / np.sqrt(2 * 1000), rel=0.02)


def test_paths_are_the_librarys_leapfrog():
    model = Regression(X, Y, NOISE_SD, PRIOR_SD)
    for step, n in ((0.06, 12), (0.15, 40), (0.19, 5)):
        found = paths.walk(step, n, 3)
        z, momentum = found.states[-2], paths.PUSHES[2]
        ends = [leapfrog(model.log_joint_and_gradient, z, momentum, step, k) for k in (1, n)]
        assert np.allclose([end[0] for end in ends], found.path[[1, n]])
        energy = [0.5 * r @ r - model.log_joint(at) for at, r in ((z, momentum), ends[1])]
        assert found.energy[-1] == pytest.approx(energy[1] - energy[0], rel=1e-9, abs=1e-9)


def test_a_path_is_accepted_by_its_energy():
    for k in range(1, 41):
        found = paths.walk(0.15, 7, k)
        assert bool(found.accepted[-1]) is bool(found.energy[-1] < paths.COINS[k - 1])
        assert np.array_equal(found.states[-1], found.path[-1]) or not found.accepted[-1]
        assert np.array_equal(found.states[-1], found.states[-2]) is not bool(found.accepted[-1])


def test_what_leaves_a_panel_is_announced():
    stage = Stage(paths.path)
    (low, high), announced = stage.figure.axes[1].get_ylim(), set()
    for step in (0.06, 0.17, 0.18):
        for k in (1, 2, 40):
            stage.draw(step=step, n_leapfrog=60, n_paths=k)
            energy = paths.walk(step, 60, k).energy
            announced.add("beyond the panel" in stage.summary)
            assert "beyond the panel" in stage.summary or low <= min(energy) <= max(energy) <= high
    assert announced == {True, False}


def test_the_checker_knows_a_lost_sign_and_a_whole_first_push():
    message = diagnose(check.line_covariance, lambda *at: abs(check.line_covariance.solution(*at)))
    assert "lost its sign" in message[1]

    def step_(z, momentum, precision, step, mass):
        momentum = momentum - step * precision @ z
        z = z + step * momentum / mass
        return z, momentum - 0.5 * step * precision @ z

    assert "Known slip: the first push is whole" in diagnose(check.leapfrog_step, step_)[1]


def test_the_best_product_is_what_vi_finds():
    for c in (0.0, 2.0):
        model = Regression(X - c, Y, NOISE_SD, PRIOR_SD)
        fit = gaussian_vi(model.log_joint_and_gradient, [0.0, 1.0], 2, sd=0.3, n_steps=1000)
        mean, cov = model.posterior
        assert fit.sd**2 == pytest.approx(np.diag(formulas.best_product(cov)), rel=0.02)
        assert fit.mean == pytest.approx(mean, abs=0.01)


def test_the_band_of_the_picture_is_two_sds():
    stage = Stage(origin.moved)
    stage.draw(origin=6.0, noise_sd=1.0)
    _, cov = formulas.posterior(X - 6, Y, 1.0, PRIOR_SD)
    wide = [m.get_ydata() for m in stage.moving if np.size(getattr(m, "_x", ())) == 101]
    spans = sorted(np.ptp([a, b], axis=0)[0] for a in wide for b in wide if a is not b)
    exact = 4 * formulas.line_band(bands.INPUTS[:1] - 6, np.zeros(2), cov)[1][0]
    assert any(span == pytest.approx(exact) for span in spans)


def test_a_stored_run_is_made_again():
    """The first four moments of Laplace and VI anew, and HMC within its Monte Carlo error."""
    make = script("make_line_runs.py")
    setting = 20, ORIGINS[1], "fixed"
    found, states = make.runs(*setting)
    stored = data.stored_runs()
    for j, quantity in enumerate(data.QUANTITIES[:2]):
        for method, tolerance in (("Laplace", 1e-5), ("VI", 5e-3)):
            run = stored[*setting, method, quantity]
            assert tuple(found[method][3][j]) == pytest.approx(tuple(run.answer), rel=tolerance)
        run = stored[*setting, "HMC", quantity]
        # 4,000 states, worth at least 1,000: the mean within 4 standard errors.
        error = 4 * run.answer.sd / np.sqrt(1000)
        assert found["HMC"][3][j][0] == pytest.approx(run.answer.mean, abs=error)
        assert found["HMC"][3][j][1] == pytest.approx(run.answer.sd, rel=0.1)
        true = formulas.gaussian_answer(
            data.exact(*setting)[0][j], np.sqrt(data.exact(*setting)[1][j, j])
        )
        assert run.answer.mean == pytest.approx(true.mean, abs=error)
    assert states.shape == data.stored_states()[setting].shape == (400, 2)


def test_the_table_shows_errors():
    true = faithful.answers(272, ORIGINS[0], "fixed", "slope")[0][0]
    column = faithful._columns(
        faithful.answers(272, ORIGINS[0], "fixed", "slope")[0],
        faithful.costs(272, ORIGINS[0], "fixed"),
    )[1].splitlines()
    assert column[1] == f"{true.sd:.3f}"
    assert column[2] == "0.000"
    assert float(column[4].replace("−", "-")) == pytest.approx(0.0992 - true.sd, abs=1e-3)


def test_the_data_are_the_geysers():
    assert data.old_faithful().shape == (272, 2)
    least = stats.linregress(*data.old_faithful().T)
    assert (least.slope, least.intercept) == pytest.approx((10.7296, 33.4744), abs=1e-3)
    text = (ROOT / "notebooks" / "data" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks" / "data").glob("line_*.csv"):
        assert f"`{path.name}`" in text


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("line_covariance", lambda x, s, t: COVARIANCE(x, s, t) * [[1, -1], [-1, 1]], "sign"),
        ("line_covariance", lambda x, s, t: COVARIANCE(x, s, 1.0), "prior_sd|τ"),
        ("leapfrog_step", lambda *at: (STEP(*at)[0], -STEP(*at)[1]), "The position is right"),
        ("leapfrog_step", lambda *at: STEP(*at)[::-1], "order"),
    ],
)
def test_unlisted_mistakes_are_still_located(name, wrong, words):
    outcome, message = diagnose(getattr(check, name), wrong)
    assert outcome in ("wrong", "slip")
    assert any(word in message for word in words.split("|")), message


COVARIANCE, STEP = check.line_covariance.solution, check.leapfrog_step.solution


def test_density_of_the_prior_on_the_noise():
    total = dblquad(lambda u, v: bands._prior(u), 0, 1, 1e-9, 400)[0]
    assert total == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("noise", data.NOISES)
def test_densities_of_the_picture_integrate_to_one(noise):
    for n in data.SIZES:
        _, (exact, peak_, bars, product) = faithful.answers(n, ORIGINS[1], noise, "slope")
        for curve in (exact, peak_, product):
            assert np.trapezoid(curve, faithful.UNITS) == pytest.approx(1, abs=0.01)
        assert bars.sum() * (faithful.EDGES[1] - faithful.EDGES[0]) == pytest.approx(1, abs=0.02)
