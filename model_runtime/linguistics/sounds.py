"""The sounds of all languages that the aligner tells apart: symbols of IPA, and the English phone nearest to each.

Two sounds share a symbol where they look alike on a face and are hard to tell apart by ear: retroflex and palatal
hushes are ʃ, all trills and taps of the tongue's tip but ɹ are r or ɾ. Tone, stress and length are passed over.
"""

import unicodedata
from functools import cache

from model_runtime.linguistics.ipa import ipa_phone
from model_runtime.linguistics.phones import PHONES, SILENCE

__all__ = [
    "ARPABET_SOUNDS",
    "IPA_LETTERS",
    "PAUSE",
    "SOUNDS",
    "nearest_phone",
    "sounds_of",
    "without_nasal",
    "written_sounds",
]

# Symbol of silence.
PAUSE = "_"
VOWELS = ("i", "ɪ", "y", "ʏ", "e", "ɛ", "ø", "œ", "æ", "a", "ɑ", "ɒ", "ʌ", "ə", "ɨ", "ɚ", "u", "ʊ", "o", "ɔ", "ʉ")
NASAL_VOWELS = ("ã", "ɛ̃", "ɔ̃")
DIPHTHONGS = ("aɪ", "aʊ", "eɪ", "oʊ", "ɔɪ")
CONSONANTS = (
    *("p", "b", "t", "d", "k", "ɡ", "ʔ", "m", "n", "ɲ", "ŋ", "f", "v", "β", "θ", "ð", "s", "z", "ʃ", "ʒ", "ç", "x"),
    *("ɣ", "h", "tʃ", "dʒ", "ts", "dz", "l", "ʎ", "r", "ɾ", "ɹ", "ʁ", "j", "w", "ɥ"),
)
# Every symbol, in the order of the network's outputs. The order is part of the network's files: add at the end.
SOUNDS = (PAUSE, *VOWELS, *NASAL_VOWELS, *DIPHTHONGS, *CONSONANTS)

# Letters of IPA that share the symbol of another.
SHARED = {
    **{"ɯ": "ɨ", "ɘ": "ə", "ɐ": "ʌ", "ɤ": "ʌ", "ᵻ": "ɪ", "ɜ": "ɚ", "ɝ": "ɚ", "ɞ": "œ", "ɶ": "œ", "ɵ": "ø", "ᵿ": "ʊ"},
    **{"ɓ": "b", "ʙ": "b", "ʘ": "p", "ɱ": "m", "ɸ": "f", "ʋ": "v", "ⱱ": "v", "ʈ": "t", "ɖ": "d", "ɗ": "d", "ᶑ": "d"},
    **{"ʂ": "ʃ", "ɕ": "ʃ", "ɧ": "ʃ", "ʐ": "ʒ", "ʑ": "ʒ", "ʝ": "j", "ɟ": "ɡ", "c": "k", "q": "k", "ɢ": "ɡ", "g": "ɡ"},
    **{"ɠ": "ɡ", "ʄ": "ɡ", "ʛ": "ɡ", "ɳ": "n", "ȵ": "ɲ", "ɴ": "ŋ", "ɫ": "l", "ɭ": "l", "ʟ": "l", "ɬ": "l", "ɮ": "l"},
    **{"ɺ": "ɾ", "ɽ": "ɾ", "ɻ": "ɹ", "ʀ": "ʁ", "χ": "x", "ħ": "x", "ʕ": "h", "ɦ": "h", "ʜ": "h", "ʢ": "h", "ʡ": "ʔ"},
    **{"ɰ": "ɣ", "ʍ": "w", "ʧ": "tʃ", "ʤ": "dʒ", "ʨ": "tʃ", "ʥ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ǀ": "t", "ǃ": "t"},
    **{"ǁ": "l", "ǂ": "l", "ɿ": "ɨ", "ʅ": "ɨ", "ꭧ": "tʃ", "ɩ": "ɪ", "ɷ": "ʊ", "ᵊ": "ə", "ʱ": "h"},
}
# Two letters that are one sound.
PAIRED = {
    **{"tʃ": "tʃ", "dʒ": "dʒ", "tɕ": "tʃ", "dʑ": "dʒ", "tʂ": "tʃ", "dʐ": "dʒ", "ts": "ts", "dz": "dz", "ʈʂ": "tʃ"},
    **{"cç": "tʃ", "ɟʝ": "dʒ", "aɪ": "aɪ", "ai": "aɪ", "ɑɪ": "aɪ", "aʊ": "aʊ", "au": "aʊ", "ɑʊ": "aʊ", "æʊ": "aʊ"},
    **{"eɪ": "eɪ", "ei": "eɪ", "ɛɪ": "eɪ", "ɛi": "eɪ", "oʊ": "oʊ", "ou": "oʊ", "əʊ": "oʊ", "ɔɪ": "ɔɪ", "ɔi": "ɔɪ"},
    **{"oi": "ɔɪ", "oɪ": "ɔɪ", "ɔʏ": "ɔɪ", "ɔø": "ɔɪ", "ʌʊ": "oʊ", "ɜʊ": "oʊ", "aɪ̯": "aɪ"},
}
# ARPAbet -> the sounds of General American.
ARPABET_SOUNDS = {
    **{"AA": ("ɑ",), "AE": ("æ",), "AH": ("ʌ",), "AO": ("ɔ",), "AW": ("aʊ",), "AY": ("aɪ",), "EH": ("ɛ",)},
    **{"ER": ("ɚ",), "EY": ("eɪ",), "IH": ("ɪ",), "IY": ("i",), "OW": ("oʊ",), "OY": ("ɔɪ",), "UH": ("ʊ",)},
    **{"UW": ("u",), "B": ("b",), "CH": ("tʃ",), "D": ("d",), "DH": ("ð",), "F": ("f",), "G": ("ɡ",), "HH": ("h",)},
    **{"JH": ("dʒ",), "K": ("k",), "L": ("l",), "M": ("m",), "N": ("n",), "NG": ("ŋ",), "P": ("p",), "R": ("ɹ",)},
    **{"S": ("s",), "SH": ("ʃ",), "T": ("t",), "TH": ("θ",), "V": ("v",), "W": ("w",), "Y": ("j",), "Z": ("z",)},
    **{"ZH": ("ʒ",), SILENCE: (PAUSE,)},
}
# The English phone nearest to a sound, where it is not that of `ipa.ipa_phone`. Only the English R rounds the lips.
NEAREST = {PAUSE: SILENCE, "r": "L", "ɾ": "D", "ʁ": "HH", "ã": "AA", "ɛ̃": "AE", "ɔ̃": "AO"}
NASAL = "\u0303"
# Letters of the vowels that a nasal mark makes one of NASAL_VOWELS.
NASAL_OF = {**dict.fromkeys("aɑɐʌɒ", "ã"), **dict.fromkeys("eɛæœøiɪə", "ɛ̃"), **dict.fromkeys("oɔuʊ", "ɔ̃")}
# Sounds whose breath after them is a part of them.
STOPPED = ("p", "b", "t", "d", "k", "ɡ", "tʃ", "dʒ", "ts", "dz")
# A letter that is written small after a consonant and sounds by itself.
SMALL = {"ʲ": "", "ʷ": "", "ʰ": "", "ˠ": "", "ˤ": ""}
# Letters that `sounds_of` knows.
IPA_LETTERS = frozenset(
    unicodedata.normalize("NFD", "".join([*SOUNDS[1:], *SHARED, *PAIRED, *NASAL_OF, *SMALL])) + "ᵻᵿᵊ˞"
)


def sounds_of(phone: str) -> tuple[str, ...]:
    """The sounds of one phone in IPA, as espeak-ng writes it; none for marks alone, such as a tone.

    Letters that are not IPA's are passed over.
    """
    return tuple(sound for sound, _ in written_sounds(phone))


@cache
def written_sounds(phone: str) -> tuple[tuple[str, str], ...]:
    """As `sounds_of`, each sound with its letters as they are written, without marks of stress, length and tone."""
    text = unicodedata.normalize("NFD", phone).replace("c\u0327", "ç")
    letters: list[str] = []
    written: list[str] = []
    for character in text:
        if character in (NASAL, "˞") and letters:
            letters[-1] = NASAL_OF.get(letters[-1], letters[-1]) if character == NASAL else "ɚ"
            written[-1] += character
        elif character not in SMALL and (unicodedata.category(character) in ("Ll", "Lo") or character in "ᵻᵿᵊ"):
            letters.append(character)
            written.append(character)
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(letters):
        pair = PAIRED.get("".join(letters[at : at + 2]))
        if pair and at + 1 < len(letters):
            found.append((pair, "".join(written[at : at + 2])))
            at += 2
            continue
        sound, before = SHARED.get(letters[at], letters[at]), found[-1][0] if found else ""
        if sound in SOUNDS and sound != before and not (sound == "h" and before in STOPPED):
            found.append((sound, written[at]))
        at += 1
    return tuple((sound, unicodedata.normalize("NFC", form)) for sound, form in found)


@cache
def nearest_phone(sound: str) -> str:
    """The label of PHONES whose mouth is nearest to a sound of SOUNDS. Lips decide first."""
    found = NEAREST.get(sound) or ipa_phone(without_nasal(sound))
    if found not in PHONES:
        raise ValueError(f'"{sound}" is none of SOUNDS.')
    return found


def without_nasal(sound: str) -> str:
    """The symbol of a vowel without its nasal mark; others stay."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", sound).replace(NASAL, ""))
