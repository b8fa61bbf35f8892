"""Sentences that say where to look, or what should hold, and not what is wrong."""

import numpy as np

from helpers.diagnosis.numbers import arrays, pair
from helpers.diagnosis.wording import capital, changed, code, is_, it_, terms_named, value, wanted


def right_on_scale(subject, facts, case):
    scale = capital(facts["scale"])
    it = "them" if is_(subject) == "are" else "it"
    return f"{scale}, {subject} {is_(subject)} right: look at what turns {it} into the answer."


def dependence(subject, facts, case):
    said = []
    it = it_(subject)
    many = it == "they"
    if facts["ignored"]:
        does = "do" if many else "does"
        ignored = code(facts["ignored"])
        said.append(f"{capital(subject)} {does} not depend on {ignored}; {it} should.")
    if facts["extra"]:
        changes = "change" if many else "changes"
        said.append(f"{capital(subject)} {changes} with {code(facts['extra'])}; {it} should not.")
    said += [_slice(subject, *one) for one in facts["slices"][:1]]
    moves = facts["moves"]
    where = f" {facts['scale']}" if facts["scale"] else ""
    if not moves:
        if len(facts["still"]) > 1:
            said.append(
                f"What is off{where} moves with no argument: a constant is wrong or missing."
            )
    elif len(moves) < len(case.names):
        like = f", as {terms_named(facts['terms'])}: look there first" if facts["terms"] else ""
        said.append(f"The difference to the right one{where} moves with {code(moves)} alone{like}.")
    return " ".join(said)


def _slice(subject, name, ndim, axis, place):
    kind = "entry" if ndim == 1 else ("row" if axis == 0 else "column")
    which = f"the last {kind}" if place == "last" else f"{kind} {place}"
    return f"Moving {which} of `{name}` alone leaves {subject} as it was; it should not."


def special(subject, facts, case):
    verb = "It is" if subject.startswith("your") else f"{capital(subject)} {is_(subject)}"
    return f"{verb} right where {', and where '.join(facts['cases'])}."


def identity(subject, facts, case):
    left, right = (value(facts[k]) for k in ("left", "right"))
    if left == right:
        two = pair if np.ndim(facts["left"]) == 0 else arrays
        left, right = two(facts["left"], facts["right"])
    wanted = f"not {right}" if facts["relation"] == "=" else f"not {facts['relation']} {right}"
    return f"It should hold that {facts['words']}; yours gives {left}, {wanted}."


def unsteady(subject, facts, case):
    return "It gives another answer to the same arguments: it draws random numbers, or remembers."


def drawn(subject, facts, case):
    return "It draws random numbers, if always the same: the exact value is wanted."


def sometimes(subject, facts, case):
    return f"It is right on {facts['right']} of {facts['all']} probes, and wrong {facts['where']}."


def entries_on_scale(subject, facts, case):
    text = f"{capital(facts['scale'])}, only {facts['entries']} {is_(facts['entries'])} wrong"
    if facts["kind"]:
        text += f": {changed(facts['kind'], facts['facts'], wanted(facts['entries']))}"
    return f"{text}."


def entries(subject, facts, case):
    entries, of, part = subject.partition(" of the ")
    start = f"Of the {part}, only {entries}" if of else f"Only {subject}"
    return f"{start} {is_(subject)} wrong."


def right_parts(subject, facts, case):
    names = " and ".join(f"the {name}" for name in facts["names"])
    return f"{capital(names)} {is_(names)} right, {subject} {is_(subject)} not."
