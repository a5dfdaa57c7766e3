"""What a take looked like when it was written, kept on its action: how later edits are found.

It is a custom property of the action, so it is saved with the file and goes where the action goes: undo, copy, rename,
append, library. An action of the user's may hold several takes, each with an identity of its own (`id`); the name of a
strip is only a label.
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

__all__ = [
    "Baseline",
    "Moved",
    "drop_baseline",
    "has_baseline",
    "load_baseline",
    "moved_shapes",
    "store_baseline",
    "take_ids",
    "take_info",
]

PROPERTY = "kmtalk_takes"
VERSION = 3


@dataclass(frozen=True)
class Moved:
    """A shape key that a take moves. shape: its name. group: JAW, LIPS or FACE. rest: its value when the character is
    calibrated to rest. before: its slider's value before any take."""

    shape: str
    group: str
    rest: float
    before: float


@dataclass(frozen=True)
class Baseline:
    """A take as it was written.

    take: as generated. motion: (T, K) weights as last written (completed, edits included). keyed: (N,) take frames of
    the poses that `motion` goes through. start: the timeline's frame of the take's frame 0. rest_in, rest_out: frames
    before and after the take in which its curves leave rest and return to it. written: shape -> (n, 2) float32 frames
    and values as computed, without the user's edits; (0, 2) for a shape that does not move. density: how the motion
    became keys. dropped: (D,) take frames of key motions that the user deleted. moved: the shapes that have curves.

    In an action of its own a curve holds how far a shape is from its rest, and adds to what lies below. In an action of
    the user's it holds the value itself: `under`, shape -> (rest_in + T + rest_out,), is what it is added to there, and
    `replaced`, shape -> keys, is what stood there before.

    info: `id`, `strip` (a label), `line`, `audio`, `notes` and the settings (JSON values); `slot`, the number of the
    action's slot; `guest` when the action holds more than this take: only the keys in its range are its own.
    """

    take: Take
    motion: np.ndarray
    keyed: np.ndarray
    start: float
    written: dict[str, np.ndarray]
    density: Density
    dropped: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    info: dict = field(default_factory=dict)
    rest_in: int = 0
    rest_out: int = 0
    moved: tuple[Moved, ...] = ()
    under: dict[str, np.ndarray] = field(default_factory=dict)
    replaced: dict[str, curves.CurveKeys] = field(default_factory=dict)

    @property
    def end(self) -> float:
        """The timeline's frame of the take's last frame."""
        return self.start + len(self.motion) - 1

    @property
    def first(self) -> float:
        """The timeline's frame of its first key: the face leaves its rest."""
        return self.start - self.rest_in

    @property
    def last(self) -> float:
        """The timeline's frame of its last key: the face is at rest again."""
        return self.end + self.rest_out

    @property
    def id(self) -> str:
        """Which take it is, whatever its strip or action is called."""
        return _id_of(self.info)

    @property
    def label(self) -> str:
        """What it speaks, for people."""
        return self.info.get("strip", "")

    @property
    def slot(self) -> int:
        """The number of the action's slot that it is in; 0 before Blender 4.4."""
        return int(self.info.get("slot", 0))

    @property
    def guest(self) -> bool:
        """True when the action holds more than this take."""
        return bool(self.info.get("guest"))

    def owns(self, keys: curves.CurveKeys) -> np.ndarray:
        """(n,) mask: which keys of a curve are in the take's range."""
        return (keys.frames > self.first - 0.5) & (keys.frames < self.last + 0.5)

    def shifted(self, frames: float) -> "Baseline":
        """The same take somewhere else on the timeline."""
        shift = np.array([frames, 0], np.float32)
        written = {shape: co + shift for shape, co in self.written.items()}
        return replace(self, start=self.start + frames, written=written)


def has_baseline(action: bpy.types.Action | None) -> bool:
    """True when an action holds a take."""
    return action is not None and PROPERTY in action


def take_ids(action: bpy.types.Action, handle: int = 0) -> tuple[str, ...]:
    """The takes of an action in the order of time; only those in the slot of that number, 0: of all."""
    infos = [_info_of(stored) for stored in action.get(PROPERTY, ())]
    inside = [info for info in infos if not handle or info.get("slot", 0) in (0, handle)]
    return tuple(_id_of(info) for info in sorted(inside, key=lambda info: info.get("start", 0.0)))


def store_baseline(action: bpy.types.Action, baseline: Baseline) -> None:
    """Keep a baseline on an action, in place of the one of the same take."""
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
        under_shapes=np.array(list(baseline.under), dtype=np.str_),
        under=np.array(list(baseline.under.values()), np.float32),
        replaced_shapes=np.array(list(baseline.replaced), dtype=np.str_),
        **{
            f"replaced_{index}_{name}": getattr(keys, name)
            for index, keys in enumerate(baseline.replaced.values())
            for name in ("co", "left", "right", "kinds")
        },
    )
    info = baseline.info | {
        "start": baseline.start,
        "end": baseline.end,
        "rest_in": baseline.rest_in,
        "rest_out": baseline.rest_out,
        "moved": [[moved.shape, moved.group, moved.rest, moved.before] for moved in baseline.moved],
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
    action[PROPERTY] = [*_others(action, baseline.id), stored]


def take_info(action: bpy.types.Action, take: str | None = None) -> dict:
    """`id`, `strip`, `start`, `end`, `mode` ... of a take, without unpacking it: cheap enough for a panel.

    take: which one of the action, by its id or its label; None: its first.
    """
    stored = _stored(action, take)
    return {} if stored is None else _info_of(stored)


def moved_shapes(action: bpy.types.Action, take: str) -> tuple[Moved, ...]:
    """The shapes that a take moves, under the names they have now."""
    info = take_info(action, take)
    moved = tuple(Moved(*row) for row in info.get("moved", ()))
    keyed = list(curves.keyed_shapes(action, info.get("slot", 0)))
    names = _names_now(action, [one.shape for one in moved], keyed)
    return tuple(replace(one, shape=names.get(one.shape, one.shape)) for one in moved)


def drop_baseline(action: bpy.types.Action, take: str) -> None:
    """Make a take of an action ordinary keys."""
    others = _others(action, take)
    if others:
        action[PROPERTY] = others
    else:
        del action[PROPERTY]


def load_baseline(action: bpy.types.Action | None, take: str | None = None) -> Baseline:
    """The baseline of an action, its shapes under the names they have now and where its keys are now.

    take: which one of the action, by its id or its label; None: its first. Raises UserError when the action holds no
    such take, or one that another version wrote.
    """
    stored = _stored(action, take) if has_baseline(action) else None
    if stored is None:
        name = "The character's active action" if action is None else f"Action {action.name}"
        raise UserError(f"{name} is no KMTalk take; generate one first, or choose it in the list of takes.")
    if stored.get("version") != VERSION:
        raise UserError(f"Action {action.name} was written by another version of KMTalk; generate it again.")
    generated = unpack_take(bytes(stored["take"]), f"The take of action {action.name}")
    try:
        baseline = _unpacked(generated, stored)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"The take of action {action.name} is damaged; generate it again.") from error
    if baseline.motion.shape != generated.weights.shape:
        raise UserError(f"The take of action {action.name} is damaged; generate it again.")
    now = curves.read_curves(action, handle=baseline.slot)
    return _followed(_renamed(action, baseline, list(now)), now)


def _unpacked(take: Take, stored: object) -> Baseline:
    with np.load(io.BytesIO(bytes(stored["written"])), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    info = json.loads(stored["info"])
    pieces = np.split(arrays["co"], np.cumsum(arrays["counts"])[:-1])
    replaced = {
        str(shape): curves.CurveKeys(*(arrays[f"replaced_{index}_{name}"] for name in ("co", "left", "right", "kinds")))
        for index, shape in enumerate(arrays["replaced_shapes"])
    }
    info.pop("end", None)
    return Baseline(
        take,
        arrays["motion"],
        arrays["keyed"],
        info.pop("start"),
        {str(shape): co for shape, co in zip(arrays["shapes"], pieces, strict=True)},
        Density(info.pop("mode"), info.pop("tolerance"), info.pop("interpolation")),
        arrays["dropped"],
        rest_in=info.pop("rest_in"),
        rest_out=info.pop("rest_out"),
        moved=tuple(Moved(*row) for row in info.pop("moved")),
        under={str(shape): row for shape, row in zip(arrays["under_shapes"], arrays["under"], strict=True)},
        replaced=replaced,
        info=info,
    )


def _stored(action: bpy.types.Action, take: str | None) -> object | None:
    """What is kept of a take: that of an id, else of a label when it is the only one."""
    kept = {_id_of(_info_of(stored)): stored for stored in action.get(PROPERTY, ())}
    if take is None:
        return kept.get(next(iter(take_ids(action)), ""))
    if take in kept:
        return kept[take]
    labelled = [stored for stored in kept.values() if _info_of(stored).get("strip") == take]
    return labelled[0] if len(labelled) == 1 else None


def _others(action: bpy.types.Action, take: str) -> list[dict]:
    """What is kept of the other takes."""
    return [stored.to_dict() for stored in action.get(PROPERTY, ()) if _id_of(_info_of(stored)) != take]


def _id_of(info: dict) -> str:
    return str(info.get("id") or info.get("strip", ""))


def _info_of(stored: object) -> dict:
    try:
        info = json.loads(stored["info"])
    except (KeyError, TypeError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def _names_now(action: bpy.types.Action, then: list[str], now: list[str]) -> dict[str, str]:
    """Blender renames a curve with its shape key, the baseline learns it here: unknown names pair up in order.

    A curve that is gone while its shape key is still there was deleted.
    """
    there = {block.name for keys in bpy.data.shape_keys if _plays(keys, action) for block in keys.key_blocks}
    gone = [shape for shape in then if shape not in now and shape not in there]
    new = [shape for shape in now if shape not in then]
    return dict(zip(gone, new, strict=True)) if gone and len(gone) == len(new) else {}


def _plays(keys: bpy.types.Key, action: bpy.types.Action) -> bool:
    animation = keys.animation_data
    if animation is None:
        return False
    return animation.action == action or any(
        strip.action == action for track in animation.nla_tracks for strip in track.strips
    )


def _renamed(action: bpy.types.Action, baseline: Baseline, shapes: list[str]) -> Baseline:
    # A shape that does not move has no curve, whatever it is called now.
    moving = [shape for shape, co in baseline.written.items() if len(co)]
    names = _names_now(action, moving, [shape for shape in shapes if len(baseline.written.get(shape, (1,)))])
    if not names:
        return baseline

    def renamed(values: dict) -> dict:
        return {names.get(shape, shape): value for shape, value in values.items()}

    return replace(
        baseline,
        written=renamed(baseline.written),
        under=renamed(baseline.under),
        replaced=renamed(baseline.replaced),
        moved=tuple(replace(one, shape=names.get(one.shape, one.shape)) for one in baseline.moved),
    )


def _followed(baseline: Baseline, now: dict[str, curves.CurveKeys]) -> Baseline:
    """A take that was moved as a whole on the timeline is not edited, it is somewhere else."""
    shifts = set()
    for shape, co in baseline.written.items():
        if not len(co):
            continue
        if shape not in now or len(now[shape].co) != len(co):
            return baseline
        apart = now[shape].frames - co[:, 0]
        if np.ptp(apart) > 1e-3:
            return baseline
        shifts.add(round(float(apart[0]), 3))
    shift = shifts.pop() if len(shifts) == 1 else 0.0
    return baseline.shifted(shift) if shift else baseline
