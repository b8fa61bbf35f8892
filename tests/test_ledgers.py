"""Every derivation of every lesson: a ledger's number is its formula's."""

import dis
import types

import numpy as np
import pytest
from conftest import parts

from helpers.controls import Slider
from helpers.widgets import Derivation

DERIVATIONS = parts(Derivation)
# What a line may call to evaluate what it displays: densities, sums and integrals, no answers.
ALLOWED = {"log_normal", "log_normal_full", "covariance"}
NUMERICS = ("gaussians", "divergences", "mean_field", "mixture", "mixture_model", "mixture_blocks")


def anywhere(control, rng):
    if not isinstance(control, Slider):
        return str(rng.choice(control.options))
    if isinstance(control.step, int):
        return int(rng.integers(control.low, control.high + 1))
    return rng.uniform(control.low, control.high)


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_every_line_holds_and_every_misprint_fails(derivation):
    rng = np.random.default_rng(0)
    rounds = 200 if derivation.controls else 1
    for _ in range(rounds):
        values = {control.name: anywhere(control, rng) for control in derivation.controls}
        rows = derivation.ledger(**values)
        for index, (line, (number, gap)) in enumerate(zip(derivation.lines, rows, strict=True)):
            assert np.isfinite(number).all(), (index, values)
            if gap is None:
                assert index == 0, "only the first line has nothing to equal"
                continue
            holds = derivation.agrees(number, gap)
            assert holds is not bool(line.misprint), (index, line.latex, number, gap, values)


def functions_of(function, seen):
    """`function` and every function that it calls by a global or an enclosed name."""
    function = getattr(function, "__wrapped__", function)
    if not isinstance(function, types.FunctionType) or function in seen:
        return
    seen.add(function)
    names = {i.argval for i in dis.get_instructions(function) if i.opname == "LOAD_GLOBAL"}
    for code in function.__code__.co_consts:
        if isinstance(code, types.CodeType):
            names |= {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    inside = [function.__globals__.get(name) for name in names]
    inside += [cell.cell_contents for cell in function.__closure__ or ()]
    for found in inside:
        functions_of(found, seen)


def reach(function):
    seen = set()
    functions_of(function, seen)
    return seen


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_each_line_has_its_own_evaluation(derivation):
    codes = [line.value.__code__ for line in derivation.lines]
    doubles = [k + 1 for k, code in enumerate(codes) if code in codes[:k]]
    assert not doubles, f"lines {doubles} share their code with a line above"
    for index, line in enumerate(derivation.lines):
        others = {other.value for other in derivation.lines if other is not line}
        borrowed = (reach(line.value) - {line.value}) & others
        assert not borrowed, f"line {index + 1} is computed by another line's function"


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_no_line_asks_the_numerics_for_the_answer(derivation):
    """Except in an aside, which may compare with what a library finds."""
    for index, line in enumerate(derivation.lines):
        for function in reach(line.value):
            floor = function.__module__.removeprefix("helpers.")
            assert floor not in NUMERICS or function.__name__ in ALLOWED, (
                f"line {index + 1} calls {function.__module__}.{function.__name__}"
            )
