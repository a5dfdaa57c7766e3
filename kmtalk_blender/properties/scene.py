"""Properties of a scene: scene.kmtalk, the character, the sound and its words, and all settings of a take."""

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..choices import DEVICES, EXPRESSIONS, INTERPOLATIONS, KEYS, LANGUAGES, PLACEMENTS, SOURCES
from ..errors import UserError
from ..runtime.model_folder import installed_models
from ..runtime.schema import SETTINGS
from ..scene.compat import Strip, sequencer_scene
from ..scene.sound.speakers import choose_line
from ..scene.sound.strips import chosen_strip
from ..scene.takes.notes import understood_here
from ..session import models_folder
from ..setting_property import setting_property
from .character import has_shape_keys
from .lines import LineItem, RuleItem

__all__ = ["SceneSettings"]


# Since 4.5 a property says whether its path may be relative to the .blend file.
BLEND_RELATIVE: Any = {"options": {"PATH_SUPPORTS_BLEND_RELATIVE"}} if bpy.app.version >= (4, 5, 0) else {}


def known_models(_self: object, context: bpy.types.Context, _typed: str) -> list[str]:
    """The models that the runtime named last and those that the user installed, for the search menu."""
    folder = models_folder()
    installed = [str(path) for path in installed_models(folder)] if folder else []
    return [*(context.window_manager.kmtalk.models or "starter").split(","), *installed]


def go_to_line(self: "SceneSettings", context: bpy.types.Context) -> None:
    """Choose strip and character of the line that the user clicked."""
    scene: Any = self.id_data
    choose_line(scene, sequencer_scene(context), self.line_index)


def spoken_strip(settings: "SceneSettings") -> Strip | None:
    """The strip that Generate would speak, or None."""
    if settings.source == "FILE":
        return None
    try:
        return chosen_strip(sequencer_scene(bpy.context))
    except UserError:
        return None


def words_of(self: "SceneSettings") -> str:
    """The words of the strip that Generate would speak, else of the sound file."""
    strip = spoken_strip(self)
    return self.words if strip is None else strip.kmtalk.transcript or self.words


def set_words(self: "SceneSettings", words: str) -> None:
    """Give the words to that strip, else to the sound file."""
    strip = spoken_strip(self)
    if strip is None:
        self.words = words
    else:
        strip.kmtalk.transcript, self.words = words, ""


def understood_words(self: "SceneSettings") -> str:
    """The words that the take of that strip speaks; the typed transcript when it was changed since."""
    understood = understood_here(self, spoken_strip(self))
    if understood is None:
        return ""
    typed = words_of(self).strip()
    return typed if typed and typed != understood.typed else understood.heard


def notes_of(self: "SceneSettings") -> str:
    """The notes on that take, one a line."""
    understood = understood_here(self, spoken_strip(self))
    return "" if understood is None else "\n".join(understood.notes)


def hand_text_on(self: "SceneSettings", context: bpy.types.Context) -> None:
    """Move a text that was chosen in the panel to the strip."""
    strip = spoken_strip(self)
    if strip is not None and self.text is not None:
        strip.kmtalk.text, self.text = self.text, None


class SceneSettings(bpy.types.PropertyGroup):
    """scene.kmtalk: the character, the sound and its words, and all settings of a take."""

    target: PointerProperty(
        name="Character", description="The mesh with shape keys that speaks", type=bpy.types.Object, poll=has_shape_keys
    )
    source: EnumProperty(name="Source", description="Whether a strip or a file is spoken", items=SOURCES)
    audio: StringProperty(name="Sound", description="Sound file that is spoken", subtype="FILE_PATH")
    frame: IntProperty(name="Start", description="Frame at which the sound file starts", default=1)
    transcript: StringProperty(
        name="Transcript",
        description="The words. Empty: read from a .txt, .srt or .TextGrid beside the sound, or recognised",
        get=words_of,
        set=set_words,
    )
    heard: StringProperty(
        name="Heard",
        description="The words that the take speaks; change them and generate again",
        get=understood_words,
        set=set_words,
    )
    notes: StringProperty(name="Notes", description="Notes on the take, one a line", get=notes_of)
    words: StringProperty(
        name="Words", description="The words of the sound file, or those typed before a strip was added"
    )
    text: PointerProperty(
        name="Text",
        description="A text of this file that holds the words",
        type=bpy.types.Text,
        update=hand_text_on,
    )
    language: EnumProperty(
        name="Language", description="What is spoken, unless a strip has its own language", items=LANGUAGES
    )
    pronunciations: StringProperty(
        name="Pronunciations",
        description="Text file with words and how they are said, such as names: Gandalf /ˈɡandalf/",
        subtype="FILE_PATH",
        **BLEND_RELATIVE,
    )
    model: StringProperty(
        name="Model", description="starter, or the folder of another model", default="starter", search=known_models
    )
    style: StringProperty(
        name="Style", description="How the mouth speaks: one of the model's styles", default="neutral"
    )
    device: EnumProperty(name="Device", description="What computes the motion", items=DEVICES)
    jaw: setting_property("jaw")
    lips: setting_property("lips")
    smoothing: setting_property("smoothing")
    lead: FloatProperty(
        name="Lead (ms)",
        description="Milliseconds that the motion comes before the sound",
        default=1000 * SETTINGS["lead"].default,
        min=1000 * SETTINGS["lead"].least,
        max=1000 * SETTINGS["lead"].most,
        soft_min=1000 * SETTINGS["lead"].slider[0],
        soft_max=1000 * SETTINGS["lead"].slider[1],
        step=1000,
    )
    pauses: setting_property("pauses")
    blinks: setting_property("blinks")
    brows: setting_property("brows")
    seed: setting_property("seed")
    keys: EnumProperty(name="Keys", description="How the motion becomes keys", items=KEYS, default="SPARSE")
    tolerance: FloatProperty(
        name="Tolerance",
        description="Largest difference between the Sparse curves and the motion",
        default=0.01,
        min=0.0005,
        max=0.2,
        precision=3,
    )
    interpolation: EnumProperty(name="Interpolation", description="Between keys", items=INTERPOLATIONS)
    placement: EnumProperty(name="Write To", description="Where the keys of the take are written", items=PLACEMENTS)
    expression: EnumProperty(
        name="Expression", description="What smile, frown, brows and blinks do to your own keys", items=EXPRESSIONS
    )
    rest_in: FloatProperty(
        name="Rest In",
        description="Time to move from rest into the first pose, where speech begins at once",
        default=0.2,
        min=0.0,
        max=2.0,
        unit="TIME_ABSOLUTE",
    )
    rest_out: FloatProperty(
        name="Rest Out",
        description="Time to move back to rest, after a line that ends in speech",
        default=0.2,
        min=0.0,
        max=2.0,
        unit="TIME_ABSOLUTE",
    )
    keep_edits: BoolProperty(
        name="Keep Edits", description="Generating a strip again keeps the keys and phones you edited", default=True
    )
    follow: BoolProperty(
        name="Follow Strips",
        description="Takes move with their strips",
        default=False,
    )
    use_range: BoolProperty(name="Only Range", description="Complete only these frames", default=False)
    first: IntProperty(name="First", description="First frame that may change", default=1)
    last: IntProperty(name="Last", description="Last frame that may change", default=250)
    reach: IntProperty(
        name="Reach",
        description="Key motions within this many frames of an edit are moved with it; 0 keeps all of them",
        default=3,
        min=0,
        max=60,
    )
    live: BoolProperty(
        name="Live",
        description="Complete around a key or phone once you have moved, added or deleted it; undo takes back both",
        default=False,
    )
    lines: CollectionProperty(type=LineItem)
    line_index: IntProperty(name="Line", description="Click to work on its strip", update=go_to_line)
    rules: CollectionProperty(type=RuleItem)
    rule_index: IntProperty(name="Rule", description="Selected rule")
