"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

observation = Prediction(
    "With θ = (1.2, −0.7), the observation moves from x = 1.5 to x = 3. The posterior ellipse",
    ("moves", "moves and shrinks", "moves, shrinks and turns"),
    0,
    "x occurs in the mean θx/(1 + θᵀθ) and nowhere else: covariance and correlation depend on θ"
    " alone.",
    "Slide x from end to end and watch the ellipse: a translation.",
)

best_q = Prediction(
    "You may set m and s² freely. Which q has the highest ELBO?",
    (
        "the true mean, and the true variances of z₁ and z₂",
        "the true mean, and smaller variances",
        "another mean, nearer to the prior",
    ),
    1,
    "Upright ellipses cannot tilt. With the true variances q puts much of its mass beside the"
    " ridge, where log p(z, x) is low; smaller variances lose entropy, but less than they win.",
    "Set m to (0.6, −0.35) and try s² = (0.5, 0.85), then (0.4, 0.65): from −1.9744 to −1.9491.",
)

order = Prediction(
    "θ = (2, 1.5) becomes (2, −1.5): the ridge leans the other way. Coordinate ascent is now",
    ("faster", "equally fast", "slower"),
    1,
    "Each single update multiplies one error by −θ₁θ₂/(1 + θ_j²); a sweep has two of them, and the"
    " sign goes away.",
    "Change the sign of θ₂ and compare the slope of the lower panel: ρ² = 0.5538 both times.",
)

at_once = Prediction(
    "On a machine with two cores you update q₁ and q₂ at once, both from the old values. The"
    " iteration",
    ("diverges", "converges, more slowly", "converges equally fast", "converges, faster"),
    1,
    "Each error becomes −θ₁θ₂/(1 + θ_j²) times the <em>other</em> old error. Two sweeps bring the"
    " factor ρ²: that is |ρ| for one.",
    "Start values (−2.5, 2.5), twelve sweeps: 0.0030 in turn, 0.1283 at once.",
)

coverage = Prediction(
    "At ρ = −0.9 you report q's 95 % ellipse. How much of the true posterior lies in it?",
    ("95 %", "about 80 %", "about 54 %"),
    2,
    "q's standard deviations are too small by √(1 − ρ²), and along the ridge much of the posterior"
    " lies beyond its ellipse.",
    "Set θ = (3, 3): ρ = −0.9, and 53.8 % are in q's ellipse.",
)

stalled = Prediction(
    "θ = (1000, 1000). A sweep raises the ELBO by 0.000004 nats. How far is it from its maximum?",
    ("about 0.000004 nats", "about 0.001 nats", "about 1 nat"),
    2,
    "Gains shrink by ρ⁴ from sweep to sweep. What is left is the sum of all gains to come, about"
    " gain/(1 − ρ⁴), and 1 − ρ⁴ is 0.000004 here.",
    "Compare the two curves on the right, and the distance of m from the cross on the left.",
)
