"""IPA names of the phonemes in espeak-ng's English voices -> ARPAbet."""

from model_runtime.errors import InputError

__all__ = ["arpabet"]

# Where a phoneme has two phones, each takes half its duration. Vowels that end in schwa are of non-rhotic voices.
ARPABET = {
    **{"p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "tʃ": "CH", "dʒ": "JH", "f": "F", "v": "V"},
    **{"θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH", "m": "M", "n": "N", "ŋ": "NG"},
    **{"l": "L", "ɹ": "R", "r": "R", "j": "Y", "w": "W", "ʍ": "W", "ɾ": "T", "ʔ": "T", "x": "K", "t̪": "T"},
    **{"iː": "IY", "i": "IY", "ɪ": "IH", "ᵻ": "IH", "ɛ": "EH"},
    **{"æ": "AE", "a": "AE", "a:": "AE", "aː": "AE", "aa": "AE"},
    **{"ɑː": "AA", "ɒ": "AA", "ɔ": "AO", "ɔː": "AO", "ʊ": "UH", "uː": "UW", "ʉ": "UW", "ʉː": "UW"},
    **{"ʌ": "AH", "ə": "AH", "ɐ": "AH", "ɚ": "ER", "ɜ": "ER", "ɜː": "ER", "əɹ": "ER", "ʌɹ": "ER"},
    **{"eɪ": "EY", "e": "EY", "eː": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "æʊ": "AW", "ʌʉ": "AW"},
    **{"oʊ": "OW", "əʊ": "OW", "oː": "OW", "o": "OW"},
    **{"əl": "AH L", "n̩": "AH N", "aɪə": "AY AH", "aɪɚ": "AY ER", "ʲ": "Y"},
    **{"iə": "IH AH", "eə": "EH AH", "ɛə": "EH AH", "ʊə": "UH AH", "oə": "AO AH", "ɔə": "AO AH", "ɑə": "AA AH"},
    **{"oːɹ": "AO R", "ɔːɹ": "AO R", "ɑːɹ": "AA R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ʊɹ": "UH R", "ʉɹ": "UH R"},
}


def arpabet(name: str) -> tuple[str, ...]:
    """One or two labels of the phoneme `name`, IPA; none for "". Raises InputError for a phoneme not in the table."""
    if not name:
        return ()
    if name not in ARPABET:
        raise InputError(f'espeak-ng says a sound "{name}" that has no ARPAbet phone; leave this voice or text out.')
    return tuple(ARPABET[name].split())
