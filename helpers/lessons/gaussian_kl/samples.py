"""Section 6, let samples decide: a Monte Carlo average as it grows, between two formulas."""

import numpy as np

from helpers.gaussians import kl_diagonal
from helpers.lessons.gaussian_kl.dimensions import MEAN_P, MEAN_Q
from helpers.plots import LOSS, SAMPLES, TARGET, draw_curve, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed


def running_mean(values, places):
    """Mean and standard error of the first n values, for each n in `places`."""
    total, square = np.cumsum(values)[places - 1], np.cumsum(values**2)[places - 1]
    mean = total / places
    return mean, np.sqrt(np.maximum(square / places - mean**2, 0) / (places - 1))


class RunningMean:
    """The mean and its band of ± 2 standard errors, at first empty."""

    def __init__(self, ax, places, label, color, linestyle):
        style = dict(color=color, linestyle=linestyle, animated=True)
        self._places = places
        self._mean = draw_curve(ax, [], [], linewidth=2, label=label, **style)
        self._edges = [draw_curve(ax, [], [], linewidth=0.8, **style) for _ in range(2)]

    def move(self, mean, error):
        """As many means as there are, from the first place on."""
        places = self._places[: len(mean)]
        self._mean.set_data(places, mean)
        for edge, sign in zip(self._edges, (-2, 2), strict=True):
            edge.set_data(places, mean + sign * error)


# The pair that decides eq. 1.8: its two values differ by half of log(det Σ₂/det Σ₁) = log 1.05.
WITNESS = dict(mean_p=MEAN_P, var_p=(0.5, 2.0), mean_q=MEAN_Q, var_q=(1.5, 0.7))


def printed_kl(mean_p, var_p, mean_q, var_q):
    """Solution, eq. 1.8 as printed, for diagonal covariances: the log lacks its ½."""
    mean_p, var_p, mean_q, var_q = map(np.asarray, (mean_p, var_p, mean_q, var_q))
    log_det = np.log(np.prod(var_q) / np.prod(var_p))
    distance = np.sum((mean_p - mean_q) ** 2 / var_q)
    return log_det - 0.5 * (len(mean_p) - np.sum(var_p / var_q) - distance)


@explorer(
    "Who is right about eq. 1.8?",
    Slider("log_samples", "log₁₀ samples", 2.0, 6.0, 5.0, 0.05),
    size=(9.6, 3.6),
)
def decide(figure):
    """Both formulas as lines, and the running mean of log p − log q, which grows."""
    ax = figure.subplots()
    printed, true = printed_kl(**WITNESS), kl_diagonal(**WITNESS)
    title = "Monte Carlo decides between two formulas"
    set_axes(ax, (1e2, 1e6), (1.3, 1.7), xlabel="samples", ylabel="nats", title=title)
    ax.set_xscale("log")
    draw_curve(ax, [1e2, 1e6], [printed] * 2, color=LOSS, linestyle=":", label="eq. 1.8 as printed")
    draw_curve(ax, [1e2, 1e6], [true] * 2, color=TARGET, label="with the missing ½")
    places = np.unique(np.geomspace(1e2, 1e6, 161).astype(int))
    curve = RunningMean(ax, places, "Monte Carlo ± 2 standard errors", SAMPLES, "-")
    ax.legend(loc="upper right")
    mean_p, var_p, mean_q, var_q = map(np.asarray, WITNESS.values())
    z = np.random.default_rng(0).standard_normal((1_000_000, 2))
    gap = mean_p + np.sqrt(var_p) * z - mean_q
    log_ratio = 0.5 * np.sum(np.log(var_q / var_p) - z**2 + gap**2 / var_q, axis=1)
    mean, error = running_mean(log_ratio, places)

    def update(log_samples):
        shown = np.searchsorted(places, 10**log_samples * (1 + 1e-9), side="right")
        curve.move(mean[:shown], error[:shown])
        value, bar = mean[shown - 1], error[shown - 1]
        low, high = ax.get_ylim()
        beyond = "" if low <= value <= high else " Their mean is beyond the panel."
        away = [f"{fixed(abs(value - one) / bar, 1)}" for one in (printed, true)]
        samples = count(int(places[shown - 1]), "sample")
        return (
            f"{samples}: {fixed(value, 4)} ± {fixed(2 * bar, 4)}.{beyond} "
            f"Printed {fixed(printed, 6)} is {away[0]} standard errors away, "
            f"{fixed(true, 6)} is {away[1]}."
        )

    return update
