"""What the student writes in notebook 01, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise


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


def _shared_slips(kl):
    return {
        "the log of the determinants lacks its ½": _assembled(log=1),
        "the log ratio is upside down: it should be log(σq²/σp²)": _assembled(log=-0.5),
        "the arguments are swapped: this is KL(q‖p)": _swapped(kl),
        "the variance is read as a standard deviation and squared again": _variance_as_sd(kl),
        "the squared distance is not divided by q's variance": _assembled(divide=False),
        "the squared distance lacks its ½": _assembled(distance=1),
        "the distance between the means is missing": _assembled(distance=0),
    }


def _close(value, wanted):
    return "" if abs(value - wanted) <= 1e-9 * max(1, abs(wanted)) else f"it gives {value:.6g}"


def _identities(example):
    """What every KL obeys, tested on one pair (mean_p, var_p, mean_q, var_q)."""
    mean_p, var_p, mean_q, var_q = example
    return {
        "KL(p‖p) = 0": lambda kl: _close(kl(mean_p, var_p, mean_p, var_p), 0),
        "KL is never negative": lambda kl: (
            "" if kl(*example) >= -1e-12 else f"it gives {kl(*example):.6g}"
        ),
        "moving both means by 1 changes nothing": lambda kl: _close(
            kl(mean_p + 1, var_p, mean_q + 1, var_q), kl(*example)
        ),
        "measuring x in another unit changes nothing": lambda kl: _close(
            kl(3 * mean_p, 9 * var_p, 3 * mean_q, 9 * var_q), kl(*example)
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
    mean_p, mean_q = rng.normal(size=(2, *shape))
    var_p, var_q = rng.gamma(3, 0.5, size=(2, *shape))
    return mean_p, var_p, mean_q, var_q


univariate = Exercise(
    kl_univariate,
    _probe,
    _shared_slips(kl_univariate) | {"the −1 is dropped": _assembled(one=0)},
    (
        "Write $r=\\sigma_p^2/\\sigma_q^2$ first. Two of the three ingredients only need $r$.",
        "The scale part is $r - 1 - \\log r$; it is 0 at $r = 1$ and positive elsewhere.",
        "The mean part is $(\\mu_p-\\mu_q)^2/\\sigma_q^2$, and one ½ stands before everything.",
    ),
    _terms,
    _identities((0.3, 0.5, 1.0, 1.5)),
)

diagonal = Exercise(
    kl_diagonal,
    lambda rng: _probe(rng, (int(rng.integers(2, 6)),)),
    _shared_slips(kl_diagonal)
    | {
        "−d is dropped": _assembled(one=0),
        "−1 stands where −d should: each dimension brings its own": lambda *a: (
            _assembled(one=0)(*a) - 0.5
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
        "Your univariate formula, elementwise, is most of the answer: numpy does the elements.",
        "The log density of independent coordinates is a sum, and so is the divergence.",
        "<code>np.sum</code> over the one axis there is; −1 per coordinate makes −d.",
    ),
    _terms,
    _identities(
        (np.array([0.3, -1]), np.array([0.5, 2]), np.array([1, 0.0]), np.array([1.5, 0.7]))
    ),
)


def _monte_carlo_probe(rng):
    n = int(rng.integers(5, 40))
    return rng.normal(-1.5, 1, n), rng.normal(-2, 1, n)


def _estimate(value=np.mean, error=lambda d: np.std(d, ddof=1) / np.sqrt(len(d))):
    return lambda log_p, log_q: (value(log_p - log_q), error(log_p - log_q))


monte_carlo = Exercise(
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
        "the ratio is averaged before the log is taken": lambda lp, lq: (
            np.log(np.mean(np.exp(lp - lq))),
            _estimate()(lp, lq)[1],
        ),
        "the spread is taken around 0, not around the mean": _estimate(
            error=lambda d: np.sqrt(np.sum(d**2) / (len(d) - 1) / len(d))
        ),
        "the variance is divided by n, which is too small: divide by n − 1 (ddof=1)": _estimate(
            error=lambda d: np.std(d) / np.sqrt(len(d))
        ),
    },
    (
        "KL is an expectation under p, and the draws come from p: average something.",
        "That something is $\\log p(x_i) - \\log q(x_i)$, the log ratio of each draw.",
        "The standard error of a mean of $n$ draws is their standard deviation"
        " (<code>ddof=1</code>) over $\\sqrt n$.",
    ),
    identities={
        "equal densities give 0 ± 0": lambda f: (
            "" if np.allclose(f(np.ones(4), np.ones(4)), 0) else "it does not"
        ),
    },
)
