"""All parts of the head at rest, joined in one mesh."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.heads.demo.brows import brow
from model_runtime.heads.demo.cage import Rings
from model_runtime.heads.demo.eyes import LID_EDGE, caruncle, eyeball
from model_runtime.heads.demo.hair import hair
from model_runtime.heads.demo.lashes import lashes
from model_runtime.heads.demo.skin import build_skin
from model_runtime.heads.demo.surface import Part, join, mirror_part
from model_runtime.heads.demo.teeth import LOWER, UPPER, gum, palate, teeth
from model_runtime.heads.demo.tongue import tongue

__all__ = ["Body", "build_body"]

OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Body:
    """The head at rest.

    whole: all parts in one mesh of V vertices, mm.
    rings: topology of the skin.
    spans: part name -> its vertices in `whole`.
    mirror: (V,) vertex on the other side of the face.
    """

    whole: Part
    rings: Rings
    spans: dict[str, slice]
    mirror: np.ndarray


def build_body() -> Body:
    """The head at rest; skin first."""
    skin = build_skin()
    left_eye, left_caruncle, left_brow = eyeball(), caruncle(), brow()
    left_lashes = lashes(skin.part.vertices[skin.rings.eyes[0][LID_EDGE]])
    parts = {
        "skin": skin.part,
        "eye_left": left_eye,
        "eye_right": mirror_part(left_eye),
        "caruncle_left": left_caruncle,
        "caruncle_right": mirror_part(left_caruncle),
        "teeth_upper": teeth(UPPER),
        "teeth_lower": teeth(LOWER),
        "gum_upper": gum(UPPER),
        "gum_lower": gum(LOWER),
        "palate": palate(),
        "tongue": tongue(),
        "hair": hair(),
        "brow_left": left_brow,
        "brow_right": mirror_part(left_brow),
        "lashes_left": left_lashes,
        "lashes_right": mirror_part(left_lashes),
    }
    spans = {}
    start = 0
    for name, part in parts.items():
        spans[name] = slice(start, start + len(part.vertices))
        start += len(part.vertices)
    whole = join(list(parts.values()))
    mirror = _mirror(whole.vertices, skin.rings, spans)
    even = (whole.vertices + whole.vertices[mirror] * [-1, 1, 1]) / 2
    return Body(Part(even, whole.quads, whole.materials), skin.rings, spans, mirror)


def _mirror(points: np.ndarray, rings: Rings, spans: dict[str, slice]) -> np.ndarray:
    """(V,) mirror twins: of the skin by topology, because lips touch; of the other parts by position."""
    mirror = np.zeros(len(points), dtype=int)
    mirror[spans["skin"]] = rings.mirror
    for name, span in spans.items():
        if name == "skin":
            continue
        stem, _, side = name.rpartition("_")
        other = spans[f"{stem}_{OTHER_SIDE[side]}" if side in OTHER_SIDE else name]
        mirror[span] = other.start + cKDTree(points[other]).query(points[span] * [-1, 1, 1])[1]
    return mirror
