"""How a line is spoken and written: plain values, from the panel or from a script."""

from dataclasses import dataclass, field

import bpy

from ..paths import whole_path
from ..runtime.input_files import is_folder
from .curves.density import Density

__all__ = ["Options", "SpokenLine", "Style", "options_of"]


@dataclass(frozen=True)
class Style:
    """What the model is asked for. jaw, lips: gains. smoothing: 0 to 1. lead: seconds the face is early. pauses: the
    mouth between words, 0 closed to 1 as heard. device: auto,
    cpu, cuda or mps."""

    model: str = "starter"
    style: str = "neutral"
    jaw: float = 1.0
    lips: float = 1.0
    smoothing: float = 0.0
    lead: float = 0.0
    pauses: float = 1.0
    blinks: bool = True
    brows: bool = True
    seed: int = 0
    device: str = "auto"


@dataclass(frozen=True)
class Options:
    """style: the motion. density: its keys. placement: one of scene.takes.PLACEMENTS. keep_edits: generating a strip
    again keeps what was edited. replace: ACTIVE may overwrite keys. reach: key motions nearer than this many frames
    to an edit bend with it, 0 keeps every one. rest_in, rest_out: seconds in which the face leaves its rest before a
    line that begins at once, and returns to it after one that ends in speech. expression: what smile, frown, brows and
    blinks do to those of the user's: ADD, REPLACE or LEAVE."""

    style: Style = field(default_factory=Style)
    density: Density = field(default_factory=Density)
    placement: str = "ACTION"
    keep_edits: bool = True
    replace: bool = False
    reach: int = 3
    rest_in: float = 0.2
    rest_out: float = 0.2
    expression: str = "ADD"


@dataclass(frozen=True)
class SpokenLine:
    """One thing to say. target: the character's object name. strip: a sound strip's name; without one `audio`, a sound
    file, is laid at `frame`. transcript: the words; text: a Text datablock's name that holds them; empty: those of the
    strip (strip.kmtalk), else found beside the sound, else heard. textgrid: a file with the phones and their times,
    instead. take: the id of a take whose line is spoken again, wherever its strip is now."""

    target: str
    strip: str = ""
    audio: str = ""
    frame: int = 1
    transcript: str = ""
    text: str = ""
    textgrid: str = ""
    take: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.strip or self.audio or self.take


def options_of(scene: bpy.types.Scene) -> Options:
    """What the panel says."""
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
    )


def _model(chosen: str) -> str:
    """A model's name, or its folder in full: one beside the .blend file may be named from there."""
    folder = whole_path(chosen)
    return str(folder) if chosen and is_folder(folder) else chosen
