"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

steeper = Prediction(
    "Four hidden units. The prior sd of every weight goes from ½ to 2. The steepest climb of a"
    " typical network becomes",
    ("4 times as steep", "about 16 times as steep", "no steeper: tanh stays between −1 and 1"),
    1,
    "A unit climbs by v · w · (1 − t²): a product of two weights, and both became 4 times as large."
    " So s is a statement about functions, though it is written about weights.",
    "In the next picture move s from 0.5 to 2 and watch the last number.",
    (
        "That would be so if only v grew. What comes into tanh grows, too.",
        "",
        "tanh is bounded, its climb is not: w sets how fast it goes from −1 to 1.",
    ),
)

copies = Prediction(
    "A network with 8 hidden units is at a mode of the posterior. How many other points have the"
    " same function and the same log joint, by exchanging units and turning their signs?",
    ("7", "255", "40,319", "more than ten million"),
    3,
    "8! orders of the units times 2⁸ signs: 10,321,920 points, the mode itself among them. With 16"
    " units there are more than 10¹⁸.",
    "In the next picture walk from a mode to its copy: equal at both ends, and a valley between.",
    (
        "Exchanging one unit with one of 7 others is a beginning: any order of all 8 will do.",
        "That is the signs alone: 2⁸ − 1.",
        "That is the orders alone, less the one it has. Each unit can turn its signs as well.",
        "",
    ),
)

curved = Prediction(
    "A climb starts at random weights: 13 of them. How many of the 13 eigenvalues of −H are below"
    " 0 there?",
    ("none: the prior makes −H positive", "some", "all 13"),
    1,
    "The prior adds 1/s² to each, and the squares of f's slopes add more. But the errors times f's"
    " own curvature have any sign, and far from a mode the errors are large. Where a valley is,"
    " there is no Gaussian.",
    "In the next picture count the triangles at step 0, then press play.",
    (
        "It adds 1 here. The errors take away more than 160.",
        "",
        "Never: f is linear in b and in each v, so no errors touch their own entries of −H. Were"
        " all eigenvalues below 0, these would be.",
    ),
)

asked = Prediction(
    "Two hidden units, four chains, each of 1,600 draws. R̂ of the weight w₁ is above 2. What now?",
    (
        "Run ten times longer: R̂ will fall",
        "Throw the chains away",
        "Ask for R̂ of f(x), which is what we want to know",
    ),
    2,
    "Each chain sits in a copy of its own, and w₁ is another unit's in each. f does not know the"
    " units' names.",
    "In the next picture look at w₁ and v₁ first, then at f(0).",
    (
        "No draw shown has left its copy. And were they to wander, w₁ would mean nothing still.",
        "They agree about every f(x). Only the question was wrong.",
        "",
    ),
)

asleep = Prediction(
    "Sixteen hidden units, s = 1, and q a product of Gaussians. In how many units is v, the weight"
    " that leaves it, more than two of its sd away from 0?",
    ("all 16", "about half", "three", "none"),
    2,
    "In q the units are independent, so in f their variances add up. A unit that the points do not"
    " need is switched off: its v is held at 0, and its w and c go back to the prior. Three stay"
    " on.",
    "In the next picture choose 4, 8 and 16 units: below the third row v is held at 0, by a short"
    " bar.",
    (
        "Count the rows in which v's tick stands off 0.",
        "Half would be 8. Of 8 units, too, three stay on.",
        "",
        "With each v at 0 f is a constant: more than 50 nats below the mode.",
    ),
)

drawn = Prediction(
    "Eight hidden units, s = 1. We draw weights from Laplace's Gaussian and look at their"
    " functions. Where the points are, their 95 % band is",
    (
        "as narrow as it should be: Laplace is exact near the mode",
        "narrower: Laplace sees one mode of ten million",
        "many times too wide",
    ),
    2,
    "The Gaussian follows straight lines where the posterior bends. Along its long axes the draws"
    " leave the ridge, and f misses the points. The third panel keeps Laplace's Gaussian, but lets"
    " f follow straight lines as well: then the two mistakes nearly"
    " cancel.",
    "In the next picture compare the second panel with the third.",
    (
        "Near the mode, yes. But its draws do not stay near: 25 weights, some known to ±1 only.",
        "The copies have the same functions: one of them is enough for f.",
        "",
    ),
)
