"""KL(q‖p) for many Gaussians q at once, and the way downhill on it.

`divergences.information_projection` finds one minimum, to nine digits. A picture needs the whole
landscape, within a millisecond. It stays in this lesson, whose two pictures are its only users.

No count and no way depends on the last bit: two values closer than SAME are a tie.
"""

import numpy as np
from scipy.interpolate import CubicSpline, RectBivariateSpline
from scipy.ndimage import minimum_filter
from scipy.optimize import brentq

from helpers.gaussians import log_normal

REACH = 2  # cells
SAME = 1e-9  # nats, or nats per unit of a slope


class Landscape:
    """KL(N(m, s²)‖p), in nats, for all m in `means` (M,) and s in `sds` (S,) together.

    KL(q‖p) = −½ log(2πe s²) − E_q[log p]: the expectations under all q are one matrix, made once,
    times log p at the nodes. `sds` must ascend.
    """

    def __init__(self, means, sds):
        self.means, self.sds = np.asarray(means, float), np.asarray(sds, float)
        # Fine enough for the narrowest q, and for the bend of log p between two bumps.
        reach, spacing = 7.5 * self.sds[-1], min(self.sds[0] / 3, 0.1)
        self.nodes = np.arange(self.means[0] - reach, self.means[-1] + reach, spacing)
        var = self.sds[:, None] ** 2
        density = np.exp(log_normal(self.nodes, self.means[:, None, None], var))
        self._weights = spacing * density
        self._entropies = 0.5 * np.log(2 * np.pi * np.e * self.sds**2)

    def __call__(self, p):
        """(M, S), for a density p with `logpdf`."""
        return -self._entropies - self._weights @ p.logpdf(self.nodes)

    def minima(self, values):
        """The local minima, (2, n) means and sds: on a spline, from the grid's lowest points.

        In a narrow diagonal valley the grid has low points that are none: Newton's method leaves
        them, for a minimum that is another's too, or for none.
        """
        log_sds = np.log(self.sds)
        surface = RectBivariateSpline(self.means, log_sds, values)
        found = []
        for i, j in np.argwhere(minimum_filter(values, 3) == values):
            place = _newton(surface, np.array([self.means[i], log_sds[j]]))
            if place is not None and not any(np.allclose(place, other) for other in found):
                found.append(place)
        return np.transpose([(mean, np.exp(log_sd)) for mean, log_sd in found])

    def walk(self, values, mean, sd):
        """The grid's Gaussians passed downhill from (mean, sd), the start first, (2, n).

        On a tie it goes to the lesser mean.
        """
        i = _least(np.abs(self.means - mean))
        j = _least(np.abs(np.log(self.sds / sd)))
        path = [(mean, sd)]
        while True:
            # Wider than the nearest neighbours: they do not see down a narrow diagonal valley.
            top, left = max(i - REACH, 0), max(j - REACH, 0)
            around = values[top : i + REACH + 1, left : j + REACH + 1]
            if around.min() > values[i, j] - SAME:
                return np.transpose(path)
            row, column = np.unravel_index(_least(around), around.shape)
            i, j = top + row, left + column
            path.append((self.means[i], self.sds[j]))


def _least(values):
    """The place of the least value, in the flattened array; the first one of a tie."""
    return int(np.argmax(values <= values.min() + SAME))


def _newton(surface, place):
    """The minimum of a spline that Newton's method, turned downhill, reaches from `place`."""
    for _ in range(12):
        slope_1, slope_2 = (float(surface.ev(*place, dx=1 - k, dy=k)) for k in range(2))
        bend_1, mixed, bend_2 = (float(surface.ev(*place, dx=2 - k, dy=k)) for k in range(3))
        det = bend_1 * bend_2 - mixed**2
        if bowl := bend_1 > 0 and det > 0:  # by Cramer's rule: eigh takes longer
            step_1, step_2 = bend_2 * slope_1 - mixed * slope_2, bend_1 * slope_2 - mixed * slope_1
            step = np.array([step_1, step_2]) / det
        else:
            bends, ways = np.linalg.eigh([[bend_1, mixed], [mixed, bend_2]])
            step = ways @ (ways.T @ [slope_1, slope_2] / np.abs(bends))
        place = place - step
        if np.abs(step).max() < 1e-6:
            return place if bowl else None
    return None


def minima(means, values):
    """The local minima of a curve given on a grid, (n,), and the curve, a cubic spline.

    One for each change of the slope from negative to not: `roots` of a piecewise polynomial may
    give a root that lies on a knot twice, or not at all, as the last bit has it.
    """
    curve = CubicSpline(means, values)
    rising = curve(means, 1) > -SAME
    cells = np.flatnonzero(~rising[:-1] & rising[1:])
    return np.array([_flat(curve, means[cell], means[cell + 1]) for cell in cells]), curve


def _flat(curve, low, high):
    """Where the slope, negative at `low`, is 0; at `high` where it is a tie there."""
    return brentq(curve, low, high, args=(1,)) if curve(high, 1) > SAME else high


def downhill(places, curve, start):
    """The minimum among `places` that lies downhill of `start`; `start` where the slope is 0."""
    slope = curve(start, 1)
    if abs(slope) <= SAME:
        return start
    return places[places <= start][-1] if slope > 0 else places[places >= start][0]
