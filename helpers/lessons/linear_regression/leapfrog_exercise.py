"""The exercise on Hamiltonian Monte Carlo: one leapfrog step on a Gaussian."""

import numpy as np

from helpers.exercise import Exercise, Scale


def leapfrog_step(z, momentum, precision, step, mass):
    momentum = momentum - 0.5 * step * precision @ z
    z = z + step * momentum / mass
    return z, momentum - 0.5 * step * precision @ z


def _probe(rng):
    """Masses unlike each other and 1, and no two terms alike; some in round numbers."""
    z, momentum = rng.choice([-1, 1], (2, 2)) * rng.uniform(0.4, 2.0, (2, 2))
    root = rng.normal(size=(2, 2))
    precision = root @ root.T + rng.uniform(0.5, 1.5) * np.eye(2)
    step, mass = rng.uniform(0.15, 0.9), rng.uniform(0.3, 0.7, 2)
    mass[int(rng.integers(2))] = rng.uniform(1.4, 3.0)
    if rng.integers(3) == 0:
        z, momentum, precision = (
            np.round(2 * z) / 2,
            np.round(2 * momentum) / 2,
            np.round(precision),
        )
        z, momentum = np.where(z == 0, 1.0, z), np.where(momentum == 0, -1.0, momentum)
        precision = precision + 2 * np.eye(2)
        step, mass = 0.5, np.where(mass > 1, 2.0, 0.5)
    return z, momentum, precision, step, mass


def _steps(*, first=0.5, last=0.5, sign=-1, old=False, weight=lambda mass: mass, move=1.0):
    """The step with other shares of the pushes, another sign, the old gradient, another mass."""

    def wrong(z, momentum, precision, step, mass):
        pushed = momentum + sign * first * step * precision @ z
        new = z + move * step * pushed / weight(mass)
        return new, pushed + sign * last * step * precision @ (z if old else new)

    return wrong


def _moves_first(z, momentum, precision, step, mass):
    z = z + 0.5 * step * momentum / mass
    momentum = momentum - step * precision @ z
    return z + 0.5 * step * momentum / mass, momentum


def _old_momentum(z, momentum, precision, step, mass):
    new = z + step * momentum / mass
    return new, momentum - 0.5 * step * precision @ (z + new)


def _pushes_over_mass(z, momentum, precision, step, mass):
    momentum = momentum - 0.5 * step * precision @ z / mass
    z = z + step * momentum / mass
    return z, momentum - 0.5 * step * precision @ z / mass


def _velocity(z, momentum, precision, step, mass):
    momentum = momentum - 0.5 * step * precision @ z / mass
    z = z + step * momentum
    return z, momentum - 0.5 * step * precision @ z / mass


def _euler(z, momentum, precision, step, mass):
    return z + step * momentum / mass, momentum - step * precision @ z


def _terms(z, momentum, precision, step, mass):
    new = leapfrog_step(z, momentum, precision, step, mass)[0]
    return (
        {
            "z": z,
            "ε r/m": step * momentum / mass,
            "½ε² ∇log p(z)/m": -0.5 * step**2 * (precision @ z) / mass,
        },
        {
            "r": momentum,
            "½ε ∇log p(z)": -0.5 * step * precision @ z,
            "½ε ∇log p(z′)": -0.5 * step * precision @ new,
        },
    )


def _joined(pair):
    return np.concatenate([np.asarray(part, float) for part in pair])


leapfrog_step_exercise = Exercise(
    leapfrog_step,
    _probe,
    {
        "the gradient has the wrong sign: the push leads up to the peak, −Λz": _steps(sign=1),
        "the push is not halved: this is a whole push, then the move, and none after": _steps(
            first=1, last=0
        ),
        "both pushes are whole: each is half a step, ε/2": _steps(first=1, last=1),
        "the first push is whole: each is half a step, ε/2": _steps(first=1),
        "the last half push is missing": _steps(last=0),
        "the first half push is missing": _steps(first=0),
        "the first half push is missing, and the last is whole": _steps(first=0, last=1),
        "the last push uses the old gradient: take it where z has moved to": _steps(old=True),
        "z moves first: here a half push, a move, a half push are asked for": _moves_first,
        "z moves with the old momentum: push first, then move": _old_momentum,
        "this is Euler's step: move and push both start from the old state": _euler,
        "the mass is missing: z moves by ε r/m": _steps(weight=lambda mass: 1.0),
        "the move is multiplied by the mass: the heavy move slowly, divide by it": _steps(
            weight=lambda mass: 1 / mass
        ),
        "the move is divided by the root of the mass": _steps(weight=np.sqrt),
        "the move is divided by the square of the mass": _steps(weight=np.square),
        "the pushes are divided by the mass: only the move is": _pushes_over_mass,
        "r is taken for a velocity: divide the move by the mass, not the pushes": _velocity,
        "the move has the wrong sign: z moves along the momentum": _steps(move=-1.0),
        "the move is half a step: only the pushes are halved": _steps(move=0.5),
    },
    (
        "The target is log p(z) = −½ zᵀΛz, so its gradient is −Λz: <code>-precision @ z</code>.",
        "Half a push, a whole move, half a push: r ← r + ½ε∇log p(z), z ← z + ε r/m, then the push"
        " again.",
        "Each line uses what the line before has made: the move takes the pushed momentum, the last"
        " push the gradient at the new z.",
    ),
    (Scale(_terms),),
    {
        "turned round, the step leads back": lambda f, z, r, precision, step, mass: (
            _joined(_back(f, z, r, precision, step, mass)),
            "=",
            _joined((z, -r)),
        ),
        "without a push (Λ = 0) z moves by ε r/m": lambda f, z, r, precision, step, mass: (
            f(z, r, 0 * precision, step, mass)[0],
            "=",
            z + step * r / mass,
        ),
        "twice the state is twice the result": lambda f, z, r, precision, step, mass: (
            _joined(f(2 * z, 2 * r, precision, step, mass)),
            "=",
            2 * _joined(f(z, r, precision, step, mass)),
        ),
    },
    parts=("position", "momentum"),
    examples=tuple(
        (np.array(z), np.array(r), np.array(precision), step, np.array(mass))
        for z, r, precision, step, mass in (
            ([1.0, 0.0], [0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 1.0, [1.0, 1.0]),
            ([1.0, 2.0], [1.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 1.0, [1.0, 2.0]),
            ([1.0, 0.0], [1.0, -1.0], [[2.0, 1.0], [1.0, 2.0]], 0.5, [2.0, 0.5]),
        )
    ),
    symbols=lambda z, momentum, precision, step, mass: {
        "Λz": precision @ z,
        "r/m": momentum / mass,
        "Λz/m": precision @ z / mass,
        "ε": step,
        "m": mass,
        "z": z,
        "r": momentum,
    },
    specials={
        "all masses are 1": lambda z, r, precision, step, mass: (z, r, precision, step, np.ones(2)),
        "Λ is I": lambda z, r, precision, step, mass: (z, r, np.eye(2), step, mass),
    },
    explanation="Half a push by the gradient −Λz, a move by ε r/m, half a push by the new gradient."
    " Run backwards it takes the same three steps, so it is reversible; each of them only shears,"
    " so it keeps volume. Ledger “What a leapfrog step keeps, in one direction of sd s” takes the"
    " same step in one dimension with mass 1.",
)


def _back(f, z, r, precision, step, mass):
    new, momentum = f(z, r, precision, step, mass)
    return f(new, -np.asarray(momentum), precision, step, mass)
