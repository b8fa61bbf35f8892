"""Section 2: the peak and its curvature, in θ and in logit θ."""

import numpy as np
from scipy.special import betaln, expit, logit, ndtr

from helpers.gaussians import log_normal
from helpers.lessons.coin_toss.formulas import (
    density_on_theta,
    exact,
    laplace_logit,
    laplace_theta,
    log_beta_density,
    log_posterior,
    on_theta,
)
from helpers.lessons.coin_toss.integrals import average, derivative
from helpers.lessons.coin_toss.sliders import COUNTS, COUNTS_WITH_PEAK, PRIOR
from helpers.plots import ACCENT, LOSS, TARGET, draw_curve, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import fixed

SHOWN = (-0.2, 1.2)  # of θ: Laplace's Gaussian goes beyond 0 and 1
# Denser at the ends, where a density may be infinite.
THETA = np.union1d(np.linspace(*SHOWN, 176), (0.0005, 0.002, 0.998, 0.9995))
TOP = 6.0
INSIDE = (THETA > 1e-9) & (THETA < 1 - 1e-9)
ETA = np.linspace(-7, 7, 141)
IN_THETA, IN_LOGIT = dict(color=ACCENT, linestyle=":"), dict(color=LOSS, linestyle="-.")


def draw_densities(ax):
    """The exact posterior over θ and both Laplace answers, as three lines to move."""
    lines = [
        draw_curve(ax, THETA, 0 * THETA, color=TARGET, label="exact", animated=True),
        draw_curve(ax, THETA, 0 * THETA, label="Laplace in θ", animated=True, **IN_THETA),
        draw_curve(ax, THETA, 0 * THETA, label="Laplace in logit θ", animated=True, **IN_LOGIT),
    ]
    for edge in (0, 1):
        ax.axvline(edge, color="black", linewidth=0.6)
    return lines


def move_densities(lines, first, second):
    """Heights over THETA; what has no density outside of (0, 1) is 0 there."""
    heights = np.zeros((3, THETA.size))
    heights[0, INSIDE] = np.exp(log_beta_density(THETA[INSIDE], first, second))
    heights[2, INSIDE] = density_on_theta(THETA[INSIDE], *laplace_logit(first, second))
    flat = laplace_theta(first, second)
    if flat:
        heights[1] = np.exp(log_normal(THETA, flat.mean, flat.sd**2))
    for line, height in zip(lines, heights, strict=True):
        line.set_ydata(height)
    lines[1].set_visible(flat is not None)


def beyond(*lines):
    """What a caption must add where a density is higher than its panel."""
    tallest = max(line.get_ydata().max() for line in lines)
    return " A curve goes beyond the panel." if tallest > TOP else ""


@explorer("The same idea on two scales", *COUNTS, *PRIOR, size=(9.6, 4.0))
def two_scales(figure):
    """The posterior and Laplace's Gaussians follow the counts, over θ and over logit θ."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    set_axes(left, SHOWN, (0, TOP), xlabel="θ", ylabel="density", title="Over θ")
    set_axes(right, (-7, 7), (0, 1.7), xlabel="η = logit θ", title="Over η: another shape")
    lines = draw_densities(left)
    true = draw_curve(right, ETA, ETA, color=TARGET, animated=True)
    bell = draw_curve(right, ETA, ETA, animated=True, **IN_LOGIT)
    peaks = [
        draw_curve(right, [0, 0], [0, 1.7], linewidth=1.2, animated=True, **IN_THETA),
        draw_curve(right, [0, 0], [0, 1.7], linewidth=1.2, animated=True, **IN_LOGIT),
    ]
    peaks[0].set_label("the peak over θ")
    peaks[1].set_label("the peak over η")
    figure.legend(loc="outside lower center", ncols=5)

    def update(heads, tails, a, b):
        first, second = a + heads, b + tails
        move_densities(lines, first, second)
        m, s = laplace_logit(first, second)
        true.set_ydata(np.exp(log_posterior(ETA, first, second)))
        bell.set_ydata(np.exp(log_normal(ETA, m, s**2)))
        flat, mapped = laplace_theta(first, second), on_theta(m, s)
        peaks[0].set_visible(flat is not None)
        peaks[1].set_xdata([m, m])
        words = "no peak inside (0, 1), so no answer"
        if flat:
            peaks[0].set_xdata([logit(flat.mean)] * 2)
            outside = 1 - np.diff(ndtr((np.array([0, 1]) - flat.mean) / flat.sd))[0]
            words = f"{fixed(flat.mean)} ± {fixed(flat.sd)}, {fixed(100 * outside, 1)} % of it"
            words += " outside of (0, 1)"
        true_answer = exact(first, second)
        return (
            f"Exact mean ± sd {fixed(true_answer.mean)} ± {fixed(true_answer.sd)}. Laplace in θ: "
            f"{words}. In logit θ: peak {fixed(m)}, which is θ = {fixed(expit(m))}, and mean ± sd "
            f"of θ {fixed(mapped.mean)} ± {fixed(mapped.sd)}.{beyond(*lines)}"
        )

    return update


def _peaked(heads, tails, a, b):
    """The two exponents of the log joint in θ, its peak, and half the way to the nearer end."""
    up, down = a + heads - 1, b + tails - 1
    peak = up / (up + down)
    return dict(up=up, down=down, peak=peak, radius=0.5 * min(peak, 1 - peak))


in_theta = Derivation(
    "Laplace's variance in θ",
    (
        Line(
            r"\sigma^2 = \Bigl(-\frac{d^2}{d\theta^2}\log p(x,\theta)\Big|_{\hat\theta}"
            r"\Bigr)^{-1},\quad \hat\theta = \frac{a+h-1}{a+b+h+t-2}",
            "The slides' rule: the inverse negative second derivative at the peak. The derivative"
            " is taken by numbers.",
            lambda up, down, peak, radius: (
                -1
                / derivative(lambda u: up * np.log(u) + down * np.log(1 - u), peak, radius, order=2)
            ),
        ),
        Line(
            r"= \Bigl(\frac{a+h-1}{\hat\theta^2} + \frac{b+t-1}{(1-\hat\theta)^2}\Bigr)^{-1}",
            r"$\log p(x,\theta) = (a+h-1)\log\theta + (b+t-1)\log(1-\theta) + \text{const}$,"
            " differentiated twice.",
            lambda up, down, peak, radius: 1 / (up / peak**2 + down / (1 - peak) ** 2),
        ),
        Line(
            r"= \Bigl(\frac{n'}{\hat\theta} + \frac{n'}{1-\hat\theta}\Bigr)^{-1},\quad"
            r" n' = a+b+h+t-2",
            r"At the peak $a+h-1 = n'\hat\theta$ and $b+t-1 = n'(1-\hat\theta)$.",
            lambda up, down, peak, radius: 1 / ((up + down) / peak + (up + down) / (1 - peak)),
        ),
        Line(
            r"= \frac{\hat\theta(1-\hat\theta)}{n'}",
            "One fraction of the two.",
            lambda up, down, peak, radius: peak * (1 - peak) / (up + down),
        ),
    ),
    (*COUNTS_WITH_PEAK, *PRIOR),
    at=_peaked,
)


def _log_sigmoid(eta):
    """log θ at η, for complex η too."""
    return -np.log(1 + np.exp(-eta))


in_logit = Derivation(
    "The Jacobian, and Laplace in logit θ: log p(x, η) at one η",
    (
        Line(
            r"\log p(x,\eta) = \log p(x,\theta) + \log\frac{d\theta}{d\eta},\quad"
            r" \theta = \frac1{1+e^{-\eta}}",
            "A density changes by the derivative; here that is taken by numbers.",
            lambda first, second, a, b, eta: (
                (first - 1) * np.log(expit(eta))
                + (second - 1) * np.log(1 - expit(eta))
                - betaln(a, b)
                + np.log(derivative(lambda z: 1 / (1 + np.exp(-z)), eta, 1.5))
            ),
        ),
        Line(
            r"= (a+h-1)\log\theta + (b+t-1)\log(1-\theta) - \log B(a,b) + \log(\theta(1-\theta))",
            r"$d\theta/d\eta = e^{-\eta}/(1+e^{-\eta})^2 = \theta(1-\theta)$.",
            lambda first, second, a, b, eta: (
                (first - 1) * np.log(expit(eta))
                + (second - 1) * np.log(1 - expit(eta))
                - betaln(a, b)
                + np.log(expit(eta) * (1 - expit(eta)))
            ),
        ),
        Line(
            r"= (a+h)\log\theta + (b+t)\log(1-\theta) - \log B(a,b)",
            "The Jacobian takes both −1s away. So the peak moves, unless it is at ½.",
            lambda first, second, a, b, eta: (
                first * np.log(expit(eta)) + second * np.log(1 - expit(eta)) - betaln(a, b)
            ),
        ),
        Line(
            r"\hat\theta_\eta = \frac{a+h}{a+b+h+t}",
            "Aside: the peak over η, from (a + h)(1 − θ) − (b + t)θ = 0. Its other side is the"
            " posterior <em>mean</em> of θ by the grid: they are equal.",
            lambda first, second, a, b, eta: first / (first + second),
            aside=lambda first, second, a, b, eta: average(lambda u: u, first, second),
        ),
        Line(
            r"\sigma_\eta^2 = \frac1{a+h} + \frac1{b+t}",
            "Aside: the inverse of −d²/dη² log p(x, η) = (a + b + h + t) θ(1 − θ) at that peak; its"
            " other side is taken by numbers.",
            lambda first, second, a, b, eta: 1 / first + 1 / second,
            aside=lambda first, second, a, b, eta: (
                -1
                / derivative(
                    lambda z: first * _log_sigmoid(z) + second * (_log_sigmoid(z) - z),
                    np.log(first / second),
                    1.5,
                    order=2,
                )
            ),
        ),
    ),
    (*COUNTS, *PRIOR, Slider("eta", "η", -3.0, 3.0, 0.5, 0.1)),
    at=lambda heads, tails, a, b, eta: dict(first=a + heads, second=b + tails, a=a, b=b, eta=eta),
)
