"""SAMPA and X-SAMPA labels (WebMAUS and other tools) -> IPA."""

import re

__all__ = ["ipa_of_sampa"]

# X-SAMPA -> IPA; what is not listed is the same letter in both.
SYMBOLS = {
    **{"A": "ɑ", "B": "β", "C": "ç", "D": "ð", "E": "ɛ", "F": "ɱ", "G": "ɣ", "H": "ɥ", "I": "ɪ", "J": "ɲ", "K": "ɬ"},
    **{"L": "ʎ", "M": "ɯ", "N": "ŋ", "O": "ɔ", "P": "ʋ", "Q": "ɒ", "R": "ʁ", "S": "ʃ", "T": "θ", "U": "ʊ", "V": "ʌ"},
    **{"W": "ʍ", "X": "χ", "Y": "ʏ", "Z": "ʒ", "@": "ə", "{": "æ", "}": "ʉ", "&": "ɶ", "?": "ʔ"},
    **{"1": "ɨ", "2": "ø", "3": "ɜ", "4": "ɾ", "5": "ɫ", "6": "ɐ", "7": "ɤ", "8": "ɵ", "9": "œ"},
    **{"p\\": "ɸ", "r\\": "ɹ", "s\\": "ɕ", "z\\": "ʑ", "j\\": "ʝ", "h\\": "ɦ", "x\\": "ɧ", "v\\": "ʋ", "l\\": "ɺ"},
    **{"B\\": "ʙ", "G\\": "ɢ", "H\\": "ʜ", "I\\": "ɨ", "J\\": "ɟ", "K\\": "ɮ", "L\\": "ʟ", "M\\": "ɰ", "N\\": "ɴ"},
    **{"O\\": "ʘ", "R\\": "ʀ", "U\\": "ʊ", "X\\": "ħ", "3\\": "ɞ", "@\\": "ɘ", "?\\": "ʕ", ">\\": "ʡ", "<\\": "ʢ"},
    **{"|\\|\\": "ǁ", "|\\": "ǀ", "=\\": "ǂ", "!\\": "ǃ"},
    **{"d`": "ɖ", "l`": "ɭ", "n`": "ɳ", "r`": "ɽ", "s`": "ʂ", "t`": "ʈ", "z`": "ʐ", "r\\`": "ɻ", "@`": "ɚ", "3`": "ɝ"},
}
SYMBOL = re.compile("|".join(re.escape(name) for name in sorted(SYMBOLS, key=len, reverse=True)))
# "_" before the fricative of an affricate is a tie (t_S); before anything else it begins a diacritic (t_h, n_=, a_T,
# and the closures and releases t_cl, t_rl of MAUS).
TIE = re.compile(r"(?<=[tdpbk])_(?=(?:[sSzZ]\\?|[sz]`|f)$)")
DIACRITIC = re.compile(r"_(?:cl|rl|\?\\|[^\s_]\\?)")
# Stress, length, nasality, syllabicity, ejection and the rest.
MARKS = re.compile(r"[\"%':~=^!*;.|-]")


def ipa_of_sampa(label: str) -> str:
    """The IPA of a label in SAMPA or X-SAMPA, without its diacritics."""
    symbols = DIACRITIC.sub("", TIE.sub("", label.strip()))
    translated = SYMBOL.sub(lambda found: SYMBOLS[found[0]], symbols)
    return MARKS.sub("", translated)
