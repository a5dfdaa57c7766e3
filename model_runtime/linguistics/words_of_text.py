"""Written text in any language -> its spoken words, with the sounds of each."""

import re
import unicodedata
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.linguistics.espeak import word_sounds
from model_runtime.linguistics.letters import UNSPACED, shape
from model_runtime.linguistics.markup import CLOSE, OPEN, without_markup
from model_runtime.linguistics.own_words import ARPABET, IPA, NO_OWN_WORDS, OwnWords, Way
from model_runtime.linguistics.sounds import ARPABET_SOUNDS
from model_runtime.linguistics.text import with_few_marks

__all__ = ["SpokenWord", "unreadable", "words_of_text"]

# Every pattern takes time in proportion to the length of the text.
# A word, in which each letter, mark and digit is LETTER: with signs that stand within a word or a number.
WORD = re.compile(r"x+(?:['’ʼ.,:·-]x+)*%?")
# Text that is not spoken: remarks, directions, headings and speakers' names.
NOT_SPOKEN = re.compile(f"[{OPEN}][^{CLOSE}]*[{CLOSE}]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Languages whose characters of Chinese origin espeak-ng reads.
READS_HAN = ("cmn", "yue", "hak")


@dataclass(frozen=True)
class SpokenWord:
    """spelling: as it is written. ways: its pronunciations, each a sequence of sounds (at least one, none empty)."""

    spelling: str
    ways: tuple[tuple[str, ...], ...]


def unreadable(text: str, language: str, own: OwnWords = NO_OWN_WORDS) -> str:
    """Why a text cannot be read in a language: a part of a sentence with what helps, or an empty string. own: words
    whose pronunciation is known."""
    rest = "".join(passage.text for passage in own.passages(unicodedata.normalize("NFKC", text)) if not passage.word)
    if not HAN.search(rest) or language.split("-")[0] in READS_HAN:
        return ""
    wanted = "write it in kana" if language == "ja" else "choose the language Chinese, or write it in letters"
    return f"Chinese characters have readings that are not known; {wanted}"


def words_of_text(text: str, language: str, own: OwnWords = NO_OWN_WORDS) -> tuple[SpokenWord, ...]:
    """The spoken words of a text in a language of `schema.languages`; what has no sound is left out.

    Numbers are read in the language. Characters that `unreadable` names are read wrongly. own: words of the user, which
    weigh more than any rule.
    """
    plain = without_markup(with_few_marks(text))
    plain = unicodedata.normalize("NFKC", NOT_SPOKEN.sub(" ", plain))[: 2 * limits.TRANSCRIPT_LETTERS]
    words: list[SpokenWord] = []
    for passage in own.passages(plain):
        if passage.word:
            before = _elided(passage.before, language)
            ways = [(*before, *_sounds(way, language), *passage.ending) for way in own.ways[passage.word]]
            words.append(SpokenWord(passage.text, tuple(dict.fromkeys(way for way in ways if way))))
        else:
            words += _read(passage.text, language)
    return tuple(word for word in words if word.ways)


def _read(text: str, language: str) -> list[SpokenWord]:
    """The spoken words of a text without words of the user."""
    words = []
    spaced = UNSPACED.sub(lambda match: f" {match[0]} ", text)
    for match in WORD.finditer("".join(map(shape, spaced))):
        spelling = spaced[match.start() : match.end()]
        sounds = word_sounds(spelling, language)
        if sounds:
            words.append(SpokenWord(spelling, (sounds,)))
    return words


def _sounds(way: Way, language: str) -> tuple[str, ...]:
    """The sounds of a pronunciation of the user."""
    if way.kind == ARPABET:
        return tuple(sound for label in way.said for sound in ARPABET_SOUNDS[label])
    if way.kind == IPA:
        return way.said
    return tuple(sound for word in words_of_text(way.said[0], language) for sound in word.ways[0])


def _elided(before: str, language: str) -> tuple[str, ...]:
    """The sounds of a word that is joined to the next one, such as French "l'". Alone, its letter would be named."""
    return word_sounds(f"{before}a", language)[:-1] if before else ()
