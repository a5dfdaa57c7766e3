"""Properties saved with the file (scene, object, action and strip.kmtalk) and state that is not (wm.kmtalk)."""

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

from .choices import (
    CERTAINTIES,
    DEVICES,
    EXPRESSIONS,
    INTERPOLATIONS,
    KEYS,
    LANGUAGES,
    MAPPINGS,
    PHONES,
    PLACEMENTS,
    RULES,
    SOURCES,
)
from .emotion_properties import EmotionSettings
from .errors import UserError
from .life_properties import LifeSettings
from .runtime.model_folder import installed_models
from .runtime.schema import SETTINGS
from .scene.compat import Strip, sequencer_scene, strip_type
from .scene.phones.timeline import jump
from .scene.sound.speakers import choose_line
from .scene.sound.strips import chosen_strip
from .scene.takes.notes import understood_here
from .session import models_folder
from .setting_property import setting_property

__all__ = ["register", "unregister"]

# Since 4.5 a property says whether its path may be relative to the .blend file.
BLEND_RELATIVE: Any = {"options": {"PATH_SUPPORTS_BLEND_RELATIVE"}} if bpy.app.version >= (4, 5, 0) else {}


def has_shape_keys(_self: object, candidate: bpy.types.Object) -> bool:
    """Meshes only. One without shape keys can be chosen too: the panel then says that they are missing."""
    return candidate.type == "MESH"


def known_models(_self: object, context: bpy.types.Context, _typed: str) -> list[str]:
    """The models that the runtime named last and those that the user installed, for the search menu."""
    folder = models_folder()
    installed = [str(path) for path in installed_models(folder)] if folder else []
    return [*(context.window_manager.kmtalk.models or "starter").split(","), *installed]


def known_phones(_self: object, _context: bpy.types.Context, _typed: str) -> tuple[str, ...]:
    """The phones, for the search menu."""
    return PHONES


def forget_sound(self: "PhoneItem", _context: bpy.types.Context) -> None:
    """A phone that the user chose is the sound itself."""
    self.sound = ""


def jump_to_phone(self: "WindowState", context: bpy.types.Context) -> None:
    """Move the playhead to the phone that the user clicked, unless it is there already."""
    jump(context, self.phone_index)


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


class PhoneItem(bpy.types.PropertyGroup):
    """One phone of a take. Changing it and completing again changes the motion."""

    label: StringProperty(
        name="Phone",
        description="ARPAbet label of the phone; SIL is silence",
        search=known_phones,
        update=forget_sound,
    )
    sound: StringProperty(name="Sound", description="The sound of another language that is meant, in IPA")
    start: FloatProperty(
        name="Start", description="Start of the phone, from the start of the take", unit="TIME_ABSOLUTE", min=0
    )
    end: FloatProperty(
        name="End", description="End of the phone, from the start of the take", unit="TIME_ABSOLUTE", min=0
    )
    word: StringProperty(name="Word", description="The word that the phone belongs to")
    begins: BoolProperty(name="Begins Word", description="The word starts with this phone")
    take: StringProperty(name="Take", description="The id of the take that the phone belongs to")


def chosen_by_hand(self: "MappingRow", _context: bpy.types.Context) -> None:
    """A shape key that the user chose needs no guess."""
    self.certainty = "SURE"


class MappingRow(bpy.types.PropertyGroup):
    """One channel of the motion and the shape key it moves."""

    channel: StringProperty(name="Channel", description="Channel of the motion", override={"LIBRARY_OVERRIDABLE"})
    shape: StringProperty(
        name="Shape Key",
        description="Shape key that it moves",
        update=chosen_by_hand,
        override={"LIBRARY_OVERRIDABLE"},
    )
    gain: FloatProperty(
        name="Gain", description="Value of the shape key per weight", default=1.0, override={"LIBRARY_OVERRIDABLE"}
    )
    offset: FloatProperty(name="Offset", description="Value of the shape key at rest", override={"LIBRARY_OVERRIDABLE"})
    certainty: EnumProperty(
        name="Certainty",
        description="How sure it is that the shape key's name means the channel",
        items=CERTAINTIES,
        override={"LIBRARY_OVERRIDABLE"},
    )


class LandmarkItem(bpy.types.PropertyGroup):
    """A landmark of the face that was marked on a vertex; its name is the landmark's."""

    vertex: IntProperty(name="Vertex", description="Number of the vertex", default=-1)
    guessed: BoolProperty(name="Guessed", description="Not marked by hand")


class StripSettings(bpy.types.PropertyGroup):
    """strip.kmtalk: the words of a strip. Kept on the strip, so they move and copy with it."""

    transcript: StringProperty(
        name="Transcript", description="The words; empty: read from a file beside the sound, or recognised"
    )
    text: PointerProperty(name="Text", description="Text of this file that holds the words", type=bpy.types.Text)
    language: EnumProperty(
        name="Language",
        description="What is spoken in this strip",
        items=(("scene", "As in Scene", "The language that is chosen under Style"), *LANGUAGES),
    )
    tier: StringProperty(
        name="Tier",
        description="Tier of phones in the TextGrid: its name, number or speaker. Empty: found by the name of the "
        "character or the strip",
    )
    line_id: StringProperty(name="Line", description="The id of this strip's take; it stays when either is renamed")


class LineItem(bpy.types.PropertyGroup):
    """One line of the table: a strip and its character."""

    use: BoolProperty(name="Use", description="Generate this line with the others", default=True)
    strip: StringProperty(name="Strip", description="Sound strip")
    target: PointerProperty(name="Character", description="Who speaks it", type=bpy.types.Object, poll=has_shape_keys)
    state: StringProperty(name="State", description="Waiting, running, done, or what failed")
    fraction: FloatProperty(name="Progress", min=0, max=1)
    notes: StringProperty(name="Notes", description="Notes on its take, one a line")


class RuleItem(bpy.types.PropertyGroup):
    """A rule that chooses the character of strips when the table is filled."""

    kind: EnumProperty(name="By", description="What decides", items=RULES)
    value: StringProperty(name="Value", description="Part of the strip's name, or the number of its channel")
    target: PointerProperty(
        name="Character", description="Who speaks these strips", type=bpy.types.Object, poll=has_shape_keys
    )


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


class ObjectSettings(bpy.types.PropertyGroup):
    """object.kmtalk: mapping, landmarks, head and eyes, emotion of a character."""

    life: PointerProperty(type=LifeSettings, override={"LIBRARY_OVERRIDABLE"})
    emotion: PointerProperty(type=EmotionSettings, override={"LIBRARY_OVERRIDABLE"})

    mapping: CollectionProperty(type=MappingRow, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"})
    mapping_index: IntProperty(name="Row", description="Selected row", override={"LIBRARY_OVERRIDABLE"})
    landmarks: CollectionProperty(type=LandmarkItem)
    mapping_mode: EnumProperty(
        name="Shapes", description="What the shape keys are", items=MAPPINGS, override={"LIBRARY_OVERRIDABLE"}
    )
    mapping_title: StringProperty(
        name="Names", description="The names that were recognised", override={"LIBRARY_OVERRIDABLE"}
    )
    mouth_gain: FloatProperty(
        name="Mouth Gain",
        description="How much further mouth and jaw move than the speech says; drawn faces need more than 1",
        default=1.0,
        min=0.1,
        max=4.0,
        soft_min=0.5,
        soft_max=2.5,
        override={"LIBRARY_OVERRIDABLE"},
    )
    gain_answered: BoolProperty(
        name="Gain Answered",
        description="The user has taken or declined the gain that is offered to drawn faces",
        override={"LIBRARY_OVERRIDABLE"},
    )


class ActionSettings(bpy.types.PropertyGroup):
    """action.kmtalk: the phones of the action's takes, as the user sees and edits them."""

    phones: CollectionProperty(type=PhoneItem)


class PendingItem(bpy.types.PropertyGroup):
    """The edits of a character's takes that are not completed. name: of its object."""

    count: IntProperty(name="Edits", description="Edited frames that are not completed")


class WindowState(bpy.types.PropertyGroup):
    """wm.kmtalk: the state of what runs now. Panels read it; nothing of it is saved."""

    running: BoolProperty(name="Running")
    cancel: BoolProperty(name="Cancel")
    title: StringProperty(name="Title")
    text: StringProperty(name="Text")
    fraction: FloatProperty(name="Progress", min=0, max=1)
    report: StringProperty(name="Report")
    failure: StringProperty(name="Failure")
    runtime: StringProperty(name="Runtime")
    device: StringProperty(name="Device")
    models: StringProperty(name="Models")
    chosen_strips: StringProperty(name="Chosen Strips")
    moved_strips: StringProperty(name="Moved Strips")
    pending: CollectionProperty(type=PendingItem)
    live_note: StringProperty(name="Live", description="Why Live was switched off")
    new_word: StringProperty(name="New Word", description="The word to insert, in normal spelling")
    phone_index: IntProperty(name="Phone", description="Click to move the playhead to it", update=jump_to_phone)


CLASSES = (
    PhoneItem,
    MappingRow,
    LandmarkItem,
    StripSettings,
    LineItem,
    RuleItem,
    SceneSettings,
    LifeSettings,
    EmotionSettings,
    ObjectSettings,
    ActionSettings,
    PendingItem,
    WindowState,
)
PLACES: tuple[tuple[Any, type[bpy.types.PropertyGroup]], ...] = (
    (bpy.types.Scene, SceneSettings),
    (bpy.types.Object, ObjectSettings),
    (bpy.types.Action, ActionSettings),
    (strip_type(), StripSettings),
    (bpy.types.WindowManager, WindowState),
)


def register() -> None:
    """Add the properties."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    for owner, settings in PLACES:
        overridable: Any = {"override": {"LIBRARY_OVERRIDABLE"}} if owner is bpy.types.Object else {}
        owner.kmtalk = PointerProperty(type=settings, **overridable)  # type: ignore[func-returns-value]


def unregister() -> None:
    """Remove the properties."""
    for owner, _ in PLACES:
        del owner.kmtalk
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
