"""Which of the student's lines makes a nan or an inf, and why?"""

import copy

import numpy as np

from helpers.diagnosis.calling import names_in, own_line

CAUSES = {
    ("overflow", "exp"): "np.exp of a number above 709 is inf: subtract each row's own maximum "
    "before np.exp",
    ("overflow", ""): "a number became too large for a float",
    ("divide by zero", "log"): "log 0 is −inf, and 0 · log 0 is nan: 0 needs a case of its own "
    "(scipy.special.entr has it)",
    ("divide by zero", ""): "something is divided by 0 there",
    ("invalid value", "log"): "the log of a negative number is nan",
    ("invalid value", "sqrt"): "the root of a negative number is nan",
    ("invalid value", "divide"): "0/0 is nan: all that it divides is 0 there",
    ("invalid value", "multiply"): "0 · inf is nan",
    ("invalid value", ""): "nan comes of 0/0, of inf − inf, or of 0 · inf",
}
OF_WEIGHTS = " (weights from np.exp? subtract each row's own maximum before it)"


def floating_error(case, probe):
    """(the line, the cause) of the first floating-point error on this probe."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            case.function(*copy.deepcopy(probe))
    except FloatingPointError as error:
        words = str(error)
        line = own_line(error.__traceback__, case.function)
        for (kind, where), cause in CAUSES.items():
            if words.startswith(kind) and where in words:
                weights = cause.startswith("0/0") and "exp" in names_in(case.function)
                return line, cause + OF_WEIGHTS if weights else cause
    except BaseException:
        pass
    return "", ""
