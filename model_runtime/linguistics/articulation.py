"""Articulatory features of each phone: the numbers that the networks are given for a phone.

A phone that is missing from the training corpus shares features with phones that are in it, so the networks can move on
it too (ER HH NG OY SH UH ZH occur in none of GRID's 51 words).
"""

import numpy as np

from model_runtime.linguistics.phones import PHONES, SILENCE, VOWELS

__all__ = ["FEATURES", "articulation"]

# Names of the articulatory features, in the order of their columns.
FEATURES = (
    *("silence", "vowel", "height", "backness", "rounded", "diphthong", "end_height", "end_rounded"),
    *("bilabial", "labiodental", "dental", "alveolar", "postalveolar", "palatal", "velar", "glottal"),
    *("stop", "fricative", "affricate", "nasal", "liquid", "glide", "voiced", "lips_protrude", "rhotic", "tense"),
)

# Height (0 low, 1 high), backness (0 front, 1 back), rounding (0 to 1), height and rounding at the end of the vowel,
# tense (0 or 1).
VOWEL_FACTS = {
    "AA": (0.0, 0.9, 0.0, 0.0, 0.0, 1),
    "AE": (0.1, 0.1, 0.0, 0.1, 0.0, 0),
    "AH": (0.4, 0.5, 0.0, 0.4, 0.0, 0),
    "AO": (0.25, 1.0, 0.6, 0.25, 0.6, 1),
    "AW": (0.05, 0.5, 0.0, 0.8, 0.8, 1),
    "AY": (0.05, 0.5, 0.0, 0.85, 0.0, 1),
    "EH": (0.4, 0.15, 0.0, 0.4, 0.0, 0),
    "ER": (0.55, 0.5, 0.5, 0.55, 0.5, 1),
    "EY": (0.55, 0.1, 0.0, 0.9, 0.0, 1),
    "IH": (0.8, 0.2, 0.0, 0.8, 0.0, 0),
    "IY": (1.0, 0.0, 0.0, 1.0, 0.0, 1),
    "OW": (0.5, 0.9, 0.7, 0.8, 1.0, 1),
    "OY": (0.35, 0.9, 0.8, 0.85, 0.0, 1),
    "UH": (0.8, 0.85, 0.6, 0.8, 0.6, 0),
    "UW": (0.95, 0.9, 1.0, 0.95, 1.0, 1),
}
DIPHTHONGS = ("AW", "AY", "EY", "OW", "OY")
# Consonant -> its features of value 1.
CONSONANT_FACTS = {
    "B": "bilabial stop voiced",
    "CH": "postalveolar affricate lips_protrude",
    "D": "alveolar stop voiced",
    "DH": "dental fricative voiced",
    "F": "labiodental fricative",
    "G": "velar stop voiced",
    "HH": "glottal fricative",
    "JH": "postalveolar affricate voiced lips_protrude",
    "K": "velar stop",
    "L": "alveolar liquid voiced",
    "M": "bilabial nasal voiced",
    "N": "alveolar nasal voiced",
    "NG": "velar nasal voiced",
    "P": "bilabial stop",
    "R": "alveolar liquid voiced rhotic lips_protrude",
    "S": "alveolar fricative",
    "SH": "postalveolar fricative lips_protrude",
    "T": "alveolar stop",
    "TH": "dental fricative",
    "V": "labiodental fricative voiced",
    "W": "velar glide voiced rounded lips_protrude",
    "Y": "palatal glide voiced",
    "Z": "alveolar fricative voiced",
    "ZH": "postalveolar fricative voiced lips_protrude",
}


def articulation() -> np.ndarray:
    """(len(PHONES), len(FEATURES)) float32 in [0, 1], rows in the order of PHONES."""
    table = np.zeros((len(PHONES), len(FEATURES)), np.float32)

    def put(phone: str, feature: str, value: float) -> None:
        table[PHONES.index(phone), FEATURES.index(feature)] = value

    put(SILENCE, "silence", 1)
    for vowel in VOWELS:
        height, backness, rounded, end_height, end_rounded, tense = VOWEL_FACTS[vowel]
        put(vowel, "vowel", 1)
        put(vowel, "voiced", 1)
        put(vowel, "height", height)
        put(vowel, "backness", backness)
        put(vowel, "rounded", rounded)
        put(vowel, "end_height", end_height)
        put(vowel, "end_rounded", end_rounded)
        put(vowel, "tense", tense)
        put(vowel, "diphthong", float(vowel in DIPHTHONGS))
    put("ER", "rhotic", 1)
    for consonant, facts in CONSONANT_FACTS.items():
        for fact in facts.split():
            put(consonant, fact, 1)
    return table
