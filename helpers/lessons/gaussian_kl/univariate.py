"""Section 3, the univariate formula: the slides' exercise by its seven terms, line by line.

Expectations are Gauss–Hermite sums, exact for the polynomials that occur here: each closed form
stands beside a number that does not use it.
"""

import numpy as np

from helpers.gaussians import log_normal
from helpers.quadrature import gauss_hermite as expect
from helpers.widgets import Derivation, Line, Slider

seven_terms = Derivation(
    "KL(q‖p) of two univariate Gaussians, by the slides' seven terms",
    (
        Line(
            r"\mathrm{KL}(q\|p) = \mathbb{E}_q\!\left[\log\frac{q(\theta)}{p(\theta)}\right]",
            "The definition. Its number comes from quadrature: no algebra yet.",
            lambda mq, sq, mp, sp: expect(
                lambda t: log_normal(t, mq, sq**2) - log_normal(t, mp, sp**2), mq, sq
            ),
        ),
        Line(
            r"= \mathbb{E}_q\!\left[\log\frac{\sigma_p}{\sigma_q}"
            r" - \frac{(\theta-\mu_q)^2}{2\sigma_q^2} +"
            r" \frac{(\theta-\mu_p)^2}{2\sigma_p^2}\right]",
            r"The log of a ratio is a difference of logs; $\sqrt{2\pi}$ cancels.",
            lambda mq, sq, mp, sp: expect(
                lambda t: (
                    np.log(sp / sq) - (t - mq) ** 2 / (2 * sq**2) + (t - mp) ** 2 / (2 * sp**2)
                ),
                mq,
                sq,
            ),
        ),
        Line(
            r"= \log\frac{\sigma_p}{\sigma_q} + \mathbb{E}_q\!\left[-\frac{\theta^2}{2\sigma_q^2}"
            r" + \frac{2\theta\mu_q}{2\sigma_q^2} - \frac{\mu_q^2}{2\sigma_q^2}"
            r" + \frac{\theta^2}{2\sigma_p^2} - \frac{2\theta\mu_p}{2\sigma_p^2}"
            r" + \frac{\mu_p^2}{2\sigma_p^2}\right]",
            "Both squares multiplied out: six monomials in θ. The log is a constant: term 1.",
            lambda mq, sq, mp, sp: (
                np.log(sp / sq)
                + expect(
                    lambda t: (
                        -(t**2) / (2 * sq**2)
                        + 2 * t * mq / (2 * sq**2)
                        - mq**2 / (2 * sq**2)
                        + t**2 / (2 * sp**2)
                        - 2 * t * mp / (2 * sp**2)
                        + mp**2 / (2 * sp**2)
                    ),
                    mq,
                    sq,
                )
            ),
        ),
        Line(
            r"\mathbb{E}_q\!\left[-\frac{\theta^2}{2\sigma_q^2}\right]"
            r" = -\frac12\,\frac{\sigma_q^2+\mu_q^2}{\sigma_q^2}",
            r"Term 2: $\mathbb{E}_q[\theta^2] = \sigma_q^2+\mu_q^2$, the slides' aside.",
            lambda mq, sq, mp, sp: -0.5 * (sq**2 + mq**2) / sq**2,
            aside=lambda mq, sq, mp, sp: expect(lambda t: -(t**2) / (2 * sq**2), mq, sq),
        ),
        Line(
            r"\mathbb{E}_q\!\left[\frac{2\theta\mu_q}{2\sigma_q^2}\right]"
            r" = \frac{2\mu_q^2}{2\sigma_q^2}",
            r"Term 3: $\mathbb{E}_q[\theta] = \mu_q$.",
            lambda mq, sq, mp, sp: 2 * mq**2 / (2 * sq**2),
            aside=lambda mq, sq, mp, sp: expect(lambda t: 2 * t * mq / (2 * sq**2), mq, sq),
        ),
        Line(
            r"\mathbb{E}_q\!\left[-\frac{\mu_q^2}{2\sigma_q^2}\right] ="
            r" -\frac{\mu_q^2}{2\sigma_q^2}",
            "Term 4: a constant is its own mean.",
            lambda mq, sq, mp, sp: -(mq**2) / (2 * sq**2),
            aside=lambda mq, sq, mp, sp: expect(lambda t: -(mq**2) / (2 * sq**2) + 0 * t, mq, sq),
        ),
        Line(
            r"\mathbb{E}_q\!\left[\frac{\theta^2}{2\sigma_p^2}\right]"
            r" = \frac{\sigma_q^2+\mu_q^2}{2\sigma_p^2}",
            r"Term 5: $\mathbb{E}_q[\theta^2]$ again, over the other variance.",
            lambda mq, sq, mp, sp: (sq**2 + mq**2) / (2 * sp**2),
            aside=lambda mq, sq, mp, sp: expect(lambda t: t**2 / (2 * sp**2), mq, sq),
        ),
        Line(
            r"\mathbb{E}_q\!\left[-\frac{2\theta\mu_p}{2\sigma_p^2}\right]"
            r" = -\frac{2\mu_q\mu_p}{2\sigma_p^2}",
            "Term 6: the mean is taken under q, so one factor is μq.",
            lambda mq, sq, mp, sp: -2 * mq * mp / (2 * sp**2),
            aside=lambda mq, sq, mp, sp: expect(lambda t: -2 * t * mp / (2 * sp**2), mq, sq),
        ),
        Line(
            r"\mathbb{E}_q\!\left[\frac{\mu_p^2}{2\sigma_p^2}\right] = \frac{\mu_p^2}{2\sigma_p^2}",
            "Term 7: a constant.",
            lambda mq, sq, mp, sp: mp**2 / (2 * sp**2),
            aside=lambda mq, sq, mp, sp: expect(lambda t: mp**2 / (2 * sp**2) + 0 * t, mq, sq),
        ),
        Line(
            r"\mathrm{KL}(q\|p) = \log\frac{\sigma_p}{\sigma_q}"
            r" - \frac12\,\frac{\sigma_q^2+\mu_q^2}{\sigma_q^2} + \frac{2\mu_q^2}{2\sigma_q^2}"
            r" - \frac{\mu_q^2}{2\sigma_q^2} + \frac{\sigma_q^2+\mu_q^2}{2\sigma_p^2}"
            r" - \frac{2\mu_q\mu_p}{2\sigma_p^2} + \frac{\mu_p^2}{2\sigma_p^2}",
            "Terms 1 to 7, put into line 3.",
            lambda mq, sq, mp, sp: (
                np.log(sp / sq)
                - 0.5 * (sq**2 + mq**2) / sq**2
                + 2 * mq**2 / (2 * sq**2)
                - mq**2 / (2 * sq**2)
                + (sq**2 + mq**2) / (2 * sp**2)
                - 2 * mq * mp / (2 * sp**2)
                + mp**2 / (2 * sp**2)
            ),
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
            r"$1 + u = \sigma_q^2/\sigma_p^2$. Both summands are ≥ 0; section 7 shows why"
            r" <code>kl_univariate</code> starts from this line.",
            lambda mq, sq, mp, sp: (
                0.5 * ((u := (sq**2 - sp**2) / sp**2) - np.log(1 + u))
                + (mp - mq) ** 2 / (2 * sp**2)
            ),
        ),
    ),
    (
        Slider("mq", "μq", -2.0, 2.0, 0.5, 0.1),
        Slider("sq", "σq", 0.5, 2.0, 0.8, 0.05),
        Slider("mp", "μp", -2.0, 2.0, -0.5, 0.1),
        Slider("sp", "σp", 0.5, 2.0, 1.5, 0.05),
    ),
)
