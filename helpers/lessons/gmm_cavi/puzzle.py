"""The exercise of naming the bug in each broken ELBO: the checker answers the claim made."""

import numpy as np

from helpers.exercise import Exercise


def name_the_bugs():
    return 4, 2, 1, 5, 3


# What each bug would do, and what was seen instead on a suspect that does not have it.
WOULD = {
    1: "then its excess would vanish where the doubt is 0",
    2: "then doubling s² would double its excess",
    3: "then moving the means would change its excess, and nothing else than the means would",
    4: "then no slider would move its excess",
    5: "then it would be right at λ = 1",
}
SEEN = {
    1: dict.fromkeys("abde", "it does not"),
    2: {
        "a": "it does not: s² leaves it as it is",
        "c": "it does not: s² leaves it as it is",
        "d": "it does not: it grows by something else",
        "e": "it does not: s² leaves it as it is",
    },
    3: dict.fromkeys("abc", "the means do not move it") | {"d": "s² moves it too"},
    4: {"b": "s² does", "c": "the doubt does", "d": "λ does", "e": "the means do"},
    5: dict.fromkeys("abce", "it is not"),
}


def answer_to(claim):
    """What to say to five numbers: why the first wrong one cannot be, or what is wrong with all."""
    if isinstance(claim, set):
        return "It returned a set, which has no order: return a tuple of five numbers."
    if not isinstance(claim, (tuple, list, np.ndarray)) or np.shape(claim) != (5,):
        return (
            f"It returned {_told(claim)}; five numbers are wanted, in the order of the suspects "
            "a, b, c, d, e."
        )
    if any(isinstance(one, str) for one in np.ravel(claim).tolist()):
        return "Bugs are known by their numbers in the list, 1 to 5: return five numbers."
    numbers = [float(one) for one in np.ravel(claim)]
    if any(n not in (1, 2, 3, 4, 5) for n in numbers):
        bad = next(n for n in numbers if n not in (1, 2, 3, 4, 5))
        return f"There is no bug {bad:g}: the list has the bugs 1 to 5."
    inverse = [name_the_bugs().index(bug) + 1 for bug in range(1, 6)]
    if numbers == inverse:
        return (
            "You have named them all, the other way round: this is the suspect of each bug. The "
            "bug of each suspect is asked for."
        )
    letter, bug = next(
        (k, int(n))
        for k, n, right in zip("abcde", numbers, name_the_bugs(), strict=True)
        if n != right
    )
    told = f"You say {letter} is {bug}: {WOULD[bug]}; {SEEN[bug][letter]}."
    twice = next((int(n) for n in numbers if numbers.count(n) > 1), None)
    return told + (f" And bug {twice} stands there twice: each has its one suspect." * bool(twice))


def _told(claim):
    if isinstance(claim, str):
        return "a string"
    if isinstance(claim, dict):
        return "a dict"
    return f"{len(claim)} values" if isinstance(claim, (tuple, list, np.ndarray)) else "one value"


name_the_bugs_exercise = Exercise(
    name_the_bugs,
    lambda rng: (),
    {"the bugs are numbered from 1": lambda: tuple(n - 1 for n in name_the_bugs())},
    (
        "Move one slider at a time. An excess that answers to a slider holds that quantity.",
        "One is wrong by the same amount everywhere: no slider moves it.",
        "Two are cured by a slider: one at doubt 0, one at λ = 1. Of the last two, one answers to "
        "the means, the other to s².",
    ),
    reply=answer_to,
    explanation="a is too high by N log K wherever you go: a constant. b's excess is ½ (D − 1) "
    "Σ φ s²/λ², which doubles with s². c is right where nothing is in doubt, for only H(q(c)) has "
    "the other sign. d is right at λ = 1, where λ and λ² are one. e answers to the means alone, "
    "through the prior's term. Each is a line of one of the five ledgers, “Term 1” to “Term 5”.",
)
