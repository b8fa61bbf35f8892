"""From the rule q_j* ∝ exp E₋ⱼ[log p] to tutorial 8's two updates."""

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi.coordinate_rule import given_kind
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.six_points import (
    ALPHA,
    NOISE,
    PHI,
    PRIOR,
    SPREAD,
    D,
    expect,
    expect_mean,
    log_density,
    log_joint,
    model,
    state,
)
from helpers.widgets import Derivation, Line, Slider


def _square(gap):
    return np.sum(gap**2, axis=-1)


def _log_weights_of_kinds(x, q, lam):
    """The two brackets: x·m_k/λ² − (‖m_k‖² + D s_k²)/2λ²."""
    size = _square(q.means) + D * q.variances
    return q.means @ x / lam**2 - size / (2 * lam**2)


assignments = Derivation(
    "The update of φ: log odds of kind 1 against kind 2 for one point",
    (
        Line(
            r"\log\frac{\varphi_{i1}^*}{\varphi_{i2}^*}"
            r" = \mathbb{E}_{-c_i}[\log p(x,\mu,c)\mid c_i{=}1]"
            r" - \mathbb{E}_{-c_i}[\log p(x,\mu,c)\mid c_i{=}2]",
            "The rule just derived; in odds the normaliser drops out. By enumeration.",
            lambda i, q, lam: (
                np.array([1, -1]) @ given_kind(i, lam, PRIOR.start, float(q.variances[0]))
            ),
        ),
        Line(
            r"= \mathbb{E}[\log\mathcal{N}(x_i\mid\mu_1,\lambda^2 I)]"
            r" - \mathbb{E}[\log\mathcal{N}(x_i\mid\mu_2,\lambda^2 I)]",
            r"Everything without $c_i$ is in both, and $p(c_i)=1/K$ is the same for every kind.",
            lambda i, q, lam: (
                expect_mean(lambda mu: log_density(TINY[i], mu, lam**2), q, 0)
                - expect_mean(lambda mu: log_density(TINY[i], mu, lam**2), q, 1)
            ),
        ),
        Line(
            r"= -\frac{1}{2\lambda^2}\Bigl(\mathbb{E}\|x_i-\mu_1\|^2"
            r" - \mathbb{E}\|x_i-\mu_2\|^2\Bigr)",
            r"$\frac D2\log 2\pi\lambda^2$ is in both, too: all kinds share one λ.",
            lambda i, q, lam: (
                -(
                    expect_mean(lambda mu: _square(TINY[i] - mu), q, 0)
                    - expect_mean(lambda mu: _square(TINY[i] - mu), q, 1)
                )
                / (2 * lam**2)
            ),
        ),
        Line(
            r"= -\frac{1}{2\lambda^2}\Bigl(\|x_i-m_1\|^2 + D s_1^2"
            r" - \|x_i-m_2\|^2 - D s_2^2\Bigr)",
            r"$\mathbb{E}\|x-\mu\|^2 = \|x-m\|^2 + D s^2$: each of the D coordinates brings its "
            r"own $s^2$.",
            lambda i, q, lam: (
                -(
                    _square(TINY[i] - q.means[0])
                    + D * q.variances[0]
                    - _square(TINY[i] - q.means[1])
                    - D * q.variances[1]
                )
                / (2 * lam**2)
            ),
        ),
        Line(
            r"= \left[\frac{x_i^\top m_1}{\lambda^2} - \frac{\|m_1\|^2 + D s_1^2}{2\lambda^2}"
            r"\right] - \left[\frac{x_i^\top m_2}{\lambda^2}"
            r" - \frac{\|m_2\|^2 + D s_2^2}{2\lambda^2}\right]",
            r"$\|x_i\|^2$ is in both. Each bracket is the log weight of a kind.",
            lambda i, q, lam: -np.diff(_log_weights_of_kinds(TINY[i], q, lam))[0],
        ),
        Line(
            r"\varphi_{ik} = \frac{\exp\{x_i^\top m_k/\lambda^2 - (\|m_k\|^2 + D s_k^2)"
            r"/2\lambda^2\}}{\sum_l \exp\{x_i^\top m_l/\lambda^2 - (\|m_l\|^2 + D s_l^2)"
            r"/2\lambda^2\}}",
            r"Normalised over the kinds. Aside: $\varphi_{i1}$, against "
            "<code>mixture.update_assignments</code>.",
            lambda i, q, lam: (
                np.exp(_log_weights_of_kinds(TINY[i], q, lam)[0])
                / np.sum(np.exp(_log_weights_of_kinds(TINY[i], q, lam)))
            ),
            aside=lambda i, q, lam: mixture.update_assignments(
                model(lam, PRIOR.start), TINY, q
            ).responsibilities[i, 0],
        ),
    ),
    (Slider("point", "point i", 1, 6, 4, 1), NOISE, SPREAD),
    lambda point, lam, s1: dict(i=point - 1, q=state(s1), lam=lam),
)


def _log_factor(t, lam, sig):
    """E₋[log p(x, c, μ)] with μ₁ held at t, by enumeration and quadrature over the rest."""

    def held(mu, hot):
        fixed = np.concatenate([np.broadcast_to(t, mu[:, :1].shape), mu[:, 1:]], axis=1)
        return log_joint(fixed, hot, lam, sig)

    return expect(held, state())


def _kept(t, lam, sig):
    """What of log p(x, c, μ) holds μ₁, at μ₁ = t."""
    return log_density(t, ALPHA, sig**2) + PHI[:, 0] @ log_density(TINY, t, lam**2)


def _squares(t, lam, sig):
    prior = (_square(t - ALPHA) - _square(ALPHA)) / (2 * sig**2)
    return -prior - PHI[:, 0] @ (_square(TINY - t) - _square(TINY)) / (2 * lam**2)


def _collected(t, lam, sig):
    n1 = PHI[:, 0].sum()
    pull = ALPHA / sig**2 + PHI[:, 0] @ TINY / lam**2
    return -0.5 * (1 / sig**2 + n1 / lam**2) * _square(t) + t @ pull


def _completed(t, lam, sig):
    s2 = 1 / (1 / sig**2 + PHI[:, 0].sum() / lam**2)
    m = s2 * (ALPHA / sig**2 + PHI[:, 0] @ TINY / lam**2)
    return -(_square(t - m) - _square(m)) / (2 * s2)


def _measured(t, lam, sig):
    """s₁² and m₁ from differences of line 1, exact for a parabola."""
    middle = _log_factor([0, 0], lam, sig)
    right, left, up, down = (
        _log_factor(place, lam, sig) for place in ([1, 0], [-1, 0], [0, 1], [0, -1])
    )
    variance = -1 / (right + left - 2 * middle)
    return np.array([variance, variance * (right - left) / 2, variance * (up - down) / 2])


def _formulas(t, lam, sig):
    precision = 1 / sig**2 + np.sum(PHI[:, 0]) / lam**2
    means = (ALPHA / sig**2 + np.sum(PHI[:, :1] * TINY, axis=0) / lam**2) / precision
    return np.array([1 / precision, *means])


components = Derivation(
    "The update of q(μ₁): the height of log q* at t, above its height at 0",
    (
        Line(
            r"\begin{aligned}&\log q^*(t) - \log q^*(0)\\ &= \mathbb{E}_{-\mu_1}"
            r"[\log p(x,c,\mu)]_{\mu_1=t} - \mathbb{E}_{-\mu_1}[\log p(x,c,\mu)]_{\mu_1=0}"
            r"\end{aligned}",
            "The same rule for the other kind of factor, by enumeration and quadrature.",
            lambda t, lam, sig: _log_factor(t, lam, sig) - _log_factor([0, 0], lam, sig),
        ),
        Line(
            r"= \Bigl[\log\mathcal{N}(t\mid\alpha,\sigma^2 I)"
            r" + \sum_i \varphi_{i1}\log\mathcal{N}(x_i\mid t,\lambda^2 I)\Bigr] - [\,t{=}0\,]",
            r"What does not hold μ₁ is in both. Point i counts with $\mathbb{E}[c_{i1}]="
            r"\varphi_{i1}$: a soft count.",
            lambda t, lam, sig: _kept(t, lam, sig) - _kept(np.zeros(D), lam, sig),
        ),
        Line(
            r"= -\frac{\|t-\alpha\|^2-\|\alpha\|^2}{2\sigma^2}"
            r" - \sum_i\varphi_{i1}\frac{\|x_i-t\|^2-\|x_i\|^2}{2\lambda^2}",
            "The logs of Gaussians are squares; their constants are in both.",
            _squares,
        ),
        Line(
            r"= -\frac12\Bigl(\frac1{\sigma^2}+\frac{N_1}{\lambda^2}\Bigr)\|t\|^2"
            r" + t^\top\Bigl(\frac{\alpha}{\sigma^2}"
            r" + \frac{\sum_i\varphi_{i1}x_i}{\lambda^2}\Bigr)",
            r"Collected by powers of t, with $N_1=\sum_i\varphi_{i1}$.",
            _collected,
        ),
        Line(
            r"= -\frac{\|t-m_1\|^2 - \|m_1\|^2}{2s_1^2}",
            "The square completed, with m₁ and s₁² as in the next line: q*(μ₁) is Gaussian. "
            "Nobody assumed that.",
            _completed,
        ),
        Line(
            r"s_1^2 = \frac{1}{1/\sigma^2 + N_1/\lambda^2},\qquad"
            r" m_1 = s_1^2\Bigl(\frac{\alpha}{\sigma^2}"
            r" + \frac{\sum_i\varphi_{i1}x_i}{\lambda^2}\Bigr)",
            "Precisions add; the mean weighs α and the points by theirs. Aside: against the "
            "curvature and the slope of line 1.",
            _formulas,
            aside=_measured,
        ),
    ),
    (
        Slider("t1", "t₁, first coordinate", -2.0, 2.0, -1.0, 0.1),
        Slider("t2", "t₂, second coordinate", -2.0, 2.0, 0.5, 0.1),
        NOISE,
        PRIOR,
    ),
    lambda t1, t2, lam, sig: dict(t=np.array([t1, t2]), lam=lam, sig=sig),
)
