"""The KL of two Gaussians line by line: slides' exercise, worksheet problem 1 and its solution.

Expectations are computed by Gauss–Hermite quadrature, which is exact for the polynomials that
occur here: each closed form stands beside a number that does not use it.
"""

import numpy as np

from helpers.gaussians import kl_diagonal, kl_univariate
from helpers.lessons.gaussian_kl.explorers import log_normal
from helpers.quadrature import gauss_hermite as expect
from helpers.widgets import Derivation, Line, Slider


def expect_2d(function, mean, cov):
    """E[function(x)] for x ~ N(mean, cov) in the plane; `function` takes (n, 2)."""
    return expect(function, mean, np.linalg.cholesky(cov))


def log_normal_2d(x, mean, cov):
    gap = x - mean
    quadratic = np.sum(gap @ np.linalg.inv(cov) * gap, axis=-1)
    return -0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * cov)[1])


def _log_ratio(mq, sq, mp, sp):
    return expect(lambda t: log_normal(t, mq, sq) - log_normal(t, mp, sp), mq, sq)


def _squares(mq, sq, mp, sp):
    quadratic = lambda t: -((t - mq) ** 2) / (2 * sq**2) + (t - mp) ** 2 / (2 * sp**2)  # noqa: E731
    return np.log(sp / sq) + expect(quadratic, mq, sq)


def _monomials(t, mq, sq, mp, sp):
    """The six summands of the slides, at the points t."""
    return (
        -(t**2) / (2 * sq**2),
        2 * t * mq / (2 * sq**2),
        -(mq**2) / (2 * sq**2) + 0 * t,
        t**2 / (2 * sp**2),
        -2 * t * mp / (2 * sp**2),
        mp**2 / (2 * sp**2) + 0 * t,
    )


def _closed_terms(mq, sq, mp, sp):
    """Terms 2 to 7 of the slides, with E[θ] = μq and E[θ²] = σq² + μq² put in."""
    return (
        -0.5 * (sq**2 + mq**2) / sq**2,
        2 * mq**2 / (2 * sq**2),
        -(mq**2) / (2 * sq**2),
        (sq**2 + mq**2) / (2 * sp**2),
        -2 * mq * mp / (2 * sp**2),
        mp**2 / (2 * sp**2),
    )


def _term_line(number, latex, reason):
    index = number - 2
    return Line(
        latex,
        f"Term {number}: {reason}",
        lambda **at: _closed_terms(**at)[index],
        aside=lambda mq, sq, mp, sp: expect(lambda t: _monomials(t, mq, sq, mp, sp)[index], mq, sq),
    )


univariate = Derivation(
    "KL(q‖p) of two univariate Gaussians, by the slides' seven terms",
    (
        Line(
            r"\mathrm{KL}(q\|p) = \mathbb{E}_q\!\left[\log\frac{q(\theta)}{p(\theta)}\right]",
            "The definition. Its number comes from quadrature: no algebra yet.",
            _log_ratio,
        ),
        Line(
            r"= \mathbb{E}_q\!\left[\log\frac{\sigma_p}{\sigma_q}"
            r" - \frac{(\theta-\mu_q)^2}{2\sigma_q^2} +"
            r" \frac{(\theta-\mu_p)^2}{2\sigma_p^2}\right]",
            r"The log of a ratio is a difference of logs; $\sqrt{2\pi}$ cancels.",
            _squares,
        ),
        Line(
            r"= \log\frac{\sigma_p}{\sigma_q} + \mathbb{E}_q\!\left[-\frac{\theta^2}{2\sigma_q^2}"
            r" + \frac{2\theta\mu_q}{2\sigma_q^2} - \frac{\mu_q^2}{2\sigma_q^2}"
            r" + \frac{\theta^2}{2\sigma_p^2} - \frac{2\theta\mu_p}{2\sigma_p^2}"
            r" + \frac{\mu_p^2}{2\sigma_p^2}\right]",
            "Both squares multiplied out: six monomials in θ, and a constant in front.",
            lambda mq, sq, mp, sp: (
                np.log(sp / sq) + expect(lambda t: sum(_monomials(t, mq, sq, mp, sp)), mq, sq)
            ),
        ),
        _term_line(
            2,
            r"\mathbb{E}_q\!\left[-\frac{\theta^2}{2\sigma_q^2}\right]"
            r" = -\frac12\,\frac{\sigma_q^2+\mu_q^2}{\sigma_q^2}",
            r"$\mathbb{E}_q[\theta^2] = \sigma_q^2+\mu_q^2$, the slides' aside.",
        ),
        _term_line(
            3,
            r"\mathbb{E}_q\!\left[\frac{2\theta\mu_q}{2\sigma_q^2}\right]"
            r" = \frac{2\mu_q^2}{2\sigma_q^2}",
            r"$\mathbb{E}_q[\theta] = \mu_q$.",
        ),
        _term_line(
            4,
            r"\mathbb{E}_q\!\left[-\frac{\mu_q^2}{2\sigma_q^2}\right] ="
            r" -\frac{\mu_q^2}{2\sigma_q^2}",
            "a constant is its own mean.",
        ),
        _term_line(
            5,
            r"\mathbb{E}_q\!\left[\frac{\theta^2}{2\sigma_p^2}\right]"
            r" = \frac{\sigma_q^2+\mu_q^2}{2\sigma_p^2}",
            r"$\mathbb{E}_q[\theta^2]$ again, over the other variance.",
        ),
        _term_line(
            6,
            r"\mathbb{E}_q\!\left[-\frac{2\theta\mu_p}{2\sigma_p^2}\right]"
            r" = -\frac{2\mu_q\mu_p}{2\sigma_p^2}",
            "the mean is taken under q, so one factor is μq.",
        ),
        _term_line(
            7,
            r"\mathbb{E}_q\!\left[\frac{\mu_p^2}{2\sigma_p^2}\right] = \frac{\mu_p^2}{2\sigma_p^2}",
            "a constant.",
        ),
        Line(
            r"\mathrm{KL}(q\|p) = \log\frac{\sigma_p}{\sigma_q} + \text{Term 2} + \dots +"
            r" \text{Term 7}",
            "Term 1 is the log in front; the seven are added up.",
            lambda **at: np.log(at["sp"] / at["sq"]) + sum(_closed_terms(**at)),
        ),
        Line(
            r"= \log\frac{\sigma_p}{\sigma_q} - \frac12"
            r" + \frac{\sigma_q^2 + \mu_q^2 - 2\mu_q\mu_p + \mu_p^2}{2\sigma_p^2}",
            "Terms 2, 3, 4 make −½; terms 5, 6, 7 share a denominator.",
            lambda mq, sq, mp, sp: (
                np.log(sp / sq) - 0.5 + (sq**2 + mq**2 - 2 * mq * mp + mp**2) / (2 * sp**2)
            ),
        ),
        Line(
            r"= \frac12\left[\log\frac{\sigma_p^2}{\sigma_q^2} - 1"
            r" + \frac{(\mu_p-\mu_q)^2}{\sigma_p^2} + \frac{\sigma_q^2}{\sigma_p^2}\right]",
            "The square is complete again: the slides' result.",
            lambda mq, sq, mp, sp: (
                0.5 * (np.log(sp**2 / sq**2) - 1 + (mp - mq) ** 2 / sp**2 + sq**2 / sp**2)
            ),
        ),
        Line(
            r"= \frac12\bigl[u - \log(1+u)\bigr] + \frac{(\mu_p-\mu_q)^2}{2\sigma_p^2},"
            r"\quad u = \frac{\sigma_q^2-\sigma_p^2}{\sigma_p^2}",
            "The same, written so that no digits are lost: this is <code>kl_univariate</code>.",
            lambda mq, sq, mp, sp: kl_univariate(mq, sq**2, mp, sp**2),
        ),
    ),
    (
        Slider("mq", "μq", -2.0, 2.0, 0.5, 0.1),
        Slider("sq", "σq", 0.5, 2.0, 0.8, 0.05),
        Slider("mp", "μp", -2.0, 2.0, -0.5, 0.1),
        Slider("sp", "σp", 0.5, 2.0, 1.5, 0.05),
    ),
)

MEAN_P, MEAN_Q = np.array([0.3, -1.0]), np.array([1.0, 0.0])  # as in the errata's witness


def log_ratio_2d(cov_p, cov_q):
    return expect_2d(
        lambda x: log_normal_2d(x, MEAN_P, cov_p) - log_normal_2d(x, MEAN_Q, cov_q), MEAN_P, cov_p
    )


def _univariate_pair(v1, v2, w1, w2):
    return kl_univariate(MEAN_P, np.array([v1, v2]), MEAN_Q, np.array([w1, w2]))


VARIANCES = (
    Slider("v1", "p: variance of z₁", 0.2, 3.0, 0.5, 0.1),
    Slider("v2", "p: variance of z₂", 0.2, 3.0, 2.0, 0.1),
    Slider("w1", "q: variance of z₁", 0.2, 3.0, 1.5, 0.1),
    Slider("w2", "q: variance of z₂", 0.2, 3.0, 0.7, 0.1),
)

diagonal = Derivation(
    "The worksheet's hint: with diagonal covariances, KL is a sum",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf{z}) - \log q(\mathbf{z})]",
            "The definition, by quadrature in the plane.",
            lambda v1, v2, w1, w2: log_ratio_2d(np.diag([v1, v2]), np.diag([w1, w2])),
        ),
        Line(
            r"= \mathbb{E}_p\Bigl[\sum_j \log p_j(z_j) - \sum_j \log q_j(z_j)\Bigr]",
            "Diagonal covariance means independence, and the log of a product is a sum.",
            lambda v1, v2, w1, w2: expect_2d(
                lambda x: np.sum(
                    log_normal(x, MEAN_P, np.sqrt([v1, v2]))
                    - log_normal(x, MEAN_Q, np.sqrt([w1, w2])),
                    axis=1,
                ),
                MEAN_P,
                np.diag([v1, v2]),
            ),
        ),
        Line(
            r"= \sum_j \mathbb{E}_{p_j}[\log p_j(z_j) - \log q_j(z_j)]",
            "Expectation is linear, and term j only sees zⱼ.",
            lambda v1, v2, w1, w2: sum(
                _log_ratio(mp, np.sqrt(v), mq, np.sqrt(w))
                for mp, v, mq, w in zip(MEAN_P, (v1, v2), MEAN_Q, (w1, w2), strict=True)
            ),
        ),
        Line(
            r"= \sum_j \mathrm{KL}(p_j\|q_j)",
            "Each summand is the univariate divergence above: problem 1 is solved.",
            lambda **at: _univariate_pair(**at).sum(),
        ),
        Line(
            r"= \frac12\sum_j\left[\frac{\sigma_{p,j}^2}{\sigma_{q,j}^2} - 1"
            r" - \log\frac{\sigma_{p,j}^2}{\sigma_{q,j}^2}"
            r" + \frac{(\mu_{p,j}-\mu_{q,j})^2}{\sigma_{q,j}^2}\right]",
            "Written out; this is <code>kl_diagonal</code>.",
            lambda v1, v2, w1, w2: kl_diagonal(MEAN_P, [v1, v2], MEAN_Q, [w1, w2]),
        ),
    ),
    VARIANCES,
)
