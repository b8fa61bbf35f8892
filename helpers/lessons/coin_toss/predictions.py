"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

next_toss = Prediction(
    "The prior is uniform, a = b = 1. Two tosses, two heads. The chance that the next toss is heads"
    " is",
    ("1", "3/4", "2/3", "1/2"),
    1,
    "It is the posterior mean, (a + h)/(a + b + n) = (1 + 2)/(2 + 2). A prior of a = b = 1 counts"
    " like one head and one tail seen before.",
    "In the next picture set h = 2 and t = 0: the round mark stands at 0.750, the diamond at 1.",
    (
        "That is the share of heads, where the likelihood peaks: it is no average over θ.",
        "",
        "That would be after one head: (1 + 1)/(2 + 1).",
        "That is the prior mean: it has not heard of the tosses.",
    ),
)

two_peaks = Prediction(
    "Eight heads, two tails, uniform prior: over θ the posterior peaks at 0.8. Over logit θ it"
    " peaks at",
    ("logit 0.8: a peak is a peak", "the logit of something nearer to ½", "beyond logit 0.8"),
    1,
    "A density changes with the scale: the Jacobian θ(1 − θ) multiplies it, and favours the middle."
    " The peak over logit θ is at θ = (a + h)/(a + b + n) = 0.75.",
    "In the next picture compare the two upright lines on the right: the peak over η is the left"
    " one.",
    (
        "The logit moves points, but a density also says how many of them share a unit of length;"
        " that changes, too.",
        "",
        "The Jacobian is largest at θ = ½, so it pulls towards the middle, not away from it.",
    ),
)

accepted = Prediction(
    "A random walk accepts 96 % of its proposals. It is probably",
    ("excellent: hardly anything is wasted", "crawling: its steps are too short", "stuck"),
    1,
    "A short step changes the density little, so it is accepted; and it leads nowhere new.",
    "In the next picture set log₁₀ of the step to −2 and all 1,000 steps: 96 % accepted, and the"
    " chain has not left θ < 0.1.",
    (
        "Accepted is not arrived: what counts is how different the states are.",
        "",
        "A stuck chain rejects almost everything.",
    ),
)

widths = Prediction(
    "Three standard deviations over logit θ: the posterior's, Laplace's, and that of the q with"
    " the highest ELBO. From small to large:",
    ("Laplace, VI, posterior", "VI, Laplace, posterior", "posterior, Laplace, VI"),
    0,
    "Laplace sees the curvature at the peak only. The best q has 1/s² equal to the curvature"
    " averaged over q, which is less, so it is wider. It is still narrower than the posterior,"
    " whose slow tails no Gaussian follows.",
    "In the next picture the square is Laplace, s = 0.667, the star the highest ELBO, s = 0.695;"
    " the posterior's sd is 0.716.",
    (
        "",
        "KL(q‖p) does make q narrow, but Laplace is narrower: on average over q the posterior bends"
        " less than at its peak.",
        "Over logit θ the posterior's tails fall only exponentially: they add to its sd.",
    ),
)

evidence = Prediction(
    "The Metropolis chain may run as long as you like. Which of these can you not read off its"
    " states?",
    ("the posterior mean", "the 95 % interval", "log p(x)", "the chance of heads next time"),
    2,
    "The chain uses only ratios of p(x, θ), in which p(x) cancels. Its states are an answer about"
    " θ; the constant that was divided away is not among them. The average of 1/p(x | θ) over the"
    " states does tend to 1/p(x), but for our coin its variance is infinite.",
    "In the next picture look at the last column: VI has a bound, Laplace estimates, Metropolis"
    " a dash.",
    (
        "That is the mean of the states.",
        "Those are quantiles of the states.",
        "",
        "Given θ that is θ, so it is the mean of the states.",
    ),
)

only_heads = Prediction(
    "The prior is uniform. Ten tosses, all heads; then a million, all heads. The error of VI's 95 %"
    " interval, in units of the posterior's sd, becomes",
    ("about 300 times smaller", "about 80 000 times smaller", "hardly different"),
    2,
    "With only heads the posterior over θ leans against 1: 1 − θ is nearly exponential, and so it"
    " stays. More tosses shrink it, and do not make it Gaussian on either scale.",
    "In the next picture move the share of heads from 0.9 to 1: VI's line turns flat.",
    (
        "That is 1/√n: the rule for a fixed share of heads between ½ and 1.",
        "The posterior's sd becomes so much smaller, and the error with it: their ratio stays.",
        "",
    ),
)
