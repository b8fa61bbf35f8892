"""The highest point of a function of D variables, and its curvature there, from values alone."""

import numpy as np

# Sixth-order differences, at 1, 2 and 3 widths: exact for polynomials of degree 7.
_WIDTH = 0.05  # in standard deviations: truncation and rounding are then both near 1e-10
_FIRST = np.array([45, -9, 1]) / (60 * _WIDTH)
_SECOND = np.array([270, -27, 2]) / (180 * _WIDTH**2)
_RISE = 1e-6  # nats; less may be rounding


def mode(function, start):
    """A maximum z of `function`, and a root R of its inverse negative Hessian: R Rᵀ = (−H)⁻¹.

    BFGS climbs near it. Newton's method ends the climb in coordinates u, z + R u, in which −H is
    to become I: units and correlations then do not matter. A point higher than z within three
    standard deviations is climbed from instead.

    Parameters: `function` takes (D,) and returns a number, −inf or nan outside its support;
    `start` (D,), in the support. Returns: z (D,), R (D, D).
    Raises: ValueError where no peak is found, or it is flat to second order.
    """

    def height(z):
        with np.errstate(all="ignore"):  # leaving float64's range, far out, counts as low
            value = float(function(z))
        return value if value < np.inf else -np.inf

    z, root = _climb(height, start)
    for turn in range(16):
        slope, hessian = _derivatives(height, z, root)
        if not np.isfinite(hessian).all():
            root = root / 8  # a neighbour lies outside the support
            continue
        curvature, axes = np.linalg.eigh(-hessian)
        peaked = curvature[0] > 1e-8
        turned = root @ (axes / np.sqrt(np.maximum(np.abs(curvature), 1e-8)))
        step = axes.T @ slope / np.sqrt(np.maximum(curvature, 1e-8))
        # A density that bends much within _WIDTH leaves some truncation: then less is asked.
        settled = np.abs(step).max() < 1e-9 * 3**turn
        if not peaked or settled:
            higher = _higher(height, z, turned)
            if higher is not None:
                z, root = _climb(height, higher)
                continue
        if not peaked:
            if settled or (moved := _climb(height, z, turned))[0] is z:
                raise ValueError(f"no mode: the Hessian at {z} is indefinite or singular")
            z, root = moved
            continue
        z, root = z + turned @ step, turned
        if settled and np.abs(curvature - 1).max() < 1e-2:
            return z, root
    raise ValueError(f"no mode: none was reached inside the support; the search ended at {z}")


def _climb(height, z, root=None):
    """BFGS with backtracking: a point near a peak, and a root of the inverse Hessian it built."""
    inverse = np.diag(_units(height, z) ** 2) if root is None else root @ root.T
    slope = _slope(height, z, np.sqrt(np.diag(inverse)))
    fresh = True
    for _ in range(200 + 20 * z.size):
        direction = inverse @ slope
        if not slope @ direction > 1e-12:
            break
        moved = _line(height, z, direction, slope @ direction) * direction
        if not moved.any():
            if fresh:
                break
            inverse, fresh = np.diag(_units(height, z) ** 2), True
            slope = _slope(height, z, np.sqrt(np.diag(inverse)))
            continue
        z, before, fresh = z + moved, slope, False
        slope = _slope(height, z, np.sqrt(np.diag(inverse)))
        bend = moved @ (before - slope)
        if bend > 1e-10 * abs(moved @ before):  # else it curves upwards: nothing to learn
            shear = np.eye(z.size) - np.outer(moved, before - slope) / bend
            inverse = shear @ inverse @ shear.T + np.outer(moved, moved) / bend
    values, axes = np.linalg.eigh(inverse)
    return z, axes * np.sqrt(np.maximum(values, 1e-12 * values[-1]))


def _line(height, z, direction, gain):
    """How far along the direction: halved until it rises enough, else doubled while it rises."""
    here, size = height(z), 1.0
    while not height(z + size * direction) > here + 1e-4 * size * gain:
        size /= 2
        if size < 1e-15:
            return 0.0
    while size == 2 ** np.round(np.log2(size)) >= 1 and (
        height(z + 2 * size * direction) > height(z + size * direction)
    ):
        size *= 2
        if size > 1e30:
            raise ValueError(f"no mode: log_joint rises without end from {z} along {direction}")
    return size


def _units(height, z):
    """For each coordinate a step that changes the height by at most one nat, but noticeably.

    Where the height itself is huge, rounding asks for more than a nat.
    """
    here = height(z)
    most = max(1, 1e-8 * abs(here))

    def change(j, step):
        ends = (height(z + sign * step * np.eye(z.size)[j]) for sign in (-1, 1))
        return max(abs(end - here) for end in ends)

    units = np.ones(z.size)
    for j in range(z.size):
        while change(j, units[j]) > most and units[j] > 1e-100:
            units[j] /= 4
        while (
            change(j, units[j]) < most / 100 and change(j, 4 * units[j]) <= most and units[j] < 1e20
        ):
            units[j] *= 4
    return units


def _slope(height, z, units):
    """The gradient by central differences, near enough to climb with."""
    slope = np.zeros(z.size)
    for j, unit in enumerate(units):
        for step in unit * np.array([1e-3, 1e-5, 1e-7])[:, None] * np.eye(z.size)[j]:
            rise = height(z + step) - height(z - step)
            if np.isfinite(rise):  # else a point lies outside the support
                slope[j] = rise / (2 * step[j])
                break
    return slope


def _derivatives(height, z, root):
    """Gradient (D,) and Hessian (D, D) in the coordinates u of z + root u."""
    size, here = z.size, height(z)
    slope, hessian = np.zeros(size), np.zeros((size, size))

    def second(direction):  # 1st and 2nd derivative along a direction
        ends = np.array(
            [[height(z + s * k * _WIDTH * direction) for s in (1, -1)] for k in (1, 2, 3)]
        )
        if not np.isfinite(ends).all():
            return np.nan, np.nan
        return _FIRST @ (ends[:, 0] - ends[:, 1]), _SECOND @ (ends.sum(axis=1) - 2 * here)

    for j in range(size):
        slope[j], hessian[j, j] = second(root[:, j])
    for j in range(size):
        for k in range(j):
            _, mixed = second((root[:, j] + root[:, k]) / np.sqrt(2))
            hessian[j, k] = hessian[k, j] = mixed - (hessian[j, j] + hessian[k, k]) / 2
    return slope, hessian


def _higher(height, z, root):
    """The highest of the points up to three columns of the root away, if it is above z."""
    points = [z + k * column for column in root.T for k in (-3, -2, -1, 1, 2, 3)]
    best = max(points, key=height)
    return best if height(best) > height(z) + _RISE else None
