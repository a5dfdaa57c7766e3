"""MRPA, the phone labels of Festival's British voices and of Edinburgh's corpora -> labels of PHONES."""

import re

__all__ = ["MRPA_SIGN", "mrpa_phone"]

# A label that no other set has: ARPAbet writes neither "@" nor these vowels, SAMPA no "dh".
MRPA_SIGN = re.compile(r"@@|uu|oo|ii")
PHONES = {
    **{"@": "AH", "@@": "ER", "a": "AE", "aa": "AA", "ai": "AY", "au": "AW", "e": "EH", "e@": "EH", "ei": "EY"},
    **{"i": "IH", "i@": "IH", "ii": "IY", "o": "AO", "oi": "OY", "oo": "AO", "ou": "OW", "u": "UH", "u@": "UH"},
    **{"uh": "AH", "uu": "UW"},
    **{"b": "B", "ch": "CH", "d": "D", "dh": "DH", "f": "F", "g": "G", "h": "HH", "jh": "JH", "k": "K", "l": "L"},
    **{"m": "M", "n": "N", "ng": "NG", "p": "P", "r": "R", "s": "S", "sh": "SH", "t": "T", "th": "TH", "v": "V"},
    **{"w": "W", "y": "Y", "z": "Z", "zh": "ZH"},
}


def mrpa_phone(label: str) -> str | None:
    """The phone of a label of MRPA; None for another label."""
    return PHONES.get(label)
