"""Integrals over θ and derivatives without algebra: the numbers that judge this lesson's ledgers.

They stay in this lesson, for they are fitted to its sliders.
"""

import math

import numpy as np
from scipy.special import expit, log_expit

# The trapezoid rule in η = logit θ: at ± 90 no integrand here is above 1e-19.
STEP = 0.1
ETA = STEP * np.arange(-900, 901)
LOG_THETA, LOG_REST = log_expit(ETA), log_expit(-ETA)
CIRCLE = np.exp(2j * np.pi * np.arange(64) / 64)


def log_integral(log_function):
    """log ∫₀¹ exp(log_function(log u, log(1 − u))) du; du = u(1 − u) dη."""
    logs = log_function(LOG_THETA, LOG_REST) + LOG_THETA + LOG_REST
    return np.log(np.sum(np.exp(logs)) * STEP)


def power(first, second):
    """log u^first (1 − u)^second, as a function of the two logarithms."""
    return lambda log_u, log_rest: first * log_u + second * log_rest


def average(function, first, second):
    """E[function(u)] under the density in proportion to u^(first−1) (1 − u)^(second−1)."""
    weights = np.exp(first * LOG_THETA + second * LOG_REST)
    return np.sum(weights * function(expit(ETA))) / np.sum(weights)


def derivative(function, at, radius, order=1):
    """The derivative of an analytic function: Cauchy's integral on a circle, to rounding."""
    around = function(at + radius * CIRCLE)
    return math.factorial(order) * np.mean(around / CIRCLE**order).real / radius**order
