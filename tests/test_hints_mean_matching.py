"""The hints of notebook 02 are true."""

import numpy as np
from claims import claim
from scipy.special import rel_entr

from helpers.lessons.mean_matching.factorise_exercise import factorise
from helpers.lessons.mean_matching.gradient_exercise import gradient
from helpers.lessons.mean_matching.moment_match_exercise import moment_match

INSTRUCTIONS = (
    r"Compute first what stands for $\mathbb{E}_p[\mathbf x]$: the average of the n "
    r"draws, one number for each coordinate, so an average along the rows (axis 0), of "
    r"shape (d,).",
    "You are at moment matching: the best Gaussian has p's mean and p's variance. p "
    "is points with weights, so first make the weights a distribution: they must sum "
    "to 1.",
)


@claim(
    "You are at the end of the ledger with the Lagrange multiplier: λ = 1, so the "
    "best factor is the marginal.",
    "It is the table summed over the other variable.",
    "First the two marginals: table.sum(axis=1) sums over b and leaves one number for "
    "each a, the row; axis 0 leaves one for each b, the column.",
    r"Then every product of a row's number with a column's: entry (a, b) is "
    r"$q_1(a)\,q_2(b)$, of the table's own shape.",
    "Nothing needs dividing.",
)
def test_the_best_factor_is_the_marginal():
    rng = np.random.default_rng(0)
    for shape in ((2, 2), (3, 4), (5, 2)):
        table = rng.dirichlet(np.ones(shape[0] * shape[1])).reshape(shape)
        rows, columns = table.sum(axis=1), table.sum(axis=0)
        assert (rows.shape, columns.shape) == ((shape[0],), (shape[1],))
        best = factorise(table)
        assert best.shape == table.shape
        assert all(
            np.isclose(best[a, b], rows[a] * columns[b])
            for a in range(shape[0])
            for b in range(shape[1])
        )
        assert np.isclose(best.sum(), 1)
        least = rel_entr(table, best).sum()
        for _ in range(50):
            other = np.outer(rng.dirichlet(np.ones(shape[0])), columns)
            assert rel_entr(table, other).sum() > least


@claim(
    r"You are at the line where everything without μ has been left behind: only "
    r"$\frac12\|\mu - \mathbb{E}_p[\mathbf x]\|^2$ holds μ.",
    "Its derivative has one part with μ and one with the mean; the 2 of the square "
    "takes away the ½.",
    "What is left is a difference of two vectors of shape (d,).",
    "Its sign: where μ is above the mean, KL grows with μ, so the gradient is positive there.",
)
def test_the_gradient_is_that_of_half_a_square():
    rng = np.random.default_rng(0)
    for n, d in ((1, 1), (5, 2), (9, 4)):
        mu, x = rng.normal(size=d), rng.normal(size=(n, d))
        found, mean = gradient(mu, x), x.mean(axis=0)
        assert found.shape == mean.shape == (d,)
        assert np.allclose(found, mu - mean)
        assert np.array_equal(found > 0, mu > mean)
        for j in range(d):
            step = 1e-5 * np.eye(d)[j]

            def kl(at, x=x):  # up to what does not hold μ
                return 0.5 * np.mean(np.sum((x - at) ** 2, axis=1))

            slope = (kl(mu + step) - kl(mu - step)) / 2e-5
            assert np.isclose(slope, found[j], atol=1e-8)


@claim(
    r"The mean is $\sum_i w_i x_i$ with those weights: no division by n any more.",
    "The variance is the average, with the same weights, of the squared distance from that mean.",
    "It is neither around 0, nor divided by n − 1, nor a standard deviation.",
)
def test_moments_are_averages_with_the_weights():
    rng = np.random.default_rng(0)
    for n in (2, 5, 30):
        x, weights = rng.normal(1, 2, n), rng.gamma(1, 1, n)
        share = weights / weights.sum()
        mean, variance = moment_match(x, weights)
        assert np.isclose(mean, np.sum(share * x))
        assert np.isclose(variance, np.sum(share * (x - mean) ** 2))
        others = (np.sum(share * x**2), variance * n / (n - 1), np.sqrt(variance))
        assert not np.isclose(variance, others).any()
