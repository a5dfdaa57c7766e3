"""Events of head and eyes: what happens when, for tests, plots and whoever edits."""

from dataclasses import dataclass

__all__ = ["Event"]


@dataclass(frozen=True)
class Event:
    """label: blink, nod, posture, look_away, look_back, look, brow_raise, frown or breath. start, end: seconds."""

    label: str
    start: float
    end: float
