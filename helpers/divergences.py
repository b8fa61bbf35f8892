"""KL divergence of arbitrary densities, in nats, and the projections that minimise it.

KL(p‖q) = E_p[log p(x) − log q(x)] = H(p, q) − H(p)   (exercise sheet, 1a)

Densities are objects with the methods of a frozen scipy.stats distribution.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from scipy.special import eval_hermitenorm

from helpers.arguments import count, positive_scalar, real_array, scalar, vector
from helpers.panels import integrate
from helpers.quadrature import expectation, log_density, outline, support


class Estimate(NamedTuple):
    """A Monte Carlo estimate and its standard error."""

    value: float
    standard_error: float


class Gaussian(NamedTuple):
    """The parameters of a univariate Gaussian."""

    mean: float
    var: float


def kl_quadrature(p, q):
    """KL(p‖q) = ∫ p(x) [log p(x) − log q(x)] dx of one-dimensional densities, where p lives.

    Parameters: p has `logpdf`, and `ppf` or a finite `support`; q has `logpdf`, and its `support`
    and `ppf`, where it has them and they work, are used too.
    Returns: float, in nats; inf where p has mass and q has none, and where a tail diverges. The
    relative error is at most 1e-9 (1e-6 beside a singular end of p other than 0, where x itself is
    rounded), the absolute rounding error about 1e-15, as far as the log densities are right.
    Raises: ValueError naming an argument that lacks a method or gives NaN; p where it is not
    normalised, or too narrow or too heavy-tailed for float64; q.logpdf where it underflows to −inf
    as the log of a density does (Laplace's beyond 745), and p has mass there that counts.
    """
    _require("p", p, "logpdf")
    _require("q", q, "logpdf")
    (low, high), (q_low, q_high) = support(p), support(q)
    if low < q_low or high > q_high:
        return np.inf

    def log_ratio(x, log_p):
        return log_p - log_density("q", q, x)

    return expectation(p, log_ratio, guides=(q,), blame="q.logpdf")


def kl_monte_carlo(p, q, n_samples, rng):
    """KL(p‖q) as the mean of log p(x_i) − log q(x_i) over x_i ~ p; any dimension.

    Parameters: p has `rvs` and `logpdf`, q has `logpdf`; `n_samples` ≥ 2; `rng` is a Generator.
    Returns: Estimate, in nats; (inf, inf) where q is 0 at a sample: KL is then infinite.
    Raises: ValueError naming what lacks a method, or whose `logpdf` is not finite at a sample.
    """
    _require("p", p, "rvs", "logpdf")
    _require("q", q, "logpdf")
    n_samples = count("n_samples", n_samples, least=2)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy Generator, not {rng!r}")
    x = np.asarray(p.rvs(size=n_samples, random_state=rng))
    log_p = real_array("p.logpdf at the samples", log_density("p", p, x))
    log_q = log_density("q", q, x)
    if np.isneginf(log_q).any():
        return Estimate(np.inf, np.inf)
    ratios = log_p - real_array("q.logpdf at the samples", log_q)
    return Estimate(float(ratios.mean()), float(ratios.std(ddof=1) / np.sqrt(n_samples)))


def moment_projection(p):
    """The Gaussian q that minimises KL(p‖q): it has the mean and the variance of p.

    μ* = E_p[x], σ²* = Var_p[x]  (worksheet, problem 2, with the variance freed)

    Parameters: p has `mean` and `var`. Returns: Gaussian(mean, var).
    Raises: ValueError where either does not exist, as for a Cauchy density: KL is inf for all q.
    """
    _require("p", p, "mean", "var")
    mean, var = p.mean(), p.var()
    return Gaussian(scalar("the mean of p", mean), positive_scalar("the variance of p", var))


def factorised_moment_projection(table):
    """The product q_1(i) q_2(j) … that minimises KL(p‖q) for a joint table p: its marginals.

    q_j*(z_j) = p(z_j)  (exercise sheet, 1c)

    Parameters: `table`, one axis a variable, entries ≥ 0 with sum 1.
    Returns: a tuple of marginals (n_j,). Raises: ValueError for any other table.
    """
    table = real_array("table", table)
    if table.ndim == 0 or table.min() < 0 or abs(table.sum() - 1) > 1e-12:
        raise ValueError(f"table must have axes, entries ≥ 0 and sum 1, not {table.sum()}: {table}")
    axes = range(table.ndim)
    return tuple(table.sum(axis=tuple(k for k in axes if k != j)) for j in axes)


def information_projection(p, start):
    """A Gaussian q where KL(q‖p) has a local minimum: one downhill from `start`.

    KL(q‖p) = −log s − E[log p(m + s z)] + constant, z ~ N(0, 1), over m and log s. Let
    A_k = E[He_k(z) log p(m + s z)], He_k the Hermite polynomials. Partial integration gives
    dA_k/dm = A_{k+1}/s and dA_k/dlog s = k A_k + A_{k+2}: no derivative of log p is needed.

    Parameters: p has `logpdf`, finite on the whole line, and `ppf`, or no part much narrower than
    q: without it nothing shows what was missed; `start` is a Gaussian or (mean, var).
    Returns: Gaussian(mean, var), good to 1e-9: mean in units of √var, var relative.
    Raises: ValueError naming p where its support ends, parts of it are too narrow to be found, or
    no minimum is; naming a bad start.
    """
    _require("p", p, "logpdf")
    if np.isfinite(support(p)).any():
        raise ValueError("p must be positive on the whole line: KL(q‖p) is inf for every Gaussian")
    mean, var = vector("start", start, 2)
    sd = np.sqrt(positive_scalar("the variance of start", var))
    points = outline(p) if hasattr(p, "ppf") else np.empty(0)
    with np.errstate(all="ignore"):  # where log p underflows, the sums answer with inf
        for n_nodes in (400, 1600, 6400):
            coarse = _kl_to(p, mean, sd, n_nodes)
            if coarse(0.0, 0.0)[0] == np.inf:
                break
            u, v = _descend(coarse)
            found = _newton(p, points, mean + sd * u, sd * np.exp(v))
            if found:  # else a ripple of the coarse sum was taken for a minimum
                return found
    raise ValueError(
        f"p has no minimum of KL(q‖p) to be found from start ({mean}, {var}): log p underflows or "
        "bends too sharply in the Gaussians tried, or start is a saddle point"
    )


def _kl_to(p, mean, sd, n_nodes):
    """KL(N(mean + sd·u, (sd·exp v)²)‖p) up to a constant, its gradient and Hessian in (u, v)."""
    nodes, weights = _hermite(n_nodes)

    @lru_cache(maxsize=2)
    def kl(u, v):
        a = weights @ log_density("p", p, mean + sd * (u + np.exp(v) * nodes))
        if not (abs(a) < 1e150).all():  # the descent squares them
            return np.inf, np.full(2, np.inf), np.zeros((2, 2))
        return _derivatives(a, v)

    return kl


def _derivatives(a, v):
    """KL up to a constant, its gradient and Hessian in (u, v), from A_k, k = 0 … 4."""
    shrink = np.exp(-v)
    gradient, mixed = np.array([-a[1] * shrink, -1 - a[2]]), -a[3] * shrink
    hessian = np.array([[-a[2] * shrink**2, mixed], [mixed, -2 * a[2] - a[4]]])
    return -v - a[0], gradient, hessian


def _descend(kl):
    """Nearly a stationary point of `kl(u, v) -> (value, gradient, Hessian)`, downhill from 0."""
    return scipy.optimize.minimize(
        lambda x: kl(*x)[:2],
        np.zeros(2),
        method="trust-exact",
        jac=True,
        hess=lambda x: kl(*x)[2],
        options={"initial_trust_radius": 0.5, "gtol": 1e-3, "maxiter": 100},
    ).x


def _newton(p, points, mean, sd):
    """The minimum near a Gaussian, by Newton's method with integrals over panels between `points`
    that are halved until they agree; None where there is no minimum to nine digits."""
    for _ in range(8):
        a, error = _hermite_moments(p, points, mean, sd)
        _, slope, curvature = _derivatives(a, 0.0)
        if not np.isfinite(a).all() or np.linalg.eigvalsh(curvature)[0] <= 0:
            return None
        step = np.linalg.solve(curvature, slope)
        mean, sd = mean - sd * step[0], sd * np.exp(-step[1])
        if not abs(step).max() < 1:
            return None
        if abs(step).max() < 1e-6:  # the next: its square
            doubt = (np.abs(np.linalg.inv(curvature)) @ error[1:3]).max()
            return Gaussian(float(mean), float(sd**2)) if doubt < 1e-10 else None
    return None


def _hermite_moments(p, points, mean, sd):
    """E[He_k(z) log p(mean + sd z)], k = 0 … 4, and their errors; NaN where log p is not finite."""
    reach = 9.0

    def terms(z):
        log_p = log_density("p", p, mean + sd * z)
        bad.append(not np.isfinite(log_p).all())
        return log_p * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * _hermite_polynomials(z)

    bad = []
    z = (points - mean) / sd
    edges = np.unique([*np.linspace(-reach, reach, 25), *z[np.abs(z) < reach]])
    a, error = integrate(terms, edges, lambda total: 1e-14 * (1 + np.full(5, np.abs(total).max())))
    return (a * np.nan if any(bad) else a), error


@lru_cache
def _hermite(n_nodes):
    """Midpoint nodes z_i and the weights of E[He_k(z) f(z)], k = 0 … 4. For smooth f this rule
    converges faster than Gauss–Hermite, whose nodes spread far beyond the weight."""
    spacing = 17 / n_nodes
    nodes = spacing * (np.arange(n_nodes) + 0.5) - 8.5
    weights = spacing * np.exp(-0.5 * nodes**2) / np.sqrt(2 * np.pi)
    return nodes, weights * _hermite_polynomials(nodes)


def _hermite_polynomials(z):
    return np.stack([eval_hermitenorm(k, z) for k in range(5)])


def _require(name, density, *methods):
    for method in methods:
        if not callable(getattr(density, method, None)):
            raise ValueError(f"{name} has no method {method}: {density!r}")
