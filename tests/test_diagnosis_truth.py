"""What the diagnosis says is so: each of these once drew a sentence that was not true."""

import numpy as np
import pytest

from helpers.diagnosis import diagnose
from helpers.exercise import Exercise, Scale
from helpers.lessons.coin_toss.exercises import laplace_variance_exercise as VARIANCE
from helpers.lessons.coin_toss.exercises import metropolis_accept_exercise as ACCEPT


def bent(a, b):
    """Flat in b where a is negative, flat in a where it is positive."""
    return 1 + min(a, 0.0) + max(a, 0.0) * b


BENT = Exercise(bent, lambda rng: tuple(float(v) for v in rng.normal(size=2)), {}, ())


def gain(log_joint, log_proposal):
    return log_joint[1] - log_joint[0] + log_proposal[1] - log_proposal[0]


def accepting(probability):
    """An answer whose second part follows from its first."""

    def answer(z, log_joint, log_proposal):
        p = probability(log_joint, log_proposal)
        return p, p * z[1] + (1 - p) * z[0]

    return answer


def test_a_scale_whose_only_term_is_0_on_every_probe_is_not_used():
    silent = Exercise(
        lambda a, b: a * b,
        lambda rng: (0.0, float(rng.normal())),
        {},
        (),
        (Scale(lambda a, b: {"a b": a * b}),),
    )
    assert diagnose(silent, lambda a, b: np.sin(b))[0] == "wrong"


def test_a_scale_whose_term_is_0_on_the_wrong_probes_is_not_used():
    """Right where a > 0; elsewhere the answer is nan or has no term."""
    half = Exercise(
        lambda a, b: max(a, 0.0),
        lambda rng: tuple(float(v) for v in rng.normal(size=2)),
        {},
        (),
        (Scale(lambda a, b: {"the positive part of a": max(a, 0.0)}),),
    )
    wrong = lambda a, b: np.log(-a) if a > 0 else a * b**3  # noqa: E731
    assert diagnose(half, wrong)[0] == "wrong"


def test_a_special_case_holds_on_every_probe():
    """Equal to the right one where b is 0, but for a above 1."""
    wrong = lambda a, b: bent(a, b) + a * b**2 + (a > 1) * a**2  # noqa: E731
    assert "`b` is 0" not in diagnose(BENT, wrong)[1]


def test_a_special_case_in_which_nearly_every_slip_is_right_is_not_told():
    """Where both states are one, every probability has the same mean."""
    message = diagnose(ACCEPT, accepting(lambda j, g: 0.3 + 0.1 * np.sin(gain(j, g))))[1]
    assert "`z` is" not in message


def test_symmetric_is_not_only_0():
    summed = accepting(lambda j, g: min(1, np.exp(j[1] - j[0] + g[1] + g[0])))
    assert "symmetric" not in diagnose(ACCEPT, summed)[1]


def test_an_argument_that_matters_somewhere_is_not_said_not_to_matter():
    """Where the proposal is better the right probability stands still; elsewhere it does not."""
    message = diagnose(ACCEPT, accepting(lambda j, g: np.exp(-abs(gain(j, g)))))[1]
    assert "; it should not" not in message


def test_an_argument_that_is_used_somewhere_is_not_said_to_be_ignored():
    message = diagnose(BENT, lambda a, b: a * b**2 if b > 1.2 else a)[1]
    assert "does not depend" not in message
    assert "leaves" not in message


def test_an_entry_that_is_used_somewhere_is_not_said_to_be_ignored():
    ratio = accepting(lambda j, g: min(1, np.exp(j[1] / j[0] + g[1] - g[0])))
    assert "leaves" not in diagnose(ACCEPT, ratio)[1]


def test_the_difference_moves_alone_with_what_it_moves_with_everywhere():
    """It moves with b, too, once a is above 1."""
    message = diagnose(BENT, lambda a, b: bent(a, b) + a**3 + (a > 1) * b**3)[1]
    assert "alone" not in message


def test_an_infinite_answer_is_not_said_to_move():
    def first_derivative(a, b, heads, tails):
        up, down = a + heads - 1, b + tails - 1
        peak = up / (up + down)
        return -1 / (up / peak - down / (1 - peak))

    message = diagnose(VARIANCE, first_derivative)[1]
    assert "divided by 0" in message
    for untrue in ("should not", "moves with no argument", "inf, not −inf"):
        assert untrue not in message


def test_a_small_coefficient_is_not_a_missing_term():
    """The second difference, not divided by h²."""

    def undivided(a, b, heads, tails):
        up, down, h = a + heads - 1, b + tails - 1, 1e-4
        joint = lambda t: up * np.log(t) + down * np.log(1 - t)  # noqa: E731
        peak = up / (up + down)
        return -1 / (joint(peak + h) - 2 * joint(peak) + joint(peak - h))

    message = diagnose(VARIANCE, undivided)[1]
    assert "missing" not in message
    assert "is 1e-08 times the right one" in message


def test_a_factor_is_seen_where_the_right_answer_is_sometimes_0():
    product = Exercise(
        lambda a, b: a * b,
        lambda rng: (float(rng.integers(-1, 2)), float(rng.normal())),
        {},
        (),
    )
    assert "½ times" in diagnose(product, lambda a, b: a * b / 2)[1]


@pytest.mark.parametrize("power", [2, 10])
def test_no_part_of_the_answer_hides_in_a_term_of_the_fit(power):
    """Foreign terms made of the right answer itself explain everything and nothing."""

    def exchanged(a, b, heads, tails):
        up, down = a + heads - 1, b + tails - 1
        peak = up / (up + down)
        return 1 / (up / (1 - peak) ** power + down / peak**power)

    assert "(the right one)" not in diagnose(VARIANCE, exchanged)[1]


def test_a_part_that_follows_from_a_wrong_one_is_no_second_mistake():
    outcome, message = diagnose(ACCEPT, accepting(lambda j, g: 0.5 * min(1, np.exp(gain(j, g)))))
    assert outcome == "wrong"
    assert "the probability is ½ times what it should be" in message.lower()
    assert "the mean of the next state is right for your probability" in message.lower()


@pytest.mark.parametrize("seed", range(5))
def test_random_answers_of_few_values_are_seen(seed):
    """Two calls in a row mostly agree."""
    rng = np.random.default_rng(seed)

    def drawing(z, log_joint, log_proposal):
        p = min(1, np.exp(gain(log_joint, log_proposal)))
        return p, z[1] if rng.uniform() < p else z[0]

    assert "another answer to the same arguments" in diagnose(ACCEPT, drawing)[1]
