"""The hunt answers the claim made, and what it says of the suspects is so."""

import itertools

import numpy as np

from helpers.diagnosis import diagnose
from helpers.lessons.gmm_cavi import formulas, hunt
from helpers.lessons.gmm_cavi.broken_elbos import BROKEN
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.puzzle import SEEN, WOULD, name_the_bugs, name_the_bugs_exercise
from helpers.mixture import MixtureModel

RIGHT = name_the_bugs()
DEFAULT = dict(sd_noise=0.6, shift=0.0, size=1.0, doubt=0.4)


def excess(letter, **moved):
    at = DEFAULT | moved
    model = MixtureModel(2, 0.0, 1.5, at["sd_noise"] ** 2)
    state = hunt.state_at(at["shift"], at["size"], at["doubt"])
    right = formulas.elbo_terms(model, TINY, state).total
    return BROKEN[letter](model, TINY, state) - right


def moves(letter, **moved):
    return abs(excess(letter, **moved) - excess(letter)) > 1e-9


WAYS = {"sd_noise": 0.9, "shift": 0.7, "size": 2.0, "doubt": 0.8}
CLAIMS = {
    1: lambda k: abs(excess(k, doubt=0.0)) < 1e-9,
    2: lambda k: abs(excess(k, size=2.0) - 2 * excess(k)) < 1e-9 and abs(excess(k)) > 1e-6,
    3: lambda k: [w for w, v in WAYS.items() if moves(k, **{w: v})] == ["shift"],
    4: lambda k: not any(moves(k, **{w: v}) for w, v in WAYS.items()),
    5: lambda k: abs(excess(k, sd_noise=1.0)) < 1e-9,
}


def test_every_bug_does_what_is_said_to_its_own_suspect_and_to_no_other():
    for letter, right in zip("abcde", RIGHT, strict=True):
        for bug, claim in CLAIMS.items():
            assert claim(letter) == (bug == right), (letter, bug)
            assert (letter in SEEN[bug]) == (bug != right)
    assert set(WOULD) == set(SEEN) == set(CLAIMS)


def test_what_is_seen_instead_is_seen():
    slider = {"s²": "size", "the doubt": "doubt", "λ": "sd_noise", "the means": "shift"}
    for letter, words in SEEN[4].items():
        name = slider[words.removesuffix(" does").removesuffix(" do")]
        assert moves(letter, **{name: WAYS[name]})
    for letter, words in SEEN[2].items():
        assert moves(letter, size=2.0) == (words == "it does not: it grows by something else")
    for letter, words in SEEN[3].items():
        assert moves(letter, shift=0.7) == (words == "s² moves it too")


def test_every_wrong_guess_is_answered_by_its_own_claim():
    for guess in itertools.permutations(range(1, 6)):
        outcome, message = diagnose(name_the_bugs_exercise, lambda guess=guess: np.array(guess))
        if guess == RIGHT:
            assert outcome == "passed"
            continue
        assert outcome == "wrong"
        place = next(i for i in range(5) if guess[i] != RIGHT[i])
        inverse = tuple(RIGHT.index(bug) + 1 for bug in range(1, 6))
        start = "You have named them all" if guess == inverse else f"You say {'abcde'[place]} is"
        assert message.startswith(start)
        assert "should be" not in message
