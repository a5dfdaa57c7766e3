"""The main panel: the character, the sound and its words, Generate, progress and result."""

from collections import Counter

import bpy

from ..errors import UserError
from ..operators.generate import nothing_to_speak
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.checks import obstacles
from ..scene.compat import Strip, root_strips, selected_strips, sequencer_scene
from ..scene.sound.speakers import named_speaker, speaker_of
from ..scene.sound.strips import audible_strips, chosen_strip, clip_outline
from ..scene.sound.transcripts import holds_words, own_language, sidecar
from ..scene.takes.notes import understood_here
from ..scene.takes.takes import takes_of
from .drawing import draw_gain_offer, draw_progress, draw_sentence, draw_understood
from .install import draw_missing_runtime
from .places import PanelMixin, in_both_places, labelled

__all__ = ["draw_sentence", "draw_words", "register", "unregister"]


class Main(PanelMixin):
    """The character, the sound, and the button that generates"""

    bl_label = "KMTalk"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        draw_missing_runtime(layout, context)
        _draw_character(layout, context)
        _draw_gain_offer(layout, context)
        _draw_source(layout, context)
        _draw_action(layout, context)


class KMTALK_MT_strips(bpy.types.Menu):
    """The audible sound strips"""

    bl_label = "Strip"

    def draw(self, context: bpy.types.Context) -> None:
        for strip in audible_strips(sequencer_scene(context)):
            text = f"{strip.name}  {strip.frame_final_start}–{strip.frame_final_end}"
            chosen = self.layout.operator("kmtalk.choose_strip", text=text, icon="SOUND", translate=False)
            chosen.strip = strip.name


def _draw_character(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    settings = context.scene.kmtalk
    row = layout.row(align=True)
    row.prop(settings, "target", icon="USER")
    if settings.target is not None:
        row.operator("kmtalk.add_head", text="", icon="ADD")
        return
    try:
        selected = target_of(context)
    except UserError:
        layout.operator("kmtalk.add_head", icon="ADD")
        return
    labelled(layout, "").label(text=f"{selected.name} is selected", icon="USER", translate=False)


def _draw_gain_offer(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    try:
        target = target_of(context)
    except UserError:
        return
    if target.type == "MESH" and target.data.shape_keys is not None:
        draw_gain_offer(layout, context, target)


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
        column.prop(settings, "language", icon="WORLD")
        draw_understood(layout, context, understood_here(settings, None))
        return
    scene = sequencer_scene(context)
    if scene.sequence_editor is None or not root_strips(scene.sequence_editor):
        layout.operator("kmtalk.add_sound", text="Add Sound...", icon="SOUND")
        _draw_elsewhere(layout, context)
        return
    if sum(strip.type == "SOUND" for strip in selected_strips(scene)) > 1:
        _draw_speakers(layout, context)
        return
    try:
        strip = chosen_strip(scene)
    except UserError:
        strip = None
    row = labelled(layout, "Strip").row(align=True)
    row.menu("KMTALK_MT_strips", text=strip.name if strip else "Choose a strip", icon="SOUND", translate=False)
    row.operator("kmtalk.add_sound", text="", icon="ADD")
    if strip is not None:
        _draw_speaker(layout, context, strip)
        draw_words(layout, scene, strip, settings)
        draw_understood(layout, context, understood_here(settings, strip))


def _draw_elsewhere(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Buttons for other scenes with sound: since 5.0 each workspace's sequencer may show another scene."""
    if not hasattr(context.workspace, "sequencer_scene"):
        return
    for scene in bpy.data.scenes:
        if audible_strips(scene):
            here = layout.operator("wm.context_set_id", text=f"Use Sound of {scene.name}", icon="SCENE_DATA")
            here.data_path, here.value = "workspace.sequencer_scene", scene.name


def _draw_speaker(layout: bpy.types.UILayout, context: bpy.types.Context, strip: Strip) -> None:
    """A box when the table, a rule or the strip's name gives the strip to another character."""
    speaker, chosen = named_speaker(strip, context.scene), context.scene.kmtalk.target
    if speaker is None or chosen is None or speaker == chosen:
        return
    box = layout.box()
    draw_sentence(box, context, f"{strip.name} belongs to {speaker.name}; Generate speaks it on {chosen.name}.", "INFO")
    box.operator("kmtalk.choose_character", text=f"Switch to {speaker.name}", icon="USER").target = speaker.name


def _draw_speakers(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A label with the number of selected strips for each character."""
    sounds = (strip for strip in selected_strips(sequencer_scene(context)) if strip.type == "SOUND")
    speakers = [speaker_of(strip, context.scene) for strip in sounds]
    counts = Counter(speaker.name if speaker else "no character" for speaker in speakers)
    text = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    layout.label(text=f"Spoken by {text}", icon="INFO", translate=False)


def draw_words(
    layout: bpy.types.UILayout, scene: bpy.types.Scene, strip: Strip, owner: bpy.types.PropertyGroup
) -> None:
    """The fields for a strip's words: a typed transcript (of `owner`) or a Text datablock.

    The placeholder names the file beside the sound that is read when both are empty.
    """
    try:
        beside = sidecar(clip_outline(scene, strip), own_language(strip) or scene.kmtalk.language)
    except UserError as error:
        layout.label(text=str(error), icon="ERROR", translate=False)
        beside = None
    column = layout.column(align=True)
    row = column.row(align=True)
    row.prop(owner, "transcript", icon="TEXT", placeholder=f"From {beside.name}" if beside else "Heard, if empty")
    if beside is not None and holds_words(beside):
        row.operator("kmtalk.take_words", text="", icon="IMPORT").strip = strip.name
    column.prop(strip.kmtalk, "text")
    column.prop(strip.kmtalk, "language", icon="WORLD")
    if beside is not None and not holds_words(beside):
        column.prop(strip.kmtalk, "tier", icon="LINENUMBERS_ON")


def _draw_action(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    state = context.window_manager.kmtalk
    if state.running:
        draw_progress(layout, context)
        return
    missing = _draw_generate(layout, context)
    if state.failure:
        draw_sentence(layout, context, state.failure, "ERROR")
    elif missing:
        draw_sentence(layout, context, missing, "INFO")
    if state.report:
        draw_sentence(layout, context, state.report, "INFO")
    _draw_result(layout, context)


def _draw_generate(layout: bpy.types.UILayout, context: bpy.types.Context) -> str:
    """The Generate button. Returns why it is disabled, or an empty string."""
    row = layout.row()
    row.scale_y = 1.4
    several = sum(strip.type == "SOUND" for strip in selected_strips(sequencer_scene(context)))
    if context.scene.kmtalk.source == "STRIP" and several > 1:
        text = f"Generate Lip-Sync ({several} Strips)"
        row.operator("kmtalk.generate", text=text, icon="OUTLINER_OB_SPEAKER").scope = "SELECTED"
        return ""
    missing = nothing_to_speak(context)
    row.enabled = not missing
    row.operator("kmtalk.generate", icon="OUTLINER_OB_SPEAKER").scope = "STRIP"
    return missing


def _draw_result(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The Play button for existing takes, and a box with a fix for each thing that keeps them from playing."""
    try:
        target = target_of(context)
    except UserError:
        return
    if not takes_of(target):
        return
    playing = context.screen is not None and context.screen.is_animation_playing
    layout.operator("kmtalk.play", text="Stop" if playing else "Play", icon="PAUSE" if playing else "PLAY")
    for obstacle in obstacles(context.scene, target):
        box = layout.box()
        draw_sentence(box, context, obstacle.text, "ERROR")
        if obstacle.fix:
            box.operator("kmtalk.fix", text=obstacle.fix, icon="TOOL_SETTINGS").kind = obstacle.kind


CLASSES = (KMTALK_MT_strips, *in_both_places(Main))


register, unregister = registering(CLASSES)
