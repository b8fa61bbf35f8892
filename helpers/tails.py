"""The tails of an expectation: from p's outermost quantiles to the ends of its support.

The variable t is the log of the distance, which turns a power law into an exponential. Where f is
not known to the end, as where a density underflows, its growth decides: it no longer matters, it
makes the expectation infinite, or it stays unknown.
"""

import numpy as np

from helpers.panels import mass_and_mean

_FARTHEST = 230.0  # log of the greatest distance, in panels: its square is still a float64
_NEGLIGIBLE = -80.0  # log of a part of an expectation that never shows
JUMP = 300.0  # f this large beside f = inf has overflowed; a smaller one is a jump


def tail(log_p, value, edge, end, scale):
    """Mass, mean, its error, and what may be missing of it, from an outermost point to the end of
    the support."""
    if np.isinf(end):
        step, sign, limit = np.copysign(scale, end), 1.0, _FARTHEST
        anchor = edge - step
    else:
        step, sign, anchor = edge - end, -1.0, end
        # Stop before the distance to the end is lost in the rounding of x.
        limit = min(_FARTHEST, max(np.log(abs(step)) - np.log(max(1e-11 * abs(end), 1e-290)), 1.0))

    def at(t):
        """Log of the mass a unit of t, f, and f with log p left out, at points of that t."""
        x = anchor + step * np.exp(sign * t)
        here = log_p(x)
        # NaN is a library's inf − inf out here; were mass lost by it, the mass would show it.
        log_mass = here + np.log(abs(step)) + sign * t
        log_mass = np.where(np.isnan(log_mass), -np.inf, log_mass)
        return log_mass, value(x, here), value(x, np.zeros_like(x))

    times = np.linspace(0.0, limit, 461)
    log_mass, f, _ = at(times)
    alive = (np.exp(log_mass) > 0) & (f < np.inf)
    shows = alive & (_size(log_mass, f) > _NEGLIGIBLE)
    dead = int(np.argmin(np.append(alive[1:], False))) + 1
    last, open_end = limit, shows[-1]
    if dead < times.size and shows[dead - 1]:
        last = _last_where(
            lambda f, mass: (f < np.inf) & (mass > 0), at, *times[dead - 1 : dead + 1]
        )
        f_last = at(np.array([last]))[1][0]
        if f_last < JUMP and f[dead] == np.inf and log_mass[dead] > _NEGLIGIBLE:
            return np.array([0.0, np.inf, 0.0, 0.0])
        if f_last > JUMP:  # the log of a density that is about to underflow has lost its digits
            last = _last_where(lambda f, mass: f < 0.95 * f_last, at, 0.0, last)
        open_end = _size(*at(np.array([last]))[:2])[0] > _NEGLIGIBLE
    shows |= (times > last) & (log_mass > _NEGLIGIBLE)
    stop = times[min(np.flatnonzero(np.append(True, shows[1:]))[-1] + 1, times.size - 1)]

    def terms(t):
        log_mass, f, _ = at(t)
        mass = np.exp(log_mass)
        return mass, np.where((mass > 0) & np.isfinite(f) & (t <= last), mass * f, 0.0)

    edges = np.append(0.0, stop / 2.0 ** np.arange(8, -1, -1))
    edges = np.unique(np.append(edges, min(last, stop)))
    body = np.array([*mass_and_mean(terms, edges), 0.0])
    if not open_end:
        return body
    # Rates are measured where the distance to an end other than 0 still has half its digits.
    blurred = 0.0 if np.isinf(end) or end == 0 else min(7.0, limit / 2)
    return body + _remainder(at, sign, last, limit, blurred)


def _size(log_mass, f):
    """Log of the mass, or of its part in the expectation where that is more, a unit of t."""
    return np.fmax(log_mass, log_mass + np.log(np.abs(f)))


def _last_where(holds, at, good, bad):
    """The last t where the condition on f and the mass holds."""
    for _ in range(8):
        times = np.linspace(good, bad, 33)
        log_mass, f, _ = at(times[1:-1])
        first = int(np.argmin(np.append(holds(f, np.exp(log_mass)), False)))
        good, bad = times[first], times[first + 1]
    return good


_PLACES = np.array([1, 1 - 1 / 64, 0.75, 0.75 - 1 / 64, 0.5, 0.5 - 1 / 64])  # of three rates


def _remainder(at, sign, last, limit, blurred):
    """Mass and mean beyond the last t, in closed form where p and f are power laws of the distance:
    p's mass falls as exp(−λt), and f grows as a exp(ct) + b or, if slower, linearly."""
    measured = last if last < limit else last - blurred
    width = measured / 64
    log_mass, f, bare = at(measured * _PLACES)
    fall = (log_mass[1::2] - log_mass[::2]) / width
    steepness = -np.diff(np.log(np.abs(bare)))[::2] / width
    rise = bare[::2] - bare[1::2]
    growth = np.diff(np.log(np.abs(rise))) / (-measured / 4)  # c, from two pairs of increments
    growth = np.where(np.isfinite(growth), growth, 0.0)  # f is flat
    far = limit - blurred
    far_mass = at(far * _PLACES)[0]
    far_fall = (far_mass[1::2] - far_mass[::2]) / (far / 64)
    power_law = np.ptp(far_fall) <= 1e-6 * (1 + abs(far_fall[0]))
    if power_law:
        surest = growth[0] - max(0.0, 2 * (growth[1] - growth[0]) - 2e-6)
        diverges = surest >= far_fall[0] - (1e-5 if blurred else 1e-7)
    else:  # f outgrows 1/p, and will if it goes on to slow down as before
        own = fall + sign  # of log p itself
        pace = steepness / own
        surest = pace[0] - max(0.0, pace[2] - pace[0])
        diverges = own.min() > 0 and surest >= 1 - 1e-9
    mass = np.exp(far_mass[0] - far_fall[0] * blurred) / far_fall[0]
    if not (power_law and mass > 0):
        mass = 0.0
    if diverges and rise[0] > 0 and f[0] > 0:
        return np.array([mass, np.inf, 0.0, 0.0])
    left = fall[0] - steepness[0]
    if last < limit or not power_law:
        unknown = np.exp(log_mass[0]) * abs(f[0]) / left if left > 0 else np.inf
        return np.array([mass, 0.0, 0.0, unknown])
    slope = (f[0] - f[4]) / (measured / 2)
    if abs(f[0]) <= 10 * abs(f[4]):
        mean = mass * (f[0] + slope * (blurred + 1 / fall[0]))
        return np.array([mass, mean, abs(mean) * np.ptp(far_fall) / fall[0], 0.0])
    left = fall[0] - growth[0]
    if left <= 0:
        return np.array([mass, 0.0, 0.0, np.inf])
    mean = mass * f[0] * np.exp(growth[0] * blurred) * fall[0] / left
    error = abs(mean) * min(1.0, (np.ptp(far_fall) + abs(growth[0] - growth[1])) / left)
    return np.array([mass, mean, error, 0.0])
