"""Convert a baseline to bytes (.npz) and JSON values, and back with checks for damage."""

import io
from typing import Any

import numpy as np

from ... import limits
from ...runtime.npz import NUMBERS, TEXT, WHOLE, Wanted, all_finite, pack_arrays, read_arrays, texts
from ...runtime.take_file import Take
from ..curves.density import MODES, Density
from ..curves.shape_curves import CurveKeys
from .baseline import Baseline, Moved

__all__ = ["checked_frame", "info_of", "pack_baseline", "unpack_baseline"]

INTERPOLATIONS = ("BEZIER", "LINEAR", "CONSTANT")
EXPRESSIONS = ("ADD", "REPLACE", "LEAVE")
SIDES = ("co", "left", "right")
KINDS = 5  # columns of CurveKeys.kinds: interpolation, keyframe type, left and right handle type, easing
ARRAYS = {
    "motion": Wanted("f"),
    "keyed": Wanted(WHOLE),
    "dropped": Wanted(WHOLE),
    "shapes": Wanted(TEXT, limits.SHAPES),
    "counts": Wanted(WHOLE, limits.SHAPES),
    "co": Wanted(NUMBERS),
    # Takes of older files lack these: nothing is known of what was completed.
    "completed_shapes": Wanted(TEXT, limits.SHAPES, required=False),
    "completed_counts": Wanted(WHOLE, limits.SHAPES, required=False),
    "completed_co": Wanted(NUMBERS, required=False),
    "under_shapes": Wanted(TEXT, limits.SHAPES),
    "under": Wanted("f"),
    "replaced_shapes": Wanted(TEXT, limits.SHAPES),
    "replaced_counts": Wanted(WHOLE, limits.SHAPES),
    **{f"replaced_{side}": Wanted("f") for side in SIDES},
    "replaced_kinds": Wanted(WHOLE),
}


def pack_baseline(baseline: Baseline) -> bytes:
    """The arrays of a baseline, without its take."""
    replaced = list(baseline.replaced.values())
    return pack_arrays(
        {
            "motion": baseline.motion.astype(np.float32),
            "keyed": baseline.keyed.astype(np.int32),
            "dropped": baseline.dropped.astype(np.int32),
            "shapes": np.array(list(baseline.written), dtype=np.str_),
            "counts": np.array([len(co) for co in baseline.written.values()], np.int32),
            "co": _joined(list(baseline.written.values()), 2, np.float32),
            "completed_shapes": np.array(list(baseline.completed), dtype=np.str_),
            "completed_counts": np.array([len(co) for co in baseline.completed.values()], np.int32),
            "completed_co": _joined(list(baseline.completed.values()), 2, np.float32),
            "under_shapes": np.array(list(baseline.under), dtype=np.str_),
            "under": np.array(list(baseline.under.values()), np.float32),
            "replaced_shapes": np.array(list(baseline.replaced), dtype=np.str_),
            "replaced_counts": np.array([len(keys.co) for keys in replaced], np.int32),
            **{f"replaced_{side}": _joined([getattr(k, side) for k in replaced], 2, np.float32) for side in SIDES},
            "replaced_kinds": _joined([keys.kinds for keys in replaced], KINDS, np.int32),
        }
    )


def info_of(baseline: Baseline) -> dict:
    """The JSON values of a baseline."""
    return baseline.info | {
        "start": baseline.start,
        "end": baseline.end,
        "rest_in": baseline.rest_in,
        "rest_out": baseline.rest_out,
        "moved": [[moved.shape, moved.group, moved.rest, moved.before] for moved in baseline.moved],
        "mode": baseline.density.mode,
        "tolerance": baseline.density.tolerance,
        "interpolation": baseline.density.interpolation,
    }


def unpack_baseline(take: Take, data: bytes, info: dict, name: str) -> Baseline:
    """A baseline from its take, its arrays and its JSON values. name: what messages call it.

    Raises UserError; and for damaged values ValueError, TypeError, KeyError, AttributeError or OverflowError.
    """
    arrays, info = read_arrays(io.BytesIO(data), name, ARRAYS), dict(info)
    pieces = _pieces(arrays["co"], arrays["counts"], 2)
    completed = {}
    if "completed_co" in arrays:
        kept = _pieces(arrays["completed_co"], arrays["completed_counts"], 2)
        completed = dict(zip(texts(arrays["completed_shapes"]), kept, strict=True))
    columns = [_pieces(arrays[f"replaced_{side}"], arrays["replaced_counts"], 2) for side in SIDES]
    columns.append(_pieces(arrays["replaced_kinds"], arrays["replaced_counts"], KINDS))
    info.pop("end", None)
    baseline = Baseline(
        take,
        arrays["motion"],
        arrays["keyed"],
        checked_frame(info.pop("start")),
        dict(zip(texts(arrays["shapes"]), pieces, strict=True)),
        Density(info.pop("mode"), float(info.pop("tolerance")), info.pop("interpolation")),
        arrays["dropped"],
        rest_in=int(checked_frame(info.pop("rest_in"))),
        rest_out=int(checked_frame(info.pop("rest_out"))),
        moved=tuple(_moved(row) for row in info.pop("moved")),
        completed=completed,
        under=dict(zip(texts(arrays["under_shapes"]), arrays["under"], strict=True)),
        replaced={
            shape: CurveKeys(*keys) for shape, *keys in zip(texts(arrays["replaced_shapes"]), *columns, strict=True)
        },
        info=info,
    )
    _check(baseline)
    return baseline


def checked_frame(value: Any) -> float:
    """A frame of the timeline. Raises ValueError when it is out of range, TypeError when it is not a number."""
    if not -limits.FRAME <= value <= limits.FRAME:
        raise ValueError("no frame")
    return float(value)


def _check(baseline: Baseline) -> None:
    """Raises ValueError when values do not fit together."""
    count, density = len(baseline.motion), baseline.density
    rows = baseline.rest_in + count + baseline.rest_out
    inside = all(f.ndim == 1 and ((f >= 0) & (f < count)).all() for f in (baseline.keyed, baseline.dropped))
    curves = (*baseline.written.values(), *baseline.completed.values(), *baseline.under.values())
    finite = all(all_finite(array) for array in (baseline.motion, *curves))
    if baseline.motion.shape != baseline.take.weights.shape or not inside or not finite:
        raise ValueError("the motion")
    if min(baseline.rest_in, baseline.rest_out) < 0 or any(len(values) != rows for values in baseline.under.values()):
        raise ValueError("the ways from rest")
    if density.mode not in MODES or density.interpolation not in INTERPOLATIONS or not 0 <= density.tolerance <= 1:
        raise ValueError("the density")
    if baseline.info.get("expression", "ADD") not in EXPRESSIONS:
        raise ValueError("the expression")


def _moved(row: list) -> Moved:
    shape, group, rest, before = row
    return Moved(str(shape), str(group), float(rest), float(before))


def _joined(arrays: list[np.ndarray], columns: int, dtype: type) -> np.ndarray:
    return np.concatenate(arrays).astype(dtype) if arrays else np.zeros((0, columns), dtype)


def _pieces(joined: np.ndarray, counts: np.ndarray, columns: int) -> list[np.ndarray]:
    """Split rows into arrays. Raises ValueError when the counts do not match the rows."""
    if counts.ndim != 1 or ((counts < 0) | (counts > len(joined))).any() or joined.shape != (counts.sum(), columns):
        raise ValueError("the counts")
    return np.split(joined, np.cumsum(counts)[:-1]) if len(counts) else []
