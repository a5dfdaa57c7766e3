"""IPA symbols of any language -> labels of PHONES: the English phone whose mouth is nearest."""

import re
import unicodedata

from model_runtime.linguistics.phones import VOWELS as ARPABET

__all__ = ["ipa_phone", "is_one_ipa_sound"]

# Letters of IPA -> labels of PHONES. Lips decide first: a rounded vowel becomes a rounded one, lips that meet stay so.
VOWELS = {
    **{"i": "IY", "ɪ": "IH", "e": "EY", "ɛ": "EH", "æ": "AE", "a": "AA", "ɑ": "AA", "ɐ": "AH", "ʌ": "AH", "ə": "AH"},
    **{"ɨ": "IH", "ɘ": "IH", "ᵻ": "IH", "ɯ": "IH", "ɤ": "AH", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER", "ɞ": "ER"},
    # Rounded, in front: y is the vowel of French "tu", not the consonant of "you".
    **{"y": "UW", "ʏ": "UH", "ø": "UH", "œ": "UH", "ɶ": "AO", "ʉ": "UW", "ᵿ": "UH", "ɵ": "UH"},
    # Other letters for the same: Greek, reversed, and older ones.
    **{"ε": "EH", "ǝ": "AH", "ɩ": "IH", "ɷ": "UH"},
    **{"u": "UW", "ʊ": "UH", "o": "OW", "ɔ": "AO", "ɒ": "AO"},
}
CONSONANTS = {
    **{"p": "P", "b": "B", "ɓ": "B", "ʙ": "B", "ʘ": "P", "m": "M", "ɱ": "M"},
    **{"f": "F", "v": "V", "ɸ": "F", "β": "V", "ʋ": "V", "ⱱ": "V"},
    **{"θ": "TH", "ð": "DH", "t": "T", "d": "D", "ɗ": "D", "ʈ": "T", "ɖ": "D", "ᶑ": "D", "ɾ": "T", "ǀ": "T", "ǃ": "T"},
    **{"s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ʂ": "SH", "ʐ": "ZH", "ɕ": "SH", "ʑ": "ZH", "ɧ": "SH"},
    **{"ʨ": "CH", "ʧ": "CH", "ʤ": "JH", "ʥ": "JH", "ʦ": "T", "ʣ": "D", "ʅ": "ZH", "ɿ": "Z"},
    **{"n": "N", "ɳ": "N", "ɲ": "N", "ȵ": "N", "ŋ": "NG", "ɴ": "NG"},
    **{"l": "L", "ɫ": "L", "ɭ": "L", "ʎ": "L", "ʟ": "L", "ɬ": "L", "ɮ": "L", "ɺ": "L", "ǁ": "L", "ǂ": "L"},
    **{"r": "R", "ɹ": "R", "ɻ": "R", "ɽ": "R", "ʁ": "R", "ʀ": "R", "j": "Y", "ʝ": "Y", "w": "W", "ʍ": "W"},
    **{"ɥ": "W", "ɰ": "G", "k": "K", "g": "G", "ɡ": "G", "q": "K", "ɢ": "G", "c": "K", "ɟ": "G", "ɠ": "G", "ʄ": "G"},
    **{"ʛ": "G", "ɣ": "G", "ç": "HH", "x": "HH", "χ": "HH", "h": "HH", "ɦ": "HH", "ħ": "HH", "ʕ": "HH", "ʜ": "HH"},
    **{"ʢ": "HH", "ʡ": "T", "ʔ": "T"},
}
# Sounds of two letters whose mouth is not that of the first letter.
PAIRS = {
    **{"kp": "P", "ɡb": "B", "gb": "B", "ŋm": "M", "mb": "B", "nd": "D", "ŋɡ": "G", "ŋg": "G", "ɟʝ": "Y"},
    **{"əɹ": "ER", "ɜɹ": "ER", "ər": "ER", "əl": "L", "əm": "M", "ən": "N", "eə": "EH"},
}
HUSHES, BUZZES = "ʃʂɕ", "ʒʐʑ"
# Affricates without a hush or a buzz: the mouth is that of the stop.
AFFRICATES = ("ts", "dz", "pf", "bv", "tθ", "dð", "kx", "qχ", "tɬ", "dɮ", "cç", "kχ", "pɸ", "bβ")
OPEN, FRONT, ROUNDED = "aɑɐæʌəɘɤɜ", "eɛiɪɨɯ", "oɔɒɵuʊʉyʏøœɶ"
# Where diphthongs go: to a spread mouth, to a rounded one.
SPREADING, ROUNDING = "iɪjeɛyʏ", "uʊwoɔʉ"
# Hushes of Slavic spelling and of Americanists; without its accent the letter would be a hiss.
CARONS = str.maketrans({"š": "ʃ", "ž": "ʒ", "č": "ʧ", "ǰ": "ʤ", "ǯ": "ʤ"})
RHOTIC_HOOK = "˞"
# Vowels of ARPAbet that aligners do not write in IPA; "aw" and "ow" they do.
ARPABET_VOWELS = {vowel for vowel in ARPABET if vowel not in ("AW", "OW")}


def ipa_phone(label: str) -> str | None:
    """The label of PHONES for an IPA label, None for one that is none.

    Length, stress, tone, ties, syllable marks, secondary articulations and all other diacritics are dropped: the mouth
    stays the same. Of two letters that are no sound of their own, the first decides.
    """
    letters = _letters(label)
    found = _sound(letters)
    if found is None and len(letters) == 2 and _letter(letters[1]):
        return _letter(letters[0])
    return found


def is_one_ipa_sound(label: str) -> bool:
    """Whether the label is one IPA sound: a letter, a long letter, an affricate or a diphthong, with any marks.

    False for labels such as "ey" and "uw", which IPA could have and ARPAbet does, and for three vowels.
    """
    letters = _letters(label)
    short = len(_without_doubles(letters)) <= 2
    return short and _sound(letters) is not None and letters.upper() not in ARPABET_VOWELS


def _letters(label: str) -> str:
    """The letters of a label, without marks; a vowel with a rhotic hook becomes ɚ."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFC", label.strip()).translate(CARONS)).replace(
        "c\u0327", "ç"
    )
    text = re.sub(f".{RHOTIC_HOOK}", "ɚ", text)
    kept = [c for c in text if unicodedata.category(c) in ("Ll", "Lo", "Lu")]
    return "".join(kept)


def _without_doubles(letters: str) -> str:
    """The letters, a doubled (long) one written once."""
    return re.sub(r"(.)\1", r"\1", letters)


def _letter(letter: str) -> str | None:
    return VOWELS.get(letter) or CONSONANTS.get(letter)


def _sound(letters: str) -> str | None:
    """The phone of one sound; None for more than one, or for letters that are not IPA's."""
    letters = _without_doubles(letters)
    if len(letters) == 1:
        return _letter(letters)
    if len(letters) == 2:
        if letters in PAIRS:
            return PAIRS[letters]
        first, second = letters[0], letters[1]
        if first in "tdʈɖcɟ" and second in HUSHES:
            return "CH"
        if first in "tdʈɖcɟ" and second in BUZZES:
            return "JH"
        if letters in AFFRICATES:
            return _letter(first)
    return _diphthong(letters)


def _diphthong(letters: str) -> str | None:
    """The phone of two or three vowels and glides that are one sound."""
    if len(letters) not in (2, 3) or not all(c in VOWELS or c in "jwɥ" for c in letters):
        return None
    # A glide before the vowel does not last.
    if letters[0] in "jwɥ" or (len(letters) == 3 and letters[0] in "iuyɪʊ"):
        return _sound(letters[1:])
    # Nor is a neutral vowel at the end of three: "aɪə".
    if len(letters) == 3 and letters[-1] in "əɐɚ":
        return _sound(letters[:-1])
    first, last = letters[0], letters[-1]
    if first == last:
        return None
    if first in "iɪ" and last in "uʊʉw":
        return "UW"
    if last in SPREADING and first not in "iɪɨ":
        return "AY" if first in OPEN else "OY" if first in ROUNDED else "EY"
    if last in ROUNDING:
        # English "əʊ" is the vowel of "go".
        return "AW" if first in OPEN and first not in "əɘ" else "OW"
    return VOWELS[first]
