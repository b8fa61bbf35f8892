"""The sliders that several parts of notebook 06 share."""

from helpers.controls import Slider

SEEN = Slider("n", "n, points seen", 0, 5, 5, 1)
NOISE = Slider("noise_sd", "σ, sd of the noise", 0.2, 2.0, 0.5, 0.1)
PRIOR = Slider("prior_sd", "τ, sd of the prior", 0.5, 4.0, 2.0, 0.5)
ORIGIN = Slider("origin", "c, origin of x", -2.0, 6.0, 0.0, 0.5)
