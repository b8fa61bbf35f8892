"""The scales where the formula is a sum of terms: the answer itself, log odds, precisions."""

import copy

import numpy as np

from helpers.diagnosis.case import View, parts_of

FEWEST = 6  # probes with finite numbers, or a scale is not used
VANISHING = 1e-9


def linked(case, part):
    """A view of the part, with the formula's terms, on each scale of the exercise."""
    for scale in case.exercise.scales:
        view = _on(scale, case, part)
        if view is not None:
            yield view


def _on(scale, case, part):
    rows = []
    with np.errstate(all="ignore"):
        for i, probe in enumerate(case.probes):
            right = on_scale(scale, case.right[i], probe)
            answer = on_scale(scale, case.answers[i], probe)
            terms = terms_of(scale, probe)[part]
            if terms is None or right is None or answer is None:
                continue
            right, answer = right[part], answer[part]
            if not np.isfinite(right).all() or not np.isfinite(answer).all():
                continue
            columns = [np.broadcast_to(np.asarray(v, float), right.shape) for v in terms.values()]
            if not all(np.isfinite(column).all() for column in columns):
                continue
            mask = case.masks.get(part)
            mask = np.ones(right.shape, bool) if mask is None else mask[i]
            rows.append((i, mask, right, answer, columns))
    if len(rows) < min(FEWEST, len(case.probes)) or not rows:
        return None
    centre = scale.centred and part not in case.masks

    def column(values):
        values = [v - v.mean(axis=-1, keepdims=True) for v in values] if centre else values
        return np.concatenate([v[row[1]] for v, row in zip(values, rows, strict=True)])

    used = [row[0] for row in rows]
    view = View(
        part,
        case.part_name(part),
        column([row[2] for row in rows]),
        column([row[3] for row in rows]),
        np.repeat(np.arange(len(rows)), [row[1].sum() for row in rows]),
        10 * case.rtol,
        scale.said(part),
        {name: column([row[4][k] for row in rows]) for k, name in enumerate(terms)},
    )
    if np.abs(view.answer).max() <= VANISHING * np.abs(view.right).max():
        return None  # 1 over infinity, say: nothing is left to compare
    view.used = used
    view.finish = _finisher(case, part, used, centre)
    return view


def plain(case, part):
    """The view of a part as it is, without terms."""
    view = case.view(part)
    view.finish = _finisher(case, part, range(len(case.right)), centre=False)
    return view


def _finisher(case, part, used, centre):
    """Takes a matrix, one row an entry of the part on all probes, to the entries of a view."""
    shapes = [parts[part].shape for parts in case.right]
    sizes = [int(np.prod(shape)) for shape in shapes]
    keep = np.repeat(np.isin(np.arange(len(shapes)), list(used)), sizes)
    if part in case.masks:
        keep &= np.concatenate([np.ravel(mask) for mask in case.masks[part]])
    if not centre:
        return lambda matrix: matrix[keep]
    lengths = np.concatenate(
        [np.full(size // s[-1], s[-1]) for size, s in zip(sizes, shapes, strict=True)]
    )
    starts = np.cumsum(lengths) - lengths

    def finish(matrix):
        means = np.add.reduceat(matrix, starts, axis=0) / lengths[:, None]
        return (matrix - np.repeat(means, lengths, axis=0))[keep]

    return finish


def terms_of(scale, arguments):
    """The terms of every part at these arguments, as a tuple of dicts."""
    with np.errstate(all="ignore"):
        terms = scale.terms(*copy.deepcopy(arguments))
    return terms if isinstance(terms, tuple) else (terms,)


def on_scale(scale, parts, arguments):
    """The parts of an answer on the scale, or None where they have none there."""
    if scale.link is None:
        return parts
    value = tuple(np.array(p) for p in parts)
    try:
        with np.errstate(all="ignore"):
            given = copy.deepcopy(arguments)
            return parts_of(scale.link(value if len(value) > 1 else value[0], *given))
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
