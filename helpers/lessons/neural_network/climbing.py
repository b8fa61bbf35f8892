"""The way up to a mode by gradients, and the curvature there: what Laplace needs of a network."""

import numpy as np
import scipy

WIDTH = 1e-3  # of the differences of sixth order; their error is then near 1e-12
WEIGHTS = {1: 45, 2: -9, 3: 1}


def hessian(model, z):
    """∇∇ log p(y, z) at z (D,): the known gradient's own differences, (D, D)."""
    steps = WIDTH * np.eye(z.size)

    def rise(k):
        return (
            model.log_joint_and_gradient(z + k * steps)[1]
            - model.log_joint_and_gradient(z - k * steps)[1]
        )

    found = sum(w * rise(k) for k, w in WEIGHTS.items()) / (60 * WIDTH)
    return (found + found.T) / 2


def jacobian(model, z, x):
    """∂f(x)/∂z at z (D,), for inputs x (M,): (M, D). By hand, as in section 2."""
    w, c, v = z[:-1].reshape(3, -1)
    hidden = np.tanh(np.outer(x, w) + c)
    inner = v * (1 - hidden**2)
    return np.concatenate([inner * x[:, None], inner, hidden, np.ones((len(x), 1))], axis=1)


def gauss_newton(model, z):
    """−H with the errors left out, JᵀJ/σ² + diag(1/s²): positive definite at every z."""
    slopes = jacobian(model, z, model.x) / model.noise_sd
    return slopes.T @ slopes + np.diag(model.prior_sd**-2.0)


def climb(model, start):
    """The points (n, D) that BFGS visits on the way up from start, both ends included."""
    path = [np.array(start, dtype=float)]

    def downhill(z):
        value, gradient = model.log_joint_and_gradient(z)
        return -value, -gradient

    scipy.optimize.minimize(
        downhill,
        start,
        jac=True,
        method="BFGS",
        callback=lambda z: path.append(z.copy()),
        options=dict(maxiter=1000, gtol=1e-6),
    )
    return np.array(path)


def polished(model, z):
    """The mode beside z, by Newton's method; z itself where the Hessian is not negative definite.

    Raises: ValueError where the curvature is not that of a peak.
    """
    for _ in range(20):
        gradient, curvature = model.log_joint_and_gradient(z)[1], -hessian(model, z)
        if np.linalg.eigvalsh(curvature)[0] <= 0:
            raise ValueError("z is no mode: the Hessian there is not negative definite")
        step = np.linalg.solve(curvature, gradient)
        z = z + step
        if np.abs(step).max() < 1e-9:
            break
    return z
