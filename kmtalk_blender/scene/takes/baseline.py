"""A take as it was written: edits are found by comparing the action with it."""

from dataclasses import dataclass, field, replace

import numpy as np

from ...runtime.take_file import Take
from ..curves.density import Density
from ..curves.shape_curves import CurveKeys

__all__ = ["Baseline", "Moved"]


@dataclass(frozen=True)
class Moved:
    """A shape key that a take moves. shape: its name. group: JAW, LIPS or FACE. rest: its value when the character is
    at rest (calibration). before: value of its slider before the first take."""

    shape: str
    group: str
    rest: float
    before: float


@dataclass(frozen=True)
class Baseline:
    """A take as it was written.

    take: as generated. motion: (T, K) weights as last written (completed, with edits). keyed: (N,) take frames of the
    poses that `motion` goes through. start: frame of the timeline of the take's frame 0. rest_in, rest_out: frames of
    the ramps from rest before the take, and back after it. written: shape key -> (n, 2) float32 frames and values of
    its keys as computed, without the user's edits; (0, 2) for one that does not move. density: how the motion became
    keys. dropped: (D,) take frames of key motions that the user deleted. moved: the shape keys that have curves.
    completed: shape key -> (n, 2) float32 frames and values of the user's keys that `motion` was completed around.

    In the take's own action a curve has the difference of a shape key from its rest, and adds to the layers below. In
    an action with other keys (`shares_action`) it has the value itself. There `under`, shape key ->
    (rest_in + T + rest_out,), has the values that the differences are added to, and `replaced`, shape key -> keys, the
    keys that were there before.

    info: `id`, `strip` (a label), `line`, `audio`, `notes` and the settings (JSON values); `slot`, the handle of the
    action's slot; `guest`, stored when the action has other keys too: only those in the take's range belong to it.
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
    completed: dict[str, np.ndarray] = field(default_factory=dict)
    under: dict[str, np.ndarray] = field(default_factory=dict)
    replaced: dict[str, CurveKeys] = field(default_factory=dict)

    @property
    def end(self) -> float:
        """Frame of the timeline of the take's last frame."""
        return self.start + len(self.motion) - 1

    @property
    def first(self) -> float:
        """Frame of the timeline of its first key, at the start of the ramp from rest."""
        return self.start - self.rest_in

    @property
    def last(self) -> float:
        """Frame of the timeline of its last key, at the end of the ramp to rest."""
        return self.end + self.rest_out

    @property
    def id(self) -> str:
        """The take's id, which stays when strips and actions are renamed."""
        return str(self.info.get("id") or self.info.get("strip", ""))

    @property
    def label(self) -> str:
        """The name of the take's strip or file, for messages."""
        return self.info.get("strip", "")

    @property
    def slot(self) -> int:
        """The handle of the take's slot in the action; 0 before Blender 4.4."""
        return int(self.info.get("slot", 0))

    @property
    def shares_action(self) -> bool:
        """True when the action has keys that are not this take's."""
        return bool(self.info.get("guest"))

    def in_range(self, keys: CurveKeys) -> np.ndarray:
        """(n,) mask of the keys of a curve that are in the take's frame range."""
        return (keys.frames > self.first - 0.5) & (keys.frames < self.last + 0.5)

    def shifted(self, frames: float) -> "Baseline":
        """The same take, `frames` later on the timeline."""
        shift = np.array([frames, 0], np.float32)
        written = {shape: co + shift for shape, co in self.written.items()}
        completed = {shape: co + shift for shape, co in self.completed.items()}
        return replace(self, start=self.start + frames, written=written, completed=completed)
