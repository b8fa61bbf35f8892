"""Section 2: log p(x) = ELBO + KL (tutorial 8), and an ELBO set by hand."""

import numpy as np

from helpers.gaussians import log_normal, rings
from helpers.lessons.mean_field_posterior.exact_posterior import WORKED
from helpers.lessons.mean_field_posterior.expectations import (
    expect,
    log_evidence,
    log_joint,
    log_likelihood,
    log_posterior,
    log_prior,
    log_q,
)
from helpers.lessons.mean_field_posterior.plane import draw_plane
from helpers.lessons.mean_field_posterior.sliders import THETA, Q, X, vectors
from helpers.mean_field import elbo_terms
from helpers.plots import (
    APPROXIMATION,
    GAIN,
    LOSS,
    TARGET,
    Rings,
    Waterfall,
    draw_curve,
    set_axes,
)
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import fixed, signed


def _entropy(m, s):
    """H(q_j) = −E[log q_j(z_j)], by quadrature."""
    return -gauss_hermite(lambda z: log_normal(z, m, s**2), m, s)


identity = Derivation(
    "log p(x) = ELBO + KL, at x = 1.5",
    (
        Line(
            r"\mathrm{KL}(q\,\|\,p(\mathbf z\mid x)) = \mathbb E_q[\log q(\mathbf z)]"
            r" - \mathbb E_q[\log p(\mathbf z\mid x)]",
            "The definition (tutorial 8). Expectations under q by quadrature.",
            lambda theta, m, s: (
                expect(lambda z: log_q(z, m, s), m, s)
                - expect(lambda z: log_posterior(z, theta, X), m, s)
            ),
        ),
        Line(
            r"= \mathbb E_q[\log q(\mathbf z)] - \mathbb E_q[\log p(\mathbf z,x)] + \log p(x)",
            r"$p(\mathbf z\mid x) = p(\mathbf z,x)/p(x)$ inside the logarithm. log p(x) does not"
            " depend on z: its mean is itself. “Hard term is there again but now without any q.”",
            lambda theta, m, s: (
                expect(lambda z: log_q(z, m, s), m, s)
                - expect(lambda z: log_joint(z, theta, X), m, s)
                + log_evidence(theta, X)
            ),
        ),
        Line(
            r"= \log p(x) - \mathrm{ELBO}(q),\quad \mathrm{ELBO}(q) ="
            r" \mathbb E_q[\log p(\mathbf z,x)] - \mathbb E_q[\log q(\mathbf z)]",
            "A name for what can be computed without the posterior.",
            lambda theta, m, s: (
                log_evidence(theta, X)
                - expect(lambda z: log_joint(z, theta, X) - log_q(z, m, s), m, s)
            ),
        ),
        Line(
            r"= \log p(x) - \bigl\{\mathbb E_q[\log p(\mathbf z)] +"
            r" \mathbb E_q[\log p(x\mid\mathbf z)] + H(q_1) + H(q_2)\bigr\}",
            r"The joint split, $p(\mathbf z,x) = p(\mathbf z)\,p(x\mid\mathbf z)$; and"
            r" $H(q_j) = -\mathbb E_q[\log q_j]$ is the entropy.",
            lambda theta, m, s: (
                log_evidence(theta, X)
                - expect(log_prior, m, s)
                - expect(lambda z: log_likelihood(z, theta, X), m, s)
                - _entropy(m[0], s[0])
                - _entropy(m[1], s[1])
            ),
        ),
        Line(
            r"\mathrm{ELBO}(q) + \mathrm{KL}(q\,\|\,p(\mathbf z\mid x)) = \log p(x)",
            "Line 3, put the other way round: the right side knows no q. As KL ≥ 0, the ELBO is a"
            " lower bound; raising it is lowering KL.",
            lambda theta, m, s: (
                expect(lambda z: log_joint(z, theta, X) - log_q(z, m, s), m, s)
                + expect(lambda z: log_q(z, m, s) - log_posterior(z, theta, X), m, s)
            ),
            aside=lambda theta, m, s: log_evidence(theta, X),
        ),
    ),
    (*THETA, *Q),
    at=vectors,
)


@explorer(
    "The ELBO in three terms, under the ceiling log p(x)",
    Slider("m_1", "m₁", -1.0, 2.0, 0.4, 0.05),
    Slider("m_2", "m₂", -2.0, 1.0, -0.1, 0.05),
    Slider("v_1", "s₁²", 0.05, 2.0, 0.5, 0.05),
    Slider("v_2", "s₂²", 0.05, 2.0, 0.8, 0.05),
    size=(9.6, 4.2),
)
def three_terms(figure):
    """The posterior and log p(x) stay; the sliders set q, and with it every bar."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    draw_plane(left, title="Posterior, and q as you set it; 1 and 2 sd")
    mean, cov = WORKED.posterior_mean, WORKED.posterior_cov
    Rings(left, color=TARGET, label="p(z | x)").move(rings(mean, cov), mean)
    q = Rings(left, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="lower left", ncols=2)
    title = "Each bar starts where the last ended"
    bottom, top = -14, WORKED.log_evidence
    set_axes(right, (-0.6, 4.6), (bottom, 1.5), ylabel="nats", title=title)
    names = ["match the\nprior", "match the\ndata", "keep\nspread", "ELBO", "KL(q‖p)"]
    colors, hatches = ["#56B4E9", GAIN, "#009E73", "0.75", LOSS], ["--", "//", "||", "", "\\\\"]
    bars = Waterfall(right, names, colors, hatches, animated=True)
    # From the sum of the three terms on: the first two bars are on their way there.
    draw_curve(right, [1.6, 4.6], [top, top], color=TARGET, linewidth=1.6)
    right.text(1.62, top, "log p(x)", color=TARGET, va="bottom")

    def update(m_1, m_2, v_1, v_2):
        m, s2 = np.array([m_1, m_2]), np.array([v_1, v_2])
        terms = elbo_terms(WORKED, m, s2)
        gap = top - terms.total
        q.move(rings(m, np.diag(s2)), m)
        # The ELBO stands on the floor of the panel: it rises to the ceiling, never through it.
        starts = [0, terms.prior, terms.prior + terms.likelihood, bottom, terms.total]
        bars.move(starts, [*terms, terms.total - bottom, gap], [*terms, terms.total, gap])
        prior, data, spread = (signed(term, 4) for term in terms)
        return (
            f"Prior {prior}, data {data}, spread {spread}: ELBO {fixed(terms.total, 4)}; "
            f"log p(x) = {fixed(top, 4)}, so KL(q‖p) = {fixed(gap, 4)} nats."
        )

    return update
