"""Numbers and counts as a caption says them: true minus signs, no −0.000, no "1 steps"."""

import math


def fixed(value, places=3):
    """`value` with so many places; what rounds to nothing is 0.000, never −0.000."""
    return _minus(f"{value:.{places}f}")


def signed(value, places=3):
    """As `fixed`, with its sign: +0.250, −0.250; nothing has none."""
    text = fixed(value, places)
    return text if text[0] == "−" or not _holds_more_than_zeros(text) else f"+{text}"


def short(value, digits=6):
    """At most so many digits, and powers of ten as people write them: 2.5, −0.5, 3·10⁻⁸."""
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return _minus(text)
    digits, exponent = text.split("e")
    power = "10" + str(int(exponent)).translate(_RAISED)
    return {"1": power, "-1": f"−{power}"}.get(digits, f"{_minus(digits)}·{power}")


def count(n, word, words=None):
    """1 step, 2 steps; `words` is a plural that is not just an s more."""
    return f"{n:,} {word if n == 1 else words or word + 's'}".replace(",", "\u202f")


def listed(items):
    """a; a and b; a, b and c."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def below(value, places=3):
    """A distance that may be rounding: 0.012, or "less than 0.001"."""
    least = 10.0**-places
    return f"less than {least:.{places}f}" if abs(value) < least else fixed(value, places)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _minus(text):
    if text.startswith("-"):
        text = text[1:] if not _holds_more_than_zeros(text) else "−" + text[1:]
    return text


def _holds_more_than_zeros(text):
    number = float(text.replace("−", "-"))
    return number != 0 or math.isnan(number)
