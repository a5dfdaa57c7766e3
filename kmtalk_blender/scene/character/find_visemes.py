"""Which set of visemes the shape keys of a character are, by their names, and how sure that is."""

from dataclasses import dataclass

from .name_words import NOISE, pieces
from .shape_names import LIKELY, SURE, UNSURE
from .viseme_sets import ALPHABETIC, NUMBERED, SETS, Parts, VisemeSet

__all__ = ["FoundVisemes", "find_visemes"]

COMPLETE = 0.75  # share of a set's visemes that must exist for the set to be recognised
# Words before a viseme's name that say that it is one.
ANNOUNCING = "viseme visemes vis v phoneme phonemes phon ph mouth mouths mth lip lips lipsync speech say talk"
SAYS_SO = frozenset(ANNOUNCING.split())
# Words that say so of a number: mouth_7 may be the seventh of anything.
SAYS_NUMBER = frozenset(("viseme", "visemes", "vis"))
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
    groups = _groups(shapes)
    best = FoundVisemes("", {}, SURE)
    fewest = COMPLETE * min(len(one.shapes) for one in SETS)
    ordered = sorted((p for p in groups if len(groups[p]) >= fewest), key=lambda prefix: (len(prefix), prefix))
    for one in SETS:
        for prefix in ordered:
            keys = groups[prefix]
            if len(keys) < COMPLETE * len(one.shapes):
                continue
            found = _found(one.shapes, keys)
            if len(found) < COMPLETE * len(one.shapes) or len(found) <= len(best.shapes):
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


def _certainty(one: VisemeSet, prefix: Prefix, keys: dict[str, str], count: int, face: bool) -> str:
    """How sure it is that the shape keys are this set; empty when they are something else."""
    said = bool(SAYS_SO.intersection(prefix))
    if one.title in NUMBERED:
        return SURE if SAYS_NUMBER.intersection(prefix[-1:]) else ""
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
