"""kmtalk.complete and kmtalk.discard_edits: fill in around edited keys, or undo the edits."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.compat import shape_keys_of, slot_handle
from ..scene.jobs.complete_job import CompleteJob
from ..scene.jobs.edited_takes import discard_edits, edited_takes
from ..scene.jobs.queue import QueuedJob
from ..scene.options import options_of
from ..scene.takes.baseline_store import take_ids, take_info
from ..scene.takes.takes import editable_take, takes_of
from .base import ActionOperator, JobOperator, busy

__all__ = ["KMTALK_OT_complete", "KMTALK_OT_discard_edits", "register", "unregister"]


def no_take_reason(context: bpy.types.Context) -> str:
    """Why no take can be edited: one sentence, or an empty string."""
    if busy(context):
        return busy(context)
    try:
        target = target_of(context)
    except UserError as error:
        return str(error)
    return "" if takes_of(target) else f"{target.name} has no take; generate one first"


class KMTALK_OT_complete(JobOperator, bpy.types.Operator):
    """Fill in between the keys you edited: these stay exactly as they are, the rest is computed anew around them"""

    bl_idname = "kmtalk.complete"
    bl_label = "Complete"
    bl_options = {"UNDO"}

    selected_range: BoolProperty(name="Only Range", description="Only the frames of the panel's range", default=False)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        settings, options, target = context.scene.kmtalk, options_of(context.scene), target_of(context)
        ranged = settings.use_range or self.selected_range
        window = (settings.first, settings.last) if ranged else None
        name, action = target.name, editable_take(target)

        def job(take: str | None) -> QueuedJob:
            def make(ctx: bpy.types.Context, folder: Path) -> CompleteJob:
                return CompleteJob(ctx, bpy.data.objects[name], options, folder, window, take)

            return QueuedJob(take_info(action, take).get("strip", name), make)

        # Without an edited take one job is queued, whose error says so.
        return [job(take) for take in edited_takes(action, window, target) or (None,)]


class KMTALK_OT_discard_edits(ActionOperator, bpy.types.Operator):
    """Undo all edits of the take: it becomes what was generated"""

    bl_idname = "kmtalk.discard_edits"
    bl_label = "Discard Edits"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        action = editable_take(target)
        takes = take_ids(action, slot_handle(action, shape_keys_of(target)))
        names = [take_info(action, take).get("strip", "") for take in takes]
        options = options_of(context.scene)
        notes = dict.fromkeys(note for take in takes for note in discard_edits(target, action, take, options))
        text = f"{', '.join(names)}: as it was generated"
        return f"{text}. {' '.join(notes)}" if notes else text


register, unregister = registering((KMTALK_OT_complete, KMTALK_OT_discard_edits))
