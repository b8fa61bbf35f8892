"""Section 4: Hamiltonian Monte Carlo, its paths on the posterior, and the energy they keep."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.gaussians import rings
from helpers.lessons.linear_regression.data import NOISE_SD, PRIOR_SD, X, Y
from helpers.lessons.linear_regression.formulas import posterior, precision
from helpers.plots import ACCENT, SAMPLES, TARGET, Rings, draw_curve, draw_marker, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed, short

MEAN, COV = posterior(X, Y, NOISE_SD, PRIOR_SD)
LAMBDA = precision(X, NOISE_SD, PRIOR_SD)
NARROWEST, WIDEST = 1 / np.sqrt(np.linalg.eigvalsh(LAMBDA)[::-1])
LARGEST_STEP = 2 * NARROWEST  # above it the leapfrog runs away
START = np.array([0.15, 1.6])
N_PATHS = 40
FAR = 1e3  # what is further out is drawn there, beyond any panel

_rng = np.random.default_rng(5)
PUSHES = _rng.standard_normal((N_PATHS, 2))
COINS = _rng.standard_exponential(N_PATHS)  # −log of uniform numbers


class Walk(NamedTuple):
    """Paths one after another: the states (k + 1, 2), whether each was accepted (k,), and the last
    path: its points (L + 1, 2) and its energies less the first, (L + 1,)."""

    states: np.ndarray
    accepted: np.ndarray
    path: np.ndarray
    energy: np.ndarray


def _powers(step, n_leapfrog):
    """M⁰, M, …, Mᴸ: a leapfrog step takes (z − μ, r) to M (z − μ, r), for the gradient is linear.

    One product a step, where the general code would ask for a gradient: fast enough to slide.
    """
    eye, half = np.eye(2), np.eye(4)
    half[2:, :2] = -0.5 * step * LAMBDA
    move = np.block([[eye, step * eye], [np.zeros((2, 2)), eye]])
    one, found = half @ move @ half, [np.eye(4)]
    for _ in range(n_leapfrog):
        found.append(one @ found[-1])
    return np.array(found)


def _energy(both):
    """H = ½ (z − μ)ᵀΛ(z − μ) + ½ rᵀr at (z − μ, r), (..., 4)."""
    gap, momentum = both[..., :2], both[..., 2:]
    return 0.5 * (np.sum(gap @ LAMBDA * gap, axis=-1) + np.sum(momentum**2, axis=-1))


@lru_cache(maxsize=512)
def walk(step, n_leapfrog, n_paths):
    powers = _powers(step, n_leapfrog)
    states, accepted = [START - MEAN], []
    for push, coin in zip(PUSHES[:n_paths], COINS, strict=False):
        first = np.concatenate([states[-1], push])
        last = powers[-1] @ first
        accepted.append(_energy(last) - _energy(first) < coin)
        states.append(last[:2] if accepted[-1] else states[-1])
    path = powers @ first
    energy = _energy(path)
    return Walk(np.array(states) + MEAN, np.array(accepted), path[:, :2] + MEAN, energy - energy[0])


@explorer(
    "Paths on the posterior",
    Slider("step", "ε, step", 0.01, 0.2, 0.06, 0.01),
    Slider("n_leapfrog", "L, steps in a path", 1, 60, 12, 1),
    Slider("n_paths", "paths done", 1, N_PATHS, 1, 1, play=True),
    size=(9.6, 4.2),
)
def path(figure):
    """Left, the states so far and the last path, over the rings; right, its energy error."""
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    title = "The last path; diamonds are its ends"
    set_axes(left, (-0.3, 1.4), (-1.6, 2.2), xlabel="slope", ylabel="intercept", title=title)
    title = "Energy, less that at the start"
    set_axes(right, (0, 60), (-1.5, 3), xlabel="leapfrog steps", ylabel="nats", title=title)
    rings_ = Rings(left, color=TARGET, linewidth=1.6, label="posterior, 1, 2 and 3 sd")
    rings_.move(rings(MEAN, COV, (1, 2, 3)), MEAN)
    dots = draw_marker(left, color=SAMPLES, markersize=6, label="states so far")
    style = dict(linewidth=1.2, marker=".", markersize=5, animated=True)
    way = draw_curve(left, [], [], color=ACCENT, **style)
    ends = draw_marker(left, color=ACCENT, marker="D", markersize=7)
    right.axhline(0, color="black", linewidth=0.8)
    error = draw_curve(right, [], [], color=ACCENT, **style)
    figure.legend(loc="outside lower center", ncols=2)

    def update(step, n_leapfrog, n_paths):
        found = walk(step, n_leapfrog, n_paths)
        inside = _shown(left, found.states)
        dots.set_data(*found.states[inside].T)
        way.set_data(*np.clip(found.path, -FAR, FAR).T)
        both = found.path[[0, -1]]
        ends.set_data(*both[_shown(left, both)].T)
        error.set_data(np.arange(n_leapfrog + 1), np.clip(found.energy, -FAR, FAR))
        rise = found.energy[-1]
        chance = np.exp(-max(rise, 0.0))
        lost = " The path goes beyond the panel."
        if _shown(left, found.path).all():
            low, high = right.get_ylim()
            inside = low <= found.energy.min() and found.energy.max() <= high
            lost = "" if inside else " The energy goes beyond the panel."
        verdict = "accepted" if found.accepted[-1] else "rejected"
        return (
            f"Path {n_paths}: {count(n_leapfrog, 'step')} of {fixed(step, 2)}. At its end the "
            f"energy is off by {_large(rise)}, so it is accepted with probability "
            f"{fixed(chance, 2)}: {verdict}. Accepted so far: {found.accepted.sum()} of "
            f"{n_paths}.{lost}"
        )

    return update


def _shown(ax, points):
    """Which points (n, 2) lie in the panel."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x, y = points.T
    return (x >= left) & (x <= right) & (y >= low) & (y <= high)


def _large(value):
    """An energy in words: with places, or as a power of ten where it ran away."""
    return fixed(value, 3) if abs(value) < 1000 else short(value, 2)


def _step(z, r, s, eps):
    """One leapfrog step where log p = −½ z²/s²: half a push, a move, half a push."""
    r = r - 0.5 * eps * z / s**2
    z = z + eps * r
    return z, r - 0.5 * eps * z / s**2


def _shadow_after(z, r, s, eps):
    z, r = _step(z, r, s, eps)
    return 0.5 * r**2 + 0.5 * (1 - eps**2 / (4 * s**2)) * z**2 / s**2


def _shadow_between(z, r, s, eps):
    half = r - 0.5 * eps * z / s**2
    new = z + eps * half
    return 0.5 * half**2 - 0.5 * eps * half * new / s**2 + 0.5 * new**2 / s**2


kept = Derivation(
    "What a leapfrog step keeps, in one direction of sd s",
    (
        Line(
            r"\tilde H(z', r') = \tfrac12 r'^2 + \tfrac12\Bigl(1-\frac{\varepsilon^2}{4s^2}\Bigr)"
            r"\frac{z'^2}{s^2}",
            r"Not the energy $H = \frac12r^2+\frac12z^2/s^2$, but nearly. After one step, whose"
            r" three moves are $\bar r = r-\frac\varepsilon2z/s^2$, $z' = z+\varepsilon \bar r$,"
            r" $r' = \bar r-\frac\varepsilon2z'/s^2$.",
            lambda z, r, s, eps: _shadow_after(z, r, s, eps),
        ),
        Line(
            r"= \tfrac12\bar r^2 - \tfrac\varepsilon2\,\bar r\,\frac{z'}{s^2}"
            r" + \tfrac12\frac{z'^2}{s^2}",
            r"$r'$ put in and squared: the $\varepsilon^2z'^2$ of its square is what $\tilde H$"
            " takes away.",
            lambda z, r, s, eps: _shadow_between(z, r, s, eps),
        ),
        Line(
            r"= \tfrac12\bar r^2 + \tfrac\varepsilon2\,\bar r\,\frac{z}{s^2}"
            r" + \tfrac12\frac{z^2}{s^2}",
            r"$z' = z+\varepsilon \bar r$ put in, here times $s^2$:"
            r" $\frac12 z'^2 - \frac\varepsilon2\bar r z' = \frac12z'(z'-\varepsilon \bar r)"
            r" = \frac12z'z = \frac12z^2+\frac\varepsilon2\bar r z$.",
            lambda z, r, s, eps: (
                0.5 * (r - 0.5 * eps * z / s**2) ** 2
                + 0.5 * eps * (r - 0.5 * eps * z / s**2) * z / s**2
                + 0.5 * z**2 / s**2
            ),
        ),
        Line(
            r"= \tfrac12 r^2 + \tfrac12\Bigl(1-\frac{\varepsilon^2}{4s^2}\Bigr)\frac{z^2}{s^2}"
            r" = \tilde H(z, r)",
            r"$\bar r$ put in and squared. So $\tilde H$ is the same after every step. For"
            r" $\varepsilon < 2s$ it is an ellipse: the path is bound to it. For"
            r" $\varepsilon > 2s$ it is a hyperbola, which sooner or later leads away.",
            lambda z, r, s, eps: 0.5 * r**2 + 0.5 * (1 - eps**2 / (4 * s**2)) * z**2 / s**2,
        ),
    ),
    (
        Slider("z", "z, place", -2.0, 2.0, 1.0, 0.1),
        Slider("r", "r, momentum", -2.0, 2.0, 0.5, 0.1),
        Slider("s", "s, sd there", 0.2, 2.0, 1.0, 0.1),
        Slider("eps", "ε, step", 0.1, 4.0, 0.5, 0.1),
    ),
)
