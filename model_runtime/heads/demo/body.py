"""All parts of the head at rest, and where each of them lies in the whole."""

from dataclasses import dataclass

from model_runtime.heads.demo.brows import brow
from model_runtime.heads.demo.cage import Rings
from model_runtime.heads.demo.eyes import eyeball
from model_runtime.heads.demo.skin import build_skin
from model_runtime.heads.demo.surface import Part, join, mirror_part
from model_runtime.heads.demo.teeth import LOWER, UPPER, gum, teeth, tongue

__all__ = ["Body", "build_body"]


@dataclass(frozen=True)
class Body:
    """whole: every part in one mesh, mm. rings: topology of the skin. spans: part name -> its vertices in the whole."""

    whole: Part
    rings: Rings
    spans: dict[str, slice]


def build_body() -> Body:
    """The head at rest; skin first."""
    skin = build_skin()
    left_eye, left_brow = eyeball(), brow()
    parts = {
        "skin": skin.part,
        "eye_left": left_eye,
        "eye_right": mirror_part(left_eye),
        "teeth_upper": teeth(UPPER),
        "teeth_lower": teeth(LOWER),
        "gum_upper": gum(UPPER),
        "gum_lower": gum(LOWER),
        "tongue": tongue(),
        "brow_left": left_brow,
        "brow_right": mirror_part(left_brow),
    }
    spans = {}
    start = 0
    for name, part in parts.items():
        spans[name] = slice(start, start + len(part.vertices))
        start += len(part.vertices)
    return Body(join(list(parts.values())), skin.rings, spans)
