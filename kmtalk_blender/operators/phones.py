"""Operators of a take's phones: move a boundary, insert, delete, timeline markers, TextGrid."""

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from ..choices import PHONES
from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.jobs.generate_job import GenerateJob
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.word_jobs import InsertWordJob
from ..scene.options import SpokenLine, options_of, pronunciations_of
from ..scene.phones.phone_edits import delete_phone, delete_word, insert_phone
from ..scene.phones.timeline import (
    add_markers,
    inside_phone,
    listed_action,
    listed_strip,
    move_boundary,
    write_textgrid,
)
from ..scene.sound.strips import frame_rate
from ..scene.takes.baseline_store import take_info
from .base import ActionOperator, JobOperator, Outcome, busy

__all__ = ["register", "unregister"]


NO_TAKE = "Make a take active first"


def shown_action(context: bpy.types.Context) -> bpy.types.Action:
    """The action whose phones the panel lists. Raises UserError when there is none."""
    action = listed_action(context)
    if action is None:
        raise UserError(f"{NO_TAKE}.")
    return action


def no_phones_reason(context: bpy.types.Context) -> str:
    """Why there are no phones to edit: one sentence, or an empty string."""
    if busy(context):
        return busy(context)
    return "" if listed_action(context) is not None else NO_TAKE


class PhoneOperator(ActionOperator):
    """An operator that needs the phones of the active take."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_phones_reason(context)


class SelectedPhoneOperator(PhoneOperator):
    """An operator that changes one phone of the list."""

    index: IntProperty(name="Phone", description="Index in the list; -1: the selected one", default=-1)

    def selected_index(self, context: bpy.types.Context) -> int:
        """Index of the phone in the list."""
        return context.window_manager.kmtalk.phone_index if self.index < 0 else self.index


class KMTALK_OT_move_boundary(SelectedPhoneOperator, bpy.types.Operator):
    """Move the start of the selected phone to the playhead; Complete then changes the motion"""

    bl_idname = "kmtalk.move_boundary"
    bl_label = "Start at Playhead"
    bl_options = {"REGISTER", "UNDO"}

    seconds: FloatProperty(name="Time", description="Seconds in the take; negative: the playhead", default=-1.0)

    def act(self, context: bpy.types.Context) -> str:
        action, scene, index = shown_action(context), context.scene, self.selected_index(context)
        phones = action.kmtalk.phones
        strip = phones[index].take if 0 <= index < len(phones) else None
        at_playhead = (scene.frame_current - take_info(action, strip).get("start", 0.0)) / frame_rate(scene)
        move_boundary(action, index, at_playhead if self.seconds < 0 else self.seconds)
        return ""


class KMTALK_OT_insert_phone(SelectedPhoneOperator, bpy.types.Operator):
    """Insert a phone into the selected one, from the playhead on; Complete then changes the motion"""

    bl_idname = "kmtalk.insert_phone"
    bl_label = "Insert Sound"
    bl_options = {"REGISTER", "UNDO"}

    label: StringProperty(name="Sound", description="ARPAbet label; SIL is silence", default="AH")
    seconds: FloatProperty(name="Time", description="Seconds in the take; negative: the playhead", default=-1.0)

    def act(self, context: bpy.types.Context) -> str:
        action, index = shown_action(context), self.selected_index(context)
        if self.label not in PHONES:
            raise UserError(f"{self.label} is not a known phone; use one of {', '.join(PHONES)}.")
        at_playhead = inside_phone(action, index, context.scene)
        place = insert_phone(action, index, self.label, at_playhead if self.seconds < 0 else self.seconds)
        context.window_manager.kmtalk.phone_index = place
        return ""


class KMTALK_OT_insert_word(JobOperator, bpy.types.Operator):
    """Insert a word into the selected phone or silence, from the playhead on; Complete then changes the motion"""

    bl_idname = "kmtalk.insert_word"
    bl_label = "Insert Word"
    bl_options = {"UNDO"}

    index: IntProperty(name="Phone", description="Index in the list; -1: the selected one", default=-1)
    word: StringProperty(name="Word", description="In normal spelling; empty: the word in the panel")
    seconds: FloatProperty(name="Time", description="Seconds in the take; negative: the playhead", default=-1.0)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_phones_reason(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        action, state = shown_action(context), context.window_manager.kmtalk
        index = state.phone_index if self.index < 0 else self.index
        seconds = inside_phone(action, index, context.scene) if self.seconds < 0 else self.seconds
        take = action.kmtalk.phones[index].take if 0 <= index < len(action.kmtalk.phones) else ""
        language = str(take_info(action, take).get("language", "")) if take else ""
        job = InsertWordJob(
            action, index, self.word or state.new_word, seconds, language, pronunciations_of(context.scene)
        )
        return [QueuedJob(job.title, lambda _context, _folder: job)]


class KMTALK_OT_delete_phone(SelectedPhoneOperator, bpy.types.Operator):
    """Delete the selected phone; the one before it lasts longer. Complete then changes the motion"""

    bl_idname = "kmtalk.delete_phone"
    bl_label = "Delete Sound"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        place = delete_phone(shown_action(context), self.selected_index(context))
        context.window_manager.kmtalk.phone_index = place
        return ""


class KMTALK_OT_delete_word(SelectedPhoneOperator, bpy.types.Operator):
    """Replace the word of the selected phone by silence; Complete then changes the motion"""

    bl_idname = "kmtalk.delete_word"
    bl_label = "Delete Word"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        place = delete_word(shown_action(context), self.selected_index(context))
        context.window_manager.kmtalk.phone_index = place
        return ""


class KMTALK_OT_add_markers(PhoneOperator, bpy.types.Operator):
    """Add a timeline marker for every phone of the take"""

    bl_idname = "kmtalk.add_markers"
    bl_label = "Add Markers"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        count = add_markers(context.scene, target_of(context))
        return f"{count} markers"


class KMTALK_OT_export_textgrid(PhoneOperator, bpy.types.Operator):
    """Write the take's phones and words as a TextGrid for Praat; saved beside the sound, Generate reads it"""

    bl_idname = "kmtalk.export_textgrid"
    bl_label = "Export TextGrid"

    filepath: StringProperty(name="File", description="File to write", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.TextGrid", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        self.filepath = self.filepath or "line.TextGrid"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        action = shown_action(context)
        write_textgrid(action, whole_path(self.filepath), listed_strip(context, action))
        return f"Wrote {self.filepath}"


class KMTALK_OT_import_textgrid(JobOperator, bpy.types.Operator):
    """Generate the take again from the phones of a TextGrid; edited keys stay"""

    bl_idname = "kmtalk.import_textgrid"
    bl_label = "Import TextGrid"
    bl_options = {"UNDO"}

    filepath: StringProperty(name="File", description="A TextGrid with a tier of phones", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.TextGrid;*.json;*.csv;*.lab;*.ctm", options={"HIDDEN"})
    tier: StringProperty(
        name="Tier", description="Tier of phones: its name, number or speaker; empty: found by the character's name"
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_phones_reason(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        if self.filepath:
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        action, options = shown_action(context), options_of(context.scene)
        info = take_info(action, listed_strip(context, action))
        line = SpokenLine(target_of(context).name, textgrid=self.filepath, tier=self.tier, take=info["id"])
        return [QueuedJob(info["strip"], lambda ctx, folder: GenerateJob(ctx, line, options, folder))]


CLASSES = (
    KMTALK_OT_move_boundary,
    KMTALK_OT_insert_phone,
    KMTALK_OT_insert_word,
    KMTALK_OT_delete_phone,
    KMTALK_OT_delete_word,
    KMTALK_OT_add_markers,
    KMTALK_OT_export_textgrid,
    KMTALK_OT_import_textgrid,
)


register, unregister = registering(CLASSES)
