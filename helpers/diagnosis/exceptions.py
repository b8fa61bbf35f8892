"""What Python's own words about an exception mean for a beginner: one hint, where there is one."""

import re

import numpy as np

HINTS = (  # (kind of exception, its words, the hint)
    ("TypeError", "ndarray' object is not callable", "an array is no function: take an entry with "
     "[ ], or is a * missing before the bracket?"),
    ("TypeError", "object is not callable", "is a * missing before a bracket?"),
    ("TypeError", "bitwise_xor|for \\^", "a power is written ** in Python, not ^"),
    ("TypeError", "NoneType", "something is None there: does a function of yours end without a "
     "`return`?"),
    ("TypeError", "only .*scalar arrays can be converted|only length-1 arrays|only 0-dimensional "
     "arrays", "an array stands where one number is wanted: math works on numbers, np on arrays"),
    ("ValueError", "truth value of an array", "an `if`, min or max wants one number, and this is "
     "an array: np.where, np.minimum and np.maximum go through it entry by entry"),
    ("IndexError", "out of bounds", "Python counts from 0, and −1 is the last"),
    ("IndexError", "too many indices", "the array has fewer axes than you give indices"),
)  # fmt: skip
MODULES = ("np", "numpy", "scipy", "math", "plt")
AXIS = "np.min and np.max take one array, and their second argument is an axis"
SHAPES = "broadcast|matmul|aligned|dimension|shape mismatch|inhomogeneous"


def hint(error, line, names, arguments):
    """The hint for this exception on these arguments, or ""."""
    kind, words = type(error).__name__, str(error)
    if kind == "NameError" and getattr(error, "name", None) in MODULES:
        return f"run the cell that imports {error.name}"
    if kind == "NameError":
        return f"the arguments are called {', '.join(names)}" if names else ""
    if kind in ("TypeError", "AxisError") and re.search(r"np\.(min|max)\(", line):
        return f"{AXIS}: np.minimum and np.maximum compare two"
    for of, pattern, told in HINTS:
        if kind == of and re.search(pattern, words):
            return told
    if isinstance(error, ValueError) and re.search(SHAPES, words):
        shapes = [f"{n} {np.shape(v)}" for n, v in zip(names, arguments, strict=True) if np.ndim(v)]
        return f"the shapes are {', '.join(shapes)}" if shapes else ""
    return ""
