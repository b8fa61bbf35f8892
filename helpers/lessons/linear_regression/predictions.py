"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

best_known = Prediction(
    "Five points, at x = 0, 1, 2, 3 and 4; σ = 0.5, τ = 2. Where is the height of the line known"
    " best?",
    ("at x = 0, where the intercept is read", "near x = 2", "at each of the five points alike"),
    1,
    "The line's variance at x is (x, 1) Σ (x, 1)ᵀ, a parabola. Its lowest place is where the points"
    " balance; the prior pulls that towards 0, as (σ/τ)² of a point there would.",
    "In the next picture the solid curve on the right is lowest at x = 1.98; with σ = 2 it is at"
    " 1.67.",
    (
        "x = 0 is an end of the points: there every tilt of the line shows.",
        "",
        "A line cannot bend towards each point: all five share its two numbers.",
    ),
)

outlier_width = Prediction(
    "σ is known. The last point jumps from y = 2.4 to y = 12. The band around the line becomes",
    ("wider", "narrower", "neither"),
    2,
    "Λ holds the x and σ, but no y. The mean follows the outlier, the width knows nothing of it.",
    "In the next picture drag y with σ known: what stands after ± stays. Then have σ inferred.",
    (
        "A reader would expect it. But a known σ says how far points fall from the line; nothing"
        " may teach the model otherwise.",
        "A surprise is not more information: each point adds to Λ by its x alone.",
        "",
    ),
)

newton = Prediction(
    "Newton's method climbs this log joint from the line 45x − 80. How many steps to the peak?",
    ("one", "about ten", "more, the further out it starts"),
    0,
    "A Newton step goes to the top of the parabola that fits where it stands. This log joint is"
    " that parabola, everywhere.",
    "In the next ledger the last line takes the step from the line that you set.",
    (
        "",
        "That is usual where the curvature changes on the way. Here it is the same everywhere.",
        "The step is gradient over curvature, and the gradient grows with the distance.",
    ),
)

too_long = Prediction(
    "The narrowest direction of the posterior has sd 0.086. With steps of ε = 0.17 some paths of 60"
    " steps are accepted. With ε = 0.18",
    ("a few fewer are", "none is: they run away", "all are: longer steps need fewer pushes"),
    1,
    "Beyond ε = 2 · 0.0863 = 0.1726 the quantity that the ledger keeps is a hyperbola in that"
    " direction: sooner or later each step leads further out.",
    "In the next picture set L = 60 and the paths done to 40; then ε to 0.17, and to 0.18.",
    (
        "Up to the limit it goes like that: 21 of 40 paths at 0.16, 11 at 0.17. Beyond it nothing"
        " holds a path back.",
        "",
        "A long step carries the path past the peak before it is pushed back, each time further.",
    ),
)

q_band = Prediction(
    "q holds the slope and the height at the origin of x to be independent. We count x from another"
    " origin c, and fit q anew. Where does q think that it knows the line best?",
    ("near the middle of the points", "at the origin, wherever it is", "everywhere alike"),
    1,
    "q's variance at x is (x − c)²/Λ₁₁ + 1/Λ₂₂, lowest at x = c. A choice of origin has become a"
    " belief.",
    "In the next picture drag c to 6: q's narrowest place goes along, away from all points.",
    (
        "To know that, it takes the correlation of slope and height, which q leaves out.",
        "",
        "Its slope is uncertain, too: away from the origin that adds to the variance.",
    ),
)

old_faithful = Prediction(
    "Old Faithful: 272 eruptions, durations counted from 0 minutes. The mean field's sd of the"
    " slope, as a part of the exact one, is about",
    ("1, for 272 points are many", "0.3", "0.03"),
    1,
    "It is √(1 − ρ²), and ρ = −0.951. More points make both sds smaller, and their ratio stays: ρ"
    " depends on where the durations lie.",
    "In the next picture read VI's line at 272, 20 and 5 eruptions; then count the durations from"
    " their mean.",
    (
        "Many points make the posterior small, but no less tilted.",
        "",
        "For that ρ would have to be −0.9995.",
    ),
)
