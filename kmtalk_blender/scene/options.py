"""The options of a line and of its keys: plain values, from the panel or from a script."""

from dataclasses import dataclass, field

import bpy

from ..paths import whole_path
from ..runtime.input_files import is_folder
from ..runtime.schema import SETTINGS
from .curves.density import Density

__all__ = ["Options", "SpokenLine", "Style", "options_of", "pronunciations_of"]


@dataclass(frozen=True)
class Style:
    """Options of the motion. jaw, lips: gains. smoothing: 0 to 1. lead: seconds that the face is ahead of the sound.
    pauses: the mouth between words, from 0 closed to 1 as open as the sound suggests. device: key of
    DEVICES in choices.
    """

    model: str = "starter"
    style: str = "neutral"
    jaw: float = SETTINGS["jaw"].default
    lips: float = SETTINGS["lips"].default
    smoothing: float = SETTINGS["smoothing"].default
    lead: float = SETTINGS["lead"].default
    pauses: float = SETTINGS["pauses"].default
    blinks: bool = SETTINGS["blinks"].default
    brows: bool = SETTINGS["brows"].default
    seed: int = SETTINGS["seed"].default
    device: str = "auto"


@dataclass(frozen=True)
class Options:
    """All options of a take.

    style: options of the motion. density: how the motion becomes keys. placement: ACTION, NLA or ACTIVE. keep_edits:
    generating a strip again keeps its edited keys. replace: placement ACTIVE may overwrite keys. reach: key motions
    within this many frames of an edit are moved with it; 0 keeps all. rest_in, rest_out: seconds of the ramps from rest
    and back, for a line that begins or ends in speech. expression: how smile, frown, brows and blinks of the take
    combine with the user's keys: ADD, REPLACE or LEAVE. language: of lines that have none of their own, a key of
    runtime.schema.LANGUAGES or auto. pronunciations: absolute path of a list of words and how they are said, or empty.
    """

    style: Style = field(default_factory=Style)
    density: Density = field(default_factory=Density)
    placement: str = "ACTION"
    keep_edits: bool = True
    replace: bool = False
    reach: int = 3
    rest_in: float = 0.2
    rest_out: float = 0.2
    expression: str = "ADD"
    language: str = "auto"
    pronunciations: str = ""


@dataclass(frozen=True)
class SpokenLine:
    """One line to speak; scripts know it as `scene.Line`.

    target: name of the character's object. strip: name of a sound strip; when empty, the sound file `audio` is used,
    from `frame` on. transcript: the words; text: name of a Text datablock with the words. Without both, the words of
    the strip (strip.kmtalk) are used, else those of a file beside the sound, else they are recognised. textgrid: a
    file with phones and their times, in place of the words. tier: its tier of phones, by name, number or speaker;
    empty: that of the strip, else found by the name of the target or the strip. take: id of a take whose line is
    generated again. capture: file or folder of a captured performance, whose motion the take has; the strip or the
    sound file is then its sound, and without both it has none and begins at `frame`. timecode: at which the capture
    begins; empty: with its first sample. language: what is spoken, a code such as de, or auto; empty: that of the
    strip, else of the options.
    """

    target: str
    strip: str = ""
    audio: str = ""
    frame: int = 1
    transcript: str = ""
    text: str = ""
    textgrid: str = ""
    tier: str = ""
    take: str = ""
    capture: str = ""
    timecode: str = ""
    language: str = ""

    @property
    def name(self) -> str:
        """The name of the line in messages."""
        return self.strip or self.audio or self.take or self.capture

    @property
    def has_sound(self) -> bool:
        """False for a capture alone."""
        return bool(self.strip or self.audio or self.take or not self.capture)


def options_of(scene: bpy.types.Scene) -> Options:
    """The options that are set in the panel."""
    panel = scene.kmtalk
    style = Style(
        model=_model(panel.model),
        style=panel.style,
        jaw=panel.jaw,
        lips=panel.lips,
        smoothing=panel.smoothing,
        lead=panel.lead / 1000,
        pauses=panel.pauses,
        blinks=panel.blinks,
        brows=panel.brows,
        seed=panel.seed,
        device=panel.device,
    )
    density = Density(panel.keys, panel.tolerance, panel.interpolation)
    return Options(
        style,
        density,
        panel.placement,
        panel.keep_edits,
        reach=panel.reach,
        rest_in=panel.rest_in,
        rest_out=panel.rest_out,
        expression=panel.expression,
        language=panel.language,
        pronunciations=pronunciations_of(scene),
    )


def pronunciations_of(scene: bpy.types.Scene) -> str:
    """The absolute path of the scene's list of pronunciations; empty where it has none."""
    written = scene.kmtalk.pronunciations.strip()
    return str(whole_path(written, scene.library)) if written else ""


def _model(chosen: str) -> str:
    """A model's name, or the absolute path of its folder (the panel may have one relative to the .blend file)."""
    folder = whole_path(chosen)
    return str(folder) if chosen and is_folder(folder) else chosen
