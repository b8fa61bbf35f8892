"""Three models to try approximations on: their log joints, constants kept, and the gradients.

Every function takes points (..., D), returns values (...) in nats and gradients (..., D).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betaln, expit, log_expit

from helpers.arguments import count, positive_array, positive_scalar, vector
from helpers.gaussians import log_normal

_LOG_NOISE_SD = 1.0  # prior sd of log σ, where σ is inferred


@dataclass(frozen=True, eq=False)
class Coin:
    """θ ~ Beta(a, b); the tosses, in their order, are heads with probability θ.

    log p(x, θ) = (a + h − 1) log θ + (b + t − 1) log(1 − θ) − log B(a, b)

    Parameters: `heads` h, `tails` t ≥ 0; `a`, `b` > 0. Raises: ValueError naming the argument.
    """

    heads: int
    tails: int
    a: float = 1.0
    b: float = 1.0

    def __post_init__(self):
        for name in ("heads", "tails"):
            count(name, getattr(self, name), least=0)
        for name in ("a", "b"):
            positive_scalar(name, getattr(self, name))

    @property
    def posterior(self):
        """a + h and b + t: the posterior is Beta of these."""
        return float(self.a + self.heads), float(self.b + self.tails)

    @property
    def log_evidence(self):
        """log p(x) = log B(a + h, b + t) − log B(a, b), in nats."""
        return float(betaln(*self.posterior) - betaln(self.a, self.b))

    def log_joint(self, theta):
        """log p(x, θ) at θ (..., 1); −inf outside of (0, 1)."""
        return self.log_joint_and_gradient(theta)[0]

    def log_joint_and_gradient(self, theta):
        """The same and (a + h − 1)/θ − (b + t − 1)/(1 − θ); 0 where θ is outside of (0, 1)."""
        theta = _points("theta", theta, 1)
        inside = (theta > 0) & (theta < 1)
        theta = np.where(inside, theta, 0.5)
        first, second = self.posterior
        value = (first - 1) * np.log(theta) + (second - 1) * np.log1p(-theta)
        gradient = (first - 1) / theta - (second - 1) / (1 - theta)
        value = np.where(inside, value - betaln(self.a, self.b), -np.inf)
        return value[..., 0], np.where(inside, gradient, 0.0)

    def logit_log_joint(self, eta):
        """log p(x, η) at η = log θ/(1 − θ), (..., 1), a density in η: dθ/dη = θ(1 − θ) is in it.

        (a + h) log θ + (b + t) log(1 − θ) − log B(a, b)
        """
        return self.logit_log_joint_and_gradient(eta)[0]

    def logit_log_joint_and_gradient(self, eta):
        """The same and (a + h)(1 − θ) − (b + t) θ."""
        eta = _points("eta", eta, 1)
        first, second = self.posterior
        value = first * log_expit(eta) + second * log_expit(-eta) - betaln(self.a, self.b)
        return value[..., 0], first * expit(-eta) - second * expit(eta)


@dataclass(frozen=True, eq=False)
class Regression:
    """y_i ~ N(slope · x_i + intercept, σ²); slope and intercept ~ N(0, prior_sd²).

    Points are (slope, intercept) where σ = `noise_sd` is given, else (slope, intercept, log σ)
    with log σ ~ N(0, 1).

    Parameters: `x`, `y` (N,); `noise_sd` > 0 or None; `prior_sd` > 0, a number or (2,).
    Raises: ValueError naming the argument.
    """

    x: np.ndarray
    y: np.ndarray
    noise_sd: float | None = None
    prior_sd: float | np.ndarray = 10.0

    def __post_init__(self):
        _keep_data(self)
        if self.noise_sd is not None:
            positive_scalar("noise_sd", self.noise_sd)
        _keep_prior(self, 2)

    @property
    def posterior(self):
        """Mean (2,) and covariance (2, 2) of slope and intercept, by completing the square.

        Σ⁻¹ = XᵀX/σ² + diag(1/prior_sd²),  μ = Σ Xᵀy/σ²,  X with rows (x_i, 1)
        """
        if self.noise_sd is None:
            raise ValueError("noise_sd must be given: with σ inferred no closed form exists")
        # Of whitened rows, prior included, the least squares solution is μ: no square is formed.
        rows = np.concatenate([_design(self.x) / self.noise_sd, np.diag(1 / self.prior_sd)])
        orthogonal, triangle = np.linalg.qr(rows)
        root = np.linalg.inv(triangle)
        return root @ (orthogonal[: self.x.size].T @ (self.y / self.noise_sd)), root @ root.T

    @property
    def log_evidence(self):
        """log p(y) = log p(y, μ) + ½ log det 2πΣ, of the posterior N(μ, Σ), in nats."""
        mean, cov = self.posterior
        return float(self.log_joint(mean) + 0.5 * np.linalg.slogdet(2 * np.pi * cov)[1])

    def log_joint(self, z):
        """log p(y, z) at z (..., 2) or (..., 3)."""
        return self.log_joint_and_gradient(z)[0]

    def log_joint_and_gradient(self, z):
        """The same and, with residuals e and precisions 1/σ² and 1/prior_sd²,

        Σ e_i x_i/σ² − slope/prior_sd²,  Σ e_i/σ² − intercept/prior_sd²,  Σ e_i²/σ² − N − log σ
        """
        z = _points("z", z, 2 if self.noise_sd is not None else 3)
        line = z[..., :2]
        noise_sd = np.exp(z[..., 2:]) if self.noise_sd is None else self.noise_sd
        residual = (self.y - line[..., :1] * self.x - line[..., 1:]) / noise_sd
        squares = (residual**2).sum(axis=-1, keepdims=True)
        value = -self.x.size * (np.log(noise_sd) + 0.5 * np.log(2 * np.pi)) - 0.5 * squares
        value = value + log_normal(line, 0.0, self.prior_sd**2).sum(axis=-1, keepdims=True)
        pull = np.stack([(residual * self.x).sum(axis=-1), residual.sum(axis=-1)], axis=-1)
        gradient = pull / noise_sd - line / self.prior_sd**2
        if self.noise_sd is None:
            log_sd = z[..., 2:]
            value = value + log_normal(log_sd, 0.0, _LOG_NOISE_SD**2)
            last = squares - self.x.size - log_sd / _LOG_NOISE_SD**2
            gradient = np.concatenate([gradient, last], axis=-1)
        return value[..., 0], gradient


@dataclass(frozen=True, eq=False)
class Network:
    """y_i ~ N(f(x_i), σ²), f(x) = Σ_h v_h tanh(w_h x + c_h) + b, each weight ~ N(0, prior_sd²).

    Points are (w, c, v, b): D = 3 n_hidden + 1, three blocks of n_hidden and one number.

    Parameters: `x`, `y` (N,); `n_hidden` ≥ 1; `noise_sd` σ > 0; `prior_sd` > 0, a number or (D,).
    Raises: ValueError naming the argument.
    """

    x: np.ndarray
    y: np.ndarray
    n_hidden: int
    noise_sd: float
    prior_sd: float | np.ndarray = 1.0

    def __post_init__(self):
        _keep_data(self)
        count("n_hidden", self.n_hidden)
        positive_scalar("noise_sd", self.noise_sd)
        _keep_prior(self, self.size)

    @property
    def size(self):
        """D, the number of weights."""
        return 3 * self.n_hidden + 1

    def predict(self, z, x):
        """f at the inputs x (M,) for weights z (..., D): (..., M)."""
        z, x = _points("z", z, self.size), vector("x", x)
        inner, outer, offset = self._blocks(z)
        return np.matvec(np.tanh(_design(x) @ inner), outer) + offset

    def log_joint(self, z):
        """log p(y, z) at z (..., D)."""
        return self.log_joint_and_gradient(z)[0]

    def log_joint_and_gradient(self, z):
        """The same and, with e_i = (y_i − f(x_i))/σ² and t_ih = tanh(w_h x_i + c_h),

        w_h: v_h Σ_i e_i x_i (1 − t_ih²),  c_h: v_h Σ_i e_i (1 − t_ih²),  v_h: Σ_i e_i t_ih,
        b: Σ_i e_i, each less the weight itself over its prior_sd²
        """
        z = _points("z", z, self.size)
        inner, outer, offset = self._blocks(z)
        hidden = self._inputs @ inner
        np.tanh(hidden, out=hidden)  # in place, as below: new arrays would cost as much again
        residual = self.y - np.matvec(hidden, outer) - offset
        error = residual * self.noise_sd**-2
        gradient = np.empty_like(z)
        w, c, v = (gradient[..., i * self.n_hidden : (i + 1) * self.n_hidden] for i in range(3))
        gradient[..., -1] = error.sum(axis=-1)
        np.vecmat(error, hidden, out=v)
        hidden *= hidden
        np.subtract(1, hidden, out=hidden)
        np.multiply(outer, np.vecmat(error * self.x, hidden), out=w)
        np.multiply(outer, np.vecmat(error, hidden), out=c)
        shrink = z * self._prior_precision
        gradient -= shrink
        value = -0.5 * (np.vecdot(residual, error) + np.vecdot(z, shrink)) - self._constant
        return value, gradient

    @cached_property
    def _inputs(self):
        return _design(self.x)

    @cached_property
    def _prior_precision(self):
        return self.prior_sd**-2

    @cached_property
    def _constant(self):
        """½ log det 2π of the noise's and the prior's covariance."""
        log_sds = self.x.size * np.log(self.noise_sd) + np.log(self.prior_sd).sum()
        return log_sds + 0.5 * (self.x.size + self.size) * np.log(2 * np.pi)

    def _blocks(self, z):
        """w and c, (..., 2, H); v, (..., H); b, (..., 1)."""
        h = self.n_hidden
        return z[..., : 2 * h].reshape(*z.shape[:-1], 2, h), z[..., 2 * h : -1], z[..., -1:]


def _design(x):
    """Rows (x_i, 1): (N, 2)."""
    return np.stack([x, np.ones_like(x)], axis=-1)


def _points(name, value, size):
    """Not checked for being finite: a sampler may ask far out, a thousand times a second."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape[-1:] != (size,):
        raise ValueError(f"{name} must have shape (..., {size}), not {array.shape}")
    return array


def _keep_data(model):
    """Checked copies of x and y that cannot be changed."""
    x = vector("x", model.x)
    for name, value in (("x", x), ("y", vector("y", model.y, x.size))):
        value.setflags(write=False)
        object.__setattr__(model, name, value)


def _keep_prior(model, size):
    prior_sd = positive_array("prior_sd", model.prior_sd)
    if prior_sd.shape not in ((), (size,)):
        raise ValueError(f"prior_sd must be one number or have shape ({size},)")
    prior_sd = np.array(np.broadcast_to(prior_sd, (size,)))
    prior_sd.setflags(write=False)
    object.__setattr__(model, "prior_sd", prior_sd)
