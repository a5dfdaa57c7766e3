"""The mouth gain: how much further jaw and lips of a character move than the speech says.

The motion is that of real faces. Drawn faces (VRoid, VRM, MMD) have small mouths and need more of it. The gain is
offered to them and set by the user alone; it changes what is written to the shape keys, never the take.
"""

import re
from functools import lru_cache

import bpy
import numpy as np

from .find_visemes import find_visemes
from .mapping import identify, shape_names
from .viseme_sets import DRAWN
from .visemes import IMPORTANCE, seen

__all__ = ["OFFERED", "drawn_kind", "gains_of", "grown", "offer", "set_mouth_gain", "shrunk"]

# Gain that is offered to drawn faces; chosen by eye on a head with the five mouths of VRoid.
OFFERED = 1.6
# The mouth's channels of expression: they are no speech, and do not grow.
EXPRESSION = ("mouthSmile", "mouthFrown")
# Weights this near to 1 are full: a reduced curve passes through a full weight with such an error.
FULL = 0.98
SAME = 1e-6
# Opening of the mouth, in distances between the eyes, from which on the whole gain applies; a jaw at .15.
OPEN = 0.06
STEPS = 40  # of the way back from grown weights
# Names of VRoid Studio, and the Japanese vowels of MMD, of which so many must be there.
VROID = re.compile(r"(?:^|[._\s|:])Fcl_(?:MTH|ALL)_", re.IGNORECASE)
VOWELS = frozenset("あいうえお")
ENOUGH_VOWELS = 3
# Sets of names whose kind is remembered: panels ask for it each time they are drawn.
REMEMBERED = 64
# A number that Blender appends to a copied name.
COPY = re.compile(r"[._]\d+$")


def drawn_kind(shapes: list[str]) -> str:
    """The set of names of drawn faces that the shape keys have: "VRoid", "MMD", "VRM 0" or "VRM 1"; else empty."""
    return _drawn_kind(tuple(shapes))


@lru_cache(maxsize=REMEMBERED)
def _drawn_kind(shapes: tuple[str, ...]) -> str:
    if any(VROID.search(shape) for shape in shapes):
        return "VRoid"
    last = {re.split(r"[._\s|:]", COPY.sub("", shape))[-1] for shape in shapes}
    if len(VOWELS & last) >= ENOUGH_VOWELS:
        return "MMD"
    mapping = identify(list(shapes))
    if mapping.mode == "VISEMES":
        return mapping.title if mapping.title in DRAWN else ""
    # Drawn faces that have ARKit's shapes besides.
    found = find_visemes(list(shapes), bool(mapping.mapped)).title if mapping.mapped else ""
    return found if found in DRAWN else ""


def offer(target: bpy.types.Object) -> str:
    """The question whether a character's mouth shall move further; empty when it is not drawn, or was answered."""
    settings = target.kmtalk
    if settings.gain_answered or settings.mouth_gain != 1.0 or target.library is not None:
        return ""
    kind = drawn_kind(shape_names(target))
    if not kind:
        return ""
    return (
        f"{target.name} has the shape names of drawn faces ({kind}). Drawn mouths move too little with the motion of "
        f"real ones. Move jaw and lips {OFFERED:g} times as far?"
    )


def set_mouth_gain(target: bpy.types.Object, gain: float) -> None:
    """Set how much further jaw and lips move, 0.1 to 4, and remember on the character that the user chose it."""
    target.kmtalk.mouth_gain = gain
    target.kmtalk.gain_answered = True


def gains_of(channels: tuple[str, ...], gain: float) -> np.ndarray:
    """(K,) factors of the channels: `gain` for jaw and lips, 1 for expression, brows, eyes and the rest."""
    mouth = [name.startswith(("jaw", "mouth")) and not name.startswith(EXPRESSION) for name in channels]
    return np.where(mouth, gain, 1.0)


def grown(weights: np.ndarray, channels: tuple[str, ...], gain: float) -> np.ndarray:
    """(T, K) float64 weights of jaw and lips times `gain`, at most 1.

    Closed lips stay closed: the gain comes with the opening of the mouth, and where the jaw reaches 1, mouthClose grows
    no further either.
    """
    weights = weights.astype(np.float64)
    factors = _factors(weights, channels, gain)
    return np.where(factors > 1, np.minimum(weights * factors, np.maximum(weights, 1.0)), weights * factors)


def shrunk(moved: np.ndarray, around: np.ndarray, channels: tuple[str, ...], gain: float) -> np.ndarray:
    """(T, K) weights that grow to `moved` (T, K). Where several do (1 is the most), that of `around` (T, K)."""
    before = grown(around, channels, gain)
    kept = (np.abs(moved - before) < SAME) | ((moved > FULL) & (before > FULL))
    weights = np.where(kept, around, moved / gains_of(channels, gain))
    changed = ~kept.all(axis=1)
    # The factors depend on the weights that are sought: damped steps towards those that fit.
    for _ in range(STEPS if changed.any() else 0):
        fitting = moved[changed] / _factors(weights[changed], channels, gain)
        weights[changed] = np.where(kept[changed], around[changed], (weights[changed] + fitting) / 2)
    return weights


def _factors(weights: np.ndarray, channels: tuple[str, ...], gain: float) -> np.ndarray:
    """(T, K) factors of the weights (T, K), 1 where the lips are closed; mouthClose has that of the jaw, which ends at
    a weight of 1."""
    opening = np.clip(weights @ seen(channels)[:, 0] / (IMPORTANCE[0] * OPEN), 0.0, 1.0)
    shares = (opening * opening * (3 - 2 * opening))[:, None]
    factors = 1 + shares * (gains_of(channels, gain) - 1)
    if "jawOpen" in channels and "mouthClose" in channels:
        jaw, closed = channels.index("jawOpen"), channels.index("mouthClose")
        factors[:, closed] = np.minimum(factors[:, jaw], np.maximum(1.0, 1.0 / np.maximum(weights[:, jaw], SAME)))
    return factors
