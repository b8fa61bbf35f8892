"""Where CAVI leads: EM where each component has many points, k-means where λ is small."""

from functools import lru_cache

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi.data import TINY, eruptions
from helpers.lessons.gmm_cavi.drawing import Components, Points, draw_eruptions
from helpers.lessons.gmm_cavi.six_points import ALPHA, MEANS, PHI, D
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, APPROXIMATION, draw_curve, draw_marker, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import below, count, short


def _parameters(log_copies, lam, sig):
    """Soft counts N_k and sums Σφx of the six points, each taken 2^log_copies times; λ and σ."""
    copies = 2**log_copies
    return dict(n=copies * PHI.sum(axis=0), sums=copies * PHI.T @ TINY, lam=lam, sig=sig)


def _log_odds(x, s2, lam):
    weights = MEANS @ x / lam**2 - (np.sum(MEANS**2, axis=1) + D * s2) / (2 * lam**2)
    return weights[0] - weights[1]


to_em = Derivation(
    "From CAVI to EM and to k-means: component 1, and the log odds of point 4",
    (
        Line(
            r"m_1 = s_1^2\Bigl(\frac\alpha{\sigma^2} + \frac{\sum_i\varphi_{i1}x_i}{\lambda^2}"
            r"\Bigr),\qquad s_1^2 = \frac1{1/\sigma^2 + N_1/\lambda^2}",
            "CAVI's update of a component.",
            lambda n, sums, lam, sig: (
                1 / (1 / sig**2 + n[0] / lam**2) * (ALPHA / sig**2 + sums[0] / lam**2)
            ),
        ),
        Line(
            r"= \frac{w\,\alpha + N_1\bar x_1}{w + N_1},\qquad w = \frac{\lambda^2}{\sigma^2},"
            r"\quad \bar x_1 = \frac{\sum_i\varphi_{i1}x_i}{N_1}",
            "Above and below times λ². The prior counts as w more points, all at α.",
            lambda n, sums, lam, sig: (
                (lam**2 / sig**2 * ALPHA + n[0] * (sums[0] / n[0])) / (lam**2 / sig**2 + n[0])
            ),
        ),
        Line(
            r"m_1 - \bar x_1 = \frac{w}{w + N_1}\,(\alpha - \bar x_1)\;\to\;0",
            "$\\bar x_1$ is EM's update of the mean; what is left falls like 1/N₁. Aside: the "
            "other side is line 1, less $\\bar x_1$.",
            lambda n, sums, lam, sig: (
                lam**2 / sig**2 / (lam**2 / sig**2 + n[0]) * (ALPHA - sums[0] / n[0])
            ),
            aside=lambda n, sums, lam, sig: (
                (ALPHA / sig**2 + sums[0] / lam**2) / (1 / sig**2 + n[0] / lam**2) - sums[0] / n[0]
            ),
        ),
        Line(
            r"\frac{D s_k^2}{2\lambda^2} = \frac{D/2}{w + N_k}\;\to\;0",
            "The handicap in the update of φ goes as well; what stays is EM's. Here for k = 1. "
            "Aside: both sides.",
            lambda n, sums, lam, sig: D / (1 / sig**2 + n[0] / lam**2) / (2 * lam**2),
            aside=lambda n, sums, lam, sig: D / 2 / (lam**2 / sig**2 + n[0]),
        ),
        Line(
            r"\lambda^2\log\frac{\varphi_{i1}}{\varphi_{i2}} = \frac{\|x_i-m_2\|^2 - "
            r"\|x_i-m_1\|^2}2 + \frac D2\,(s_2^2 - s_1^2)",
            r"Now λ → 0: $s_k^2\le\lambda^2/N_k$ goes to 0, the distances stay. So the log odds "
            "grow like 1/λ², and φ becomes 1 for the nearest mean: k-means. Aside: both sides, "
            "for point 4 and the means of section 2.",
            lambda n, sums, lam, sig: (
                lam**2 * _log_odds(TINY[3], 1 / (1 / sig**2 + n / lam**2), lam)
            ),
            aside=lambda n, sums, lam, sig: (
                (np.sum((TINY[3] - MEANS[1]) ** 2) - np.sum((TINY[3] - MEANS[0]) ** 2)) / 2
                + D / 2 * np.diff(1 / (1 / sig**2 + n / lam**2))[0]
            ),
        ),
    ),
    (
        Slider("log_copies", "log₂ of the copies", 0, 10, 0, 1),
        Slider("lam", "λ", 0.1, 1.6, 0.7, 0.1),
        Slider("sig", "σ", 0.8, 3.0, 1.5, 0.1),
    ),
    _parameters,
)

STARTS = np.array([(-1.2, -1.2), (0.0, 0.0), (0.9, 0.9)])
SIGMA2, MOST_SWEEPS = 4.0, 150


def nearness(x, means):
    """−‖xᵢ − mₖ‖²/2, without the ‖xᵢ‖²/2 that all k share."""
    return x @ means.T - 0.5 * (means * means).sum(axis=1)


def em_responsibilities(x, means, noise_var):
    """EM's φ: equal weights, known λ, and no spread of the means."""
    log_weights = nearness(x, means) / noise_var
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def hard_responsibilities(x, means, noise_var=None):
    """All of a point to the nearest mean: k-means."""
    return np.eye(len(means))[nearness(x, means).argmax(axis=1)]


def means_by(assign, x, means, noise_var=None):
    """Averages and assignments in turn until nothing moves; an empty component stays."""
    for _ in range(MOST_SWEEPS):
        phi = assign(x, means, noise_var)
        counts = phi.sum(axis=0)[:, None]
        new = np.where(counts > 1e-12, phi.T @ x / np.maximum(counts, 1e-12), means)
        if np.abs(new - means).max() < 1e-7:
            break
        means = new
    return assign(x, means, noise_var), new


@lru_cache(maxsize=512)
def three_answers(n_points, exponent):
    """CAVI's state, and (φ, means) by EM and by k-means, from the same start."""
    x, noise_var = eruptions()[:n_points], 10.0 ** (2 * exponent)
    start = State(None, STARTS, np.full(3, 0.01))
    model = MixtureModel(3, 0.0, SIGMA2, noise_var)
    found = mixture.fit(model, x, start=start, max_sweeps=MOST_SWEEPS, tol=1e-12).state
    em = means_by(em_responsibilities, x, STARTS, noise_var)
    return found, em, means_by(hard_responsibilities, x, STARTS)


def points_lost_to_exp(x, state, noise_var):
    """How many points get nan where no maximum is subtracted before exp."""
    with np.errstate(all="ignore"):
        exponent = x @ state.means.T / noise_var
        exponent -= (np.sum(state.means**2, axis=1) + 2 * state.variances) / (2 * noise_var)
        weights = np.exp(exponent)
        phi = weights / weights.sum(axis=1, keepdims=True)
    return int(np.isnan(phi).any(axis=1).sum())


@explorer(
    "From CAVI to EM and to k-means",
    Slider("exponent", "log₁₀ λ", -2.0, 0.2, -0.4, 0.1),
    Slider("octave", "log₂ of the points", 3, 8, 4, 1),
    size=(9.6, 4.3),
)
def hardening(figure):
    """The first eruptions, CAVI's three means, EM's and k-means'; and how sure each point is."""
    plane, right = figure.subplots(1, 2)
    draw_eruptions(plane, "Rings: CAVI's q(μₖ), 2 sd. × EM, + k-means")
    points = Points(plane, eruptions(), 3, 0.05)
    components = Components(plane, 3, 0.11)
    style = dict(markeredgecolor="black", zorder=4)
    em_marks = draw_marker(plane, color="black", marker="x", markersize=11, mew=2, **style)
    hard_marks = draw_marker(plane, color="black", marker="+", markersize=15, mew=2, **style)
    title = "Largest responsibility of each point, in order"
    set_axes(right, (0, 1), (0.15, 1.08), xlabel="share of the points", ylabel="max φ", title=title)
    lines = [
        draw_curve(right, [], [], color=color, linestyle=style, label=name, animated=True)
        for name, color, style in (("CAVI", ACCENT, "-"), ("EM", APPROXIMATION, (0, (5, 2))))
    ]
    right.axhline(1, color="0.4", linewidth=1, linestyle=":")
    right.annotate("k-means: all at 1", (0.02, 1.005), va="bottom")
    right.legend(loc="lower right")

    def update(exponent, octave):
        n_points = 2**octave
        state, (em_phi, em_means), (_, hard_means) = three_answers(n_points, exponent)
        points.move(state.responsibilities)
        components.move(state.means, state.variances)
        em_marks.set_data(*em_means.T)
        hard_marks.set_data(*hard_means.T)
        for line, phi in zip(lines, (state.responsibilities, em_phi), strict=True):
            line.set_data((np.arange(n_points) + 0.5) / n_points, np.sort(phi.max(axis=1)))
        unsure = int(np.sum(state.responsibilities.max(axis=1) < 0.9))
        lost = points_lost_to_exp(eruptions()[:n_points], state, 10.0 ** (2 * exponent))
        return (
            f"λ = {short(10.0**exponent, 3)}, {n_points} eruptions. The farthest of CAVI's means: "
            f"{below(_farthest(state.means, em_means))} from EM's, "
            f"{below(_farthest(state.means, hard_means))} from k-means'. "
            f"{count(unsure, 'point')} not sure. Without the maximum subtracted, exp would fail "
            f"for {count(lost, 'point')}."
        )

    return update


def _farthest(means, others):
    return np.linalg.norm(means - others, axis=1).max()
