"""Romanised phone sets: Pinyin of Mandarin aligners, and romaji of Japanese synthesisers -> labels of PHONES."""

import re

__all__ = ["PINYIN_SIGN", "ROMAJI_SIGN", "pinyin_phone", "romaji_phone"]

# A label that only these sets have: a final with its tone; a nasal of its own, a held consonant, a palatalised one.
PINYIN_SIGN = re.compile(r"[a-zü]+[1-5]")
ROMAJI_SIGN = re.compile(r"N|cl|[kgnhbpmr]y")

PINYIN = {
    **{"b": "B", "p": "P", "m": "M", "f": "F", "d": "D", "t": "T", "n": "N", "l": "L", "g": "G", "k": "K", "h": "HH"},
    **{"j": "JH", "q": "CH", "x": "SH", "zh": "JH", "ch": "CH", "sh": "SH", "r": "R", "z": "D", "c": "T", "s": "S"},
    **{"ng": "NG", "y": "Y", "w": "W"},
}
FINALS = {
    **{"a": "AA", "o": "AO", "e": "AH", "i": "IY", "ii": "Z", "iii": "ZH", "u": "UW", "v": "UW", "ü": "UW", "er": "ER"},
    **{"ai": "AY", "ei": "EY", "ao": "AW", "ou": "OW", "an": "AA", "en": "AH", "ang": "AA", "eng": "AH", "ong": "UH"},
    **{"ia": "AA", "ie": "EH", "io": "AO", "iao": "AW", "iou": "OW", "iu": "OW", "ian": "EH", "in": "IY", "iang": "AA"},
    **{"ing": "IY", "iong": "UH", "ua": "AA", "uo": "AO", "uai": "AY", "uei": "EY", "ui": "EY", "uan": "AA"},
    **{"uen": "AH", "un": "AH", "uang": "AA", "ueng": "AH", "ue": "EH", "ve": "EH", "üe": "EH", "va": "AA"},
    **{"van": "EH", "üan": "EH", "vn": "UW", "ün": "UW"},
}
ROMAJI = {
    **{"a": "AA", "i": "IY", "u": "UH", "e": "EH", "o": "OW", "A": "AA", "I": "IY", "U": "UH", "E": "EH", "O": "OW"},
    **{"k": "K", "g": "G", "s": "S", "z": "Z", "t": "T", "d": "D", "n": "N", "h": "HH", "f": "F", "b": "B", "p": "P"},
    **{"m": "M", "y": "Y", "r": "T", "w": "W", "v": "V", "j": "JH", "N": "N", "cl": "T", "q": "T"},
    **{"sh": "SH", "ch": "CH", "ts": "T", "dz": "D", "ng": "NG", "kw": "K", "gw": "G"},
    **{"ky": "K", "gy": "G", "ny": "N", "hy": "HH", "by": "B", "py": "P", "my": "M", "ry": "T", "ty": "T", "dy": "D"},
    **{"zy": "JH", "sy": "SH", "fy": "F", "vy": "V"},
}


def pinyin_phone(label: str) -> str | None:
    """The phone of an initial of Pinyin, or of a final with its tone (1 to 5); None for another label."""
    if label in PINYIN:
        return PINYIN[label]
    return FINALS.get(label[:-1]) if label[-1:] in "12345" else None


def romaji_phone(label: str) -> str | None:
    """The phone of a label of romaji, also long (a:); None for another label."""
    return ROMAJI.get(label.removesuffix(":"))
