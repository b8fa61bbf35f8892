"""Questions to commit to before the sliders move."""

from helpers.widgets import Prediction

asymmetry = Prediction(
    "p is narrow (σ = 0.5) and q is wide (σ = 2), both centred at 0. Which costs more: believing q"
    " when p is true, KL(p‖q), or believing p when q is true, KL(q‖p)?",
    ("KL(p‖q)", "KL(q‖p)", "both the same"),
    1,
    "Under q, draws often land where the narrow p says “practically impossible”, and each such"
    " surprise is charged at log(q/p). A cautious belief is cheap, an overconfident one is dear.",
    "Set both means to 0 and the scales to 0.5 and 2: 0.918 against 6.114 nats.",
)

double_gap = Prediction(
    "Same variance. You double the distance between the means. The divergence is multiplied by",
    ("2", "4", "it depends on σ"),
    1,
    r"$(\mu_p-\mu_q)^2/2\sigma^2$ is quadratic in the gap; σ only sets the unit.",
    "Move the gap from 1.5 to 3 at σ = 1.5: from 0.5000 to 2.0000 nats.",
)

negative_term = Prediction(
    "KL is never negative. Can one of its three terms (log det, trace − 2, mean gap) be?",
    ("No, each is ≥ 0", "Yes, the first two can", "Yes, all three can"),
    1,
    "Shrink q: its log determinant falls below p's and the first term turns negative, while the"
    " trace grows by more. Only their sum is protected: r − 1 − log r ≥ 0 for every r &gt; 0.",
    "Set both sds of q to 0.6 and watch the first bar go down and the second up.",
)

heavy_weights = Prediction(
    "To estimate KL(p‖q) from draws of p you may average −log r or r − 1 − log r, with r = q/p."
    " Both are unbiased. Which has the smaller error?",
    ("−log r", "r − 1 − log r", "it depends on q"),
    2,
    "Near p = q the correction r − 1 cancels almost all of the noise. But r² has a mean only while"
    " σq² &lt; 2σp²: beyond, the variance is infinite and a single draw can move the average.",
    "Compare σq = 1.1 with σq = 1.6, and step the seed at each.",
)

near_equal = Prediction(
    "p = N(0, 1) and q = N(0, (1 + 10⁻⁹)²) differ by 10⁻¹⁸ nats. In double precision, the formula"
    " log(σq/σp) + σp²/2σq² − ½ returns",
    ("about 10⁻¹⁸", "0, or rounding noise near 10⁻¹⁶", "an error"),
    1,
    "Its three terms are near 10⁻⁹, ½ and −½ and cancel; what is left is the rounding of ½.",
    "Slide ε down from 1: half of its digits are gone at 10⁻⁴, all at 10⁻⁸.",
)
