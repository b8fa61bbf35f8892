"""What a Gaussian mixture is and what it is given: the model, the state of its q, their checks."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from helpers.arguments import count, positive_scalar, real_array, vector

_SMALLEST, _LARGEST = 1e-60, 1e60  # over such variances, squares of such numbers stay finite


@dataclass(frozen=True, eq=False)
class MixtureModel:
    """K components: prior N(prior_mean, prior_var I), noise variance noise_var, known weights π.

    Parameters: n_components ≥ 1; prior_mean a number or (D,); prior_var, noise_var > 0; weights
    (K,), at least 0 with sum 1, or None: all 1/K.
    Raises: ValueError naming the argument.
    """

    n_components: int
    prior_mean: float | np.ndarray
    prior_var: float
    noise_var: float
    weights: np.ndarray | None = None

    def __post_init__(self):
        mean = np.array(bounded_array("prior_mean", self.prior_mean))
        if mean.ndim > 1:
            raise ValueError(f"prior_mean must be one number or (D,), not of shape {mean.shape}")
        mean.flags.writeable = False
        self._set("prior_mean", mean if mean.ndim else float(mean))
        self._set("n_components", count("n_components", self.n_components))
        self._set("prior_var", variance("prior_var", self.prior_var))
        self._set("noise_var", variance("noise_var", self.noise_var))
        self._set("weights", self._checked_weights())
        with np.errstate(divide="ignore"):  # a weight of 0 gives −inf, and responsibilities of 0
            self._set("log_weights", np.log(self.weights))

    def _checked_weights(self):
        if self.weights is None:
            weights = np.full(self.n_components, 1 / self.n_components)
        else:
            weights = vector("weights", self.weights, self.n_components)
            if weights.min() < 0 or abs(weights.sum() - 1) > 1e-12:
                raise ValueError(f"weights must be at least 0 and sum to 1, not {weights}")
        weights.flags.writeable = False
        return weights

    def _set(self, name, value):
        object.__setattr__(self, name, value)  # how a frozen dataclass stores a checked value


class State(NamedTuple):
    """q: responsibilities φ (N, K), its rows sum to 1; means m (K, D); variances s² (K,)."""

    responsibilities: np.ndarray
    means: np.ndarray
    variances: np.ndarray


class ElboTerms(NamedTuple):
    """The five terms of the ELBO in nats, every constant kept."""

    prior_means: float
    prior_assignments: float
    likelihood: float
    entropy_means: float
    entropy_assignments: float

    @property
    def total(self):
        return sum(self)


class Fit(NamedTuple):
    """The last state, the ELBO after each sweep in nats (n_sweeps,), and whether it settled."""

    state: State
    elbo: np.ndarray
    converged: bool


def bounded_array(name, value):
    """`value` as a float64 array of numbers within ±1e60; the same object where it is one."""
    if not (type(value) is np.ndarray and value.dtype == np.float64 and value.size):
        value = real_array(name, value)
    if not -_LARGEST <= value.min() <= value.max() <= _LARGEST:  # false for NaN, too
        real_array(name, value)  # says where, if a number is not finite
        raise ValueError(f"{name} has a number beyond ±{_LARGEST:g}")
    return value


def variance(name, value):
    """One variance, between 1e-60 and 1e60."""
    value = positive_scalar(name, value)
    if not _SMALLEST <= value <= _LARGEST:
        raise ValueError(f"{name} must be from {_SMALLEST:g} to {_LARGEST:g}, not {value}")
    return value


def data(model, x, name="x"):
    """`x`, (N, D) with the model's D."""
    x = bounded_array(name, x)
    if x.ndim != 2:
        raise ValueError(f"{name} must have shape (N, D), not {x.shape}")
    if np.shape(model.prior_mean) not in ((), x.shape[1:]):
        raise ValueError(
            f"prior_mean must be one number or have shape ({x.shape[1]},), as {name} has"
        )
    return x


def components(model, x, state):
    """The state's means (K, D) and variances (K,)."""
    means = bounded_array("means", state.means)
    variances = bounded_array("variances", state.variances)
    _require_shape("means", means, (model.n_components, x.shape[1]))
    _require_shape("variances", variances, (model.n_components,))
    if variances.min() <= 0:
        raise ValueError(f"variances must be positive; component {variances.argmin()}'s is not")
    return means, variances


def responsibilities(model, x, state):
    """The state's responsibilities (N, K): not negative, and each row sums to 1."""
    phi = bounded_array("responsibilities", state.responsibilities)
    _require_shape("responsibilities", phi, (len(x), model.n_components))
    if phi.min() < 0:
        raise ValueError("responsibilities must not be negative")
    error = np.abs(phi.sum(axis=1) - 1)
    if error.max() > 1e-9:
        row = error.argmax()
        raise ValueError(f"responsibilities must sum to 1 in each row; row {row} does not")
    return phi


def _require_shape(name, array, shape):
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, not {array.shape}")
