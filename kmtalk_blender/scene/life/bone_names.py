"""Find the bones of head, neck and eyes by their names, as common rigs have them."""

import re
from collections.abc import Iterable

__all__ = ["find_bone", "find_eyes"]

# Starts of names that say whose bone it is, not which: Mixamo, VRoid, Character Creator, 3ds Max, Auto-Rig Pro.
OWNERS = ("mixamorig", "jbipc", "jadj", "ccbase", "bip", "c")
# Bones that a rig works with, which its animator does not turn.
INNER = ("DEF-", "ORG-", "MCH-", "WGT-", "VIS_")
EYE = re.compile(r"(?:master)?(left|right|l|r)?(?:face)?eye(?:ball)?(left|right|l|r)?")


def find_bone(names: Iterable[str], wanted: str) -> str:
    """The bone that is the head, neck or chest (wanted); an empty string when there is none."""
    found = [name for name in names if wanted in _plain(name)]
    return min(found, key=lambda name: (name.startswith(INNER), len(name), name), default="")


def find_eyes(names: Iterable[str]) -> tuple[str, str]:
    """The bones, or objects, of the left and the right eye; empty strings when they are not both there."""
    sides: dict[str, list[str]] = {"l": [], "r": []}
    for name in names:
        for plain in _plain(name):
            hit = EYE.fullmatch(plain)
            side = (hit[1] or hit[2] or "") if hit else ""
            if side:
                sides[side[0]].append(name)
                break
    left, right = (
        min(found, key=lambda name: (name.startswith(INNER), len(name), name), default="") for found in sides.values()
    )
    return (left, right) if left and right else ("", "")


def _plain(name: str) -> set[str]:
    """The name in small letters, without digits, separators and, in a second spelling, its owner."""
    bare = re.sub(r"[^a-z]", "", re.sub("|".join(map(re.escape, INNER)), "", name).lower())
    return {bare} | {bare.removeprefix(owner) for owner in OWNERS if bare.startswith(owner)}
