"""kmtalk.generate: lip-sync from sound strips or a sound file."""

from dataclasses import replace
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.shape_map import check_target, target_of
from ..scene.compat import root_strips, selected_strips, sequencer_scene
from ..scene.jobs.generate_job import GenerateJob
from ..scene.jobs.queue import QueuedJob
from ..scene.options import SpokenLine, options_of
from ..scene.placement.playback import show_frames, spoken_frames
from ..scene.sound.speakers import fill_lines, lines_of, speaker_of
from ..scene.sound.strips import chosen_strip, find_strip
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_generate", "nothing_to_speak", "register", "unregister"]

SCOPES = (
    ("STRIP", "Strip", "The active sound strip, for the character of the panel"),
    ("SELECTED", "Selected", "Every selected sound strip, each for its character"),
    ("TABLE", "Table", "Every line of the table that is switched on"),
    ("SCENE", "Scene", "Every audible sound strip; fills the table first"),
)


def nothing_to_speak(context: bpy.types.Context) -> str:
    """What Generate needs and the panel does not have yet: one sentence, or an empty string."""
    settings, scene = context.scene.kmtalk, sequencer_scene(context)
    try:
        check_target(target_of(context))
        if settings.source == "FILE":
            return "" if settings.audio else "No sound file is chosen; choose one above."
        if scene.sequence_editor is None or not root_strips(scene.sequence_editor):
            return "There is no sound yet; press Add Sound."
        if not any(strip.type == "SOUND" for strip in selected_strips(scene)):
            chosen_strip(scene)
    except UserError as error:
        return str(error)
    return ""


class KMTALK_OT_generate(JobOperator, bpy.types.Operator):
    """Make the character speak the audible part of the strip"""

    bl_idname = "kmtalk.generate"
    bl_label = "Generate Lip-Sync"
    bl_options = {"UNDO"}

    scope: EnumProperty(name="Scope", description="Which strips", items=SCOPES)
    strip: StringProperty(name="Strip", description="A strip's name; empty: the active one")
    filepath: StringProperty(name="Sound", description="A sound file, instead of a strip", subtype="FILE_PATH")
    frame: IntProperty(name="Frame", description="Where the sound file starts", default=1)
    replace: BoolProperty(
        name="Replace Keys",
        description="Existing keys of the active action in the strip's range may be replaced",
        default=False,
    )
    discard_edits: BoolProperty(name="Discard Edits", description="Do not keep the edits of the strip's take")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if busy(context):
            return busy(context)
        try:
            target_of(context)
        except UserError as error:
            return "" if context.scene.kmtalk.lines else str(error)
        return ""

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip: what the button does, or why it is disabled."""
        if properties.scope == "STRIP" and not (properties.strip or properties.filepath):
            missing = nothing_to_speak(context)
            if missing:
                return missing
        return {
            "STRIP": "Make the character speak the audible part of the active strip",
            "SELECTED": "Make the characters speak every selected strip",
            "TABLE": "Make the characters speak every line of the table that is switched on",
            "SCENE": "Fill the table with every audible strip, and generate all of its lines",
        }[properties.scope]

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        scene, options = context.scene, options_of(context.scene)
        keep_edits = options.keep_edits and not self.discard_edits
        options = replace(options, replace=self.replace, keep_edits=keep_edits)
        if self.scope == "SCENE":
            fill_lines(scene, sequencer_scene(context))
        if self.scope in ("SCENE", "TABLE"):
            lines = lines_of(scene)
            if not lines:
                raise UserError("No line of the table is switched on and has a character; choose a character.")
        elif self.scope == "SELECTED":
            lines = [(-1, line) for line in self._selected(context)]
        else:
            lines = [(-1, self._single(context))]
            # Checked before the job starts: a script gets the error at once, and no progress bar is shown.
            check_target(bpy.data.objects[lines[0][1].target])

        def job(row: int, line: SpokenLine) -> QueuedJob:
            return QueuedJob(line.name, lambda ctx, folder: GenerateJob(ctx, line, options, folder), row)

        return [job(row, line) for row, line in lines]

    def ended(self, context: bpy.types.Context, jobs: list[QueuedJob]) -> str:
        """Move the playhead to the new take when a user pressed the button; a script keeps its frame and range."""
        actions = {job.report.action for job in jobs if job.state == "done" and job.report is not None}
        frames = spoken_frames(context.scene, actions) if self.options.is_invoke else None
        return show_frames(context.scene, *frames) if frames else ""

    def _single(self, context: bpy.types.Context) -> SpokenLine:
        settings, target, strips = context.scene.kmtalk, target_of(context), sequencer_scene(context)
        words = {"transcript": settings.transcript, "text": settings.text.name if settings.text else ""}
        if self.filepath:
            return SpokenLine(target.name, audio=self.filepath, frame=self.frame, **words)
        if not self.strip and (settings.source == "FILE" or self._has_no_strip(context)) and settings.audio:
            return SpokenLine(target.name, audio=settings.audio, frame=settings.frame, **words)
        strip = find_strip(strips, self.strip) if self.strip else chosen_strip(strips)
        # Words that were typed before a strip was added belong to a strip without words.
        early = "" if strip.kmtalk.transcript or strip.kmtalk.text else settings.words
        return SpokenLine(target.name, strip=strip.name, transcript=early)

    def _has_no_strip(self, context: bpy.types.Context) -> bool:
        editor = sequencer_scene(context).sequence_editor
        return editor is None or not root_strips(editor)

    def _selected(self, context: bpy.types.Context) -> list[SpokenLine]:
        scene = context.scene
        strips = [strip for strip in selected_strips(sequencer_scene(context)) if strip.type == "SOUND"]
        if not strips:
            raise UserError("No sound strip is selected; select some in the sequencer.")
        lines = []
        for strip in strips:
            target = speaker_of(strip, scene)
            if target is None:
                raise UserError(f"Strip {strip.name} has no character; choose one in the panel or in the table.")
            lines.append(SpokenLine(target.name, strip=strip.name))
        return lines


register, unregister = registering((KMTALK_OT_generate,))
