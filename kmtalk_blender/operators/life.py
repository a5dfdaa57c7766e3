"""kmtalk.add_life and kmtalk.remove_life: head, eyes, blinks and brows beside the takes of a character."""

import bpy

from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.jobs.life_jobs import LifeJob
from ..scene.life.tracks import takes_with_life
from ..scene.placement.write_life import remove_life
from .base import ActionOperator
from .beside import BesideOperator
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_add_life(BesideOperator, bpy.types.Operator):
    """Move head, eyes, lids and brows with the takes, on tracks of their own: the mouth and your keys stay as they
    are. Press it again after you changed a setting"""

    bl_idname = "kmtalk.add_life"
    bl_label = "Add Head and Eyes"
    bl_options = {"UNDO"}

    job_type = LifeJob


class KMTALK_OT_remove_life(ActionOperator, bpy.types.Operator):
    """Remove what moves head, eyes, lids and brows with the takes; everything is as it was before"""

    bl_idname = "kmtalk.remove_life"
    bl_label = "Remove Head and Eyes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        reason = no_take_reason(context)
        if reason:
            return reason
        target = target_of(context)
        there = target.kmtalk.life.use or takes_with_life(target)
        return "" if there else f"{target.name} has no moving head and eyes; add them first"

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        count = remove_life(target)
        target.kmtalk.life.use = False
        return f"Head and eyes of {count} take{'' if count == 1 else 's'} removed"


CLASSES = (KMTALK_OT_add_life, KMTALK_OT_remove_life)


register, unregister = registering(CLASSES)
