"""The five terms of the ELBO, each from its definition to its closed form: tutorial 8."""

import numpy as np
from scipy.special import entr

from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.six_points import (
    ALPHA,
    DOUBT,
    NOISE,
    PRIOR,
    SHIFT,
    SPREAD,
    D,
    K,
    N,
    at,
    expect,
    expect_mean,
    log_density,
    log_p_kinds,
    log_p_means,
    log_p_points,
    log_q_kinds,
    log_q_means,
)
from helpers.widgets import Derivation, Line


def _mean_square(q, k, centre):
    """E‖μ_k − centre‖², by quadrature."""
    return expect_mean(lambda mu: np.sum((mu - centre) ** 2, axis=-1), q, k)


def _square(gap):
    return np.sum(gap**2, axis=-1)


prior_means = Derivation(
    "Term 1, match the prior: E log p(μ)",
    (
        Line(
            r"\sum_k \mathbb{E}_q[\log p(\mu_k)]",
            "The definition, by quadrature.",
            lambda q, lam, sig: expect(lambda mu, hot: log_p_means(mu, sig), q),
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2"
            r" + \sum_k \mathbb{E}\|\mu_k-\alpha\|^2/\sigma^2\Bigr]",
            "The log of K Gaussians in D dimensions (the tutorial writes p for our D).",
            lambda q, lam, sig: (
                -0.5
                * (
                    K * D * np.log(2 * np.pi * sig**2)
                    + sum(_mean_square(q, k, ALPHA) for k in range(K)) / sig**2
                )
            ),
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2 + \sum_k\bigl(\|m_k\|^2 + D s_k^2"
            r" + \|\alpha\|^2 - 2 m_k^\top\alpha\bigr)/\sigma^2\Bigr]",
            r"$\mathbb{E}\|\mu\|^2=\|m\|^2+Ds^2$ and $\mathbb{E}\mu=m$.",
            lambda q, lam, sig: (
                -0.5
                * (
                    K * D * np.log(2 * np.pi * sig**2)
                    + np.sum(
                        _square(q.means) + D * q.variances + ALPHA @ ALPHA - 2 * q.means @ ALPHA
                    )
                    / sig**2
                )
            ),
            quoted="tutorial",
        ),
        Line(
            r"= -\frac12\Bigl[KD\log 2\pi\sigma^2"
            r" + \sum_k\bigl(\|m_k-\alpha\|^2 + D s_k^2\bigr)/\sigma^2\Bigr]",
            "A square again: nothing large is subtracted from something large.",
            lambda q, lam, sig: (
                -0.5 * K * D * np.log(2 * np.pi * sig**2)
                - np.sum(_square(q.means - ALPHA) + D * q.variances) / (2 * sig**2)
            ),
        ),
    ),
    (PRIOR, SPREAD, SHIFT),
    at,
)

prior_assignments = Derivation(
    "Term 2, the kinds before any data: E log p(c)",
    (
        Line(
            r"\sum_i \mathbb{E}_q[\log p(c_i)]",
            "The definition, by enumeration.",
            lambda q, lam, sig: expect(lambda mu, hot: log_p_kinds(hot), q),
        ),
        Line(
            r"= \sum_i\sum_k \varphi_{ik}\log\frac1K",
            r"$\log p(c_i)=\sum_k c_{ik}\log\frac1K$, and a one-hot $c_{ik}$ is on average "
            r"$\varphi_{ik}$.",
            lambda q, lam, sig: float(np.sum(q.responsibilities * np.log(1 / K))),
        ),
        Line(
            r"= -N\log K",
            "“All terms are 1/K”, and each row of φ sums to 1. It never moves.",
            lambda q, lam, sig: -N * np.log(K),
            quoted="tutorial",
        ),
    ),
    (DOUBT,),
    at,
)

likelihood = Derivation(
    "Term 3, match the data: E log p(x | c, μ)",
    (
        Line(
            r"\sum_i \mathbb{E}_q[\log p(x_i\mid c_i,\mu)]",
            "The definition, by enumeration and quadrature.",
            lambda q, lam, sig: expect(lambda mu, hot: log_p_points(mu, hot, lam), q),
        ),
        Line(
            r"= \sum_i\sum_k \varphi_{ik}\,"
            r"\mathbb{E}[\log\mathcal{N}(x_i\mid\mu_k,\lambda^2 I)]",
            r"$c_i^\top\mu$ picks one centre. Under q, c and μ are independent: “that leads to a "
            r"sum over k and a $\varphi_{ik}$ factor” (tutorial).",
            lambda q, lam, sig: sum(
                q.responsibilities[i, k]
                * expect_mean(lambda mu, i=i: log_density(TINY[i], mu, lam**2), q, k)
                for i in range(N)
                for k in range(K)
            ),
        ),
        Line(
            r"= -\frac12\sum_{ik}\varphi_{ik}\Bigl[D\log 2\pi\lambda^2"
            r" + \mathbb{E}\|x_i-\mu_k\|^2/\lambda^2\Bigr]",
            "As in term 1, with λ for σ and $x_i$ for α.",
            lambda q, lam, sig: (
                -0.5
                * sum(
                    phi * (D * np.log(2 * np.pi * lam**2) + _mean_square(q, k, x) / lam**2)
                    for row, x in zip(q.responsibilities, TINY, strict=True)
                    for k, phi in enumerate(row)
                )
            ),
        ),
        Line(
            r"= -\frac12\sum_{ik}\varphi_{ik}\Bigl[D\log 2\pi\lambda^2"
            r" + \bigl(\|x_i-m_k\|^2 + D s_k^2\bigr)/\lambda^2\Bigr]",
            "The tutorial's “and more…”, written out.",
            lambda q, lam, sig: (
                -0.5
                * np.sum(
                    q.responsibilities
                    * (
                        D * np.log(2 * np.pi * lam**2)
                        + (_square(TINY[:, None] - q.means) + D * q.variances) / lam**2
                    )
                )
            ),
        ),
    ),
    (NOISE, SPREAD, DOUBT),
    at,
)

entropy_means = Derivation(
    "Term 4, keep spread: the entropy of q(μ)",
    (
        Line(
            r"-\sum_k \mathbb{E}_q[\log q(\mu_k)]",
            "The definition, by quadrature.",
            lambda q, lam, sig: expect(lambda mu, hot: -log_q_means(mu, q), q),
        ),
        Line(
            r"= \frac12\sum_k\Bigl[D\log 2\pi s_k^2 + \mathbb{E}\|\mu_k-m_k\|^2/s_k^2\Bigr]",
            "The log of q's own Gaussians: now s replaces σ, and m replaces α.",
            lambda q, lam, sig: sum(
                0.5 * (D * np.log(2 * np.pi * s2) + _mean_square(q, k, m) / s2)
                for k, (m, s2) in enumerate(zip(q.means, q.variances, strict=True))
            ),
        ),
        Line(
            r"= \frac12\sum_k D\,\bigl(1 + \log 2\pi s_k^2\bigr)",
            r"$\mathbb{E}\|\mu_k-m_k\|^2 = D s_k^2$. The tutorial announces “an expression with μ, "
            "K and s”: μ has gone. Move m₁ and see.",
            lambda q, lam, sig: 0.5 * np.sum(D * (1 + np.log(2 * np.pi * q.variances))),
        ),
    ),
    (SPREAD, SHIFT),
    at,
)

entropy_assignments = Derivation(
    "Term 5, keep doubt: the entropy of q(c)",
    (
        Line(
            r"-\sum_i \mathbb{E}_q[\log q(c_i)]",
            "The definition, over all 2⁶ assignments at once.",
            lambda q, lam, sig: expect(lambda mu, hot: -log_q_kinds(hot, q), q),
        ),
        Line(
            r"= -\sum_i\sum_k \varphi_{ik}\log\varphi_{ik}",
            r"“Will only involve the $\varphi_{ik}$” (tutorial): each point by itself.",
            lambda q, lam, sig: float(-np.sum(q.responsibilities * np.log(q.responsibilities))),
        ),
        Line(
            r"= \sum_{ik}\mathrm{entr}(\varphi_{ik}),\quad \mathrm{entr}(0)=0",
            "The same with <code>scipy.special.entr</code>, which knows that 0 log 0 is 0.",
            lambda q, lam, sig: float(entr(q.responsibilities).sum()),
        ),
    ),
    (DOUBT,),
    at,
)
