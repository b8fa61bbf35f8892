"""What the student writes in notebook 01, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise, Scale


def kl_univariate(mean_p, var_p, mean_q, var_q):
    ratio = var_p / var_q
    distance = (mean_p - mean_q) ** 2 / var_q
    return 0.5 * (ratio - 1 - np.log(ratio) + distance)


def kl_diagonal(mean_p, var_p, mean_q, var_q):
    ratio = var_p / var_q
    distance = (mean_p - mean_q) ** 2 / var_q
    return 0.5 * np.sum(ratio - 1 - np.log(ratio) + distance)


def kl_monte_carlo(log_p, log_q):
    log_ratio = log_p - log_q
    standard_error = np.std(log_ratio, ddof=1) / np.sqrt(len(log_ratio))
    return np.mean(log_ratio), standard_error


def kl_monte_carlo_with_n(log_p, log_q):
    log_ratio = log_p - log_q
    return np.mean(log_ratio), np.std(log_ratio) / np.sqrt(len(log_ratio))


def _assembled(log=0.5, ratio=0.5, one=-0.5, distance=0.5, total=np.sum, divide=True):
    """A KL with the given coefficients, from which most slips are made."""

    def wrong(mean_p, var_p, mean_q, var_q):
        gap = (mean_p - mean_q) ** 2
        summand = log * np.log(var_q / var_p) + ratio * var_p / var_q + one
        return total(summand + distance * (gap / var_q if divide else gap))

    return wrong


def _swapped(kl):
    return lambda mean_p, var_p, mean_q, var_q: kl(mean_q, var_q, mean_p, var_p)


def _variance_as_sd(kl):
    return lambda mean_p, var_p, mean_q, var_q: kl(mean_p, var_p**2, mean_q, var_q**2)


def _cross_entropy(mean_p, var_p, mean_q, var_q):
    square = (var_p + (mean_p - mean_q) ** 2) / var_q
    return 0.5 * np.sum(np.log(2 * np.pi * var_q) + square)


def _shared_slips(kl):
    return {
        "the log ratio lacks its ½": _assembled(log=1),
        "the log ratio is upside down: it should be log(σq²/σp²)": _assembled(log=-0.5),
        "the arguments are swapped: this is KL(q‖p)": _swapped(kl),
        "the variance is read as a standard deviation and squared again": _variance_as_sd(kl),
        "the squared distance is not divided by q's variance": _assembled(divide=False),
        "the squared distance lacks its ½": _assembled(distance=1),
        "the distance between the means is missing": _assembled(distance=0),
        "this is the cross entropy: p's own entropy is not taken away": _cross_entropy,
    }


IDENTITIES = {
    "KL(p‖p) = 0": lambda kl, mean_p, var_p, mean_q, var_q: (
        kl(mean_p, var_p, mean_p, var_p),
        "=",
        0,
    ),
    "KL is never negative": lambda kl, *arguments: (kl(*arguments), "≥", 0),
    "moving both means by 1 changes nothing": lambda kl, mean_p, var_p, mean_q, var_q: (
        kl(mean_p + 1, var_p, mean_q + 1, var_q),
        "=",
        kl(mean_p, var_p, mean_q, var_q),
    ),
    "measuring x in another unit changes nothing": lambda kl, mean_p, var_p, mean_q, var_q: (
        kl(3 * mean_p, 9 * var_p, 3 * mean_q, 9 * var_q),
        "=",
        kl(mean_p, var_p, mean_q, var_q),
    ),
}


def _terms(mean_p, var_p, mean_q, var_q):
    return {
        "log(σq²/σp²)": np.sum(np.log(var_q / var_p)),
        "σp²/σq²": np.sum(var_p / var_q),
        "(μp − μq)²/σq²": np.sum((mean_p - mean_q) ** 2 / var_q),
        "1": np.size(mean_p),
    }


def _probe(rng, shape=()):
    """Ordinary, round, and now and then with means and variances far apart."""
    mean_p, mean_q = rng.normal(size=(2, *shape))
    var_p, var_q = rng.gamma(3, 0.5, size=(2, *shape)) + 0.05
    match rng.integers(4):
        case 0:
            mean_p, mean_q = np.round(2 * mean_p), np.round(2 * mean_q)
            var_p, var_q = np.ceil(var_p), np.ceil(2 * var_q)
        case 1:
            mean_q, var_p, var_q = 20 * mean_q, 0.01 * var_p, 30 * var_q
    return mean_p, var_p, mean_q, var_q


EXAMPLES = ((0, 1, 0, 2), (0, 2, 0, 1), (1, 1, 0, 1), (1, 1, 0, 2), (2, 1, 0, 4), (1, 3, 2, 2))


def _in_two_dimensions():
    rows = [((0, 0), (1, 1), (0, 0), (2, 2)), ((1, 0), (1, 1), (0, 0), (1, 1))]
    rows += [((1, 0), (1, 2), (0, 2), (2, 1)), ((2, 1, 0), (1, 2, 1), (0, 0, 1), (2, 1, 4))]
    return tuple(tuple(np.array(part, dtype=float) for part in row) for row in rows)


kl_univariate_exercise = Exercise(
    kl_univariate,
    _probe,
    _shared_slips(kl_univariate) | {"the −1 is dropped": _assembled(one=0)},
    (
        "You are at the end of the ledger of the slides' seven terms, with the letters exchanged:"
        " there the expectation is under q, here under p. Write $r=\\sigma_p^2/\\sigma_q^2$ first;"
        " <code>var_p</code> and <code>var_q</code> are variances already, so nothing is squared.",
        "Two parts. The variances alone give $r - 1 - \\log r$, which is 0 at $r = 1$ and positive"
        " elsewhere. The means enter only by $(\\mu_p-\\mu_q)^2/\\sigma_q^2$.",
        "Add the two parts, then halve the whole: one ½ stands before everything."
        " <code>np.log</code> is the natural log.",
    ),
    (Scale(_terms),),
    IDENTITIES,
    examples=tuple(tuple(float(v) for v in row) for row in EXAMPLES),
    explanation="Expand the two squares under p: E[x] = μp and E[x²] = σp² + μp² turn every "
    "monomial into a number. What is left are a ratio of variances, its log and a squared distance "
    "in units of q. Ledger “KL(q‖p) of two univariate Gaussians, by the slides' seven terms”: the "
    "last line, with p and q exchanged.",
)

kl_diagonal_exercise = Exercise(
    kl_diagonal,
    lambda rng: _probe(rng, (int(rng.integers(1, 6)),)),
    _shared_slips(kl_diagonal)
    | {
        "−d is dropped": _assembled(one=0),
        "−1 stands where −d should: each dimension brings its own": lambda *a: (
            _assembled(one=0)(*a) - 0.5
        ),
        "the KLs are multiplied: densities multiply, their logs add": lambda *a: np.prod(
            [kl_univariate(*one) for one in zip(*a, strict=True)]
        ),
        "the mean over the dimensions is taken in place of the sum": _assembled(total=np.mean),
        "the variances are multiplied before the ratio is taken: the trace is a sum of ratios": (
            lambda mean_p, var_p, mean_q, var_q: (
                kl_diagonal(mean_p, var_p, mean_q, var_q)
                + 0.5 * (np.prod(var_p) / np.prod(var_q) - np.sum(var_p / var_q))
            )
        ),
    },
    (
        "You are at the line of the worksheet's hint where the log of a product became a sum of"
        " logs. Your univariate formula, elementwise, is most of the answer.",
        "Take the three ingredients for every coordinate first: ratio, log of the ratio, squared"
        " distance over q's variance. All have d entries.",
        "Then one sum over the one axis there is. The −1 is inside it: once a coordinate, −d in"
        " all. The ½ may stay outside.",
    ),
    (Scale(_terms),),
    IDENTITIES,
    examples=_in_two_dimensions(),
    symbols=lambda mean_p, var_p, mean_q, var_q: {"d": len(mean_p)},
    specials={"d is 1": lambda *arguments: tuple(a[:1] for a in arguments)},
    explanation="Independent coordinates have densities that multiply, so their logs add, and so "
    "do the expectations of the logs. KL is therefore the sum of d univariate KLs. Ledger "
    "“Diagonal covariances make KL a sum”: the line that exchanges the sum and the expectation.",
)


def _monte_carlo_probe(rng):
    """The log densities, at n draws from p, of two Gaussians; every third p and q are far apart."""
    n = int(rng.integers(3, 40))
    mean_q, sd_p, sd_q = rng.normal(), *rng.uniform(0.5, 2, 2)
    if not rng.integers(3):
        mean_q, sd_q = 6 * mean_q, sd_q / 3
    x = sd_p * rng.normal(size=n)
    return tuple(
        -0.5 * np.log(2 * np.pi * sd**2) - (x - mean) ** 2 / (2 * sd**2)
        for mean, sd in ((0, sd_p), (mean_q, sd_q))
    )


def _log_ratio_symbols(log_p, log_q):
    d = log_p - log_q
    return {
        "n": len(d),
        "the mean of the log ratios": np.mean(d),
        "their standard deviation": np.std(d, ddof=1),
        "the mean of log_p": np.mean(log_p),
        "the mean of log_q": np.mean(log_q),
        "the mean of q/p": np.mean(np.exp(-d)),
        "the mean of p/q": np.mean(np.exp(d)),
    }


def _estimate(value=np.mean, error=lambda d: np.std(d, ddof=1) / np.sqrt(len(d))):
    return lambda log_p, log_q: (value(log_p - log_q), error(log_p - log_q))


kl_monte_carlo_exercise = Exercise(
    kl_monte_carlo,
    _monte_carlo_probe,
    {
        "the arguments are swapped: this estimates −KL": lambda log_p, log_q: kl_monte_carlo(
            log_q, log_p
        ),
        "the sum is returned in place of the mean": _estimate(value=np.sum),
        "the standard error lacks its √n: this is the spread of one draw": _estimate(
            error=lambda d: np.std(d, ddof=1)
        ),
        "the spread is divided by n in place of √n": _estimate(
            error=lambda d: np.std(d, ddof=1) / len(d)
        ),
        "the variance stands where the standard deviation should": _estimate(
            error=lambda d: np.var(d, ddof=1) / np.sqrt(len(d))
        ),
        "the log ratio is weighted by p once more: the draws already come from p": lambda lp, lq: (
            np.mean(np.exp(lp) * (lp - lq)),
            _estimate()(lp, lq)[1],
        ),
        "log densities are divided: the log of a ratio is a difference": lambda lp, lq: (
            np.mean(lp / lq),
            np.std(lp / lq, ddof=1) / np.sqrt(len(lp)),
        ),
        "the median is taken: an expectation is a mean": _estimate(value=np.median),
        "the ratio is averaged before the log is taken": lambda lp, lq: (
            np.log(np.mean(np.exp(lp - lq))),
            _estimate()(lp, lq)[1],
        ),
        "the two logs are taken for independent: they are logs at the same draws": lambda p, q: (
            np.mean(p - q),
            np.sqrt((np.var(p, ddof=1) + np.var(q, ddof=1)) / len(p)),
        ),
        "the standard errors of the two logs are added: they are logs at the same draws": (
            lambda p, q: (
                np.mean(p - q),
                (np.std(p, ddof=1) + np.std(q, ddof=1)) / np.sqrt(len(p)),
            )
        ),
        "the spread is taken around 0, not around the mean": _estimate(
            error=lambda d: np.sqrt(np.sum(d**2) / (len(d) - 1) / len(d))
        ),
    },
    (
        "You are at the definition: KL is an expectation under p. The draws come from p already,"
        " so the expectation is a plain average. Of what?",
        "First the n log ratios $d_i = \\log p(x_i) - \\log q(x_i)$: logs are given, so nothing"
        " needs"
        " <code>np.log</code> or <code>np.exp</code>. The estimate is their mean.",
        "The spread of one draw is the standard deviation of the $d_i$ (n − 1 below,"
        " <code>ddof=1</code>); that of a mean of n draws is smaller by $\\sqrt n$. Return both.",
    ),
    identities={
        "equal densities give the estimate 0": lambda f, lp, lq: (f(lp, lp)[0], "=", 0),
        "equal densities give the standard error 0": lambda f, lp, lq: (f(lp, lp)[1], "=", 0),
    },
    parts=("estimate", "standard error"),
    examples=tuple(
        (np.array(log_p, dtype=float), np.array(log_q, dtype=float))
        for log_p, log_q in (((-1, -1, -2), (-2, -3, -2)), ((-1, -2, -3, -1), (-4, -2, -2, -2)))
    ),
    symbols=_log_ratio_symbols,
    scales=(
        Scale(
            lambda log_p, log_q: (
                {"the mean of log_p": np.mean(log_p), "the mean of log_q": np.mean(log_q)},
                {"sd/√n": np.std(log_p - log_q, ddof=1) / np.sqrt(len(log_p))},
            )
        ),
        Scale(
            lambda log_p, log_q: (
                None,
                {
                    "E[d²]/(n − 1)": np.mean((log_p - log_q) ** 2) / (len(log_p) - 1),
                    "E[d]²/(n − 1)": np.mean(log_p - log_q) ** 2 / (len(log_p) - 1),
                },
            ),
            lambda answer, *rest: (answer[0], answer[1] ** 2),
            "in the square",
        ),
    ),
    readings={"with n, not n − 1, under the variance (ddof=0)": kl_monte_carlo_with_n},
    explanation="The average of the log ratios over draws from p estimates their expectation under "
    "p, which is KL(p‖q). The draws are independent, so its standard error is the standard "
    "deviation of one log ratio over √n. Ledger “KL(q‖p) of two univariate Gaussians, by the "
    "slides' seven terms”: its first line, the definition, with p and q exchanged.",
)
