"""kmtalk.take_words: copy the words of the file beside a sound into the strip's transcript."""

import bpy
from bpy.props import StringProperty

from ..errors import UserError
from ..registering import registering
from ..scene.compat import sequencer_scene
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.word_jobs import TakeWordsJob
from ..scene.sound.strips import clip_outline, find_strip
from ..scene.sound.transcripts import holds_words, own_language, sidecar
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_take_words", "register", "unregister"]


class KMTALK_OT_take_words(JobOperator, bpy.types.Operator):
    """Copy the words of the file beside the sound into the strip's transcript, to edit them here"""

    bl_idname = "kmtalk.take_words"
    bl_label = "Take Words"
    bl_options = {"REGISTER", "UNDO"}

    strip: StringProperty(name="Strip", description="The strip's name")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        scene = sequencer_scene(context)
        strip = find_strip(scene, self.strip)
        clip = clip_outline(scene, strip)
        language = own_language(strip) or context.scene.kmtalk.language
        path = sidecar(clip, language)
        if path is None or not holds_words(path):
            raise UserError(f"There are no words beside the sound of strip {strip.name}; type them.")
        job = TakeWordsJob(scene, clip, path, language)
        return [QueuedJob(job.title, lambda _context, _folder: job)]


register, unregister = registering((KMTALK_OT_take_words,))
