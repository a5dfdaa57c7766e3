"""Phone labels of aligners (ARPAbet with stress, IPA of the Montreal Forced Aligner, silences) -> labels of PHONES."""

import re
import unicodedata

from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PHONES, SILENCE

__all__ = ["arpabet"]

# Labels of silence and noise in aligners and corpora, lower case.
SILENCES = (
    *("", "sil", "sp", "spn", "pau", "h#", "#", "-", "_", "<p:>", "<eps>", "<sil>", "(...)", "<s>", "</s>"),
    *("ns", "nsn", "+nsn+", "+spn+", "brth", "br", "breath", "noise", "laugh", "lg", "cough", "ssil", "xxx"),
)
# Labels of ARPAbet dialects (TIMIT, CMU's synthesisers) -> labels of PHONES.
DIALECTS = {
    **{"AX": "AH", "AXR": "ER", "IX": "IH", "UX": "UW", "AX-H": "AH", "EL": "L", "EM": "M", "EN": "N", "ENG": "NG"},
    **{"DX": "T", "NX": "N", "Q": "T", "HV": "HH", "H": "HH", "WH": "W", "NJ": "N", "LJ": "L"},
    **{f"{stop}CL": stop for stop in ("P", "T", "K", "B", "D", "G")},
}
# IPA symbols -> labels of PHONES. Phones of other languages map to the English phone with the nearest mouth shape.
IPA = {
    **{"i": "IY", "ɪ": "IH", "e": "EY", "ɛ": "EH", "æ": "AE", "a": "AA", "ɑ": "AA", "ɒ": "AO", "ɔ": "AO", "o": "OW"},
    **{"ʊ": "UH", "u": "UW", "ʉ": "UW", "ɨ": "IH", "ʌ": "AH", "ɐ": "AH", "ə": "AH", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER"},
    **{"ʏ": "UH", "ø": "UH", "œ": "UH", "ɶ": "AO", "ɘ": "IH", "ɵ": "UH", "ɞ": "ER", "ɤ": "AH", "ɯ": "IH"},
    **{"aɪ": "AY", "aj": "AY", "ɑɪ": "AY", "aʊ": "AW", "aw": "AW", "æʊ": "AW", "eɪ": "EY", "ej": "EY", "ɛɪ": "EY"},
    **{"oʊ": "OW", "ow": "OW", "əʊ": "OW", "əw": "OW", "ɔɪ": "OY", "ɔj": "OY", "oɪ": "OY", "ɪə": "IH", "eə": "EH"},
    **{"ʊə": "UH", "ju": "UW", "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "g": "G", "ɡ": "G", "q": "K"},
    **{"ʔ": "T", "c": "K", "ɟ": "G", "ʈ": "T", "ɖ": "D", "tʃ": "CH", "dʒ": "JH", "ts": "T", "dz": "D", "tɕ": "CH"},
    **{"ʨ": "CH", "ʧ": "CH", "ʤ": "JH", "dʑ": "JH", "ʦ": "T", "f": "F", "v": "V", "θ": "TH", "ð": "DH", "s": "S"},
    **{"z": "Z", "ʃ": "SH", "ʒ": "ZH", "ɕ": "SH", "ʑ": "ZH", "ʂ": "SH", "ʐ": "ZH", "ç": "HH", "x": "HH", "ɣ": "G"},
    **{"χ": "HH", "h": "HH", "ɦ": "HH", "ɸ": "F", "β": "V", "m": "M", "ɱ": "M", "n": "N", "ɲ": "N", "ŋ": "NG"},
    **{"ɳ": "N", "ɴ": "NG", "l": "L", "ɫ": "L", "ʎ": "L", "ɭ": "L", "ɬ": "L", "r": "R", "ɹ": "R", "ɾ": "T", "ɻ": "R"},
    **{"ɽ": "R", "ʁ": "R", "ʀ": "R", "j": "Y", "w": "W", "ʍ": "W", "ʋ": "V", "ɥ": "W", "ɰ": "W", "kp": "K"},
}
# Marks of length, stress, tone, ties, palatalisation and the like; they are dropped, as the mouth shape stays the same.
MARKS = re.compile(r"[ːˑˈˌ.ʲʷʰˠˤˀ˞‿͜͡˥˦˧˨˩ꜛꜜ0-9_-]")


def arpabet(label: str) -> str:
    """The label of PHONES for `label`.

    Accepts ARPAbet in any case, with or without stress digits, the IPA symbols of speech aligners, and the usual names
    of silence and noise. Raises InputError for any other label.
    """
    bare = label.strip()
    if bare.lower() in SILENCES or re.fullmatch(r"[<\[{(].*[>\]})]", bare):
        return SILENCE
    upper = re.sub(r"[0-2]$", "", bare).upper()
    known = upper if upper in PHONES else DIALECTS.get(upper) or _from_ipa(bare)
    if known is None:
        raise InputError(f'"{label}" is no phone that is known; use ARPAbet (AA, B, CH, ...) or IPA labels.')
    return known


def _from_ipa(label: str) -> str | None:
    """The phone of an IPA symbol, else of the symbol without marks, else of the first of two letters."""
    whole = unicodedata.normalize("NFC", label).lower()
    bare = MARKS.sub("", "".join(c for c in unicodedata.normalize("NFD", whole) if not unicodedata.combining(c)))
    return IPA.get(whole) or IPA.get(bare) or (IPA.get(bare[0]) if len(bare) == 2 else None)
