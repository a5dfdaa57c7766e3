"""DISC, the phone labels of CELEX and LaBB-CAT (one character each) -> labels of PHONES."""

from collections.abc import Sequence

__all__ = ["disc_phone", "is_disc"]

PHONES = {
    **{"I": "IH", "E": "EH", "{": "AE", "V": "AH", "Q": "AO", "U": "UH", "@": "AH", "i": "IY", "#": "AA", "$": "AO"},
    **{"u": "UW", "3": "ER", "1": "EY", "2": "AY", "4": "OY", "5": "OW", "6": "AW", "7": "IH", "8": "EH", "9": "UH"},
    # Nasal vowels of words from French; vowels of German and Dutch.
    **{"c": "AE", "q": "AA", "0": "AE", "~": "AO", "a": "AA", "e": "EY", "o": "OW", "y": "UW", "/": "UH", "|": "UH"},
    **{"A": "AA", "O": "AO", "Y": "UH", ")": "EH", "*": "UH", "<": "UH", "W": "AY", "B": "AW", "X": "OY", "K": "EY"},
    **{"L": "UH", "M": "AW", "^": "UH"},
    **{"p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "g": "G", "N": "NG", "m": "M", "n": "N", "l": "L", "r": "R"},
    **{"f": "F", "v": "V", "T": "TH", "D": "DH", "s": "S", "z": "Z", "S": "SH", "Z": "ZH", "j": "Y", "x": "HH"},
    **{"h": "HH", "w": "W", "G": "G", "=": "T", "+": "P", "J": "CH", "_": "JH", "C": "NG", "F": "M", "H": "N"},
    **{"P": "L", "R": "R"},
}
# A phone that no other set writes so; and the digits of diphthongs: a file of DISC has two of them, and one that is no
# common sound in SAMPA.
OWN = "$"
RARE, DIGITS = frozenset("1458"), frozenset("12456789")


def is_disc(labels: Sequence[str]) -> bool:
    """Whether the distinct labels of a file, other marks of silence and noise left out, are those of DISC."""
    kept = set(labels)
    # Lengths, ties, accents and diphthongs of two letters belong to other sets.
    return (OWN in kept or (bool(RARE & kept) and len(DIGITS & kept) > 1)) and kept <= PHONES.keys()


def disc_phone(label: str) -> str | None:
    """The phone of a label of DISC; None for another label."""
    return PHONES.get(label)
