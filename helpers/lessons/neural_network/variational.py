"""Section 6: the ELBO's gradient by reparameterisation, and what mean field does to units."""

from dataclasses import replace

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from helpers.lessons.neural_network.gradient import complex_step
from helpers.lessons.neural_network.points import NOISE_SD, SETTING, X, Y
from helpers.lessons.neural_network.stored import stored
from helpers.plots import APPROXIMATION, DATA, LOSS, draw_curve, draw_marker, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed, short

# The trapezoid rule over the whole line: where functions are smooth, exact to rounding.
NODES = np.linspace(-9, 9, 601)
MASSES = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
PRIOR_SD = 1.0


def _log_joint(w):
    """log p(y, w) of the network f(x) = tanh(wx); w any array, complex too."""
    squares = ((Y - np.tanh(w[..., None] * X)) ** 2).sum(axis=-1) / NOISE_SD**2
    constant = X.size * np.log(NOISE_SD) + np.log(PRIOR_SD)
    return -0.5 * (squares + (w / PRIOR_SD) ** 2 + (X.size + 1) * np.log(2 * np.pi)) - constant


def _entropy(log_sd):
    return 0.5 * np.log(2 * np.pi * np.e) + log_sd


def _over_w(m, tau, log_sd, at):
    """∫ q(w) log p(y, w) dw, on a grid that stays where it is while `at` and log_sd move."""
    w = m + tau * NODES
    q = np.exp(-((w - at) ** 2) / (2 * np.exp(2 * log_sd)) - log_sd)
    return tau * (NODES[1] - NODES[0]) / np.sqrt(2 * np.pi) * (q @ _log_joint(w))


def _moving_draws(m, log_sd):
    return MASSES @ _log_joint(m + np.exp(log_sd) * NODES) + _entropy(log_sd)


def _chain_rule(m, tau):
    slope = complex_step(_log_joint, m + tau * NODES)
    return MASSES @ (slope * NODES * tau) + 1


def _by_hand(m, tau):
    w = m + tau * NODES
    t = np.tanh(w[:, None] * X)
    slope = ((Y - t) / NOISE_SD**2 * (1 - t**2) * X).sum(axis=1) - w / PRIOR_SD**2
    return MASSES @ (slope * NODES * tau) + 1


reparameterised = Derivation(
    "The reparameterised gradient: ∂ELBO/∂λ, λ = log τ",
    (
        Line(
            r"\frac{\partial}{\partial\lambda}\,\mathrm{ELBO} = \frac{\partial}{\partial\lambda}"
            r"\Bigl(\int q(w)\,\log p(y,w)\,dw + \tfrac12\log 2\pi e + \lambda\Bigr)",
            "The ELBO: an average and the entropy. Here λ sits in q. The derivative by a complex"
            " step, the integral by a fine grid.",
            lambda m, tau: complex_step(lambda u: _over_w(m, tau, u, m) + _entropy(u), np.log(tau)),
        ),
        Line(
            r"= \frac{\partial}{\partial\lambda}\Bigl(\mathbb E_{\varepsilon}\bigl[\log p(y,\,"
            r"m+e^{\lambda}\varepsilon)\bigr] + \tfrac12\log 2\pi e + \lambda\Bigr),\quad"
            r" \varepsilon\sim\mathcal N(0,1)",
            "Reparameterise: $w = m + \\tau\\varepsilon$. Now what is drawn does not know λ; λ sits"
            " inside the log joint.",
            lambda m, tau: complex_step(lambda u: _moving_draws(m, u), np.log(tau)),
        ),
        Line(
            r"= \mathbb E_{\varepsilon}\Bigl[\frac{\partial\log p(y,w)}{\partial w}\,\varepsilon\,"
            r"\tau\Bigr] + 1",
            "The derivative goes under the average;"
            " $\\partial w/\\partial\\lambda = \\tau\\varepsilon$. The 1 is the entropy's.",
            _chain_rule,
        ),
        Line(
            r"= \mathbb E_{\varepsilon}\Bigl[\Bigl(\sum_i e_i(1-t_i^2)x_i - w\Bigr)\,\varepsilon\,"
            r"\tau\Bigr] + 1,\quad t_i = \tanh(wx_i),\; e_i = \frac{y_i-t_i}{\sigma^2}",
            "The gradient of section 2, for f(x) = tanh(wx) and s = 1 in the prior. Draw ε, average"
            ": that is the whole method.",
            _by_hand,
        ),
        Line(
            r"= \mathbb E_{\varepsilon}\bigl[\log p(y,w)\,(\varepsilon^2-1)\bigr] + 1",
            "Another road from line 1: differentiate q itself. It needs no gradient of p, has the"
            " same mean and, as it stands, draws that scatter more.",
            lambda m, tau: MASSES @ (_log_joint(m + tau * NODES) * (NODES**2 - 1)) + 1,
        ),
        Line(
            r"\frac{\partial}{\partial m}\,\mathrm{ELBO} = \mathbb E_{\varepsilon}\Bigl["
            r"\frac{\partial\log p(y,w)}{\partial w}\Bigr]",
            "Aside: $\\partial w/\\partial m = 1$, and the entropy does not know m. Its other side:"
            " the complex step in m on line 1's integral.",
            lambda m, tau: MASSES @ complex_step(_log_joint, m + tau * NODES),
            aside=lambda m, tau: complex_step(lambda u: _over_w(m, tau, np.log(tau), u), m),
        ),
    ),
    (
        Slider("m", "m, mean of q", -2.0, 2.0, 0.5, 0.1),
        Slider("tau", "τ, sd of q", 0.1, 1.0, 0.4, 0.1),
    ),
)


def awake(hidden, scale):
    """Whether a unit is heard, (H,): its v is more than two of its sd away from 0."""
    mean, sd = (row[:-1].reshape(3, -1)[2] for row in stored("vi", hidden, scale))
    return np.abs(mean) > 2 * sd


@explorer(
    "What mean field does to the units", replace(SETTING[0], start="8"), SETTING[1], size=(9.6, 3.9)
)
def units(figure):
    """A row for each unit: q's mean and ± 2 sd of w, c and v; dotted, the prior's."""
    panels = figure.subplots(1, 3, sharey=True)
    bars, means, edges = [], [], []
    for ax, name in zip(panels, ("w, into the unit", "c, its offset", "v, out of it"), strict=True):
        set_axes(ax, (-7, 7), (1, 0), xlabel="weight", title=name)
        ax.axvline(0, color="black", linewidth=0.6)
        edges.append(draw_curve(ax, [], [], color=DATA, linestyle=":", animated=True))
        style = dict(edgecolor=APPROXIMATION, linewidth=2.2, animated=True)
        bars.append(ax.add_patch(PathPatch(Path(np.empty((0, 2))), **style)))
        style = dict(marker="|", markersize=9, mew=1.6)
        means.append(draw_marker(ax, color=LOSS, **style))
        means[-1].set_markeredgecolor(LOSS)
    panels[0].set(ylabel="units, the surest v on top", yticks=[])

    def update(hidden, scale):
        mean, sd = (row[:-1].reshape(3, -1) for row in stored("vi", hidden, scale))
        order = np.argsort(-np.abs(mean[2]) / sd[2])
        rows = (np.arange(int(hidden)) + 0.5) / int(hidden)  # they share the panel's height
        for k in range(3):
            # The prior's two edges in one mark: it turns above the panel.
            edges[k].set_data([-2 * scale] * 2 + [2 * scale] * 2, [1.1, -0.1, -0.1, 1.1])
            m, reach = mean[k, order], 2 * sd[k, order]
            ends = np.stack([m - reach, rows, m + reach, rows], axis=1)
            bars[k].set_path(Path(ends.reshape(-1, 2), [Path.MOVETO, Path.LINETO] * len(rows)))
            means[k].set_data(m, rows)
        heard = int(awake(hidden, scale).sum())
        bound = fixed(stored("elbo", hidden, scale)[0], 1)
        return (
            f"{count(int(hidden), 'hidden unit')}, s = {short(scale)}: {heard} with v more than "
            f"2 sd away from 0. The ELBO is {bound} nats, precomputed."
        )

    return update
