"""The tools with which to find the broken ELBO: Monte Carlo, the bound, monotonicity."""

from functools import cache

import numpy as np

from helpers.lessons.gmm_cavi import plain
from helpers.lessons.gmm_cavi.broken_elbos import SUSPECTS
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.enumeration import log_evidence
from helpers.lessons.gmm_cavi.sweeps import Symlog
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Explorer, Slider

X = TINY
N_DRAWS, N_BLOCKS = 2000, 8
EXCESS = Symlog(0.1)
LETTERS = "abcde"
START = State(
    np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.5, 0.5], [0.2, 0.8], [0.1, 0.9]]),
    np.array([[-1.2, -0.9], [0.8, 1.0]]),
    np.array([0.2, 0.3]),
)


def state_at(shift, size, doubt):
    """START with its means moved, its s² times `size`, its kinds made sure and then doubtful."""
    sure = np.eye(2)[START.responsibilities.argmax(axis=1)]
    phi = (1 - doubt) * sure + doubt / 2
    return State(phi, START.means + shift, START.variances * size)


@cache
def _standard_draws():
    rng = np.random.default_rng(0)
    return rng.standard_normal((N_DRAWS, 2, 2)), rng.random((N_DRAWS, len(X)))


def monte_carlo(model, state):
    """E_q[log p(x, c, μ) − log q(c, μ)] from draws of q: (estimate, standard error).

    It knows densities only, none of the five formulas. K = 2, D = 2.
    """
    normal, uniform = _standard_draws()
    phi, m, s2 = state
    mu = m + np.sqrt(s2)[:, None] * normal
    second = uniform > phi[:, 0]
    own = np.where(second[..., None], mu[:, None, 1], mu[:, None, 0])
    joint = -np.sum((X - own) ** 2, axis=(1, 2)) / (2 * model.noise_var)
    joint -= np.sum((mu - model.prior_mean) ** 2, axis=(1, 2)) / (2 * model.prior_var)
    joint -= X.size / 2 * np.log(2 * np.pi * model.noise_var) + len(X) * np.log(2)
    joint -= 2 * np.log(2 * np.pi * model.prior_var)
    log_q = -np.sum(normal**2, axis=(1, 2)) / 2 - np.sum(np.log(2 * np.pi * s2))
    with np.errstate(divide="ignore"):  # a kind of probability 0 is never drawn
        log_q += np.where(second, np.log(phi[:, 1]), np.log(phi[:, 0])).sum(axis=1)
    ratio = joint - log_q
    return float(ratio.mean()), float(ratio.std(ddof=1) / np.sqrt(N_DRAWS))


def reported(letter, model):
    """What one suspect reports after each single block update, and log p(x)."""
    state = START
    values = [SUSPECTS[letter](model, X, state)]
    for step in range(N_BLOCKS):
        phi, m, s2 = state
        if step % 2:
            new = plain.update_components(
                X, phi, model.prior_mean, model.prior_var, model.noise_var
            )
            state = State(phi, *new)
        else:
            state = State(plain.update_assignments(X, m, s2, model.noise_var), m, s2)
        values.append(SUSPECTS[letter](model, X, state))
    return np.array(values), log_evidence(model, X)


def _draw_suspects(figure):
    left, right = figure.subplots(1, 2)
    title = "Reported, less Monte Carlo; bars: ± 2 standard errors"
    set_axes(left, (-0.6, 4.6), (0, 1), xlabel="suspect", ylabel="nats", title=title)
    ticks = {-100: "−100", -10: "−10", -1: "−1", 0: "0", 1: "1", 10: "10", 100: "100"}
    EXCESS.set_axis(left, -1500, 1500, ticks)
    left.set_xticks(range(5), LETTERS)
    left.axhline(0, color="0.6", linewidth=0.8)
    dots = draw_marker(left, color=ACCENT)
    bars = [draw_curve(left, [], [], color=ACCENT, linewidth=1.6, animated=True) for _ in LETTERS]
    limits = dict(xlabel="single block updates done", ylabel="nats, less log p(x)")
    set_axes(right, (-0.4, N_BLOCKS + 0.4), (0, 1), **limits)
    right.set_title("What the chosen suspect reports while CAVI runs")
    EXCESS.set_axis(right, -1500, 150, ticks)
    draw_curve(right, [-1, 9], [0, 0], color=TARGET, linewidth=1.6, label="log p(x), the bound")
    label = "reported by the suspect"
    style = dict(color=LOSS, linestyle="--", marker="o", markersize=6, animated=True)
    path = draw_curve(right, [], [], label=label, **style)
    right.legend(loc="lower right")

    def update(letter, sd_noise, shift, size, doubt):
        model = MixtureModel(2, 0.0, 1.5, sd_noise**2)
        state = state_at(shift, size, doubt)
        estimate, error = monte_carlo(model, state)
        excess = np.array([f(model, X, state) for f in SUSPECTS.values()]) - estimate
        dots.set_data(range(5), EXCESS(excess))
        for place, (bar, middle) in enumerate(zip(bars, excess, strict=True)):
            bar.set_data([place, place], EXCESS([middle - 2 * error, middle + 2 * error]))
        values, evidence = reported(letter, model)
        path.set_data(range(N_BLOCKS + 1), EXCESS(values - evidence))
        falls = int(np.sum(np.diff(values) < -1e-9))
        listed = ", ".join(f"{k} {v:+.2f}" for k, v in zip(LETTERS, excess, strict=True))
        above = "rises above" if values.max() > evidence + 1e-9 else "stays below"
        return (
            f"Too high by {listed} (± {2 * error:.2f}) nats. While CAVI runs, {letter} falls in "
            f"{falls} of {N_BLOCKS} updates and {above} log p(x) = {evidence:.3f}."
        )

    return update


bench = Explorer(
    "Five suspects on the test bench: N = 6, K = 2, D = 2",
    (
        Choice("letter", "suspect at right", tuple(LETTERS), "a"),
        Slider("sd_noise", "λ", 0.2, 2.0, 0.6, 0.1),
        Slider("shift", "move both means by", -2.0, 2.0, 0.0, 0.1),
        Slider("size", "multiply s² by", 0.1, 4.0, 1.0, 0.1),
        Slider("doubt", "doubt in φ", 0.0, 1.0, 0.4, 0.1),
    ),
    _draw_suspects,
    (9.6, 4.4),
)
