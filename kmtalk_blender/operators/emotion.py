"""kmtalk.apply_emotion and kmtalk.remove_emotion: what the face shows beside the takes of a character."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.emotion.strengths import are_keyed
from ..scene.emotion.tracks import takes_with_emotion
from ..scene.jobs.emotion_jobs import EmotionJob, SuggestJob
from ..scene.jobs.queue import QueuedJob
from ..scene.placement.write_emotion import remove_emotion
from ..scene.takes.takes import takes_of
from .base import ActionOperator, JobOperator
from .beside import BesideOperator
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_apply_emotion(BesideOperator, bpy.types.Operator):
    """Show the emotion of the sliders, with their keys, in the takes, on a track of its own: lips still meet, and your
    keys stay as they are. Press it again after you changed a slider"""

    bl_idname = "kmtalk.apply_emotion"
    bl_label = "Apply Emotion"
    bl_options = {"UNDO"}

    job_type = EmotionJob


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


class KMTALK_OT_suggest_emotion(JobOperator, bpy.types.Operator):
    """Hear in the take at the playhead how strong its emotion is, beside the character's other takes, and set the
    sliders. A voice tells how strong, and hardly which: put the one you mean above 0 first"""

    bl_idname = "kmtalk.suggest_emotion"
    bl_label = "Suggest from Voice"
    bl_options = {"UNDO"}

    take_id: StringProperty(name="Take's Id", description="Id of the take; empty: the one at the playhead")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        reason = no_take_reason(context)
        if reason:
            return reason
        target = target_of(context)
        if are_keyed(target):
            return f"The emotions of {target.name} have keys; remove these first"
        alone = len(takes_of(target)) < 2
        return "A voice is heard beside other takes of the character; generate a second line" if alone else ""

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target, frame = target_of(context), context.scene.frame_current
        takes = takes_of(target)
        chosen = [take for take in takes if take.id == self.take_id] or [
            min(takes, key=lambda take: max(take.start - frame, frame - take.end, 0))
        ]
        name, take = target.name, chosen[0].id

        def make(_context: bpy.types.Context, folder: Path) -> SuggestJob:
            return SuggestJob(bpy.data.objects[name], take, folder)

        return [QueuedJob(chosen[0].strip, make)]


CLASSES = (KMTALK_OT_apply_emotion, KMTALK_OT_remove_emotion, KMTALK_OT_suggest_emotion)


register, unregister = registering(CLASSES)
