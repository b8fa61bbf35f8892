"""The pieces of a sentence: changes, other arguments, coefficients, names and numbers in words."""

import numpy as np

from helpers.diagnosis.foreign import is_sum
from helpers.diagnosis.numbers import array_text
from helpers.words import listed

FUNCTIONS = {
    "abs": "the absolute value of {0}",
    "exp": "the exponential of {0}",
    "log": "the log of {0}",
    "log of the size": "the log of the absolute value of {0}",
    "complement": "1 minus {0}",
    "positive part": "the positive part of {0}",
    "odds": "y/(1 + y), with y for {0}",
}


def changed(kind, facts, of):
    """The answer, said as a change of `of`."""
    match kind:
        case "minus":
            return f"minus {of}"
        case "factor":
            return f"{facts['factor']} times {of}"
        case "offset":
            offset = facts["offset"]
            sign = "minus" if offset.startswith("−") else "plus"
            return f"{of} {sign} {offset.removeprefix('−')}"
        case "power":
            factor = {"1": "", "−1": "minus "}.get(facts["factor"], f"{facts['factor']} times ")
            powers = {"2": "the square of", "½": "the square root of", "−1": "1 over"}
            how = powers.get(facts["power"])
            return f"{factor}{how} {of}" if how else f"{factor}{of} to the power {facts['power']}"
        case "function":
            factor = {"1": "", "−1": "minus "}.get(facts["factor"], f"{facts['factor']} times ")
            return factor + FUNCTIONS[facts["function"]].format(of)
    raise ValueError(kind)


def replacement(kind, facts):
    match kind:
        case "replaced":
            new = facts["new"].replace("its ", "its own ")
            return f"{new} in place of {facts['old']}"
        case "blend":
            return f"{facts['one']} and {facts['other']} exchanged"
        case "exchanged":
            return f"{facts['one']} and {facts['other']} exchanged"
        case "instead":
            return f"{facts['used']} in place of {facts['wanted']}"
        case "cut":
            names = listed(facts["of"])
            return f"{facts['entries']} of {names} ({facts['axis']}) used, not the rest"
    raise ValueError(kind)


def times(coefficient, name):
    name = f"({name})" if is_sum(name) else name
    return {"1": name, "−1": f"−{name}"}.get(coefficient, f"{coefficient} × {name}")


def coefficient(name, given, right):
    if name == "the right answer":
        return f"the right one has coefficient {given}, should be {right}"
    turned = given.replace("−", "") == right.replace("−", "")
    note = ": its sign is the wrong way round" if turned else _log(given, right)
    return f"the term {name} has coefficient {given}, should be {right}{note}"


def _log(given, right):
    return " (the natural logarithm is wanted)" if "/log" in given and "/log" not in right else ""


def terms_named(names):
    does = "the term {} does" if len(names) == 1 else "the terms {} do"
    return does.format(" and ".join(names))


def value(value):
    array = np.asarray(value, dtype=float)
    if array.ndim == 0:
        return f"{array.item():.6g}".replace("-", "−")
    return array_text(array)


def code(names):
    return listed([f"`{name}`" for name in names])


def capital(text):
    return text[:1].upper() + text[1:]


def wanted(subject):
    """What the subject should be, for "… times ⟨this⟩"."""
    if subject.startswith("your"):
        return "the right one"
    return f"what {it_(subject)} should be"


def is_(subject):
    """ "is" or "are"."""
    many = subject.startswith(("all ", "All ")) or " and the " in subject
    return "are" if many or subject.split(" of ")[0].endswith("s") else "is"


def it_(subject):
    """ "it" or "they"."""
    return "they" if is_(subject) == "are" else "it"
