"""What a take looked like when it was written, kept on its action: how later edits are found.

It is a custom property of the action, so it is saved with the file and goes where the action goes: undo, copy, rename,
append, library. An action of the user's may hold several takes, each of another strip.
"""

import io
import json
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from .. import limits
from ..errors import UserError
from ..runtime.input_files import parse_json
from ..runtime.npz import NUMBERS, TEXT, WHOLE, Wanted, all_finite, read_arrays, texts
from ..runtime.take_file import Take, pack_take, unpack_take
from . import curves
from .keys import MODES, Density

__all__ = ["Baseline", "drop_baseline", "has_baseline", "load_baseline", "store_baseline", "strips_in", "take_info"]

PROPERTY = "kmtalk_takes"
VERSION = 2
INTERPOLATIONS = ("BEZIER", "LINEAR", "CONSTANT")
WRITTEN = {
    "motion": Wanted("f"),
    "keyed": Wanted(WHOLE),
    "dropped": Wanted(WHOLE),
    "shapes": Wanted(TEXT, limits.SHAPES),
    "counts": Wanted(WHOLE, limits.SHAPES),
    "co": Wanted(NUMBERS),
}


@dataclass(frozen=True)
class Baseline:
    """A take as it was written.

    take: as generated. motion: (T, K) weights as last written (completed, edits included). keyed: (N,) take frames of
    the poses that `motion` goes through. start: the timeline's frame of the take's frame 0. written: shape -> (n, 2)
    float32 frames and values as computed, without the user's edits. density: how the motion became keys. dropped: (D,)
    take frames of key motions that the user deleted. info: `strip`, `audio` and the settings (JSON values); `guest`
    when the action holds more than this take: only the keys in its range are its own.
    """

    take: Take
    motion: np.ndarray
    keyed: np.ndarray
    start: float
    written: dict[str, np.ndarray]
    density: Density
    dropped: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    info: dict = field(default_factory=dict)

    @property
    def end(self) -> float:
        """The timeline's frame of the take's last frame."""
        return self.start + len(self.motion) - 1

    @property
    def strip(self) -> str:
        """What the take speaks, which is its name within an action."""
        return self.info.get("strip", "")

    @property
    def guest(self) -> bool:
        """True when the action holds more than this take."""
        return bool(self.info.get("guest"))

    def mine(self, keys: curves.CurveKeys) -> np.ndarray:
        """(n,) mask: which keys of a curve are in the take's range."""
        return (keys.frames > self.start - 0.5) & (keys.frames < self.end + 0.5)

    def moved(self, frames: float) -> "Baseline":
        """The same take somewhere else on the timeline."""
        shift = np.array([frames, 0], np.float32)
        written = {shape: co + shift for shape, co in self.written.items()}
        return replace(self, start=self.start + frames, written=written)


def has_baseline(action: bpy.types.Action | None) -> bool:
    """True when an action holds a take."""
    return action is not None and PROPERTY in action


def strips_in(action: bpy.types.Action) -> tuple[str, ...]:
    """What the takes of an action speak, in the order of time."""
    infos = [_info_of(stored) for stored in action.get(PROPERTY, ())]
    return tuple(info.get("strip", "") for info in sorted(infos, key=lambda info: info.get("start", 0.0)))


def store_baseline(action: bpy.types.Action, baseline: Baseline) -> None:
    """Keep a baseline on an action, in place of the one of the same strip."""
    stream = io.BytesIO()
    shapes = list(baseline.written)
    np.savez_compressed(
        stream,
        motion=baseline.motion.astype(np.float32),
        keyed=baseline.keyed.astype(np.int32),
        dropped=baseline.dropped.astype(np.int32),
        shapes=np.array(shapes, dtype=np.str_),
        counts=np.array([len(baseline.written[shape]) for shape in shapes], np.int32),
        co=np.concatenate([baseline.written[shape] for shape in shapes]) if shapes else np.zeros((0, 2), np.float32),
    )
    info = baseline.info | {
        "start": baseline.start,
        "end": baseline.end,
        "mode": baseline.density.mode,
        "tolerance": baseline.density.tolerance,
        "interpolation": baseline.density.interpolation,
    }
    stored = {
        "version": VERSION,
        "take": pack_take(baseline.take),
        "written": stream.getvalue(),
        "info": json.dumps(info, sort_keys=True),
    }
    action[PROPERTY] = [*_others(action, baseline.strip), stored]


def take_info(action: bpy.types.Action, strip: str | None = None) -> dict:
    """`strip`, `start`, `end`, `mode` ... of a take, without unpacking it: cheap enough for a panel.

    strip: which take of the action, None: its first.
    """
    stored = _stored(action, strip)
    return {} if stored is None else _info_of(stored)


def drop_baseline(action: bpy.types.Action, strip: str) -> None:
    """Make a take of an action ordinary keys."""
    others = _others(action, strip)
    if others:
        action[PROPERTY] = others
    else:
        del action[PROPERTY]


def load_baseline(action: bpy.types.Action | None, strip: str | None = None) -> Baseline:
    """The baseline of an action, its shapes under the names they have now and where its keys are now.

    strip: which take of the action, None: its first. Raises UserError when the action holds no such take, or one that
    another version wrote.
    """
    stored = _stored(action, strip) if has_baseline(action) else None
    if stored is None:
        name = "The character's active action" if action is None else f"Action {action.name}"
        raise UserError(f"{name} is no KMTalk take; generate one first, or choose it in the list of takes.")
    if stored.get("version") != VERSION:
        raise UserError(f"Action {action.name} was written by another version of KMTalk; generate it again.")
    damaged = UserError(f"The take of action {action.name} is damaged; generate it again.")
    try:
        take = unpack_take(bytes(stored["take"]), f"The take of action {action.name}")
        arrays = read_arrays(io.BytesIO(bytes(stored["written"])), f"The take of action {action.name}", WRITTEN)
        info = parse_json(str(stored["info"]), f"The take of action {action.name}")
        counts, co = arrays["counts"], arrays["co"]
        if counts.ndim != 1 or ((counts < 0) | (counts > len(co))).any() or co.shape != (counts.sum(), 2):
            raise damaged
        pieces = np.split(co, np.cumsum(counts)[:-1])
        written = dict(zip(texts(arrays["shapes"]), pieces, strict=True))
        info.pop("end", None)
        density = Density(info.pop("mode"), float(info.pop("tolerance")), info.pop("interpolation"))
        motion, keyed, dropped = arrays["motion"], arrays["keyed"], arrays["dropped"]
        baseline = Baseline(take, motion, keyed, _frame(info.pop("start")), written, density, dropped, info)
    except (UserError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise damaged from error
    inside = all(frames.ndim == 1 and ((frames >= 0) & (frames < len(motion))).all() for frames in (keyed, dropped))
    if motion.shape != take.weights.shape or not inside or not all_finite(motion) or not all_finite(co):
        raise damaged
    if density.mode not in MODES or density.interpolation not in INTERPOLATIONS or not 0 <= density.tolerance <= 1:
        raise damaged
    now = curves.read_curves(action)
    return _followed(_renamed(baseline, list(now)), now)


def _stored(action: bpy.types.Action, strip: str | None) -> object | None:
    """What is kept of a take."""
    kept = {_info_of(stored).get("strip", ""): stored for stored in action.get(PROPERTY, ())}
    wanted = next(iter(strips_in(action)), "") if strip is None else strip
    return kept.get(wanted)


def _others(action: bpy.types.Action, strip: str) -> list[dict]:
    """What is kept of the takes of other strips."""
    return [stored.to_dict() for stored in action.get(PROPERTY, ()) if _info_of(stored).get("strip", "") != strip]


def _info_of(stored: object) -> dict:
    try:
        info = parse_json(str(stored["info"]), "A take")
        return info | {"start": _frame(info.get("start", 0.0)), "strip": str(info.get("strip", ""))}
    except (UserError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return {}


def _frame(value: object) -> float:
    """A frame of the timeline. Raises ValueError for what is none, TypeError for what is no number."""
    if not -limits.FRAME <= value <= limits.FRAME:
        raise ValueError("no frame")
    return float(value)


def _renamed(baseline: Baseline, shapes: list[str]) -> Baseline:
    """Blender renames a curve with its shape key, the baseline learns it here: unknown names pair up in order."""
    gone = [shape for shape in baseline.written if shape not in shapes]
    new = [shape for shape in shapes if shape not in baseline.written]
    if not gone or len(gone) != len(new):
        return baseline
    names = dict(zip(gone, new, strict=True))
    return replace(baseline, written={names.get(shape, shape): co for shape, co in baseline.written.items()})


def _followed(baseline: Baseline, now: dict[str, curves.CurveKeys]) -> Baseline:
    """A take that was moved as a whole on the timeline is not edited, it is somewhere else."""
    shifts = set()
    for shape, co in baseline.written.items():
        if shape not in now or len(now[shape].co) != len(co) or not len(co):
            return baseline
        apart = now[shape].frames - co[:, 0]
        if np.ptp(apart) > 1e-3:
            return baseline
        shifts.add(round(float(apart[0]), 3))
    shift = shifts.pop() if len(shifts) == 1 else 0.0
    return baseline.moved(shift) if shift else baseline
