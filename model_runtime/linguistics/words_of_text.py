"""Written text in any language -> its spoken words, with the sounds of each."""

import re
import unicodedata
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.linguistics.espeak import word_sounds
from model_runtime.linguistics.markup import CLOSE, OPEN, without_markup
from model_runtime.linguistics.text import with_few_marks

__all__ = ["SpokenWord", "unreadable", "words_of_text"]

# Every pattern takes time in proportion to the length of the text.
# A word, in which each letter, mark and digit is LETTER: with signs that stand within a word or a number.
LETTER = "x"
WORD = re.compile(r"x+(?:['’ʼ.,:·-]x+)*%?")
# Text that is not spoken: remarks, directions, headings and speakers' names.
NOT_SPOKEN = re.compile(f"[{OPEN}][^{CLOSE}]*[{CLOSE}]")
# Scripts that are written without spaces, and how many characters are read as a word.
UNSPACED = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ffー]+|[\u3400-\u9fff\uf900-\ufaff]|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Languages whose characters of Chinese origin espeak-ng reads.
READS_HAN = ("cmn", "yue", "hak")


@dataclass(frozen=True)
class SpokenWord:
    """spelling: as it is written. ways: its pronunciations, each a sequence of sounds (at least one, none empty)."""

    spelling: str
    ways: tuple[tuple[str, ...], ...]


def unreadable(text: str, language: str) -> str:
    """Why a text cannot be read in a language: a part of a sentence with what helps, or an empty string."""
    if not HAN.search(text) or language.split("-")[0] in READS_HAN:
        return ""
    wanted = "write it in kana" if language == "ja" else "choose the language Chinese, or write it in letters"
    return f"Chinese characters have readings that are not known; {wanted}"


def words_of_text(text: str, language: str) -> tuple[SpokenWord, ...]:
    """The spoken words of a text in a language of `schema.languages`; what has no sound is left out.

    Numbers are read in the language. Characters that `unreadable` names are read wrongly.
    """
    plain = without_markup(with_few_marks(text))
    plain = unicodedata.normalize("NFKC", NOT_SPOKEN.sub(" ", plain))[: 2 * limits.TRANSCRIPT_LETTERS]
    words = []
    spaced = UNSPACED.sub(lambda match: f" {match[0]} ", plain)
    for match in WORD.finditer("".join(map(_shape, spaced))):
        spelling = spaced[match.start() : match.end()]
        sounds = word_sounds(spelling, language)
        if sounds:
            words.append(SpokenWord(spelling, (sounds,)))
    return tuple(words)


def _shape(character: str) -> str:
    """LETTER for a letter, a mark or a digit; any other character as it is."""
    return LETTER if unicodedata.category(character)[0] in "LMN" else character
