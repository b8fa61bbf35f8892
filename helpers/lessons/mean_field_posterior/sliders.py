"""The sliders that this lesson's ledgers share, and their values as vectors."""

import numpy as np

from helpers.widgets import Slider

X = 1.5  # the observation, wherever no slider moves it

THETA = (
    Slider("theta_1", "θ₁", -2.0, 2.0, 1.2, 0.1),
    Slider("theta_2", "θ₂", -2.0, 2.0, -0.7, 0.1),
)
Q = (
    Slider("m_1", "m₁", -2.0, 2.0, 0.4, 0.1),
    Slider("m_2", "m₂", -2.0, 2.0, -0.1, 0.1),
    Slider("s_1", "s₁", 0.3, 2.0, 0.7, 0.05),
    Slider("s_2", "s₂", 0.3, 2.0, 0.9, 0.05),
)
OBSERVATION = Slider("x", "x", -3.0, 3.0, X, 0.1)


def vectors(**values):
    """The sliders' values, with theta_1 and theta_2 as one vector theta; so m, s and z."""
    for name in ("theta", "m", "s", "z"):
        if {f"{name}_1", f"{name}_2"} <= values.keys():
            values[name] = np.array([values.pop(f"{name}_1"), values.pop(f"{name}_2")])
    return values
