"""Sets of visemes (whole mouth shapes) by the tool or school that names them: name -> the channels that make it up.

A name is written without case and separators; `|` stands between names of the same shape in one set. Names of closed
lips at rest (sil, rest, X) are left out: there nothing moves.
"""

from dataclasses import dataclass

__all__ = ["ALPHABETIC", "DRAWN", "NUMBERED", "POLLY", "SETS", "Parts", "VisemeSet"]

Parts = dict[str, float]

LIPS_APART = {"mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25}
WIDE = {"mouthStretchLeft": 0.5, "mouthStretchRight": 0.5}
PRESSED = {"mouthPressLeft": 0.6, "mouthPressRight": 0.6, "mouthRollLower": 0.1, "mouthRollUpper": 0.1}
TEETH_ON_LIP = {"mouthRollLower": 0.5, "mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4, "jawOpen": 0.04}
OPEN = {"jawOpen": 0.65, **LIPS_APART}
HALF_OPEN = {"jawOpen": 0.35, **WIDE}
SPREAD = {"jawOpen": 0.15, **LIPS_APART, "mouthStretchLeft": 0.7, "mouthStretchRight": 0.7}
ROUND = {"jawOpen": 0.45, "mouthFunnel": 0.5, "mouthPucker": 0.3}
TIGHT = {"jawOpen": 0.15, "mouthPucker": 0.8, "mouthFunnel": 0.3}
BUNCHED = {"mouthFunnel": 0.55, "mouthPucker": 0.35, "jawOpen": 0.08}
NARROW = {"jawOpen": 0.16, **LIPS_APART}
TONGUE_OUT = {**NARROW, "tongueOut": 0.4}
BACK = {"jawOpen": 0.22, **LIPS_APART}
TEETH = {"jawOpen": 0.06, **LIPS_APART, "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3}
TONGUE_UP = {"jawOpen": 0.12, **LIPS_APART, "tongueUp": 0.65}
TIP_UP = {**NARROW, "tongueUp": 0.7}
CURLED = {"mouthPucker": 0.35, "mouthFunnel": 0.3, "jawOpen": 0.12}
MIDDLE = {"jawOpen": 0.45, **LIPS_APART}
HALF_ROUND = {"jawOpen": 0.3, "mouthFunnel": 0.45, "mouthPucker": 0.5}
LIP_OPEN = {
    **{"mouthLowerDownLeft": 0.6, "mouthLowerDownRight": 0.6},
    **{"mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4},
}


@dataclass(frozen=True)
class VisemeSet:
    """A set of visemes. title: shown to the user. shapes: name -> channels, of which most must be there. more: of
    those that some characters have besides."""

    title: str
    shapes: dict[str, Parts]
    more: dict[str, Parts]


def _set(title: str, shapes: dict[str, Parts], more: dict[str, Parts] | None = None) -> VisemeSet:
    return VisemeSet(title, shapes, more or {})


CONSONANTS = {
    **{"pp": PRESSED, "ff": TEETH_ON_LIP, "th": TONGUE_OUT, "dd": TIP_UP, "kk": BACK, "ch": BUNCHED, "ss": TEETH},
    **{"nn": TONGUE_UP, "rr": CURLED},
}
# ARPAbet's phones, and so the shapes of those who make one for each of them.
PHONES = {
    **{"aa": OPEN, "ae": HALF_OPEN, "ah": MIDDLE, "ao": ROUND, "aw": OPEN, "ay": OPEN, "b": PRESSED, "ch": BUNCHED},
    **{"d": TIP_UP, "dh": TONGUE_OUT, "eh": HALF_OPEN, "er": CURLED, "ey": HALF_OPEN, "f": TEETH_ON_LIP, "g": BACK},
    **{"hh": BACK, "ih": SPREAD, "iy": SPREAD, "jh": BUNCHED, "k": BACK, "l": TONGUE_UP, "m": PRESSED},
    **{"n": TONGUE_UP, "ng": BACK, "ow": HALF_ROUND, "oy": ROUND, "p": PRESSED, "r": CURLED, "s": TEETH},
    **{"sh": BUNCHED, "t": TIP_UP, "th": TONGUE_OUT, "uh": TIGHT, "uw": TIGHT, "v": TEETH_ON_LIP, "w": TIGHT},
    **{"y": SPREAD, "z": TEETH, "zh": BUNCHED},
}

# Titles of the sets of drawn faces, whose mouths are small.
DRAWN = frozenset(("VRM 0", "VRM 1", "MMD"))
# Titles of the sets of single Latin letters, which many other things are called as well.
ALPHABETIC = frozenset(("VRM 0", "Rhubarb"))
# Titles of the sets of bare numbers, which are visemes only where the names say so.
NUMBERED = frozenset(("Microsoft (numbers)",))

SETS = (
    _set("Oculus", {**CONSONANTS, "aa": OPEN, "e": HALF_OPEN, "i": SPREAD, "o": ROUND, "u": TIGHT}),
    _set("Oculus (long names)", {**CONSONANTS, "ih": SPREAD, "oh": ROUND, "ou": TIGHT, "aa": OPEN, "e|eh": HALF_OPEN}),
    _set("VRM 1", {"aa": OPEN, "ih": SPREAD, "ou": TIGHT, "ee": HALF_OPEN, "oh": ROUND}),
    _set("VRM 0", {"a": OPEN, "i": SPREAD, "u": TIGHT, "e": HALF_OPEN, "o": ROUND}, {"n": PRESSED}),
    _set("MMD", {"あ": OPEN, "い": SPREAD, "う": TIGHT, "え": HALF_OPEN, "お": ROUND}, {"ん": PRESSED, "ワ|わ": OPEN}),
    _set(
        "Character Creator",
        {
            **{"open": OPEN, "explosive": PRESSED, "dentallip": TEETH_ON_LIP, "tight": {"mouthPucker": 0.8}},
            "tighto": {"mouthFunnel": 0.6, "mouthPucker": 0.5, "jawOpen": 0.1},
            "wide": {"mouthStretchLeft": 0.8, "mouthStretchRight": 0.8},
            **{"affricate": BUNCHED, "lipopen|lipsopen": LIP_OPEN},
        },
    ),
    _set(
        "iClone",
        {
            **{"ae": HALF_OPEN, "ah": OPEN, "bmp": PRESSED, "chj": BUNCHED, "ee": SPREAD, "er": CURLED},
            **{"fv": TEETH_ON_LIP, "ih": SPREAD, "kghng": BACK, "oh": ROUND, "r": CURLED, "sz": TEETH},
            **{"tldn": TIP_UP, "th": TONGUE_OUT, "woo": TIGHT},
        },
    ),
    # The numbers are those of Microsoft's speech engines, the names those of MPFB.
    _set(
        "Microsoft",
        {
            **{"aaahax01": MIDDLE, "aa02": OPEN, "ao03": ROUND, "eyehuh04": HALF_OPEN, "er05": CURLED},
            **{"yiyihix06": SPREAD, "wuw07": TIGHT, "ow08": HALF_ROUND, "aw09": {"jawOpen": 0.55, "mouthFunnel": 0.3}},
            **{"oy10": ROUND, "ay11": {"jawOpen": 0.55, **WIDE}, "h12": {"jawOpen": 0.25, **LIPS_APART}},
            **{"r13": CURLED, "l14": TONGUE_UP, "sz15": TEETH, "shchjhzh16": BUNCHED, "thdh17": TONGUE_OUT},
            **{"fv18": TEETH_ON_LIP, "dtn19": TIP_UP, "kgng20": BACK, "pbm21": PRESSED},
        },
    ),
    _set(
        "Microsoft (numbers)",
        {
            **{"1|01": MIDDLE, "2|02": OPEN, "3|03": ROUND, "4|04": HALF_OPEN, "5|05": CURLED, "6|06": SPREAD},
            **{"7|07": TIGHT, "8|08": HALF_ROUND, "9|09": {"jawOpen": 0.55, "mouthFunnel": 0.3}, "10": ROUND},
            **{"11": {"jawOpen": 0.55, **WIDE}, "12": {"jawOpen": 0.25, **LIPS_APART}, "13": CURLED, "14": TONGUE_UP},
            **{"15": TEETH, "16": BUNCHED, "17": TONGUE_OUT, "18": TEETH_ON_LIP, "19": TIP_UP, "20": BACK},
            "21": PRESSED,
        },
    ),
    _set(
        "Daz",
        {
            **{"aa": OPEN, "ee": SPREAD, "eh": HALF_OPEN, "er": CURLED, "f": TEETH_ON_LIP, "ih": SPREAD, "iy": SPREAD},
            **{"k": BACK, "l": TONGUE_UP, "m": PRESSED, "ow": HALF_ROUND, "s": TEETH, "sh": BUNCHED, "t": TIP_UP},
            **{"th": TONGUE_OUT, "uw": TIGHT, "w": TIGHT},
        },
    ),
    _set(
        "Preston Blair",
        {
            **{"ai|a": OPEN, "e": HALF_OPEN, "o": ROUND, "u": TIGHT, "l": TONGUE_UP, "wq|woo|qw": TIGHT},
            "etc|consonants|cdgknrsthyz|cdgknrsyz|cdgknrsthy": NARROW,
            **{"mbp|bmp|mpb|pbm|bpm|pmb": PRESSED, "fv|vf": TEETH_ON_LIP},
        },
    ),
    _set(
        "Rhubarb",
        {"a": PRESSED, "b": TEETH, "c": HALF_OPEN, "d": OPEN, "e": HALF_ROUND, "f": TIGHT},
        {"g": TEETH_ON_LIP, "h": {"jawOpen": 0.3, **LIPS_APART}},
    ),
    _set(
        "Character Animator",
        {
            **{"ah|aa": OPEN, "d": TIP_UP, "ee": SPREAD, "f": TEETH_ON_LIP, "l": TONGUE_UP, "m": PRESSED, "oh": ROUND},
            **{"r": CURLED, "s": TEETH, "uh": MIDDLE, "woo|oo": TIGHT},
        },
    ),
    _set(
        "SALSA",
        {
            **{"w": TIGHT, "t": TIP_UP, "f": TEETH_ON_LIP, "th": TONGUE_OUT, "ow": HALF_ROUND, "ee": SPREAD},
            "oo": {"jawOpen": 0.4, "mouthFunnel": 0.6},
        },
    ),
    _set("SALSA (sizes)", {"saysmall": NARROW, "saymedium": {"jawOpen": 0.35, **LIPS_APART}, "saylarge": OPEN}),
    _set(
        "FaceFX",
        {
            **{"open": OPEN, "w": TIGHT, "shch": BUNCHED, "pbm": PRESSED, "fv": TEETH_ON_LIP},
            "wide": {"mouthStretchLeft": 0.8, "mouthStretchRight": 0.8},
        },
    ),
    _set(
        "Bethesda",
        {
            **{"aah": MIDDLE, "bigaah": OPEN, "bmp": PRESSED, "chjsh": BUNCHED, "dst": NARROW, "eee": SPREAD},
            **{"eh": HALF_OPEN, "fv": TEETH_ON_LIP, "i": SPREAD, "k": BACK, "n": TONGUE_UP, "oh": ROUND},
            **{"oohq": TIGHT, "r": CURLED, "th": TONGUE_OUT, "w": TIGHT},
        },
    ),
    _set("ARPAbet", PHONES),
    # The six that small characters have.
    _set(
        "Daz (six)",
        {"aa": OPEN, "ee|ih": SPREAD, "m": PRESSED, "f": TEETH_ON_LIP, "ow": HALF_ROUND, "w|uw": TIGHT},
    ),
)
# Amazon Polly's signs, the only ones in which small and capital letters differ.
POLLY = _set(
    "Amazon Polly",
    {
        **{"p": PRESSED, "t": TIP_UP, "S": BUNCHED, "T": TONGUE_OUT, "f": TEETH_ON_LIP, "k": BACK, "i": SPREAD},
        **{"r": CURLED, "s": TEETH, "u": TIGHT, "@": MIDDLE, "a": OPEN, "e": SPREAD, "E": HALF_OPEN},
        **{"o": HALF_ROUND, "O": ROUND},
    },
)
