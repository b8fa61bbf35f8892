"""A Monte Carlo average as it grows, with its own error bars (sections 6 and 7)."""

import numpy as np

from helpers.plots import draw_curve


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
