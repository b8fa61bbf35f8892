"""Passes over the data of a Gaussian mixture, in blocks of points that stay in the cache.

The log weight of point i under component k, of which the responsibilities are the softmax, is
    l_ik = log π_k − (‖x_i − m_k‖² + D s_k²) / (2λ²)
(tutorial 8's x_i·m_k/λ² − (‖m_k‖² + D s_k²)/(2λ²), less ‖x_i‖²/(2λ²), which no k changes, and
for weights π that differ).
Points are columns, so that a sum over components adds long rows: numpy's fast direction. All
coordinates are relative to `centre`, c: a common offset then costs no digits.
"""

import numpy as np
from scipy.special import entr, xlogy

_BLOCK = 5000  # points; not a power of two, which would put a block's rows in the same cache sets
_NEAR = 1e4  # ‖x − c‖²/λ², block mean, up to which the expanded square loses no digit that shows
_FLOOR = -600.0  # a log weight this far below its point's largest means a responsibility of 0
_FLOORS = np.full(_BLOCK, _FLOOR)
_SMALL = np.exp(-80.0)  # a total from which eight still have a product
_NOBODY = 1e-200  # a component with a smaller share of the points has none


class Blocks:
    """Points x (N, D) and their mean, `centre`; iterating yields the points a block at a time.

    Of each block come its rows and its features [x − c; 1; ‖x − c‖²], (D + 2, B): made afresh
    in every pass, so that the data are not held twice, unless a single block holds all points.
    """

    def __init__(self, x):
        self.x, self.centre = x, x.mean(axis=0)
        self._buffer = np.ones((x.shape[1] + 2, min(len(x), _BLOCK)))
        self._held = None
        self.far = set()  # the blocks, by their first row, with points far from every component

    def __iter__(self):
        size, dim = self.x.shape
        for first in range(0, size, _BLOCK):
            rows = slice(first, min(first + _BLOCK, size))
            features = self._buffer[:, : rows.stop - first]
            if rows != self._held:
                points = features[:dim]
                np.subtract(self.x[rows].T, self.centre[:, None], out=points)
                (points * points).sum(axis=0, out=features[-1])
                self._held = rows
            yield rows, features


def assignments(blocks, model, means, variances):
    """The responsibilities (N, K): every point's softmax of its log weights."""
    phi = np.empty((len(means), len(blocks.x)))
    log_weights = _log_weights(blocks, model, means, variances)
    for rows, features in blocks:
        weights, totals, _ = _weights(blocks, log_weights, rows, features)
        weights -= np.exp(_FLOOR)  # what was clamped is now exactly 0; nothing else has moved
        np.divide(weights, totals, out=phi[:, rows])
    return phi.T


def statistics(blocks, responsibilities):
    """Σ_i φ_ik (x_i − c) and N_k = Σ_i φ_ik, as the columns of one (K, D + 1) array."""
    return sum(responsibilities[rows].T @ features[:-1].T for rows, features in blocks)


def assign_and_sum(blocks, model, means, variances):
    """`statistics` of the `assignments`, without storing them, and Σ_i log Σ_k exp l_ik."""
    sums, log_normaliser = np.zeros((means.shape[1] + 1, len(means))), 0.0
    log_weights = _log_weights(blocks, model, means, variances)
    for rows, features in blocks:
        weights, totals, log_scale = _weights(blocks, log_weights, rows, features)
        log_normaliser += log_scale + _sum_of_logs(totals)
        # φ is weights/totals, but the features have fewer rows to divide.
        sums += (features[:-1] * (1 / totals)) @ weights.T
    sums[:, sums[-1] < len(blocks.x) * _NOBODY] = 0.0
    return sums.T, log_normaliser


def fit_and_entropy(blocks, model, means, variances, responsibilities):
    """Σ_ik φ_ik (l_ik − log π_k), Σ_ik φ_ik log π_k, and the entropy −Σ_ik φ_ik log φ_ik, for any
    responsibilities."""
    fit, entropy, counts = 0.0, 0.0, np.zeros(len(means))
    log_weights = _log_weights(blocks, model, means, variances, with_prior=False)
    for rows, features in blocks:
        phi = responsibilities[rows].T
        fit += np.sum(phi * log_weights(features))
        entropy += np.sum(entr(phi))
        counts += phi.sum(axis=1)
    return float(fit), float(xlogy(counts, model.weights).sum()), float(entropy)


def _log_weights(blocks, model, means, variances, with_prior=True):
    """What turns a block's features into its log weights l (K, B), which the caller may overwrite;
    without log π_k where it is not wanted."""
    dim, noise_var = means.shape[1], model.noise_var
    log_prior = model.log_weights if with_prior else np.zeros(len(means))
    means, spread = means - blocks.centre, dim * variances
    expansion = np.empty((len(means), dim + 2))  # a row of it times a point's features is l_ik
    expansion[:, :dim] = means / noise_var
    expansion[:, dim] = (np.vecdot(means, means) + spread) / (-2 * noise_var)
    expansion[:, dim] += log_prior
    expansion[:, -1] = 1 / (-2 * noise_var)
    buffer = np.empty((len(means), min(len(blocks.x), _BLOCK)))

    def log_weights(features):
        size = features.shape[1]
        weights = buffer[:, :size]
        if features[-1].sum() <= _NEAR * noise_var * size:
            np.matmul(expansion, features, out=weights)
        else:  # ‖x‖² − 2x·m + ‖m‖² would cancel: take the differences
            for row, mean in zip(weights, means, strict=True):
                difference = features[:dim] - mean[:, None]
                (difference * difference).sum(axis=0, out=row)
            weights += spread[:, None]
            weights /= -2 * noise_var
            weights += log_prior[:, None]
        return weights

    return log_weights


def _weights(blocks, log_weights, rows, features):
    """Weights (K, B) in proportion to each point's responsibilities, their totals (B,), and the sum
    of the logs that were divided out."""
    if rows.start not in blocks.far:
        # No log weight exceeds 0, as −‖x‖² is part of it: exp needs no shift to be safe.
        weights = _clamped_exp(log_weights(features))
        totals = weights.sum(axis=0)
        if totals.min() >= _SMALL:
            return weights, totals, 0.0
        blocks.far.add(rows.start)
    weights = log_weights(features)
    largest = weights.max(axis=0)
    weights -= largest
    _clamped_exp(weights)
    return weights, weights.sum(axis=0), largest.sum()


def _clamped_exp(weights):
    # numpy's exp is slow where it underflows; its maximum is, too, with a number for a row.
    np.maximum(weights, _FLOORS[: weights.shape[1]], out=weights)
    return np.exp(weights, out=weights)


def _sum_of_logs(totals):
    """Σ_i log of the totals, of which none is so small or large that eight lack a product."""
    if totals.size < 2000:
        return np.log(totals).sum()
    eighth = totals.size // 8
    products = totals[: 8 * eighth].reshape(8, eighth).prod(axis=0)
    return np.log(products).sum() + np.log(totals[8 * eighth :]).sum()
