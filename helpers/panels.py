"""Integrals over many panels at once, each halved until it agrees with its halves."""

import numpy as np

# Gauss and Lobatto's nodes on [−1, 1] have the ends among them: a panel that ends in a bump much
# narrower than itself, as one between quantiles may, differs from its halves.
_LEGENDRE = np.polynomial.Legendre.basis(11)
_POINTS = np.concatenate([[-1.0], _LEGENDRE.deriv().roots().real, [1.0]])
_SHARES = 2 / (11 * 12 * _LEGENDRE(_POINTS) ** 2)


def integrate(terms, edges):
    """Mass, mean and the mean's error: `terms` over all panels between the edges at once, each
    halved until it agrees with its halves."""

    def panels(left, right):
        half = 0.5 * (right - left)
        x = (0.5 * (left + right))[:, None] + half[:, None] * _POINTS
        x[:, 0], x[:, -1] = left, right
        values = np.reshape(terms(x.ravel()), (2, *x.shape))
        return half * (np.where(np.isfinite(values), values, 0.0) @ _SHARES)

    left, right = edges[:-1], edges[1:]
    whole, total, error, n_panels = panels(left, right), np.zeros(2), 0.0, 0
    for _ in range(100):
        middle = 0.5 * (left + right)
        parts = panels(np.stack([left, middle], 1).ravel(), np.stack([middle, right], 1).ravel())
        halves = parts.reshape(2, -1, 2).sum(axis=2)
        off = np.abs(halves - whole)
        goal = np.abs(total + halves.sum(axis=1)) * [1e-13, 1e-12] + [1e-14, 1e-17]
        # Beside a point where x is no longer resolved, halving does not help.
        rough = ~(off <= goal[:, None]).all(axis=0) & (right - left > 1e-14 * np.abs(middle))
        total += halves[:, ~rough].sum(axis=1)
        error += off[1, ~rough].sum()
        n_panels += rough.sum()
        if not rough.any() or n_panels > 20_000:
            break
        left, middle, right = left[rough], middle[rough], right[rough]
        left, right = np.stack([left, middle], 1).ravel(), np.stack([middle, right], 1).ravel()
        whole = parts.reshape(2, -1, 2)[:, rough].reshape(2, -1)
    else:
        rough = np.zeros_like(rough)
    total += halves[:, rough].sum(axis=1)
    error += off[1, rough].sum()
    return np.array([*total, error])
