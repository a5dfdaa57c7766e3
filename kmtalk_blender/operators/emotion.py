"""kmtalk.apply_emotion and kmtalk.remove_emotion: what the face shows beside the takes of a character."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..scene.character.shape_map import target_of
from ..scene.emotion.tracks import takes_with_emotion
from ..scene.jobs.emotion_jobs import EmotionJob
from ..scene.jobs.queue import QueuedJob
from ..scene.placement.write_emotion import remove_emotion
from ..scene.takes.takes import takes_of
from .base import ActionOperator, JobOperator
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_apply_emotion(JobOperator, bpy.types.Operator):
    """Show the emotion of the sliders, with their keys, in the takes, on a track of its own: lips still meet, and your
    keys stay as they are. Press it again after you changed a slider"""

    bl_idname = "kmtalk.apply_emotion"
    bl_label = "Apply Emotion"
    bl_options = {"UNDO"}

    take_id: StringProperty(name="Take's Id", description="Id of the only take; empty: all of the character's")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target = target_of(context)
        name = target.name

        def job(take: str, title: str) -> QueuedJob:
            def make(_context: bpy.types.Context, folder: Path) -> EmotionJob:
                return EmotionJob(bpy.data.objects[name], take, folder)

            return QueuedJob(title, make)

        return [job(take.id, take.strip) for take in takes_of(target) if self.take_id in ("", take.id)]


class KMTALK_OT_remove_emotion(ActionOperator, bpy.types.Operator):
    """Remove the emotion from all takes; the face speaks as it did before. The sliders and their keys stay"""

    bl_idname = "kmtalk.remove_emotion"
    bl_label = "Remove Emotion"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        reason = no_take_reason(context)
        if reason:
            return reason
        target = target_of(context)
        return "" if takes_with_emotion(target) else f"{target.name} shows no emotion; apply one first"

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        count = remove_emotion(target)
        target.kmtalk.emotion.use = False
        return f"Emotion of {count} take{'' if count == 1 else 's'} removed"


CLASSES = (KMTALK_OT_apply_emotion, KMTALK_OT_remove_emotion)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
