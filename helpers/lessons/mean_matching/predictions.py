"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

best_bell = Prediction(
    "p has 30 % of its mass in the left bump. Which of the three bells has the smallest KL(p‖q)?",
    ("bell A, at the left bump", "bell B, between the bumps", "bell C, at the right bump"),
    1,
    "Under p, draws from both bumps occur. Bell C gives the left ones almost no density and is"
    " charged for each of them; B is wrong everywhere, but nowhere absurdly wrong. Its μ = 0.8 is"
    " the mean of p.",
    "Move μ to −2, 0.8 and 2 in the explorer below: 5.0824, 1.1624 and 1.8824 nats.",
)

other_shape = Prediction(
    "You replace p by a density of another shape, with the same mean. The curve KL(p‖N(μ, 1)),"
    " as a function of μ,",
    ("moves up or down as a whole", "becomes steeper or flatter", "gets its minimum elsewhere"),
    0,
    "Shape enters through −H(p) and ½ Var, and neither holds μ. What holds μ is"
    r" $\frac12(\mu-\mathbb{E}_p[x])^2$: the same parabola for every p.",
    "Switch p: the black curve shifts, but never changes its shape.",
)

one_step = Prediction(
    "Gradient descent on this objective: μ ← μ − η (μ − E[x]). Which step size η arrives in one"
    " step, from anywhere?",
    ("η = 0.5", "η = 1", "η = 2", "it depends on p"),
    1,
    "Each step multiplies the distance to E[x] by 1 − η. At η = 1 that is 0; at η = 2 it is −1,"
    " and μ jumps from one side to the other for ever; beyond, it flies off.",
    "Set η to 1, then to 2, then to 2.2.",
)

round_levels = Prediction(
    "p is bent like a horseshoe. In the plane of (μ₁, μ₂), the lines of equal KL(p‖N(μ, I)) are",
    ("bent like p", "ellipses", "circles"),
    2,
    r"$\frac12\|\mu-\mathbb{E}_p[\mathbf x]\|^2$ knows only the distance to the mean. p may be as"
    " bent as it likes: its mean can even lie where p has hardly any mass.",
    "Switch p: the dotted circles move, and stay circles.",
)

other_direction = Prediction(
    "Now minimise KL(q‖p) over μ, for two bumps at −2.5 and 2.5, the left with weight 0.35."
    " Gradient descent starts at μ = −2. Where does it end?",
    ("at E[x], between the bumps", "at the heavier bump", "at the bump where it started"),
    2,
    "Now the average is taken under q, and q is charged wherever p is small. The valley between"
    " the bumps is a barrier: a local minimum keeps whoever starts beside it.",
    "Drag the start from −4 to 4 and watch for the jump.",
)

matched_spread = Prediction(
    "Let the variance go free. The bumps have sd 0.8, weights 0.35 and 0.65, and are 5 apart."
    " The sd of the best Gaussian in the sense of KL(p‖q) is about",
    ("0.8", "1.6", "2.5"),
    2,
    "It is the sd of p itself: variance within the bumps, 0.64, plus variance between them,"
    " 0.35 · 0.65 · 5² = 5.6875. The root of the sum is 2.52.",
    "Look at the dashed curve: it covers both bumps and the gap between them.",
)

independent_factors = Prediction(
    "You look for the best q₁ in KL(p‖q₁q₂) while q₂ is held fixed. Does the answer depend on q₂?",
    ("Yes, so one must alternate", "No, not at all", "Only if p has dependence"),
    1,
    "ln(q₁q₂) is a sum, so q₂ ends up in the constant. One pass is enough. For KL(q‖p) it is not"
    " so: there the factors are coupled, and notebook 03 alternates.",
    "In the derivation below, move q₂'s sharpness and watch the line of q₁*.",
)

ghosts = Prediction(
    "p has two bumps, one at the lower left and one at the upper right. How many bumps has the"
    " product of its marginals?",
    ("2", "3", "4"),
    2,
    "Each marginal has two bumps, and a product crosses them: left with lower, left with upper,"
    " and so on. Two of the four stand where p has almost nothing.",
    "Start at dependence 0 and pull the bumps apart.",
)

no_mean = Prediction(
    "You average 20,000 draws of a Cauchy density. Compared with a single draw, the average is",
    ("about 141 times less spread out", "a little less spread out", "exactly as spread out"),
    2,
    "The mean of n Cauchy draws is again Cauchy, with the same width. √20,000 is about 141, but"
    " that rule needs a variance, and here there is not even a mean.",
    "Step the seed, then compare with t, ν = 30.",
)
