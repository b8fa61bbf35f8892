"""Numbers as people write them."""

import math
import re

import numpy as np

SIMPLE = {
    0.5: "½",
    0.25: "¼",
    0.75: "¾",
    1.5: "3/2",
    1 / 3: "⅓",
    2 / 3: "⅔",
    0.125: "⅛",
    math.sqrt(2): "√2",
    1 / math.sqrt(2): "1/√2",
    math.pi: "π",
    2 * math.pi: "2π",
    math.log(2): "log 2",
    1 / math.log(2): "1/log 2",
    1 / math.log(10): "1/log 10",
    0.5 / math.log(2): "½/log 2",
    0.5 / math.log(10): "½/log 10",
    math.log(10): "log 10",
    math.log(2 * math.pi): "log 2π",
    0.5 * math.log(2 * math.pi): "½ log 2π",
    1.5 * math.log(2 * math.pi): "3/2 log 2π",
    1 + math.log(2 * math.pi): "(1 + log 2π)",
    0.5 + 0.5 * math.log(2 * math.pi): "½(1 + log 2π)",
    math.log(math.pi): "log π",
    math.e: "e",
}


def ratio(number, of=""):
    """A coefficient as people write it: ½, −1, 2, log 2π, else six digits; "½ d" with `of`."""
    size = abs(float(number))
    sign = "−" if number < 0 else ""
    text = next((t for v, t in SIMPLE.items() if abs(size - v) < 1e-7 * v), None)
    if text is None:
        text = f"{size:.6g}"
    if not of:
        return sign + text
    if of.startswith("1/") and text != "1":
        return f"{sign}{text}/{of[2:]}"
    return f"{sign}{of}" if text == "1" else f"{sign}{text} {of}"


def is_plain(text):
    """Whether a factor or an offset, as `ratio` writes it, is a number and names no quantity."""
    return text.lstrip("−") in SIMPLE.values() or bool(re.fullmatch(r"−?[\d.]+(e[+-]?\d+)?", text))


def pair(one, other):
    """Two different numbers with digits enough to see the difference (at least four)."""
    for digits in range(4, 17):
        texts = [_plain(float(v), digits) for v in (one, other)]
        if texts[0] != texts[1]:
            break
    return texts


def _plain(value, digits):
    if not math.isfinite(value):
        return str(value).replace("-", "−")
    return f"{value:.{digits}g}".replace("-", "−")


def argument(value):
    """An argument as the student would type it."""
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array.item():.6g}" if array.dtype.kind in "fiu" else repr(value)
    return f"np.array({array_text(array).replace('−', '-')})"


def arrays(one, other):
    """Two different arrays, with decimals enough to see the difference (at least four)."""
    for decimals in range(4, 17, 2):
        texts = [array_text(values, decimals) for values in (one, other)]
        if texts[0] != texts[1]:
            break
    return texts


def array_text(values, decimals=4):
    """[1, 0.5]: numbers without the zeros and points that fill numpy's columns."""
    values = np.asarray(values)
    least = 1e-12 * np.abs(values[np.isfinite(values)]).max(initial=0)  # rounding is written 0

    def written(number):
        if abs(number) <= least:
            return "0"
        if not 1e-3 <= abs(number) < 1e6:
            return f"{number:.{decimals}g}"
        return f"{number:.{decimals}f}".rstrip("0").rstrip(".")

    text = np.array2string(
        values, separator=", ", threshold=10**6, formatter={"float_kind": written}
    )
    return " ".join(text.split()).replace("[ ", "[").replace("-", "−")
