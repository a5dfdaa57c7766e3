"""The take that a job adds something to: found when the job begins, and again when it writes."""

from dataclasses import dataclass

import bpy

from ...errors import UserError
from ..character.shape_map import check_target
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline
from ..takes.takes import check_changeable, find_take

__all__ = ["ChosenTake", "choose_take"]


@dataclass(frozen=True)
class ChosenTake:
    """target: name of the character. take: id. baseline: the take as it was when the job began."""

    target: str
    take: str
    baseline: Baseline

    def character(self) -> bpy.types.Object | None:
        """The character; None when it was deleted."""
        return bpy.data.objects.get(self.target)

    def found(self) -> tuple[bpy.types.Object, bpy.types.Action]:
        """The character and the take's action as they are now. Raises UserError when either was deleted."""
        target = self.character()
        action = find_take(target, self.take) if target is not None else None
        if target is None or action is None:
            raise UserError(f"The take of {self.baseline.label} was deleted; nothing was written.")
        return target, action


def choose_take(target: bpy.types.Object, take: str) -> ChosenTake:
    """The take with the id `take` of a character. Raises UserError with what is wrong with either."""
    check_target(target)
    action = find_take(target, take)
    check_changeable(target, (action,) if action is not None else ())
    return ChosenTake(target.name, take, load_baseline(action, take))
