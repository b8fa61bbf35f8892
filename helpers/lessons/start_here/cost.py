"""Section 2: what a grid costs, and what it buys."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.plots import ACCENT, DATA, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, short

RATE = 1e8  # points a second
LAPTOP = 16e9 / 8  # float64 numbers that 16 GB hold
DAY = 24 * 3600
YEAR = 365.25 * DAY
UNIVERSE = 13.8e9 * YEAR
# Seconds, name, and how many of it are said before the next is taken.
UNITS = (
    (1, "s", 120),
    (60, "min", 120),
    (3600, "h", 48),
    (DAY, "days", 730),
    (YEAR, "years", np.inf),
)
HALF = 4.0  # the grid covers so many prior sd on either side
MOST_POINTS, MOST_PARAMETERS = 50, 20

THETA = np.linspace(-HALF, HALF, 241)
K = np.arange(2, MOST_POINTS + 1)
D = np.arange(1, MOST_PARAMETERS + 1)
REACH = 30  # so many points on either side of the peak are more than 9 sd, at every setting
LEAST, MOST = 1e-6, 1e3  # of the error's axis

LANDMARKS = (
    (RATE, "1 s"),
    (DAY * RATE, "1 day"),
    (80 * YEAR * RATE, "a long life"),
    (UNIVERSE * RATE, "age of the universe"),
)


def points(k, dimensions):
    """k points for each of the parameters, as floats: 50²⁰ is more than an int64 holds."""
    return float(k) ** np.asarray(dimensions, float)


def error(k, dimensions, sd):
    """By how much of itself P(D) is too large, where a grid point lies on the peak.

    (Σ_j h N(jh | 0, sd²))^d − 1, h = 8/k: the d parameters are independent, so their factors
    multiply. By Poisson's formula the sum is 1 + 2 Σ_m exp(−2π²m²sd²/h²) with a point on the peak,
    and nowhere is it farther from 1.
    """
    spacing = 2 * HALF / np.asarray(k, float)
    reach = np.arange(-REACH, REACH + 1)[:, None]
    sums = (spacing * np.exp(log_normal(reach * spacing, 0.0, sd**2))).sum(axis=0)
    return sums**dimensions - 1


def rounded(value):
    """To two digits: 28, 520, 33 000; powers of ten from a million on."""
    value = float(f"{value:.2g}")
    return f"{value:,.0f}".replace(",", "\u202f") if 100 <= value < 1e6 else short(value)


def duration(seconds):
    """A time in words that can be compared with a life."""
    if seconds < 1:
        return "less than a second"
    if seconds >= 0.1 * UNIVERSE:
        ages = seconds / UNIVERSE
        return f"{fixed(ages, 1) if ages < 10 else rounded(ages)} × the age of the universe"
    unit, name = next(one[:2] for one in UNITS if seconds < one[0] * one[2])
    return f"{rounded(seconds / unit)} {name}"


def memory(numbers):
    """Bytes of so many float64, in the largest unit that leaves a number."""
    size = 8.0 * numbers
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{short(size, 3)} {unit}"
        size /= 1000
    return f"{short(size, 3)} TB"


def off(share):
    """An error as a share, in words: a percentage, or a factor where it is more than all."""
    if share < 1e-6:
        return "less than a millionth"
    return f"{rounded(100 * share)} %" if share < 1 else f"a factor of {rounded(1 + share)}"


@explorer(
    "What a grid costs, and what it buys",
    Slider("k", "k, points each", 2, MOST_POINTS, 20, 1),
    Slider("dimensions", "d, parameters", 1, MOST_PARAMETERS, 3, 1),
    Slider("sd", "posterior sd", 0.05, 0.5, 0.2, 0.05),
    size=(9.6, 3.7),
)
def grid(figure):
    """Left, one parameter with its grid points; middle, the count; right, the error of P(D)."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.25, 1))
    set_axes(left, (-HALF, HALF), (0, 1.1), xlabel="θ, in prior sd", title="One parameter")
    left.set_yticks(())
    moving = dict(animated=True)
    stems = draw_curve(left, [], [], color=DATA, linewidth=0.9, **moving)
    peak = draw_curve(left, THETA, THETA, color=TARGET, **moving)
    title = "Points: kᵈ"
    set_axes(middle, (0.5, 20.5), (1, 1e35), xlabel="d, parameters", title=title)
    middle.set(yscale="log", xticks=(1, 5, 10, 15, 20))
    for height, name in LANDMARKS:
        middle.axhline(height, color=DATA, linewidth=0.8, linestyle=":")
        middle.text(0.8, height / 1.6, name, fontsize=9, color=DATA, va="top")
    middle.axhline(LAPTOP, color=LOSS, linewidth=1.0, linestyle="--")
    middle.text(20.2, LAPTOP * 4, "16 GB are full", fontsize=9, color=LOSS, ha="right")
    counts = draw_curve(middle, D, points(2, D), color=ACCENT, linewidth=1.6, **moving)
    here = draw_marker(middle, color=ACCENT)
    set_axes(right, (0, 51), (LEAST, MOST), xlabel="k, points each", title="Error of P(D)")
    right.set(yscale="log")
    right.set_yticks([1e-6, 1e-4, 1e-2, 1, 100], ["10⁻⁶", "10⁻⁴", "1 %", "100 %", "100 ×"])
    errors = draw_curve(right, K, K, color=ACCENT, linewidth=1.6, **moving)
    there = draw_marker(right, color=ACCENT)

    def update(k, dimensions, sd):
        places = 2 * HALF / k * (np.arange(k) - k // 2)
        stems.set_data(np.repeat(places, 3), np.tile([0, 1.05, 0], k))
        peak.set_ydata(np.exp(log_normal(THETA, 0.0, sd**2)) * sd * np.sqrt(2 * np.pi))
        total, share = points(k, dimensions), error(k, dimensions, sd).item()
        counts.set_ydata(points(k, D))
        here.set_data([dimensions], [total])
        errors.set_ydata(np.clip(error(K, dimensions, sd), LEAST / 10, MOST * 10))
        inside = LEAST < share < MOST
        there.set_data([k] if inside else [], [share] if inside else [])
        lost = "" if inside else " The error is beyond the panel."
        size = f"{total:,.0f}".replace(",", "\u202f") if total < 1e9 else short(total, 2)
        return (
            f"{count(k, 'point')} for each of {count(dimensions, 'parameter')}: {size} in all. At a"
            f" hundred million a second: {duration(total / RATE)}; kept, {memory(total)}. P(D) is"
            f" off by {off(share)}.{lost}"
        )

    return update
