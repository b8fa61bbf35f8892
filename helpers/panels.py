"""Integrals over many panels at once, each halved until it agrees with its halves."""

import numpy as np

# Gauss and Lobatto's nodes on [−1, 1] have the ends among them: a panel that ends in a bump much
# narrower than itself, as one between quantiles may, differs from its halves.
_LEGENDRE = np.polynomial.Legendre.basis(11)
_POINTS = np.concatenate([[-1.0], _LEGENDRE.deriv().roots().real, [1.0]])
_SHARES = 2 / (11 * 12 * _LEGENDRE(_POINTS) ** 2)


def mass_and_mean(terms, edges):
    """Mass, mean and the mean's error between the outermost edges, of terms(x) -> (mass, mean)."""

    def goal(total):
        return np.abs(total) * [1e-13, 1e-12] + [1e-14, 1e-17]

    total, error = integrate(terms, edges, goal)
    return *total, error[1]


def integrate(terms, edges, goal):
    """The integrals of terms(x (n,)) -> (C, n) between the outermost edges, and their errors.

    A panel between two edges is halved until the halves change it by less than goal(total), (C,).
    What is not finite counts as 0.
    """

    def panels(left, right):
        half = 0.5 * (right - left)
        x = (0.5 * (left + right))[:, None] + half[:, None] * _POINTS
        x[:, 0], x[:, -1] = left, right
        values = np.asarray(terms(x.ravel()))
        values = np.where(np.isfinite(values), values, 0.0).reshape(-1, *x.shape)
        return half * (values @ _SHARES)

    left, right = edges[:-1], edges[1:]
    whole, total, error, n_panels = panels(left, right), 0.0, 0.0, 0
    for last in range(100, -1, -1):
        middle = 0.5 * (left + right)
        left, right = np.stack([left, middle], 1).ravel(), np.stack([middle, right], 1).ravel()
        parts = panels(left, right).reshape(len(whole), -1, 2)
        off = np.abs(parts.sum(axis=2) - whole)
        small = goal(total + parts.sum(axis=(1, 2)))[:, None]
        # Beside a point where x is no longer resolved, halving does not help.
        rough = ~(off <= small).all(axis=0) & ((right - left)[::2] > 1e-14 * np.abs(middle))
        n_panels += rough.sum()
        if not last or n_panels > 20_000:
            rough[:] = False
        total = total + parts[:, ~rough].sum(axis=(1, 2))
        error = error + off[:, ~rough].sum(axis=1)
        if not rough.any():
            return total, error
        whole = parts[:, rough].reshape(len(whole), -1)
        left, right = left.reshape(-1, 2)[rough].ravel(), right.reshape(-1, 2)[rough].ravel()
