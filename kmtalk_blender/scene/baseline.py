"""What a take looked like when it was written, kept on its action: how later edits are found.

It is a custom property of the action, so it is saved with the file and goes where the action goes: undo, copy, rename,
append, library.
"""

import io
import json
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from ..errors import UserError
from ..runtime.take_file import Take, pack_take, unpack_take
from . import curves
from .keys import Density

__all__ = ["Baseline", "drop_baseline", "has_baseline", "load_baseline", "store_baseline", "take_info"]

PROPERTY = "kmtalk_take"
VERSION = 1


@dataclass(frozen=True)
class Baseline:
    """A take as it was written.

    take: as generated. motion: (T, K) weights as last written (completed, edits included). keyed: (N,) take frames of
    the poses that `motion` goes through. start: the timeline's frame of the take's frame 0. written: shape -> (n, 2)
    float32 frames and values as computed, without the user's edits. density: how the motion became keys. dropped: (D,)
    take frames of key motions that the user deleted. info: `strip`, `audio` and the settings (JSON values).
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

    def moved(self, frames: float) -> "Baseline":
        """The same take somewhere else on the timeline."""
        shift = np.array([frames, 0], np.float32)
        written = {shape: co + shift for shape, co in self.written.items()}
        return replace(self, start=self.start + frames, written=written)


def has_baseline(action: bpy.types.Action | None) -> bool:
    """True when an action holds a take."""
    return action is not None and PROPERTY in action


def store_baseline(action: bpy.types.Action, baseline: Baseline) -> None:
    """Keep a baseline on an action."""
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
    action[PROPERTY] = {
        "version": VERSION,
        "take": pack_take(baseline.take),
        "written": stream.getvalue(),
        "info": json.dumps(info, sort_keys=True),
    }


def take_info(action: bpy.types.Action) -> dict:
    """`strip`, `start`, `end`, `mode` ... of a take's action, without unpacking it: cheap enough for a panel."""
    try:
        info = json.loads(action[PROPERTY]["info"])
    except (KeyError, TypeError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def drop_baseline(action: bpy.types.Action) -> None:
    """Make an action an ordinary one."""
    del action[PROPERTY]


def load_baseline(action: bpy.types.Action | None) -> Baseline:
    """The baseline of an action, its shapes under the names they have now and where its keys are now.

    Raises UserError when the action holds no take, or one that another version wrote.
    """
    if not has_baseline(action):
        name = "The character's active action" if action is None else f"Action {action.name}"
        raise UserError(f"{name} is no KMTalk take; generate one first, or choose it in the list of takes.")
    stored = action[PROPERTY]
    if stored.get("version") != VERSION:
        raise UserError(f"Action {action.name} was written by another version of KMTalk; generate it again.")
    take = unpack_take(bytes(stored["take"]), f"The take of action {action.name}")
    try:
        with np.load(io.BytesIO(bytes(stored["written"])), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        info = json.loads(stored["info"])
        pieces = np.split(arrays["co"], np.cumsum(arrays["counts"])[:-1])
        written = {str(shape): co for shape, co in zip(arrays["shapes"], pieces, strict=True)}
        info.pop("end", None)
        density = Density(info.pop("mode"), info.pop("tolerance"), info.pop("interpolation"))
        motion, keyed, dropped = arrays["motion"], arrays["keyed"], arrays["dropped"]
        baseline = Baseline(take, motion, keyed, info.pop("start"), written, density, dropped, info)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"The take of action {action.name} is damaged; generate it again.") from error
    if baseline.motion.shape != take.weights.shape:
        raise UserError(f"The take of action {action.name} is damaged; generate it again.")
    now = curves.read_curves(action)
    return _followed(_renamed(baseline, list(now)), now)


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
