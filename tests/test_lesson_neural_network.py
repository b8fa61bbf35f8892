"""Notebook 07: its own pieces, and one of its stored entries made anew."""

import numpy as np
import pytest
from conftest import script
from targets import slope

from helpers.approximations import laplace
from helpers.diagnosis import diagnose
from helpers.lessons.neural_network import answers, check, climbing, curvature, symmetry
from helpers.lessons.neural_network.gradient import complex_step
from helpers.lessons.neural_network.points import EDGE, GAP, HIDDEN, SCALES, held_out, model
from helpers.lessons.neural_network.stored import GRID, METHODS, PATH, stored
from helpers.widgets import Stage

SETTING = 2, 1.0
remake = script("make_neural_network.py")


@pytest.fixture(scope="module")
def made():
    """The entry of SETTING with a long run of half the length, from the same seed."""
    return remake.entry(*SETTING, n_long=500, smaller=stored("vi", 1, 1.0))


def chance(network, centre, spread):
    """The sd of a band's ends and mean from 2,000 draws, (3, x), over twenty repetitions."""
    rng, found = np.random.default_rng(6), []
    for _ in range(20):
        z = centre + rng.standard_normal((remake.N_DRAWS, centre.size)) @ spread
        f = network.predict(z, GRID)
        found.append([*np.quantile(f, remake.LEVELS, axis=0), f.mean(axis=0)])
    return np.std(found, axis=0, ddof=1)


def test_one_entry_made_anew(made):
    """Each number within what chance and another CPU may do to it; see the comments."""
    old = {name: stored(name, *SETTING) for name in made}
    network = model(*SETTING)
    # The mode may be another copy: its function is the same, to float32.
    f = network.predict(np.array([made["mode"], old["mode"]]), GRID)
    assert np.abs(f[0] - f[1]).max() < 1e-5
    assert np.abs(made["bands"][0] - old["bands"][0]).max() < 1e-5
    # Linear Laplace is no random number.
    assert np.abs(made["bands"][2] - old["bands"][2]).max() < 1e-4
    # The ELBO's estimate from 4,000 draws, each with an sd of about 4 nats; q may stop elsewhere.
    assert made["elbo"][0] == pytest.approx(old["elbo"][0], abs=0.5)
    inside = np.abs(GRID) <= EDGE
    off = np.abs(made["bands"] - old["bands"])[:, :, inside]
    # Laplace and VI draw 2,000 each time: what that does is seen by drawing twenty times more.
    root = np.linalg.inv(np.linalg.cholesky(-climbing.hessian(network, made["mode"]))).T
    mean, sd = old["vi"]
    for k, centre, spread in ((1, made["mode"], root.T), (3, mean, np.diag(sd))):
        error = chance(network, centre, spread)[:, inside]
        assert (off[k] < 6 * np.sqrt(2) * error + 0.02).all(), METHODS[k]
    # A quantile at 2.5 % of n Gaussian draws errs by 2.7 sd/√n; 1,500 at least are effective.
    sd = (old["bands"][5, 1] - old["bands"][5, 0])[inside] / 4
    assert (off[5] < 6 * 2.7 * np.sqrt(2 / 1500) * sd + 0.02).all()
    # Coverage of 200 points and densities: what the bands' own errors may do to them.
    assert made["table"][:, :4] == pytest.approx(old["table"][:, :4], abs=0.15)
    assert made["trust"][0] < 1.02 < 2 < made["trust"][2]


def test_what_is_stored_is_all_there():
    assert PATH.stat().st_size < 300_000
    names = ("mode", "bands", "table", "seconds", "trust", "vi", "elbo")
    for hidden in HIDDEN:
        for scale in SCALES:
            for name in names:
                assert np.isfinite(stored(name, hidden, scale)).all()
            assert stored("bands", hidden, scale).shape == (len(METHODS), 3, GRID.size)
            mode, network = stored("mode", hidden, scale), model(hidden, scale)
            assert np.abs(network.log_joint_and_gradient(mode)[1]).max() < 0.01
            assert np.linalg.eigvalsh(-climbing.hessian(network, mode))[0] > 0


def test_the_stored_bands_are_those_of_the_stored_weights():
    """VI's bands and scores, from its stored means and sds by fresh draws."""
    rng = np.random.default_rng(8)
    x, y = held_out()
    for hidden, scale in ((2, 2.0), (16, 0.5)):
        mean, sd = stored("vi", hidden, scale)
        z = mean + sd * rng.standard_normal((4000, mean.size))
        f = model(hidden, scale).predict(z, GRID)
        found = np.quantile(f, remake.LEVELS, axis=0)
        bands = stored("bands", hidden, scale)[3]
        assert np.abs(found - bands[:2]).max() < 0.15 * (bands[1] - bands[0]).max()
        scores = remake.judged(model(hidden, scale).predict(z, x), 0.3, y, rng)
        assert scores == pytest.approx(stored("table", hidden, scale)[3, :4], abs=0.1)


def test_scores_of_a_gaussian():
    rng = np.random.default_rng(0)
    y = rng.normal(size=4000)
    density, _, coverage, _ = remake.judged(np.zeros((1, 4000)), 1.0, y, rng)
    assert density == pytest.approx(-0.5 * np.log(2 * np.pi * np.e), abs=0.05)
    assert coverage == pytest.approx(0.95, abs=0.015)
    # A mixture: its density is the mean of the densities, not of their logs.
    two = remake.judged(np.array([[0.0, 0.0], [50.0, 50.0]]), 1.0, np.zeros(2), rng)
    assert two[0] == pytest.approx(-0.5 * np.log(2 * np.pi) - np.log(2))


def test_held_out_points_are_apart():
    x, _ = held_out()
    assert (np.abs(x[:200]) >= GAP).all()
    assert (np.abs(x[:200]) <= EDGE).all()
    assert (np.abs(x[200:]) < GAP).all()


@pytest.mark.parametrize("hidden", [1, 3])
def test_jacobian_and_hessian(hidden):
    network = model(hidden, 1.5)
    z = np.random.default_rng(hidden).standard_normal(network.size)
    for x in (-1.3, 0.4):
        expected = slope(lambda u, x=x: network.predict(u, [x])[0], z)
        assert climbing.jacobian(network, z, np.array([x]))[0] == pytest.approx(expected, abs=1e-9)
    found = climbing.hessian(network, z)
    for j in range(z.size):
        row = slope(lambda u, j=j: network.log_joint_and_gradient(u)[1][j], z)
        assert found[j] == pytest.approx(row, abs=1e-7 * np.abs(found).max())


def test_laplace_by_gradients_is_laplace_from_values():
    network = model(2, 1.0)
    mode = climbing.polished(network, stored("mode", 2, 1.0))
    assert np.abs(network.log_joint_and_gradient(mode)[1]).max() < 1e-7
    known = laplace(network.log_joint, mode)
    cov = np.linalg.inv(-climbing.hessian(network, mode))
    assert known.mean == pytest.approx(mode, abs=1e-6)
    assert known.cov == pytest.approx(cov, rel=1e-4, abs=1e-6)


def test_no_peak_is_no_mode():
    with pytest.raises(ValueError, match="no mode"):
        climbing.polished(model(4, 1.0), stored("path")[0])


def test_complex_step_is_a_derivative():
    assert complex_step(np.exp, 0.3) == pytest.approx(np.exp(0.3), rel=1e-15)
    assert curvature.second(np.exp, 0.3) == pytest.approx(np.exp(0.3), rel=1e-12)


def test_bands_drawn_are_bands_stored():
    stage = Stage(answers.bands)
    for setting in ((1, 0.5), (16, 2.0)):
        stage.draw(hidden=str(setting[0]), scale=setting[1])
        bands = stored("bands", *setting)
        areas = [mark for mark in stage.moving if hasattr(mark, "get_xy")]
        assert len(areas) == 4
        for area, (low, high, _) in zip(areas, bands[:4], strict=True):
            at = area.get_xy()
            assert np.array_equal(at[: GRID.size, 1], low)
            assert np.array_equal(at[GRID.size : 2 * GRID.size, 1], high[::-1])


def test_the_table_shows_what_is_stored():
    found = [column.splitlines() for column in answers.columns("2", 2.0)]
    assert len(found) == len(answers.HEADS) == len(answers.ENDS)
    assert {len(column) for column in found} == {len(answers.ROWS)}
    assert found[4][0] == "66"
    assert found[1][5] == f"{stored('table', 2, 2.0)[5, 0]:.2f}".replace("-", "−")


def test_every_way_ends_in_a_copy():
    mode = symmetry.first_mode()
    copies = symmetry.all_copies(stored("mode", symmetry.HIDDEN, symmetry.SCALE))
    assert np.abs(copies - mode).max(axis=1).min() < 1e-12
    for way in symmetry.WAYS:
        end = symmetry.straight(way)[-1]
        assert np.abs(copies - end).max(axis=1).min() < 1e-12
        assert np.abs(end - mode).max() > 1


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("layer_gradient", lambda *at: (LAYER(*at)[0], 2 * LAYER(*at)[1]), "c's part"),
        ("layer_gradient", lambda x, e, w, c, v: LAYER(x, e**2, w, c, v), "error²"),
        ("elbo_gradient", lambda *at: (ELBO(*at)[0], ELBO(*at)[1] + 2), "log sd's part"),
        ("elbo_gradient", lambda sd, eps, g: ELBO(sd**2, eps, g), "sd²"),
    ],
)
def test_unlisted_mistakes_are_still_located(name, function, words):
    outcome, message = diagnose(getattr(check, name), function)
    assert outcome == "wrong"
    assert words in message, message


LAYER, ELBO = check.layer_gradient.solution, check.elbo_gradient.solution
