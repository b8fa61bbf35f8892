"""KL(p‖N(μ, σ²)) line by line: worksheet problem 2 with the variance freed."""

import numpy as np

from helpers.densities import GaussianMixture
from helpers.gaussians import kl_univariate
from helpers.lessons.mean_matching.objective import log_bump, slope
from helpers.widgets import Derivation, Line, Slider

LINE = np.linspace(-12, 12, 481)


def _sum_over_line(function, weight):
    p = GaussianMixture([weight, 1 - weight], [-1.5, 1.5], [0.64, 1.0])
    log_p = p.logpdf(LINE)
    return (LINE[1] - LINE[0]) * np.exp(log_p) @ function(LINE, log_p)


def _log_q(x, mu, sigma):
    return log_bump(x[:, None], mu, sigma**2)


def _kl_line(weight, mu, sigma):
    return _sum_over_line(lambda x, log_p: log_p - _log_q(x, mu, sigma), weight)


def _line_moments(weight):
    mean = 1.5 - 3 * weight
    return mean, weight * (0.64 + 2.25) + (1 - weight) * (1.0 + 2.25) - mean**2


def _moment_form(weight, mu, sigma):
    mean, var = _line_moments(weight)
    entropy = -_sum_over_line(lambda x, log_p: log_p, weight)
    constant = 0.5 * np.log(2 * np.pi * sigma**2) - entropy
    return constant + (var + (mean - mu) ** 2) / (2 * sigma**2)


def _line_slopes(weight, mu, sigma):
    return slope(lambda *at: _kl_line(weight, *at), np.array([mu, sigma]))


def _closed_slopes(weight, mu, sigma):
    mean, var = _line_moments(weight)
    return np.array([(mu - mean) / sigma**2, 1 / sigma - (var + (mu - mean) ** 2) / sigma**3])


def _at_moments(function):
    """`function(weight, mean of p, sd of p)`, whatever μ and σ are."""

    def there(weight, mu, sigma):
        mean, var = _line_moments(weight)
        return function(weight, mean, np.sqrt(var))

    return there


moments = Derivation(
    "KL(p‖N(μ, σ²)): the variance is free as well",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(x) - \log q(x|\mu,\sigma)]",
            "The definition, for two bumps on the line, by a sum over a grid.",
            _kl_line,
        ),
        Line(
            r"= -H(p) + \tfrac12\log 2\pi\sigma^2 +"
            r" \frac{\mathrm{Var}_p[x] + (\mu-\mathbb{E}_p[x])^2}{2\sigma^2}",
            "As before, but σ² no longer is 1. Of p we need two moments, and nothing else.",
            _moment_form,
        ),
        Line(
            r"\frac{\partial\,\mathrm{KL}}{\partial\mu} ="
            r" \frac{\mu-\mathbb{E}_p[x]}{\sigma^2},\quad"
            r" \frac{\partial\,\mathrm{KL}}{\partial\sigma} = \frac1\sigma -"
            r" \frac{\mathrm{Var}_p[x] + (\mu-\mathbb{E}_p[x])^2}{\sigma^3}",
            "Aside: both slopes, against those measured on the first line.",
            _closed_slopes,
            aside=_line_slopes,
        ),
        Line(
            r"\text{at } \mu^*=\mathbb{E}_p[x],\; \sigma^{*2}=\mathrm{Var}_p[x]:\quad"
            r" \frac{\partial\,\mathrm{KL}}{\partial\mu} ="
            r" \frac{\partial\,\mathrm{KL}}{\partial\sigma} = 0",
            "Set the first slope to 0, then the second. Measured there, both are.",
            lambda weight, mu, sigma: np.zeros(2),
            aside=_at_moments(_line_slopes),
        ),
        Line(
            r"\mathrm{KL}(p\|q^*) = \tfrac12\log\bigl(2\pi e\,\mathrm{Var}_p[x]\bigr) - H(p)",
            "What remains: the entropy of the Gaussian, minus the entropy of p. So of all densities"
            " with this variance the Gaussian has the highest entropy.",
            _at_moments(
                lambda weight, mean, sd: (
                    0.5 * np.log(2 * np.pi * np.e * sd**2)
                    + _sum_over_line(lambda x, log_p: log_p, weight)
                )
            ),
            aside=_at_moments(_kl_line),
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \mathrm{KL}(p\|q^*) + \mathrm{KL}(q^*\|q)",
            "Any other q pays the rest, and on top of it its own distance from q*. That second term"
            " is notebook 01's: ≥ 0, and 0 only at q = q*. So q* is the one minimum.",
            lambda weight, mu, sigma: (
                _at_moments(_kl_line)(weight, mu, sigma)
                + kl_univariate(*_line_moments(weight), mu, sigma**2)
            ),
        ),
    ),
    (
        Slider("weight", "weight, left bump", 0.1, 0.9, 0.3, 0.05),
        Slider("mu", "μ", -2.0, 2.0, -0.5, 0.1),
        Slider("sigma", "σ", 0.6, 3.0, 1.2, 0.1),
    ),
)
