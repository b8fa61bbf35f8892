"""What every numerical function accepts, and what it refuses by name."""

import numpy as np
import pytest

from helpers import gaussians, mean_field, mixture
from helpers.arguments import real_array
from helpers.divergences import factorised_moment_projection


class Subclass(np.ndarray):
    """An array by another name."""


MASKED = np.ma.array([[2.0, 1e9], [0.5, 1.0]], mask=[[False, True], [False, False]])
MODEL = mixture.MixtureModel(2, 0.0, 1.0, 1.0)
STATE = mixture.State(np.full((2, 2), 0.5), np.eye(2), np.ones(2))


@pytest.mark.parametrize("masked", [MASKED, np.ma.array([1.0, 2.0]), np.ma.masked])
def test_masked_arrays_are_refused(masked):
    with pytest.raises(ValueError, match=r"^thing is a masked array"):
        real_array("thing", masked)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("mean_p", lambda: gaussians.kl_univariate(MASKED, 1, 0, 1)),
        ("cov_q", lambda: gaussians.kl_full([0, 0], np.eye(2), [0, 0], MASKED)),
        ("theta", lambda: mean_field.LinearGaussian(MASKED[0], 1)),
        ("table", lambda: factorised_moment_projection(MASKED)),
        ("x", lambda: mixture.fit(MODEL, MASKED, rng=0)),
        ("x", lambda: mixture.update_assignments(MODEL, MASKED, STATE)),
        ("means", lambda: mixture.fit(MODEL, np.eye(2), start=STATE._replace(means=MASKED))),
        ("weights", lambda: mixture.MixtureModel(2, 0.0, 1.0, 1.0, MASKED[1])),
        ("prior_mean", lambda: mixture.MixtureModel(2, MASKED[1], 1.0, 1.0)),
    ],
)
def test_masked_arrays_are_named_wherever_they_come_in(name, call):
    with pytest.raises(ValueError, match=rf"^{name} is a masked array"):
        call()


@pytest.mark.parametrize("kind", [np.matrix, Subclass])
def test_a_subclass_of_array_gives_what_the_array_gives(kind):
    square = np.array([[2.0, 0.5], [0.5, 1.0]])
    other = square.copy().view(kind)
    assert type(real_array("thing", other)) is np.ndarray
    arguments = [0, 1], np.eye(2), [1, 0]
    assert gaussians.kl_full(*arguments, other) == gaussians.kl_full(*arguments, square)
    fitted = mixture.fit(MODEL, other, start=STATE._replace(means=other))
    plain = mixture.fit(MODEL, square, start=STATE._replace(means=square))
    np.testing.assert_array_equal(fitted.elbo, plain.elbo)
    assert all(type(array) is np.ndarray for array in fitted.state)
    responsibilities = np.array([[0.3, 0.7], [0.6, 0.4]])
    moved = mixture.update_components(
        MODEL, other, STATE._replace(responsibilities=responsibilities.view(kind))
    )
    here = mixture.update_components(
        MODEL, square, STATE._replace(responsibilities=responsibilities)
    )
    np.testing.assert_array_equal(moved.means, here.means)
