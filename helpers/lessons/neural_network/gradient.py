"""Section 2: the gradient by hand."""

import numpy as np

from helpers.lessons.neural_network.points import NOISE_SD, X, Y
from helpers.widgets import Derivation, Line, Slider

OTHER = dict(w=-0.7, c=0.2, v=-1.5, b=0.1)  # the second unit, and the offset, held still
TINY = 1e-20

UNIT = (
    Slider("w", "w₁", -3.0, 3.0, 1.5, 0.1),
    Slider("c", "c₁", -2.0, 2.0, 0.4, 0.1),
    Slider("v", "v₁", -2.0, 2.0, 1.2, 0.1),
    Slider("scale", "s, prior scale", 0.5, 2.0, 1.0, 0.5),
)


def complex_step(function, at):
    """function′(at) of a function that takes complex numbers: Im function(at + iε)/ε."""
    return np.imag(function(at + 1j * TINY)) / TINY


def _f(w, c, v):
    """Two units at our inputs; the second stands still."""
    return v * np.tanh(w * X + c) + OTHER["v"] * np.tanh(OTHER["w"] * X + OTHER["c"]) + OTHER["b"]


def _log_joint(w, c, v, scale):
    """log p(y, z), without what does not move."""
    return -((Y - _f(w, c, v)) ** 2).sum() / (2 * NOISE_SD**2) - (w**2 + c**2 + v**2) / (
        2 * scale**2
    )


def _by_summands(w, c, v, scale):
    squares = [complex_step(lambda u, i=i: (Y[i] - _f(u, c, v)[i]) ** 2, w) for i in range(len(X))]
    return -np.sum(squares) / (2 * NOISE_SD**2) - complex_step(lambda u: u**2, w) / (2 * scale**2)


def _by_f(w, c, v, scale):
    error = (Y - _f(w, c, v)) / NOISE_SD**2
    return error @ complex_step(lambda u: _f(u, c, v), w) - w / scale**2


def _by_unit(w, c, v, scale):
    error = (Y - _f(w, c, v)) / NOISE_SD**2
    return v * (error @ complex_step(lambda u: np.tanh(u * X + c), w)) - w / scale**2


def _by_hand(w, c, v, scale):
    error, t = (Y - _f(w, c, v)) / NOISE_SD**2, np.tanh(w * X + c)
    return v * (error * (1 - t**2) * X).sum() - w / scale**2


by_hand = Derivation(
    "The gradient, one weight: ∂ log p(y, z)/∂w₁",
    (
        Line(
            r"\frac{\partial}{\partial w_1}\log p(y,z) = \frac1\varepsilon\,"
            r"\mathrm{Im}\,\log p(y,\,z + i\varepsilon\, e_{w_1}),\quad \varepsilon = 10^{-20}",
            "The witness, from values alone: Im is the derivative times ε, and no subtraction loses"
            " digits.",
            lambda w, c, v, scale: complex_step(lambda u: _log_joint(u, c, v, scale), w),
        ),
        Line(
            r"= -\frac1{2\sigma^2}\sum_i\frac{\partial}{\partial w_1}\bigl(y_i-f(x_i)\bigr)^2"
            r" - \frac1{2s^2}\frac{\partial}{\partial w_1}w_1^2",
            "A Gaussian's log is a square. Constants and the other weights' priors drop out.",
            _by_summands,
        ),
        Line(
            r"= \sum_i e_i\,\frac{\partial f(x_i)}{\partial w_1} - \frac{w_1}{s^2},\qquad"
            r" e_i = \frac{y_i - f(x_i)}{\sigma^2}",
            "The chain rule's first link: each error, in units of the noise's variance.",
            _by_f,
        ),
        Line(
            r"= v_1\sum_i e_i\,\frac{\partial}{\partial w_1}\tanh(w_1x_i+c_1) - \frac{w_1}{s^2}",
            "f is a sum over units, and only the first unit holds $w_1$.",
            _by_unit,
        ),
        Line(
            r"= v_1\sum_i e_i\,(1-t_i^2)\,x_i - \frac{w_1}{s^2},\qquad t_i = \tanh(w_1x_i+c_1)",
            "$\\tanh' = 1 - \\tanh^2$, and the last link, $x_i$.",
            _by_hand,
        ),
        Line(
            r"\frac{\partial}{\partial c_1}\log p(y,z) = v_1\sum_i e_i\,(1-t_i^2)"
            r" - \frac{c_1}{s^2}",
            "Aside: the same links, but the last is 1. Its other side is the witness, in $c_1$.",
            lambda w, c, v, scale: (
                v * ((Y - _f(w, c, v)) / NOISE_SD**2 * (1 - np.tanh(w * X + c) ** 2)).sum()
                - c / scale**2
            ),
            aside=lambda w, c, v, scale: complex_step(lambda u: _log_joint(w, u, v, scale), c),
        ),
        Line(
            r"\frac{\partial}{\partial v_1}\log p(y,z) = \sum_i e_i\,t_i - \frac{v_1}{s^2}",
            "Aside: f is linear in $v_1$; the witness, in $v_1$.",
            lambda w, c, v, scale: (
                (Y - _f(w, c, v)) / NOISE_SD**2 @ np.tanh(w * X + c) - v / scale**2
            ),
            aside=lambda w, c, v, scale: complex_step(lambda u: _log_joint(w, c, u, scale), v),
        ),
    ),
    UNIT,
)
