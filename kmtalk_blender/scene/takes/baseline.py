"""A take as it was written: what later edits are found by, and what it is added to."""

from dataclasses import dataclass, field, replace

import numpy as np

from ...runtime.take_file import Take
from ..curves.density import Density
from ..curves.shape_curves import CurveKeys

__all__ = ["Baseline", "Moved"]


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
    replaced: dict[str, CurveKeys] = field(default_factory=dict)

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
        return str(self.info.get("id") or self.info.get("strip", ""))

    @property
    def label(self) -> str:
        """What it speaks, for people."""
        return self.info.get("strip", "")

    @property
    def slot(self) -> int:
        """The number of the action's slot that it is in; 0 before Blender 4.4."""
        return int(self.info.get("slot", 0))

    @property
    def shares_action(self) -> bool:
        """True when the action holds more than this take."""
        return bool(self.info.get("guest"))

    def in_range(self, keys: CurveKeys) -> np.ndarray:
        """(n,) mask: which keys of a curve are in the take's range."""
        return (keys.frames > self.first - 0.5) & (keys.frames < self.last + 0.5)

    def shifted(self, frames: float) -> "Baseline":
        """The same take somewhere else on the timeline."""
        shift = np.array([frames, 0], np.float32)
        written = {shape: co + shift for shape, co in self.written.items()}
        return replace(self, start=self.start + frames, written=written)
