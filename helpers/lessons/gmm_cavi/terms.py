"""The five terms of the ELBO, each from its definition to its closed form: tutorial 8."""

import numpy as np
from scipy.special import entr

from helpers import mixture
from helpers.lessons.gmm_cavi import tiny
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.tiny import NOISE, PRIOR, SHIFT, SPREAD, D, K, N
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, Slider


def _exact(q, lam, sig):
    return mixture.elbo_terms(tiny.model(lam, sig), TINY, q)


def _mean_square(q, k, centre):
    """E‖μ_k − centre‖² by quadrature."""
    root = np.sqrt(q.variances[k]) * np.eye(2)
    return gauss_hermite(lambda mu: np.sum((mu - centre) ** 2, axis=-1), q.means[k], root)


def _prior_with(squares, sig):
    return -0.5 * (K * D * np.log(2 * np.pi * sig**2) + np.sum(squares) / sig**2)


def _tutorial_squares(q):
    alpha = tiny.PRIOR_MEAN
    spread = D * q.variances + alpha @ alpha - 2 * q.means @ alpha
    return np.sum(q.means**2, axis=1) + spread


prior_means = Derivation(
    "Term 1, match the prior: E log p(μ)",
    (
        Line(
            r"\sum_k \mathbb{E}_q[\log p(\mu_k)]",
            "The definition, by quadrature.",
            lambda sig, s1, shift: tiny.expect(
                lambda mu, hot: tiny.prior_means(mu, sig), tiny.state(s1, shift)
            ),
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2"
            r" + \sum_k \mathbb{E}\|\mu_k-\alpha\|^2/\sigma^2\Bigr]",
            "The log of K Gaussians in D dimensions (the tutorial writes p for our D).",
            lambda sig, s1, shift: _prior_with(
                [_mean_square(tiny.state(s1, shift), k, tiny.PRIOR_MEAN) for k in range(K)], sig
            ),
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2 + \sum_k\bigl(\|m_k\|^2 + D s_k^2"
            r" + \|\alpha\|^2 - 2 m_k^\top\alpha\bigr)/\sigma^2\Bigr]",
            r"The tutorial's line: $\mathbb{E}\|\mu\|^2=\|m\|^2+Ds^2$ and $\mathbb{E}\mu=m$.",
            lambda sig, s1, shift: _prior_with(_tutorial_squares(tiny.state(s1, shift)), sig),
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2"
            r" + \sum_k\bigl(\|m_k-\alpha\|^2 + D s_k^2\bigr)/\sigma^2\Bigr]",
            "A square again: nothing large is subtracted from something large.",
            lambda sig, s1, shift: _exact(tiny.state(s1, shift), 1.0, sig).prior_means,
        ),
    ),
    (PRIOR, SPREAD, SHIFT),
)

FIRST = Slider("first", "φ₄₁, point 4's doubt", 0.05, 0.95, 0.45, 0.05)


def _doubtful(first, s1=0.2, shift=0.0):
    return tiny.state(s1, shift, tiny.with_row(3, first))


prior_assignments = Derivation(
    "Term 2, the kinds before any data: E log p(c)",
    (
        Line(
            r"\sum_i \mathbb{E}_q[\log p(c_i)]",
            "The definition, by enumeration.",
            lambda first: tiny.expect(
                lambda mu, hot: tiny.prior_assignments(hot), _doubtful(first)
            ),
        ),
        Line(
            r"= \sum_i\sum_k \varphi_{ik}\log\frac1K",
            "The average of a function of $c_i$ under its probabilities φ.",
            lambda first: float(np.sum(_doubtful(first).responsibilities * np.log(1 / K))),
        ),
        Line(
            r"= -N\log K",
            "“All terms are 1/K” (tutorial), and each row of φ sums to 1. It never moves.",
            lambda first: -N * np.log(K),
        ),
    ),
    (FIRST,),
)


def _fit_with(squares, q, lam):
    return -0.5 * np.sum(q.responsibilities * (D * np.log(2 * np.pi * lam**2) + squares / lam**2))


def _quadrature_squares(q):
    return np.array([[_mean_square(q, k, x) for k in range(K)] for x in TINY])


likelihood = Derivation(
    "Term 3, match the data: E log p(x | c, μ)",
    (
        Line(
            r"\sum_i \mathbb{E}_q[\log p(x_i\mid c_i,\mu)]",
            "The definition, by enumeration and quadrature.",
            lambda lam, s1, first: tiny.expect(
                lambda mu, hot: tiny.likelihood(mu, hot, lam), _doubtful(first, s1)
            ),
        ),
        Line(
            r"= \sum_i\sum_k \varphi_{ik}\,"
            r"\mathbb{E}[\log\mathcal{N}(x_i\mid\mu_k,\lambda^2 I)]",
            r"$c_i^\top\mu$ picks one centre. Under q, c and μ are independent: “that leads to a "
            r"sum over k and a $\varphi_{ik}$ factor” (tutorial).",
            lambda lam, s1, first: float(
                np.sum(
                    _doubtful(first).responsibilities
                    * [
                        [
                            gauss_hermite(
                                lambda mu, x=x: tiny.log_normal(x, mu, lam**2),
                                tiny.MEANS[k],
                                np.sqrt((s1, 0.3)[k]) * np.eye(2),
                            )
                            for k in range(K)
                        ]
                        for x in TINY
                    ]
                )
            ),
        ),
        Line(
            r"= -\frac12\sum_{ik}\varphi_{ik}\Bigl[D\log 2\pi\lambda^2"
            r" + \mathbb{E}\|x_i-\mu_k\|^2/\lambda^2\Bigr]",
            "As in term 1, with λ for σ and $x_i$ for α.",
            lambda lam, s1, first: _fit_with(
                _quadrature_squares(_doubtful(first, s1)), _doubtful(first), lam
            ),
        ),
        Line(
            r"= -\frac12\sum_{ik}\varphi_{ik}\Bigl[D\log 2\pi\lambda^2"
            r" + \bigl(\|x_i-m_k\|^2 + D s_k^2\bigr)/\lambda^2\Bigr]",
            "The tutorial's “and more…”, written out.",
            lambda lam, s1, first: _exact(_doubtful(first, s1), lam, 1.0).likelihood,
        ),
    ),
    (NOISE, SPREAD, FIRST),
)

entropy_means = Derivation(
    "Term 4, keep spread: the entropy of q(μ)",
    (
        Line(
            r"-\sum_k \mathbb{E}_q[\log q(\mu_k)]",
            "The definition, by quadrature.",
            lambda s1, shift: tiny.expect(
                lambda mu, hot: -tiny.log_q_means(mu, tiny.state(s1, shift)), tiny.state(s1, shift)
            ),
        ),
        Line(
            r"= \frac12\sum_k\Bigl[D\log 2\pi s_k^2 + \mathbb{E}\|\mu_k-m_k\|^2/s_k^2\Bigr]",
            "The log of q's own Gaussians: now s replaces σ, and m replaces α.",
            lambda s1, shift: sum(
                0.5 * (D * np.log(2 * np.pi * s2) + _mean_square(tiny.state(s1, shift), k, m) / s2)
                for k, (m, s2) in enumerate(
                    zip(tiny.state(s1, shift).means, (s1, 0.3), strict=True)
                )
            ),
        ),
        Line(
            r"= \frac12\sum_k D\,\bigl(1 + \log 2\pi s_k^2\bigr)",
            r"$\mathbb{E}\|\mu_k-m_k\|^2 = D s_k^2$. The tutorial announces “an expression with μ, "
            "K and s”: μ has gone. Move m₁ and see.",
            lambda s1, shift: _exact(tiny.state(s1, shift), 1.0, 1.0).entropy_means,
        ),
    ),
    (SPREAD, SHIFT),
)

entropy_assignments = Derivation(
    "Term 5, keep doubt: the entropy of q(c)",
    (
        Line(
            r"-\sum_i \mathbb{E}_q[\log q(c_i)]",
            "The definition, over all 2⁶ assignments at once.",
            lambda first: tiny.expect(
                lambda mu, hot: -tiny.log_q_assignments(hot, _doubtful(first)), _doubtful(first)
            ),
        ),
        Line(
            r"= -\sum_i\sum_k \varphi_{ik}\log\varphi_{ik}",
            r"“Will only involve the $\varphi_{ik}$” (tutorial): each point by itself.",
            lambda first: float(
                -np.sum(
                    _doubtful(first).responsibilities * np.log(_doubtful(first).responsibilities)
                )
            ),
        ),
        Line(
            r"= \sum_{ik}\mathrm{entr}(\varphi_{ik}),\quad \mathrm{entr}(0)=0",
            "The same with <code>scipy.special.entr</code>, which knows that 0 log 0 is 0.",
            lambda first: float(entr(_doubtful(first).responsibilities).sum()),
        ),
    ),
    (FIRST,),
)
