"""The main panel: who speaks what, the button, the progress, the result."""

from collections import Counter

import bpy

from ..errors import UserError
from ..scene.cast import named_speaker, speaker_of
from ..scene.checks import obstacles
from ..scene.compat import root_strips, selected_strips, sequencer_scene
from ..scene.notes import understood_here
from ..scene.rigs import target_of
from ..scene.strips import chosen_strip, outline_of
from ..scene.transcripts import sidecar
from .heard import draw_heard
from .places import in_both_places
from .sentence import draw_sentence

__all__ = ["draw_sentence", "draw_words", "register", "unregister"]


class Main:
    """Who speaks what"""

    bl_label = "KMTalk"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        layout.use_property_split = True
        layout.use_property_decorate = False
        row = layout.row(align=True)
        row.prop(settings, "target", icon="USER")
        row.operator("kmtalk.add_head", text="", icon="ADD")
        _draw_source(layout, context)
        _draw_action(layout, context)


def _draw_source(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    settings = context.scene.kmtalk
    layout.row().prop(settings, "source", expand=True)
    if settings.source == "FILE":
        column = layout.column(align=True)
        column.prop(settings, "audio")
        column.prop(settings, "frame")
        column = layout.column(align=True)
        column.prop(settings, "transcript", icon="TEXT", placeholder="Heard, if empty")
        column.prop(settings, "text")
        draw_heard(layout, context, understood_here(settings, None))
        return
    scene = sequencer_scene(context)
    editor = scene.sequence_editor
    if editor is None or not root_strips(editor):
        layout.label(text="No sound strip in the sequencer", icon="INFO")
        return
    if sum(strip.type == "SOUND" for strip in selected_strips(scene)) > 1:
        _draw_speakers(layout, context)
        return
    try:
        strip = chosen_strip(scene)
    except UserError as error:
        layout.label(text=str(error).split(";")[0], icon="INFO")
        return
    split = layout.row().split(factor=0.4)
    side = split.row()
    side.alignment = "RIGHT"
    side.label(text="Strip")
    split.label(text=f"{strip.name}  {strip.frame_final_start}–{strip.frame_final_end}", icon="SOUND")
    _draw_speaker(layout, context, strip)
    draw_words(layout, scene, strip, settings)
    draw_heard(layout, context, understood_here(settings, strip))


def _draw_speaker(layout: bpy.types.UILayout, context: bpy.types.Context, strip: object) -> None:
    """The table, a rule or its name gives the strip to somebody else: say so."""
    speaker, chosen = named_speaker(strip, context.scene), context.scene.kmtalk.target
    if speaker is None or chosen is None or speaker == chosen:
        return
    box = layout.box()
    draw_sentence(box, context, f"{strip.name} belongs to {speaker.name}; Generate speaks it on {chosen.name}.", "INFO")
    box.operator("kmtalk.choose_character", text=f"Switch to {speaker.name}", icon="USER").target = speaker.name


def _draw_speakers(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Who speaks how many of the selected strips."""
    sounds = (strip for strip in selected_strips(sequencer_scene(context)) if strip.type == "SOUND")
    speakers = [speaker_of(strip, context.scene) for strip in sounds]
    counts = Counter(speaker.name if speaker else "nobody" for speaker in speakers)
    text = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    layout.label(text=f"Spoken by {text}", icon="INFO", translate=False)


def draw_words(
    layout: bpy.types.UILayout, scene: bpy.types.Scene, strip: object, owner: bpy.types.PropertyGroup
) -> None:
    """What is said in a strip: typed (the `transcript` of `owner`), a text of the file, or beside the sound."""
    try:
        beside = sidecar(outline_of(scene, strip))
    except UserError as error:
        layout.label(text=str(error), icon="ERROR", translate=False)
        beside = None
    column = layout.column(align=True)
    row = column.row(align=True)
    row.prop(owner, "transcript", icon="TEXT", placeholder=f"From {beside.name}" if beside else "Heard, if empty")
    if beside is not None and beside.suffix.lower() in (".txt", ".srt"):
        row.operator("kmtalk.take_words", text="", icon="IMPORT").strip = strip.name
    column.prop(strip.kmtalk, "text")


def _draw_action(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    state = context.window_manager.kmtalk
    if state.running:
        row = layout.row(align=True)
        row.scale_y = 1.4
        row.progress(factor=state.fraction, text=state.text or "Starting")
        row.operator("kmtalk.cancel", text="", icon="CANCEL")
        return
    row = layout.row()
    row.scale_y = 1.4
    several = sum(strip.type == "SOUND" for strip in selected_strips(sequencer_scene(context)))
    if context.scene.kmtalk.source == "STRIP" and several > 1:
        row.operator("kmtalk.generate", text=f"Generate {several} Strips", icon="PLAY").scope = "SELECTED"
    else:
        row.operator("kmtalk.generate", icon="PLAY").scope = "STRIP"
    if state.failure:
        draw_sentence(layout, context, state.failure, "ERROR")
    elif state.report:
        draw_sentence(layout, context, state.report, "INFO")
    _draw_obstacles(layout, context)


def _draw_obstacles(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    try:
        found = obstacles(context.scene, target_of(context))
    except UserError:
        return
    for obstacle in found:
        box = layout.box()
        draw_sentence(box, context, obstacle.text, "ERROR")
        if obstacle.fix:
            box.operator("kmtalk.fix", text=obstacle.fix, icon="TOOL_SETTINGS").kind = obstacle.kind


CLASSES = in_both_places(Main)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
