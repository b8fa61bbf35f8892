"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

observation = Prediction(
    "With θ = (1.2, −0.7), the observation moves from x = 1.5 to x = 3. The posterior ellipse",
    ("moves", "moves and shrinks", "moves, shrinks and turns"),
    0,
    "In line 5, x stands in Λμ = xθ and nowhere else: it moves the mean. The precision Λ, and with"
    " it covariance and correlation, depend on θ alone.",
    "Slide x from end to end and watch the ellipse: a translation.",
    (
        "",
        "A surprising x is not a more precise one: the noise has variance 1, wherever x falls.",
        "The ellipse's axes lie along θ and across it, and θ stays; nor does it shrink, for the"
        " noise keeps its variance 1.",
    ),
)

best_q = Prediction(
    "θ = (1.2, −0.7), x = 1.5, and you may set m and s² freely. Which q has the highest ELBO?",
    (
        "the true mean, and the true variances of z₁ and z₂",
        "the true mean, and smaller variances",
        "the true mean, and larger variances",
        "another mean, nearer to the prior's",
    ),
    1,
    "Upright ellipses cannot tilt. With the true variances q puts mass beside the ridge, where"
    " log p(z, x) is low. Smaller variances lose entropy, but win more in the other two terms.",
    "In the next picture set m to (0.6, −0.35), and s² to (0.5, 0.85), then to (0.4, 0.65): the"
    " ELBO goes from −1.9744 to −1.9491.",
    (
        "That is the best product for KL(p‖q), the other way round. KL(q‖p) asks what lies under"
        " q, and there the true variances reach beyond the ridge.",
        "",
        "Wider than the posterior in each coordinate, q would lie still more where log p(z, x) is"
        " low. The entropy gains only a logarithm, and loses.",
        "The prior's pull is in the posterior mean already. As a function of m the ELBO is a hill"
        " with its top at the posterior mean, whatever s² is.",
    ),
)

order = Prediction(
    "θ = (2, 1.5) becomes (2, −1.5): the ridge leans the other way. Sweep by sweep, the error of m"
    " now shrinks",
    ("faster", "by the same factor", "more slowly"),
    1,
    "Each update makes one error −θ₁θ₂/(1 + θ_j²) times the <em>other</em>; a sweep has two of"
    " them, and the sign goes away.",
    "In the next picture change the sign of θ₂ and compare the slope of the dots, not their height:"
    " ρ² = 0.5538 both times.",
    (
        "ρ is positive now, but a positive correlation is a mirror image of a negative one: call"
        " −z₂ by the name z₂, and you have the old problem from another start.",
        "",
        "ρ is positive now, but a positive correlation is a mirror image of a negative one: call"
        " −z₂ by the name z₂, and you have the old problem from another start.",
    ),
)

at_once = Prediction(
    "θ₁θ₂ is not 0, and you update q₁ and q₂ at once, both from the old values. Sweep for sweep,"
    " the iteration",
    ("diverges", "converges, more slowly", "converges equally fast", "converges, faster"),
    1,
    "Each error becomes −θ₁θ₂/(1 + θ_j²) times the <em>other</em> old error. Two sweeps bring the"
    " factor ρ²: that is |ρ| for one.",
    "The next picture at its start values, after twelve sweeps: 0.0030 in turn, 0.1283 at once.",
    (
        "Not with two factors: the errors shrink by the factor |ρ| a sweep, and |ρ| < 1. With more"
        " factors you would be right to worry.",
        "",
        "A sweep in turn hands q₂ the new m₁; both at once, q₂ works with the old one. (With a core"
        " for each factor a sweep also takes half the time: by the clock it is a tie.)",
        "More at once is not more done: q₂ works with an m₁ that is already out of date.",
    ),
)

coverage = Prediction(
    "At ρ = −0.9 you report q's 95 % ellipse. How much of the true posterior lies in it?",
    ("95 %", "about 90 %", "about 54 %", "about 44 %"),
    2,
    "q's standard deviations are too small by the factor √(1 − ρ²), and along the ridge much of the"
    " posterior lies beyond its ellipse.",
    "In the next picture set θ = (3, 3): ρ = −0.9, and 53.8 % are in q's ellipse.",
    (
        "That is what q says of itself. The posterior is longer than q along the ridge.",
        "0.95 times 0.95 would count two intervals of the right length. Each of q's is too short.",
        "",
        "√(1 − ρ²) = 0.44 is how the two ellipses' areas compare. But the posterior is densest in"
        " the middle, where q's ellipse lies.",
    ),
)

stalled = Prediction(
    "θ = (1000, 1000). The third sweep raises the ELBO by 0.000004 nats. How far is it from its"
    " maximum?",
    ("about 0.000004 nats", "about 0.002 nats, 400 such sweeps", "about 1 nat"),
    2,
    "Gains shrink by ρ⁴ from sweep to sweep. What is left is the sum of all gains to come, about"
    " gain/(1 − ρ⁴), and 1 − ρ⁴ is 0.000004 here.",
    "In the next picture set log₁₀ θ to 3. Compare the two curves on the right, and the distance of"
    " m from the cross on the left.",
    (
        "A gain is a step, not a distance: many small steps may be left.",
        "After 400 sweeps the gain is still 0.998 of what it was: they are only the beginning.",
        "",
    ),
)
