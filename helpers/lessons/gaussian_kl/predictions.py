"""Questions to commit to before the sliders move, and an answer to each option."""

from helpers.widgets import Prediction

asymmetry = Prediction(
    "p is narrow (σ = 0.5) and q is wide (σ = 2), both centred at 0. Which costs more: believing q"
    " when p is true, KL(p‖q), or believing p when q is true, KL(q‖p)?",
    ("KL(p‖q)", "KL(q‖p)", "both the same"),
    1,
    "Under q, draws often land where the narrow p says “practically impossible”, and each such"
    " surprise is charged at log(q/p). A cautious belief is cheap, an overconfident one is dear.",
    "Set both means to 0, the sd of p to 0.5 and that of q to 2: 0.9175 against 6.1137 nats.",
    (
        "The wide q wastes density where p hardly ever goes, but where p does go it is low by a"
        " bounded factor only: no draw of p costs more than log 4 = 1.386 nats.",
        "",
        "A distance is symmetric. But here the average is taken once over draws of p, once over"
        " draws of q, and these fall in different places.",
    ),
)

out_of_range = Prediction(
    "p is a standard Gaussian. q is the same bell, cut off at ±3 and scaled up to area 1. Draws of"
    " p fall beyond ±3 once in 370. How large is KL(p‖q)?",
    ("about 0.003 nats", "about 0.1 nats", "infinite"),
    2,
    "Beyond the cut, q = 0 and log p − log q is infinite. An average with an infinite term of"
    " positive probability is infinite, however small that probability.",
    "Set the cut to 3 and the share that q keeps to “nothing”, and read both directions.",
    (
        "That is KL(q‖p): under q no draw falls beyond the cut, so nothing there is charged.",
        "A price of 40 nats, times the probability of 1 in 370, would give 0.1. But −log 0 is not"
        " 40, it is infinite.",
        "",
    ),
)

double_gap = Prediction(
    "Same variance. You double the distance between the means. The divergence is multiplied by",
    ("2", "4", "it depends on σ"),
    1,
    r"$(\mu_p-\mu_q)^2/2\sigma^2$ is quadratic in the gap.",
    "Move the gap from 1.5 to 3 at σ = 1.5: from 0.5000 to 2.0000 nats.",
    (
        "A distance doubles. KL is not a distance: near equality it behaves like its square.",
        "",
        "σ sets the unit in which the gap is measured. It scales both values by the same factor,"
        " so it leaves their ratio.",
    ),
)

negative_term = Prediction(
    "KL is never negative. Can one of its three terms (log det, trace − 2, squared distance) be?",
    ("No, each is ≥ 0", "Yes, the first two can", "Yes, all three can"),
    1,
    "Give q a smaller volume than p, and the first term is negative; spread q wide, and the second"
    " is. Never both at once: their sum is a sum of r − 1 − log r over the eigenvalues r of Σq⁻¹Σp,"
    " with a ½, and that is never negative.",
    "Set both sds of q to 0.6, then to 2: the first number turns negative, then the second.",
    (
        "Their sum is ≥ 0, and that is less: a log of a ratio has either sign, and so has a trace"
        " with 2 taken off.",
        "",
        "The third is a squared length, measured by q: a square is never negative.",
    ),
)

near_equal = Prediction(
    "p = N(0, 1) and q = N(0, 1 + 10⁻⁹) differ by 2.5·10⁻¹⁹ nats. In double precision, the"
    " formula ½ [log(σq²/σp²) − 1 + σp²/σq²] returns",
    ("2.5·10⁻¹⁹", "0, or rounding noise near 10⁻¹⁶", "an error, or nan"),
    1,
    "Its three terms are near 10⁻⁹, −1 and 1 and cancel; what is left is the rounding of 1.",
    "Slide log₁₀ ε from −2 down to −9 and read the first two numbers of the caption.",
    (
        "A double could hold that number. But the terms 1 and −1 are kept to sixteen digits only,"
        " and their sum is asked for at the nineteenth.",
        "",
        "Each step is legal and finite: no overflow, no log of 0. Cancellation raises no warning.",
    ),
)

heavy_weights = Prediction(
    "To estimate KL(p‖q) from draws of p you may average −log r or r − 1 − log r, with r = q/p."
    " Both have the right mean. p = N(0, 1), and q = N(0, σq²) is wider. Which has the smaller"
    " error?",
    (
        "r − 1 − log r, for each such q",
        "−log r, for each such q",
        "r − 1 − log r for a q near p, −log r from some width on",
    ),
    2,
    "Near p = q the correction r − 1 cancels almost all of the noise. But r is large where p has"
    " few draws: from σq = 1.243 on the correction brings more noise than it takes away, and from"
    " σq² = 2 on its variance is infinite.",
    "Compare σq = 1.1 with σq = 1.6, and step the seed at each.",
    (
        "That no draw is negative does not bound the draws from above: for a wide q the rare draws"
        " far out carry weights r that swing the average.",
        "Simpler, and always of finite variance. But near p = q it is positive and negative by"
        " turns, and its noise is large beside a KL near 0.",
        "",
    ),
)
