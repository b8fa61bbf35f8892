"""Questions to commit to before the sliders move, in the notebook's order."""

from helpers.widgets import Prediction

best_bell = Prediction(
    "p has 30 % of its mass in the left bump. Which of the three bells has the smallest KL(p‖q)?",
    ("bell A, at the left bump", "bell B, between the bumps", "bell C, at the right bump"),
    1,
    "A draw at −2 costs 8.9 nats under bell C and 4.8 under B; a draw at 2 costs 0.9 and 1.6."
    " Averaged over p, B is the cheapest: it stands at the mean of p, 0.8.",
    "In the next picture, choose two bumps and move μ to −2, 0.8 and 2: 5.0824, 1.1624 and 1.8824"
    " nats.",
    (
        "A serves the left bump, but 70 % of the draws come from the right one, where A has almost"
        " nothing. It is the dearest of the three.",
        "",
        "C serves most draws best of all. The 30 % on the left are so improbable under C that they"
        " cost more than is saved.",
    ),
)

other_shape = Prediction(
    "You replace p by a density of another shape, with another mean. What happens to the curve"
    " KL(p‖N(μ, 1)), as a function of μ?",
    (
        "It moves as a whole and keeps its form",
        "It gets flatter for a wider p",
        "It gets two minima if p has two bumps",
    ),
    0,
    "Shape enters by −H(p) and ½ Var, and neither holds μ. What holds μ is"
    r" $\frac12(\mu-\mathbb{E}_p[x])^2$: the same parabola for every p.",
    "Switch p: the black curve moves up, down and sideways, and keeps its form.",
    (
        "",
        "The width of p enters by ½ Var alone, a constant: it lifts the curve and does not bend"
        " it.",
        "The second derivative is 1 for every p, so the curve has one minimum, however many bumps p"
        " has.",
    ),
)

one_step = Prediction(
    "Gradient descent on this objective: μ ← μ − η (μ − E[x]). Which step size η arrives in one"
    " step, from anywhere?",
    ("η = 0.5", "η = 1", "η = 2", "it depends on p"),
    1,
    "Each step multiplies the distance to E[x] by 1 − η. At η = 1 that is 0.",
    "Set η to 1, then to 2, then to 2.2.",
    (
        "η = 0.5 halves the distance with every step, and so never quite arrives.",
        "",
        "η = 2 multiplies the distance by −1: μ jumps to the other side, as far away as before.",
        "p says where the goal is. The factor 1 − η holds nothing of p.",
    ),
)

round_levels = Prediction(
    "p is bent like a horseshoe. In the plane of (μ₁, μ₂), the lines of equal KL(p‖N(μ, I)) are",
    ("bent like p", "ellipses, longer one way", "circles"),
    2,
    r"$\frac12\|\mu-\mathbb{E}_p[\mathbf x]\|^2$ knows only the distance to the mean.",
    "Show the lines of equal KL, then switch p: the dotted circles move, and stay circles.",
    (
        "Lines of equal <i>density</i> are bent like p. KL averages over p, and the average knows"
        " only how far its mean is.",
        "The spread of p enters by a constant. Only another covariance of q than a multiple of I"
        " would stretch them.",
        "",
    ),
)

from_draws = Prediction(
    "You no longer know p. You hold 12 draws of it, and choose the μ with the highest likelihood:"
    " the product of their densities under N(μ, 1). That μ is",
    ("E[x] under p, as before", "the mean of the draws", "over the taller bump"),
    1,
    "The log likelihood is minus the old objective, with the average over the draws in place of"
    " that over p. So their mean takes the place of E[x].",
    "Drag μ to the right: the green curve turns at the green triangle, the mean of the draws.",
    (
        "Nothing but the draws enters the likelihood, and their mean is not E[x]: in the picture"
        " as first shown it is 0.83 away.",
        "",
        "The likelihood is a product over all draws. Over the taller bump, those from the other one"
        " make it smaller than it is at the mean.",
    ),
)

matched_spread = Prediction(
    "Let the variance go free. The bumps have sd 0.8, weights 0.35 and 0.65, and are 5 apart."
    " The sd of the best Gaussian in the sense of KL(p‖q) is about",
    ("0.8, that of each bump", "2.5, half the distance", "3.3, half the distance plus 0.8"),
    1,
    "It is the sd of p itself: the variance within the bumps, 0.64, plus that between them,"
    " 0.35 · 0.65 · 5² = 5.6875. The root of the sum is 2.52. (At equal weights and no width it"
    " would be exactly half the distance.)",
    "Drag σ to the right: the curve is lowest where the dotted line stands.",
    (
        "A bell of sd 0.8 at the mean of p has both bumps more than 2 sd away, and costs 3.3 nats"
        " more than the best one.",
        "",
        "Variances add, standard deviations do not.",
    ),
)

other_direction = Prediction(
    "Now minimise KL(q‖p) over the μ of q = N(μ, 1), for two bumps of sd 0.8 at −2.5 and 2.5, the"
    " left with weight 0.35. Gradient descent, in small steps, starts at μ = −1. Where does it"
    " end?",
    ("at E[x], between the bumps", "near the right bump, the heavier", "near the left bump"),
    2,
    "Now the average is taken under q, and q is charged where it has mass and p has little. Over"
    " the gap of p between the bumps KL(q‖p) has a hill, and a descent does not climb.",
    "Pull the bumps 5 apart, then drag the start from −4 to 4 and watch for the jump.",
    (
        "That is the minimum of KL(p‖q). For KL(q‖p) the slope there is not 0: it leads on to the"
        " right bump.",
        "The heavier bump is the lower minimum, but on the way from −1 to it KL(q‖p) rises first.",
        "",
    ),
)

independent_factors = Prediction(
    "You look for the best q₁ in KL(p‖q₁q₂) while q₂ is held fixed. Does the answer depend on q₂?",
    ("Yes, so one must alternate", "No, not at all", "Only if p has dependence"),
    1,
    "ln(q₁q₂) is a sum, so q₂ ends up in the constant. One pass is enough.",
    "In the ledger below, move q₂'s sharpness and watch the line of q₁*.",
    (
        "So it is for KL(q‖p): there the factors are coupled, and notebook 03 alternates. Under p,"
        " ln q₂ is a term by itself.",
        "",
        "Dependence in p sets the price that no product avoids. It brings no q₂ into q₁*.",
    ),
)

ghosts = Prediction(
    "p has two bumps far apart, one at the lower left and one at the upper right. How many bumps"
    " has the product of its marginals?",
    ("2, where those of p are", "4", "1, a broad one in the middle"),
    1,
    "Each marginal has two bumps, and a product crosses them: left with lower, left with upper,"
    " and so on. Two of the four stand where p has almost nothing.",
    "Start at dependence 0 and pull the bumps apart.",
    (
        "Two bumps on a diagonal are a dependence, and a product has none.",
        "",
        "A product keeps its marginals, and each of these has two bumps.",
    ),
)

no_mean = Prediction(
    "You average 20,000 draws of a Cauchy density. Compared with a single draw, the average is",
    ("about 141 times less spread out", "a little less spread out", "exactly as spread out"),
    2,
    "The mean of n Cauchy draws is again Cauchy, with the same width.",
    "Choose the Cauchy density and step the seed, then compare with t, ν = 30.",
    (
        "√20,000 is about 141, but that rule needs a variance, and here there is not even a mean.",
        "The far draws come often enough to undo all that averaging gains.",
        "",
    ),
)
