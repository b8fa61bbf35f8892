"""Findings into sentences: the only place where the diagnosis speaks about mathematics."""

from helpers.diagnosis import pointers
from helpers.diagnosis.wording import (
    capital,
    changed,
    coefficient,
    is_,
    it_,
    replacement,
    times,
    wanted,
)


def sentence(finding, case):
    """What a finding says, as one or two sentences."""
    subject = _subject(finding, case)
    return SENTENCES[finding.kind](subject, finding.facts, case)


def _subject(finding, case):
    """ "your value", "the variance", "entry j of the mean": what is wrong."""
    if "parts" in finding.facts:
        return " and ".join(f"the {case.part_name(part)}" for part in finding.facts["parts"])
    name = case.part_name(finding.part)
    part = f"the {name}" if name else "your value"
    entries = case.entries.get(finding.part)
    if not entries:
        return part
    return f"{entries} of {part}" if name else f"{entries}"


def _slips(names):
    return " Or: ".join(f"{name}." for name in names)


def _slip(subject, facts, case):
    names, wrong = case.exercise.parts, case.wrong
    where = ""
    if len(wrong) < len(names):
        bad = " and ".join(f"the {names[part]}" for part in wrong)
        good = " and ".join(f"the {n}" for i, n in enumerate(names) if i not in wrong)
        where = f" It is in {bad}; {good} {is_(good)} right."
    return f"Known slip: {_slips(facts['slips'])}{where}"


def _parts_exchanged(subject, facts, case):
    names = ", ".join(case.exercise.parts) or "as in the text"
    return f"The numbers are right, their order is not: {names}. Exchange the two parts."


def _single(kind):
    def told(subject, facts, case):
        said = changed(kind, facts, wanted(subject))
        text = f"{capital(subject)} {is_(subject)} {said}, on every probe."
        if kind == "minus":
            return f"The sign is the wrong way round: {subject} {is_(subject)} {said}."
        factor = facts.get("factor", "")
        if factor.endswith("1/log 2") or factor.endswith("1/log 10"):
            return f"{text} The natural logarithm, np.log, is wanted."
        return text

    return told


def _formula(kind):
    def told(subject, facts, case):
        replaced = replacement(kind, facts)
        return f"{capital(subject)} {is_(subject)} what the right formula gives with {replaced}."

    return told


def _replaced_and_changed(subject, facts, case):
    base = replacement(facts["base"], facts["base_facts"])
    said = changed(facts["kind"], facts["facts"], f"what the right formula gives with {base}")
    return f"{capital(subject)} {is_(subject)} {said}."


def _slip_changed(subject, facts, case):
    said = changed(facts["kind"], facts["facts"], "what this slip gives")
    return f"Two things at once. Known slip: {facts['slip']}. And {subject} {is_(subject)} {said}."


def _coefficients(subject, facts, case):
    place = facts["scale"] or ""
    whose = "" if subject.startswith("your value") else subject
    start = f"{capital(', '.join(filter(None, (whose, place))))}: "
    foreign = [(g, n) for n, g, _ in facts["terms"] if n in facts["foreign"]]
    own = [one for one in facts["terms"] if one[0] not in facts["foreign"]]
    lost = [(right, name) for name, given, right in own if given == "0"]
    parts = [coefficient(*one) for one in own if one[1] != "0"]
    if foreign and lost:
        if [name for _, name in lost] == ["the right answer"]:
            return f"{capital(subject)} {is_(subject)} {times(*foreign[0])}."
        right = " + ".join(times(*one) for one in lost).replace("+ −", "− ")
        parts.append(f"there is {times(*foreign[0])} in place of {right}")
    elif foreign:
        parts.append(f"the term {times(*foreign[0])} does not belong")
    else:
        parts += [f"the term {times(*one)} is missing" for one in lost]
    text = "; ".join(parts)
    return f"{start}{text}." if place or whose else f"{capital(text)}."


def _changed_on_scale(subject, facts, case):
    said = changed(facts["kind"], facts["facts"], wanted(subject))
    return f"{capital(facts['scale'])}, {subject} {is_(subject)} {said}."


def _term_changed(subject, facts, case):
    many = "what they should be" if len(facts["terms"]) > 1 else "what it should be"
    said = changed(facts["kind"], facts["facts"], many)
    place = f" {facts['scale']}" if facts["scale"] else ""
    whose = f" of {subject}" if not subject.startswith("your") else ""
    if len(facts["terms"]) > 1:
        names = " and ".join(facts["terms"])
        return f"Only the terms {names}{whose} are off{place}: together they are {said}."
    return f"Only the term {facts['terms'][0]}{whose} is off{place}: it is {said}."


def _not_finite(subject, facts, case):
    where = f" in {facts['entries']}" if facts["entries"] else ""
    often = "" if facts["always"] else " for some arguments"
    text = f"It is not finite ({facts['value']}){where}{often}."
    if facts["line"]:
        text += f" It comes from your line `{facts['line']}`: {facts['cause']}."
    elif facts["cause"]:
        text += f" {capital(facts['cause'])}."
    if facts["else right"]:
        text += " Everywhere else it is right."
    return text


def _close(subject, facts, case):
    of, within = "the right one", ""
    if "slip" in facts:
        return f"{capital(subject)} {is_(subject)} close to a known slip: {facts['slip']}."
    if "factor" in facts:
        of = f"{facts['factor']} times the right one"
    elif facts["gap"] > 1e-4:
        within = f" (within {100 * facts['gap']:.1g} %)"
    return (
        f"{capital(subject)} {is_(subject)} close to {of}{within}, but not exact: is something "
        "sampled, rounded or approximated?"
    )


def _constant(subject, facts, case):
    text = f"{capital(subject)} {is_(subject)} {facts['value']}, whatever the arguments are."
    if facts["line"]:
        text += f" In your line `{facts['line']}`: {facts['cause']}."
    return text


def _blend(subject, facts, case):
    other = f"what the right formula gives with {replacement('blend', facts)}"
    both = f"{_times(facts['a'], 'the right one')} plus {_times(facts['b'], other)}"
    return f"{capital(subject)} {is_(subject)} {both.replace('plus −', 'minus ')}."


def _times(factor, what):
    return {"1": what, "−1": f"−{what}"}.get(factor, f"{factor} times {what}")


def _follows(subject, facts, case):
    return f"{capital(subject)} {is_(subject)} right for your {' and '.join(facts['from'])}."


def _off_the_bound(subject, facts, case):
    bound, verb, it = facts["bound"], is_(subject), it_(subject)
    never = {"always": "", "never": "", "sometimes": " always"}[facts["at"]]
    rest = f"; where {it} should be {bound}, {it} {verb} not{never}"
    rest = "" if facts["at"] == "always" else rest
    if facts["kind"] == "right":
        return f"{capital(subject)} {verb} right wherever {it} should not be {bound}{rest}."
    value, of = facts["facts"].get("value"), f"what {it} should be"
    said = value or changed(facts["kind"], facts["facts"], of)
    turned = " Are min and max exchanged?" if value == bound and rest else ""
    return f"Wherever {subject} should not be {bound}, {it} {verb} {said}{rest}.{turned}"


def _rounded(subject, facts, case):
    digits = facts["digits"]
    whole = f"{capital(subject)} {is_(subject)} the right one rounded to {digits} digits"
    return f"{whole}: leave it as it is."


def _uneven(subject, facts, case):
    return (
        f"{capital(subject)} {is_(subject)} proportional to the right one, by a factor that "
        "changes with the arguments: is it normalised?"
    )


SENTENCES = {
    "slip": _slip,
    "slip of part": lambda s, f, c: f"{capital(s)}: known slip: {_slips(f['slips'])}",
    "two slips": lambda s, f, c: f"Two known slips at once: {'; and '.join(f['slips'])}.",
    "slip changed": _slip_changed,
    "parts exchanged": _parts_exchanged,
    "turned": lambda s, f, c: f"{capital(s)} is the right one {f['how']}.",
    "minus": _single("minus"),
    "factor": _single("factor"),
    "offset": _single("offset"),
    "power": _single("power"),
    "function": _single("function"),
    "uneven": _uneven,
    "replaced": _formula("replaced"),
    "exchanged": _formula("exchanged"),
    "instead": _formula("instead"),
    "cut": _formula("cut"),
    "replaced and changed": _replaced_and_changed,
    "coefficients": _coefficients,
    "changed on scale": _changed_on_scale,
    "term changed": _term_changed,
    "right on scale": pointers.right_on_scale,
    "dependence": pointers.dependence,
    "special": pointers.special,
    "not finite": _not_finite,
    "identity": pointers.identity,
    "close": _close,
    "unsteady": pointers.unsteady,
    "drawn": pointers.drawn,
    "raised": lambda s, f, c: f["told"].removesuffix(".") + ", for some arguments.",
    "constant": _constant,
    "blend": _blend,
    "sometimes": pointers.sometimes,
    "entries on scale": pointers.entries_on_scale,
    "rounded": _rounded,
    "entries": pointers.entries,
    "follows": _follows,
    "off the bound": _off_the_bound,
    "right parts": pointers.right_parts,
}
