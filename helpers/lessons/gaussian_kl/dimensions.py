"""Section 3, several dimensions: the worksheet's problem 1 by its hint, then any covariance."""

import numpy as np

from helpers.gaussians import covariance, log_normal, log_normal_full
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, Slider

# The means of both ledgers and of the published solution's: those of the errata's witness.
MEAN_P, MEAN_Q = np.array([0.3, -1.0]), np.array([1.0, 0.0])
GAP = MEAN_P - MEAN_Q


def expect_p(function, cov_p):
    """E[function(z)] for z ~ N(MEAN_P, cov_p), exact for polynomials; `function` takes (n, 2)."""
    return gauss_hermite(function, MEAN_P, np.linalg.cholesky(cov_p))


def variances(v1, v2, w1, w2):
    return dict(var_p=np.array([v1, v2]), var_q=np.array([w1, w2]))


diagonal = Derivation(
    "Diagonal covariances make KL a sum; here μp = (0.3, −1) and μq = (1, 0)",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf{z}) - \log q(\mathbf{z})]",
            "The definition, by quadrature in the plane.",
            lambda var_p, var_q: expect_p(
                lambda z: (
                    log_normal_full(z, MEAN_P, np.diag(var_p))
                    - log_normal_full(z, MEAN_Q, np.diag(var_q))
                ),
                np.diag(var_p),
            ),
        ),
        Line(
            r"= \mathbb{E}_p\Bigl[\sum_j \log p_j(z_j) - \sum_j \log q_j(z_j)\Bigr]",
            "Jointly Gaussian coordinates with a diagonal covariance are independent; the log of a"
            " product is a sum.",
            lambda var_p, var_q: expect_p(
                lambda z: (
                    log_normal(z, MEAN_P, var_p).sum(axis=1)
                    - log_normal(z, MEAN_Q, var_q).sum(axis=1)
                ),
                np.diag(var_p),
            ),
        ),
        Line(
            r"= \sum_j \mathbb{E}_{p_j}[\log p_j(z_j) - \log q_j(z_j)] = \sum_j"
            r" \mathrm{KL}(p_j\|q_j)",
            "Expectation is linear, and term j only sees zⱼ: univariate divergences, as above.",
            lambda var_p, var_q: sum(
                gauss_hermite(
                    lambda z, j=j: (
                        log_normal(z, MEAN_P[j], var_p[j]) - log_normal(z, MEAN_Q[j], var_q[j])
                    ),
                    MEAN_P[j],
                    np.sqrt(var_p[j]),
                )
                for j in range(2)
            ),
        ),
        Line(
            r"= \frac12\sum_j\left[\frac{\sigma_{p,j}^2}{\sigma_{q,j}^2} - 1"
            r" - \log\frac{\sigma_{p,j}^2}{\sigma_{q,j}^2}"
            r" + \frac{(\mu_{p,j}-\mu_{q,j})^2}{\sigma_{q,j}^2}\right]",
            "Written out with the univariate formula, p and q in the worksheet's order: problem 1"
            " is solved.",
            lambda var_p, var_q: (
                0.5
                * np.sum(var_p / var_q - 1 - np.log(var_p / var_q) + (MEAN_P - MEAN_Q) ** 2 / var_q)
            ),
        ),
    ),
    (
        Slider("v1", "p: variance of z₁", 0.2, 3.0, 0.5, 0.1),
        Slider("v2", "p: variance of z₂", 0.2, 3.0, 2.0, 0.1),
        Slider("w1", "q: variance of z₁", 0.2, 3.0, 1.5, 0.1),
        Slider("w2", "q: variance of z₂", 0.2, 3.0, 0.7, 0.1),
    ),
    variances,
)


def correlated(rho_p, rho_q):
    """The covariances whose variances are those of the errata's witness."""
    return dict(
        cov_p=covariance(np.sqrt(0.5), np.sqrt(2), rho_p),
        cov_q=covariance(np.sqrt(1.5), np.sqrt(0.7), rho_q),
    )


def log_det(matrix):
    return np.linalg.slogdet(matrix)[1]


def whitened(cov_q, matrix):
    """L⁻¹ matrix L⁻ᵀ with L Lᵀ = Σq."""
    inverse = np.linalg.inv(np.linalg.cholesky(cov_q))
    return inverse @ matrix @ inverse.T


def squared_length(cov_q, gap):
    """‖L⁻¹ gap‖² with L Lᵀ = Σq."""
    return np.sum(np.linalg.solve(np.linalg.cholesky(cov_q), gap) ** 2)


full = Derivation(
    "Any two covariances; here μp = (0.3, −1), μq = (1, 0), variances (0.5, 2) and (1.5, 0.7)",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf{z})] -"
            r" \mathbb{E}_p[\log q(\mathbf{z})]",
            "Two expectations, by quadrature in the plane.",
            lambda cov_p, cov_q: (
                expect_p(lambda z: log_normal_full(z, MEAN_P, cov_p), cov_p)
                - expect_p(lambda z: log_normal_full(z, MEAN_Q, cov_q), cov_p)
            ),
        ),
        Line(
            r"\mathbb{E}_p[(\mathbf z-\mu_p)^\top A(\mathbf z-\mu_p)] = \mathrm{tr}\bigl(A\,"
            r"\mathbb{E}_p[(\mathbf z-\mu_p)(\mathbf z-\mu_p)^\top]\bigr) ="
            r" \mathrm{tr}(A\Sigma_p),\quad A = \Sigma_q^{-1}",
            "The trace trick: a number is its own trace, factors may move round inside a trace, and"
            " it is linear. Its other side is the first expectation.",
            lambda cov_p, cov_q: np.trace(np.linalg.inv(cov_q) @ cov_p),
            aside=lambda cov_p, cov_q: expect_p(
                lambda z: np.sum((z - MEAN_P) @ np.linalg.inv(cov_q) * (z - MEAN_P), axis=1), cov_p
            ),
        ),
        Line(
            r"\mathbb{E}_p[\log p] = -\tfrac12\log\det(2\pi\Sigma_p) - \tfrac d2",
            r"With $A=\Sigma_p^{-1}$ the trace is $\mathrm{tr}(\Sigma_p^{-1}\Sigma_p) = d$.",
            lambda cov_p, cov_q: -0.5 * log_det(2 * np.pi * cov_p) - len(cov_p) / 2,
            aside=lambda cov_p, cov_q: expect_p(lambda z: log_normal_full(z, MEAN_P, cov_p), cov_p),
        ),
        Line(
            r"\mathbb{E}_p[\log q] = -\tfrac12\log\det(2\pi\Sigma_q)"
            r" - \tfrac12\mathrm{tr}(\Sigma_q^{-1}\Sigma_p) -"
            r" \tfrac12\Delta^\top\Sigma_q^{-1}\Delta,"
            r"\quad \Delta=\mu_p-\mu_q",
            r"Write $\mathbf z-\mu_q = (\mathbf z-\mu_p)+\Delta$: the cross term has mean zero.",
            lambda cov_p, cov_q: (
                -0.5 * log_det(2 * np.pi * cov_q)
                - 0.5 * np.trace(np.linalg.inv(cov_q) @ cov_p)
                - 0.5 * GAP @ np.linalg.inv(cov_q) @ GAP
            ),
            aside=lambda cov_p, cov_q: expect_p(lambda z: log_normal_full(z, MEAN_Q, cov_q), cov_p),
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \frac12\left[\log\frac{\det\Sigma_q}{\det\Sigma_p} - d"
            r" + \mathrm{tr}(\Sigma_q^{-1}\Sigma_p) + \Delta^\top\Sigma_q^{-1}\Delta\right]",
            r"Line 3 minus line 4; $(2\pi)^d$ cancels.",
            lambda cov_p, cov_q: (
                0.5
                * (
                    np.log(np.linalg.det(cov_q) / np.linalg.det(cov_p))
                    - len(cov_p)
                    + np.trace(np.linalg.inv(cov_q) @ cov_p)
                    + GAP @ np.linalg.inv(cov_q) @ GAP
                )
            ),
        ),
        Line(
            r"= \tfrac12\bigl[\mathrm{tr}\,M - d - \log\det M\bigr] + \tfrac12\|L^{-1}\Delta\|^2,"
            r"\quad M = L^{-1}\Sigma_p L^{-\top},\; LL^\top=\Sigma_q",
            r"$\Sigma_q^{-1} = L^{-\top}L^{-1}$; factors move round in a trace and in a"
            r" determinant.",
            lambda cov_p, cov_q: (
                0.5 * (np.trace(whitened(cov_q, cov_p)) - 2 - log_det(whitened(cov_q, cov_p)))
                + 0.5 * squared_length(cov_q, GAP)
            ),
        ),
        Line(
            r"= \tfrac12\sum_j\bigl[\lambda_j - 1 - \log\lambda_j\bigr] +"
            r" \tfrac12\|L^{-1}\Delta\|^2,\quad \lambda_j \text{ the eigenvalues of } M",
            "A trace is the sum of the eigenvalues, a determinant their product.",
            lambda cov_p, cov_q: (
                0.5
                * sum(
                    eigenvalue - 1 - np.log(eigenvalue)
                    for eigenvalue in np.linalg.eigvalsh(whitened(cov_q, cov_p))
                )
                + 0.5 * squared_length(cov_q, GAP)
            ),
        ),
        Line(
            r"= \tfrac12\sum_j\bigl[w_j - \log(1+w_j)\bigr] + \tfrac12\|L^{-1}\Delta\|^2,"
            r"\quad w_j \text{ the eigenvalues of } L^{-1}(\Sigma_p-\Sigma_q)L^{-\top}",
            r"$M - I = L^{-1}(\Sigma_p-\Sigma_q)L^{-\top}$, so $w_j=\lambda_j-1$, found without"
            r" subtracting 1: every term is ≥ 0. Near p = q <code>kl_full</code> computes this.",
            lambda cov_p, cov_q: (
                0.5
                * sum(w - np.log(1 + w) for w in np.linalg.eigvalsh(whitened(cov_q, cov_p - cov_q)))
                + 0.5 * squared_length(cov_q, GAP)
            ),
        ),
    ),
    (
        Slider("rho_p", "correlation of p", -0.9, 0.9, 0.6, 0.05),
        Slider("rho_q", "correlation of q", -0.9, 0.9, -0.3, 0.05),
    ),
    correlated,
)
