"""kmtalk.add_life and kmtalk.remove_life: head, eyes, blinks and brows beside the takes of a character."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.jobs.life_jobs import LifeJob
from ..scene.jobs.queue import QueuedJob
from ..scene.life.tracks import takes_with_life
from ..scene.placement.write_life import remove_life
from ..scene.takes.takes import takes_of
from .base import ActionOperator, JobOperator
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_add_life(JobOperator, bpy.types.Operator):
    """Move head, eyes, lids and brows with the takes, on tracks of their own: the mouth and your keys stay as they
    are. Press it again after you changed a setting"""

    bl_idname = "kmtalk.add_life"
    bl_label = "Add Head and Eyes"
    bl_options = {"UNDO"}

    take_id: StringProperty(name="Take's Id", description="Id of the only take; empty: all of the character's")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target = target_of(context)
        name = target.name

        def job(take: str, title: str) -> QueuedJob:
            def make(_context: bpy.types.Context, folder: Path) -> LifeJob:
                return LifeJob(bpy.data.objects[name], take, folder)

            return QueuedJob(title, make)

        return [job(take.id, take.strip) for take in takes_of(target) if self.take_id in ("", take.id)]


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
