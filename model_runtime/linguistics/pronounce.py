"""Pronunciation of any word of English: from the dictionary, from its parts, or by espeak-ng."""

from collections.abc import Callable

from model_runtime.linguistics.espeak import word_sounds
from model_runtime.linguistics.language_choice import ENGLISH
from model_runtime.linguistics.sounds import nearest_phone

__all__ = ["pronounce", "with_ending"]

# Phones after which the ending -s is S.
VOICELESS = ("F", "K", "P", "T", "TH")
# Phones after which the ending -s is IH Z.
HISSING = ("CH", "JH", "S", "SH", "Z", "ZH")
# Letter -> phones of its name.
LETTERS = {
    **{"a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY"},
    **{"j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW"},
    **{"r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S"},
    **{"y": "W AY", "z": "Z IY"},
}
# Ending -> its phones, which are the same after every stem.
ENDINGS = {"ing": ("IH", "NG"), "in": ("IH", "N"), "er": ("ER",), "ly": ("L", "IY"), "ness": ("N", "AH", "S")}
# The English phone of a tap of the tongue, as in "water".
FLAP = "T"
# What follows an apostrophe -> its phones, which are the same after every word.
CONTRACTIONS = {"ll": ("AH", "L"), "ve": ("AH", "V"), "re": ("ER",)}
# Letters of each word of a compound at least.
SHORTEST_PART = 3


def pronounce(word: str, look_up: Callable[[str], tuple[str, ...] | None]) -> tuple[str, ...]:
    """ARPAbet phones (at least one) of `word` (letters a-z and apostrophes).

    look_up: the phones of a word in the dictionary, None for a word that is not in it.
    """
    known = look_up(word)
    if known:
        return known
    bare = word.replace("'", "")
    return _inflected(word, look_up) or look_up(bare) or _compound(bare, look_up) or _spelled(bare) or ("AH",)


def with_ending(stem: tuple[str, ...], ending: str) -> tuple[str, ...]:
    """The phones of a word (at least one) with the ending s, d, ll, ve or re."""
    if ending in CONTRACTIONS:
        return (*stem, *CONTRACTIONS[ending])
    if ending == "s":
        return (*stem, *(("IH", "Z") if stem[-1] in HISSING else ("S",) if stem[-1] in VOICELESS else ("Z",)))
    voiceless = stem[-1] in (*VOICELESS, *HISSING) and stem[-1] not in ("JH", "Z", "ZH")
    return (*stem, *(("IH", "D") if stem[-1] in ("T", "D") else ("T",) if voiceless else ("D",)))


def _inflected(word: str, look_up: Callable[[str], tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """Phones of a dictionary word with a regular ending; None: no such word."""
    for ending in ("'s", "s'", "s", "'d", "ed"):
        stem = look_up(word.removesuffix(ending)) if word.endswith(ending) else None
        if stem:
            return with_ending(stem, "s" if "s" in ending else "d")
    for ending, phones in ENDINGS.items():
        if word.endswith(ending):
            stem = look_up(word.removesuffix(ending)) or look_up(word.removesuffix(ending) + "e")
            if stem:
                return (*stem, *phones)
    return None


def _compound(word: str, look_up: Callable[[str], tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """Phones of two dictionary words in a row, split as evenly as possible; None: no such words."""
    splits = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    for split in sorted(splits, key=lambda place: (abs(2 * place - len(word)), place)):
        first, second = look_up(word[:split]), look_up(word[split:])
        if first and second:
            return first + second
    return None


def _spelled(word: str) -> tuple[str, ...]:
    """Names of the letters for a word without a vowel letter, else phones by espeak-ng.

    Of 1500 words of the dictionary, .59 are said as there, and .11 of all phones are others.
    """
    if not any(letter in "aeiouy" for letter in word):
        return tuple(phone for letter in word for phone in LETTERS.get(letter, "").split())
    phones: list[str] = []
    for sound in word_sounds(word, ENGLISH):
        phone = FLAP if sound == "ɾ" else nearest_phone(sound)
        doubled = phones and (phone == phones[-1] or (phone == "R" and phones[-1] == "ER"))
        phones += [] if doubled else [phone]
    return tuple(phones)
