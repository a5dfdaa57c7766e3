"""The words of a shape key's name, however it is written: case, separators, side, numbers, other languages.

`mouthSmile_L`, `MOUTHSMILELEFT`, `lf_mouth-smile.001` and `sourire bouche gauche` all become the words mouth, smile of
the left side.
"""

import re
import unicodedata
from dataclasses import dataclass

from .name_languages import COMPOUNDS, TRANSLATIONS

__all__ = ["LEFT", "NOISE", "RIGHT", "SIDES", "Name", "pieces", "read_name"]

LEFT, RIGHT = "l", "r"
SIDES = {
    **dict.fromkeys(("l", "left", "lf", "lft", "lt"), LEFT),
    **dict.fromkeys(("r", "right", "rt", "rgt", "rg"), RIGHT),
}
# Halves of the lips with their side: upper or lower, left or right.
QUARTERS = {"ul": ("u", LEFT), "ur": ("u", RIGHT), "dl": ("d", LEFT), "dr": ("d", RIGHT)}
# Words of tools and files, which say nothing about the movement.
TOOLS_WORDS = (
    "facs bs jnt ctrl expressions expression expr blend blendshape blendshapes shape shapes key keys morph morphs "
    "target targets mesh msh geo geometry grp div hd face facial head body lod model char character c cor center "
    "centre base genesis female male skin sk rig anim both default vrc arkit"
)
NOISE = frozenset(TOOLS_WORDS.split())
# Other forms of words -> the form that the tables use.
FORMS = {
    form: word
    for word, forms in {
        "lip": "lips",
        "eye": "eyes eyeball",
        "lid": "lids eyelid eyelids",
        "brow": "brows eyebrow eyebrows",
        "cheek": "cheeks",
        "corner": "corners",
        "open": "opened opening opens opn",
        "close": "closed closing closes shut",
        "raise": "raised raiser raises",
        "pucker": "puckers puckered puckerer puckering",
        "funnel": "funnels funneler",
        "stretch": "stretched stretcher stretches",
        "press": "pressed presser pressor",
        "depress": "depressed depressor",
        "pull": "pulled puller",
        "dimple": "dimples dimpler",
        "lower": "lowered lowerer bottom lwr",
        "upper": "top upr",
        "blink": "blinks blinking",
        "smile": "smiles smiling",
        "frown": "frowns frowning",
        "forward": "fwd forwards foreward thrust",
        "puff": "puffs puffed puffer",
        "purse": "pursed",
        "blow": "blowing blown",
        "suck": "sucked",
        "down": "downward",
        "roll": "rolled",
        "wide": "widen",
        "sideways": "side",
    }.items()
    for form in forms.split()
}
# Words that only the tables of channels have.
WORDS = (
    "jaw mouth tongue chin left right up in out inner outer drop narrow shrug sharp simple together toward whistle "
    "adjust overturn pout sad ape overlay inside under lip part kiss wink show move balloon mid chew tip curl bend"
)
KNOWN = frozenset([*FORMS, *FORMS.values(), *WORDS.split(), *NOISE, *SIDES, *QUARTERS, *TRANSLATIONS])
# Shorter words would be found in any run of letters.
SHORTEST = 3
SHORT = frozenset(("up", "in"))
# What Daz Studio writes before and behind its names.
EXPORTERS = re.compile(r"[ep]?CTRL(?:VSM)?(?=[A-Za-z])|VSM(?=[A-Z])|PHM(?=[A-Z])|_div2\b")
NUMBERED = re.compile(r"(\.\d{3,})+$")
# Spaces between letters of scripts that are written without them (and Korean, which may be).
CJK = r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
UNSPACED = re.compile(rf"(?<={CJK})[\s_]+(?={CJK})")
RUNS = re.compile(r"[A-Za-z]+|\d+|[^\W\dA-Za-z_]+")
# Letters that are no letter with an accent -> how they are written without them.
PLAIN = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O"})
CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")


@dataclass(frozen=True)
class Name:
    """What a name says. words: without side, in the tables' forms. side: LEFT, RIGHT or empty. translated: words of
    another language than English are among them."""

    words: tuple[str, ...]
    side: str
    translated: bool


def pieces(name: str) -> list[str]:
    """The pieces of a name in lower case, with sides and numbers, as separators, case and known words divide it.

    The number that Blender adds to a name that is taken (.001), accents, and what precedes a colon or a vertical bar
    are left out.
    """
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).translate(PLAIN))
    text = unicodedata.normalize("NFC", re.sub(r"([A-Za-z])[\u0300-\u036f]+", r"\1", text))
    text = NUMBERED.sub("", [part for part in re.split(r"[:|]", text) if part][-1] if text.strip(":|") else "")
    found: list[str] = []
    for run in RUNS.findall(EXPORTERS.sub(" ", UNSPACED.sub("", text))):
        if not run.isascii():
            found += _compound(run)
        elif run.isdigit():
            found.append(run)
        else:
            found += _divided(run)
    return found


def read_name(divided: list[str], quarters_by_letter: bool = False) -> Name:
    """What a name says, from its `pieces`.

    quarters_by_letter: the set of names has LB and RB, so that LT and RT are the upper quarters of the lips rather
    than abbreviations of left and right.
    """
    words: list[str] = []
    sides: list[str] = []
    translated = False
    for piece in divided:
        if quarters_by_letter and piece in ("lt", "rt"):
            words.append(piece)
            continue
        if piece in QUARTERS:
            word, side = QUARTERS[piece]
            words.append(word)
            sides.append(side)
            continue
        english = TRANSLATIONS.get(piece, piece)
        translated |= piece in TRANSLATIONS
        for word in english.split():
            if word in SIDES:
                sides.append(SIDES[word])
            else:
                words.append(FORMS.get(word, word))
    # Two sides, as in Eye_L_Look_R, are no side.
    side = sides[0] if len(set(sides)) == 1 else ""
    return Name(tuple(words) if len(set(sides)) < 2 else (*words, *sides), side, translated)


def _divided(run: str) -> list[str]:
    """The words of a run of ASCII letters: by case where that gives known words, else by known words alone."""
    by_case = [piece.lower() for piece in CAMEL.findall(run)]
    if all(piece in KNOWN for piece in by_case):
        return by_case
    whole = _segmented(run.lower())
    if whole:
        return whole
    return [word for piece in by_case for word in (_segmented(piece) if piece not in KNOWN else []) or [piece]]


def _segmented(run: str) -> list[str]:
    """The fewest known words that make up a run of lower-case letters; a side's letter may be the last one. Empty when
    there are none."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(end):
            word, before = run[start:end], best[start]
            letter = end == len(run) and start > 0 and word in (LEFT, RIGHT)
            if before is None or not (letter or word in SHORT or (len(word) >= SHORTEST and word in KNOWN)):
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = [*before, word]
    return best[-1] or []


def _compound(run: str) -> list[str]:
    """The words of a run of letters of a script without spaces or case: a known name, with a sign of the side."""
    side = next((english for sign, english in (("左", "left"), ("右", "right")) if sign in (run[0], run[-1])), "")
    bare = run.strip("左右") if side else run
    if bare in COMPOUNDS:
        return [*COMPOUNDS[bare].split(), *([side] if side else [])]
    return [side] if side and not bare else [run.lower()]
