"""Which set of visemes the shape keys of a character are, by their names, and how sure that is."""

import re
from dataclasses import dataclass

from .name_languages import TRANSLATIONS
from .name_words import NOISE, pieces
from .shape_names import LIKELY, SURE, UNSURE
from .viseme_sets import ALPHABETIC, NUMBERED, POLLY, SETS, Parts, VisemeSet

__all__ = ["FoundVisemes", "find_visemes"]

COMPLETE = 0.75  # share of a set's visemes that must exist for the set to be recognised
# Words before a viseme's name that say that it is one.
ANNOUNCING = (
    "viseme visemes vis v phoneme phonemes phon ph mouth mouths mth lip lips lipsync speech say talk "
    "visem visema laut phonem fonem fonema"
)
SAYS_SO = frozenset(ANNOUNCING.split())
# Words that say so of a number: mouth_7 may be the seventh of anything.
SAYS_NUMBER = frozenset(("viseme", "visemes", "vis"))
# Words between such a word and the number.
COUNTING = frozenset(["id", "index", "no", "nr", "num", "number"])
# Visemes of a set that are enough where the names say that they are visemes, and most of them are of the set.
FEW, MOST = 5, 0.8
# The sign of a viseme of Polly, and what stands before it.
SIGN = re.compile(r"(?:(.*)[\W_])?([A-Za-z@]|sil)(?:\.\d{3})?")
GLUED = ("viseme", "phoneme", "mouth")

Prefix = tuple[str, ...]


@dataclass(frozen=True)
class FoundVisemes:
    """A recognised set. title: empty when none is. shapes: shape key -> channels. certainty: how sure it is."""

    title: str
    shapes: dict[str, Parts]
    certainty: str


def find_visemes(shapes: list[str], face: bool) -> FoundVisemes:
    """The set of visemes that matches most shape keys.

    face: other names are known as those of a face, which makes single letters more likely to be visemes.
    """
    polly = _polly(shapes)
    if polly is not None:
        return polly
    groups = _groups(shapes)
    best = FoundVisemes("", {}, SURE)
    fewest = COMPLETE * min(len(one.shapes) for one in SETS)
    ordered = sorted((p for p in groups if len(groups[p]) >= fewest), key=lambda prefix: (len(prefix), prefix))
    for one in SETS:
        for prefix in ordered:
            keys = groups[prefix]
            if len(keys) < min(FEW, COMPLETE * len(one.shapes)):
                continue
            found = _found(one.shapes, keys)
            few = len(found) < COMPLETE * len(one.shapes)
            if len(found) <= len(best.shapes) or (few and not _are_enough(one, prefix, keys, found)):
                continue
            certainty = _certainty(one, prefix, keys, len(found), face)
            if certainty:
                best = FoundVisemes(one.title, found | _found(one.more, keys), certainty)
    return best


def _groups(shapes: list[str]) -> dict[Prefix, dict[str, str]]:
    """What stands before the visemes' names -> name -> shape key, for every way to divide the names."""
    groups: dict[Prefix, dict[str, str]] = {}
    # The shorter name counts when two become the same (A and A.001).
    for shape in sorted(shapes, key=len):
        divided = _without_noise(pieces(shape))
        for start in range(len(divided)):
            name = "".join(divided[start:])
            for each in (name, name.rstrip("0123456789")):
                if each:
                    groups.setdefault(tuple(divided[:start]), {}).setdefault(each, shape)
    return groups


def _without_noise(divided: list[str]) -> list[str]:
    """The pieces without words of files behind the last one that says something, and with a glued first word apart."""
    kept = list(divided)
    while len(kept) > 1 and kept[-1] in NOISE and len(kept[-1]) > 1:
        kept.pop()
    for word in GLUED:
        if len(kept) == 1 and kept[0].startswith(word) and kept[0] != word:
            return [word, kept[0].removeprefix(word)]
    return kept


def _found(wanted: dict[str, Parts], keys: dict[str, str]) -> dict[str, Parts]:
    """Shape key -> channels, for every viseme that has a shape key."""
    found = {}
    for names, parts in wanted.items():
        name = next((name for name in names.split("|") if name in keys), None)
        if name is not None:
            found[keys[name]] = parts
    return found


def _polly(shapes: list[str]) -> FoundVisemes | None:
    """Polly's visemes, if most of them are there, and of a letter both the small and the capital one."""
    signs: dict[str, dict[str, str]] = {}
    for shape in sorted(shapes, key=len):
        if found := SIGN.fullmatch(shape):
            signs.setdefault(found[1] or "", {}).setdefault(found[2], shape)
    for before, keys in signs.items():
        found_here = _found(POLLY.shapes, keys)
        both = any(letter in keys and letter.upper() in keys for letter in "steo")
        if both and len(found_here) >= COMPLETE * len(POLLY.shapes) and not set(keys) - {*POLLY.shapes, "sil"}:
            return FoundVisemes(POLLY.title, found_here, SURE if _says_so(tuple(pieces(before))) else LIKELY)
    return None


def _says_so(prefix: Prefix) -> bool:
    """Whether words before a name say, in any language, that it is a viseme."""
    return not SAYS_SO.isdisjoint(word for piece in prefix for word in (piece, TRANSLATIONS.get(piece, piece)))


def _are_enough(one: VisemeSet, prefix: Prefix, keys: dict[str, str], found: dict[str, Parts]) -> bool:
    """Whether a part of a set is a character's own small set: the names say so, most of them are of it, and the mouth
    opens."""
    opens = any(parts.get("jawOpen", 0.0) >= 0.3 for parts in found.values())
    named = one.title not in ALPHABETIC and one.title not in NUMBERED and _says_so(prefix)
    return named and opens and len(found) >= max(FEW, MOST * len(set(keys.values())))


def _certainty(one: VisemeSet, prefix: Prefix, keys: dict[str, str], count: int, face: bool) -> str:
    """How sure it is that the shape keys are this set; empty when they are something else."""
    said = _says_so(prefix)
    if one.title in NUMBERED:
        words = [word for word in prefix if word not in COUNTING]
        return SURE if SAYS_NUMBER.intersection(words[-1:]) else ""
    if one.title in ALPHABETIC and not said:
        return _certainty_of_letters(one, keys, face)
    return SURE if said or count == len(one.shapes) else LIKELY


def _certainty_of_letters(one: VisemeSet, keys: dict[str, str], face: bool) -> str:
    """How sure it is that single letters are visemes; empty when they are variants of a thing, or an alphabet."""
    letters = {name for name in keys if len(name) == 1 and name.isascii() and name.isalpha()}
    if letters - {*one.shapes, *one.more, "n", "x"}:
        return ""
    if face or (one.title == "Rhubarb" and "x" in letters):
        return LIKELY
    return UNSURE if letters.issuperset({*one.shapes, *one.more} - {"n"}) else ""
