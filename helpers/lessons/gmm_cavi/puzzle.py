"""The exercise of naming the bug in each broken ELBO."""

import itertools

from helpers.exercise import Exercise


def name_the_bugs():
    return 4, 2, 1, 5, 3


_LOOK = {
    "a": "does its excess move at all, with any of the four sliders",
    "b": "move s² and λ, and watch whether its excess grows in proportion",
    "c": "turn the doubt to 0 and up again",
    "d": "is there a λ at which it is right",
    "e": "move both means, and nothing else",
}


def _exchanged(i, j):
    def wrong():
        order = list(name_the_bugs())
        order[i], order[j] = order[j], order[i]
        return tuple(order)

    return wrong


def _named_right(place, clue):
    right = name_the_bugs()[place]
    return lambda f: "" if f()[place] == right else f"it is another bug: {clue}"


suspects = Exercise(
    name_the_bugs,
    lambda rng: (),
    {
        f"{one} and {other} are exchanged, the rest is right": _exchanged(
            "abcde".index(one), "abcde".index(other)
        )
        for one, other in itertools.combinations("abcde", 2)
    }
    | {"the bugs are numbered from 1": lambda: tuple(n - 1 for n in name_the_bugs())},
    (
        "Move one slider at a time. An excess that answers to a slider holds that quantity.",
        "One is wrong by the same amount everywhere: no slider moves it.",
        "Two are cured by a slider: one at doubt 0, one at λ = 1. Of the last two, one answers to "
        "the means, the other to s².",
    ),
    identities={f"{k} is named right": _named_right(i, _LOOK[k]) for i, k in enumerate(_LOOK)},
)
