"""What every step of the diagnosis asks: the probes, the right answers and the student's."""

from dataclasses import dataclass, field, replace

import numpy as np

from helpers.diagnosis.calling import Trouble, call, copied
from helpers.diagnosis.kinds import as_parts, parts_of
from helpers.exercise import Exercise

N_PROBES = 24
FEWEST = 6  # probes with an answer, where the function raises on the others
RTOL, RTOL_SINGLE = 1e-9, 2e-5


@dataclass(frozen=True)
class Finding:
    """One true statement: `kind` chooses its sentence, `facts` fill it, `part` is the part meant.

    An `exact` finding says all that is wrong with its part; other findings say where to look.
    """

    kind: str
    part: int
    facts: dict = field(default_factory=dict)
    exact: bool = False


@dataclass
class View:
    """One part of all answers, on one scale; entries flat, and `owner` numbers their probes."""

    part: int
    name: str
    right: np.ndarray
    answer: np.ndarray
    owner: np.ndarray
    rtol: float
    scale: str = ""
    terms: dict | None = None
    finish: object = None  # takes columns of all entries on all probes to this view's
    slack: np.ndarray | float = 0.0  # sizes of what was subtracted: rounding is relative to it too
    used: list | None = None  # the probes that `owner` numbers, where not all are in use

    def __post_init__(self):
        self.size = _largest_each(self.right, self.owner)

    def equal(self, a, b):
        """Whether the vectors agree, entry by entry, up to rounding; nan equals nan."""
        if np.shape(a) != np.shape(b):
            return False
        size = _largest_each(b, self.owner) if b is not self.right else self.size
        with np.errstate(all="ignore"):
            part_of_largest = 1e-3 if self.rtol < 1e-6 else 1.0
            rounding = np.abs(b) + part_of_largest * size + self.slack + 1e-300
            near = np.abs(a - b) <= self.rtol * rounding
            near &= np.isfinite(a) & np.isfinite(b)
        return bool(np.all(near | (a == b) | (np.isnan(a) & np.isnan(b))))

    def only(self, mask):
        """The same view of the entries in `mask`."""
        terms = self.terms and {name: value[mask] for name, value in self.terms.items()}
        return View(
            self.part,
            self.name,
            self.right[mask],
            self.answer[mask],
            self.owner[mask],
            self.rtol,
            self.scale,
            terms,
            slack=self.slack[mask] if np.ndim(self.slack) else self.slack,
        )


def _largest_each(values, owner):
    """The largest finite size among the entries of the same probe, for each entry."""
    sizes = np.where(np.isfinite(values), np.abs(values), 0)
    largest = np.zeros(owner.max(initial=0) + 1)
    np.maximum.at(largest, owner, sizes)
    return largest[owner]


class Case:
    """An exercise, the student's function and, once read, its answers on the probes."""

    def __init__(self, exercise: Exercise, function):
        rng = np.random.default_rng(0)
        self.exercise, self.function = exercise, function
        self.names = exercise.arguments
        self.probes = [exercise.probe(rng) for _ in range(N_PROBES if self.names else 1)]
        self.right = [self.solve(probe) for probe in self.probes]
        self.returned, self.answers, self.rtol, self.blur = [], [], RTOL, None
        self.masks, self.entries, self.right_on_scale = {}, {}, set()
        self.slip_values = self.sizes = self.reread = None  # found by the steps, once asked for
        # Probes on which all is right, and whether something tells these from the others.
        self.right_on, self.apart = [], False
        self.foreign = {}  # part: names and columns of the terms that might stand in it
        self.found = []  # what reading the answers found already

    def read(self):
        """Call the function on every probe.

        Raises Trouble where it raises, or where an answer has not the right kind or shape.
        """
        used, failed = [], None
        for i, probe in enumerate(self.probes):
            try:
                self.returned.append(call(self.function, probe, self.exercise))
                used.append(i)
            except Trouble as trouble:
                if not trouble.numeric:
                    raise
                failed = failed or trouble
        if failed and len(used) < FEWEST:
            raise failed
        if failed:  # what is wrong on the other probes may well be why
            self.probes, self.right = ([v[i] for i in used] for v in (self.probes, self.right))
            self.found.append(Finding("raised", 0, {"told": str(failed)}))
        self.answers = as_parts(self.returned, self.right, self)
        if _single(self.answers):
            self.rtol, self.blur = RTOL_SINGLE, self._single_blur()
        self._find_wrong()
        return self

    def _find_wrong(self):
        """`wrong` loses parts as they are explained, `wrong_at_all` does not."""
        self.wrong = [p for p in range(len(self.right[0])) if not self.part_is_right(p)]
        self.wrong_at_all = list(self.wrong)

    def _single_blur(self):
        """For each answer and part, what single precision of the arguments alone does to it."""
        blur = []
        for probe, right in zip(self.probes, self.right, strict=True):
            rounded = tuple(_in_single(value) for value in probe)
            moved = self.try_solve(rounded) or right
            blur.append([np.abs(m - r) for m, r in zip(moved, right, strict=True)])
        return blur

    def under(self, solution):
        """The same answers under another reading of the text, with `solution` as its right one."""
        other = Case(replace(self.exercise, solution=solution), self.function)
        other.read()
        with np.errstate(all="ignore"):
            other.reread = [
                [np.where(a == b, 1.0, a / b) for a, b in zip(*pair, strict=True)]
                for pair in zip(other.right, self.right, strict=True)
            ]
        return other

    def keep(self, indices):
        """Go on with these probes alone."""
        for name in ("probes", "right", "answers", "returned", "blur", "reread"):
            if getattr(self, name) is None:
                continue
            setattr(self, name, [getattr(self, name)[i] for i in indices])
        self.slip_values = self.sizes = None
        self.foreign = {}
        self._find_wrong()

    def solve(self, arguments, function=None):
        """The parts of the reference's answer (or of another trusted function's)."""
        with np.errstate(all="ignore"):
            return parts_of((function or self.exercise.solution)(*copied(arguments)))

    def try_solve(self, arguments, function=None):
        """`solve`, or None where the reference does not take these arguments."""
        try:
            return self.solve(arguments, function)
        except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
            return None

    def ask(self, arguments):
        """The parts of the student's answer to other arguments, or None where there is none."""
        try:
            answer = parts_of(call(self.function, arguments, self.exercise))
        except (Trouble, ValueError, TypeError):
            return None
        right = self.try_solve(arguments)
        if right is None or len(right) != len(answer):
            return None
        if any(a.size != b.size for a, b in zip(answer, right, strict=True)):
            return None
        return [a.reshape(b.shape) for a, b in zip(answer, right, strict=True)]

    def part_is_right(self, part):
        view = self.view(part)
        return view.equal(view.answer, view.right)

    def part_name(self, part):
        return self.exercise.parts[part] if self.exercise.parts else ""

    def view(self, part, answers=None):
        """Part `part` of all answers as one vector."""
        answers = self.answers if answers is None else answers
        right = [np.ravel(parts[part]) for parts in self.right]
        given = [np.ravel(parts[part]) for parts in answers]
        owner = np.repeat(np.arange(len(right)), [len(r) for r in right])
        view = View(
            part,
            self.part_name(part),
            np.concatenate(right),
            np.concatenate(given),
            owner,
            self.rtol,
        )
        if self.blur:
            blur = np.concatenate([np.ravel(parts[part]) for parts in self.blur])
            view.slack = 300 * np.where(np.isfinite(blur), blur, 0) / self.rtol
        if part not in self.masks:
            return view
        return view.only(np.concatenate([np.ravel(mask) for mask in self.masks[part]]))

    def same(self, one, other):
        """Whether two answers (lists of parts) to the same arguments agree, part by part."""
        return [
            bool(
                np.allclose(
                    a, b, self.rtol, self.rtol * (np.abs(b[np.isfinite(b)]).max(initial=0) + 1e-300)
                )
            )
            for a, b in zip(one, other, strict=True)
        ]


def _in_single(value):
    """A number or array of floats, rounded to single precision."""
    array = np.asarray(value)
    return value if array.dtype.kind != "f" else array.astype(np.float32).astype(float)


def _single(answers):
    """Whether every number is one of single precision."""
    numbers = np.concatenate([np.ravel(part) for parts in answers for part in parts])
    with np.errstate(all="ignore"):
        exact = numbers == numbers.astype(np.float32)
    return bool(np.all(exact | ~np.isfinite(numbers)))
