"""From the rule q_j* ∝ exp E₋ⱼ[log p] to tutorial 8's two updates."""

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi import tiny
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.derivations import given_kind
from helpers.lessons.gmm_cavi.tiny import NOISE, PHI, PRIOR, SPREAD
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, Slider


def _expected_log_normal(point, k, lam, q):
    root = np.sqrt(q.variances[k]) * np.eye(2)
    return gauss_hermite(lambda mu: tiny.log_normal(TINY[point - 1], mu, lam**2), q.means[k], root)


def _expected_square(point, k, q):
    root = np.sqrt(q.variances[k]) * np.eye(2)
    return gauss_hermite(lambda mu: np.sum((TINY[point - 1] - mu) ** 2, axis=-1), q.means[k], root)


def _odds_closed(point, lam, s1):
    q = tiny.state(s1)
    gap = np.sum((TINY[point - 1] - q.means) ** 2, axis=1) + 2 * q.variances
    return (gap[1] - gap[0]) / (2 * lam**2)


def _odds_tutorial(point, lam, s1):
    q = tiny.state(s1)
    inner = q.means @ TINY[point - 1] / lam**2
    weight = inner - (np.sum(q.means**2, axis=1) + 2 * q.variances) / (2 * lam**2)
    return weight[0] - weight[1]


def _odds(point, lam, s1):
    given = given_kind(point - 1, lam, 1.5, s1)
    return given[0] - given[1]


assignments = Derivation(
    "The update of φ: log odds of kind 1 against kind 2 for one point",
    (
        Line(
            r"\log\frac{\varphi_{i1}^*}{\varphi_{i2}^*}"
            r" = \mathbb{E}_{-c_i}[\log p(x,\mu,c)\mid c_i{=}1]"
            r" - \mathbb{E}_{-c_i}[\log p(x,\mu,c)\mid c_i{=}2]",
            "The rule just derived; in odds the normaliser drops out. By enumeration.",
            _odds,
        ),
        Line(
            r"= \mathbb{E}[\log\mathcal{N}(x_i\mid\mu_1,\lambda^2 I)]"
            r" - \mathbb{E}[\log\mathcal{N}(x_i\mid\mu_2,\lambda^2 I)]",
            r"Everything without $c_i$ is in both, and $p(c_i)=1/K$ is the same for every kind.",
            lambda point, lam, s1: (
                _expected_log_normal(point, 0, lam, tiny.state(s1))
                - _expected_log_normal(point, 1, lam, tiny.state(s1))
            ),
        ),
        Line(
            r"= -\frac{1}{2\lambda^2}\Bigl(\mathbb{E}\|x_i-\mu_1\|^2"
            r" - \mathbb{E}\|x_i-\mu_2\|^2\Bigr)",
            r"$\frac D2\log 2\pi\lambda^2$ is in both, too: all kinds share one λ.",
            lambda point, lam, s1: (
                (
                    _expected_square(point, 1, tiny.state(s1))
                    - _expected_square(point, 0, tiny.state(s1))
                )
                / (2 * lam**2)
            ),
        ),
        Line(
            r"= -\frac{1}{2\lambda^2}\Bigl(\|x_i-m_1\|^2 + D s_1^2"
            r" - \|x_i-m_2\|^2 - D s_2^2\Bigr)",
            r"$\mathbb{E}\|x-\mu\|^2 = \|x-m\|^2 + D s^2$: each of the D coordinates brings its "
            r"own $s^2$.",
            _odds_closed,
        ),
        Line(
            r"= \left[\frac{x_i^\top m_1}{\lambda^2} - \frac{\|m_1\|^2 + D s_1^2}{2\lambda^2}"
            r"\right] - \left[\frac{x_i^\top m_2}{\lambda^2}"
            r" - \frac{\|m_2\|^2 + D s_2^2}{2\lambda^2}\right]",
            r"$\|x_i\|^2$ is in both. Each bracket is the log weight of a kind.",
            _odds_tutorial,
        ),
        Line(
            r"\varphi_{ik} = \frac{\exp\{x_i^\top m_k/\lambda^2 - (\|m_k\|^2 + D s_k^2)"
            r"/2\lambda^2\}}{\sum_l \exp\{x_i^\top m_l/\lambda^2 - (\|m_l\|^2 + D s_l^2)"
            r"/2\lambda^2\}}",
            r"Normalised over the kinds: $\varphi_{i1}$, against <code>update_assignments</code>.",
            lambda point, lam, s1: 1 / (1 + np.exp(-_odds_tutorial(point, lam, s1))),
            aside=lambda point, lam, s1: mixture.update_assignments(
                tiny.model(lam, 1.5), TINY, tiny.state(s1)
            ).responsibilities[point - 1, 0],
        ),
    ),
    (Slider("point", "point i", 1, 6, 4, 1), NOISE, SPREAD),
)


def _log_factor(t, lam, sig):
    """E₋[log p(x, c, μ)] with μ₁ held at t, by enumeration and quadrature over the rest."""

    def held(mu, hot):
        fixed = np.concatenate([np.broadcast_to(t, mu[:, :1].shape), mu[:, 1:]], axis=1)
        return tiny.log_joint(fixed, hot, lam, sig)

    return tiny.expect(held, tiny.state())


def _rise(t1, t2, lam, sig):
    return _log_factor([t1, t2], lam, sig) - _log_factor([0, 0], lam, sig)


def _kept(t1, t2, lam, sig):
    def total(t):
        prior = tiny.log_normal(t, tiny.PRIOR_MEAN, sig**2)
        return prior + PHI[:, 0] @ tiny.log_normal(TINY, t, lam**2)

    return total(np.array([t1, t2])) - total(np.zeros(2))


def _squares(t1, t2, lam, sig):
    t, alpha = np.array([t1, t2]), tiny.PRIOR_MEAN
    prior = np.sum((t - alpha) ** 2) - np.sum(alpha**2)
    data = PHI[:, 0] @ (np.sum((TINY - t) ** 2, axis=1) - np.sum(TINY**2, axis=1))
    return -prior / (2 * sig**2) - data / (2 * lam**2)


def _coefficients(lam, sig):
    """Precision and pull: the factors of −½‖μ‖² and of μ."""
    precision = 1 / sig**2 + PHI[:, 0].sum() / lam**2
    return precision, tiny.PRIOR_MEAN / sig**2 + PHI[:, 0] @ TINY / lam**2


def _collected(t1, t2, lam, sig):
    precision, pull = _coefficients(lam, sig)
    return -0.5 * precision * (t1**2 + t2**2) + pull @ [t1, t2]


def _completed(t1, t2, lam, sig):
    precision, pull = _coefficients(lam, sig)
    mean = pull / precision
    return -0.5 * precision * (np.sum((np.array([t1, t2]) - mean) ** 2) - np.sum(mean**2))


def _measured(t1, t2, lam, sig):
    """s₁² and m₁ from differences of line 1, exact for a parabola."""
    middle, (right, left, up, down) = (
        _log_factor([0, 0], lam, sig),
        (_log_factor(t, lam, sig) for t in ([1, 0], [-1, 0], [0, 1], [0, -1])),
    )
    variance = -1 / (right + left - 2 * middle)
    return np.array([variance, variance * (right - left) / 2, variance * (up - down) / 2])


def _updated(t1, t2, lam, sig):
    best = mixture.update_components(tiny.model(lam, sig), TINY, tiny.state())
    return np.array([best.variances[0], *best.means[0]])


components = Derivation(
    "The update of q(μ₁): the height of log q* at t, above its height at 0",
    (
        Line(
            r"\log q^*(t) - \log q^*(0) = \mathbb{E}_{-\mu_1}[\log p(x,c,\mu)]_{\mu_1=t}"
            r" - \mathbb{E}_{-\mu_1}[\log p(x,c,\mu)]_{\mu_1=0}",
            "The same rule for the other kind of factor, by enumeration and quadrature.",
            _rise,
        ),
        Line(
            r"= \Bigl[\log\mathcal{N}(t\mid\alpha,\sigma^2 I)"
            r" + \sum_i \varphi_{i1}\log\mathcal{N}(x_i\mid t,\lambda^2 I)\Bigr] - [\,t{=}0\,]",
            r"What does not hold μ₁ is in both. Point i counts with $\mathbb{E}[c_{i1}]="
            r"\varphi_{i1}$: a soft count.",
            _kept,
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
            "The square completed: q*(μ₁) is Gaussian. Nobody assumed that.",
            _completed,
        ),
        Line(
            r"s_1^2 = \frac{1}{1/\sigma^2 + N_1/\lambda^2},\qquad"
            r" m_1 = s_1^2\Bigl(\frac{\alpha}{\sigma^2}"
            r" + \frac{\sum_i\varphi_{i1}x_i}{\lambda^2}\Bigr)",
            "Precisions add; the mean is their weighted average. From "
            "<code>update_components</code>, against curvature and slope of line 1.",
            _updated,
            aside=_measured,
        ),
    ),
    (
        Slider("t1", "t, first coordinate", -2.0, 2.0, -1.0, 0.1),
        Slider("t2", "t, second coordinate", -2.0, 2.0, 0.5, 0.1),
        NOISE,
        PRIOR,
    ),
)
