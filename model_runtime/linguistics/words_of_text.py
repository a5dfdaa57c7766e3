"""Written text in any language -> its spoken words, with the sounds of each."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model_runtime import limits
from model_runtime.linguistics.espeak import written_word_sounds
from model_runtime.linguistics.letters import UNSPACED, shape
from model_runtime.linguistics.markup import CLOSE, OPEN, without_markup
from model_runtime.linguistics.own_words import ARPABET, IPA, NO_OWN_WORDS, OwnWords, Way
from model_runtime.linguistics.sounds import ARPABET_SOUNDS
from model_runtime.linguistics.text import with_few_marks

__all__ = ["SpokenWord", "unreadable", "words_of_text"]

# Every pattern takes time in proportion to the length of the text.
# A word, in which each letter, mark and digit is LETTER: with signs that stand within a word or a number.
WORD = re.compile(r"x+(?:['’ʼ.,:·-]x+)*%?")
# Text that may be spoken or not: remarks, directions, headings and speakers' names.
REMARK = re.compile(f"[{OPEN}]([^{CLOSE}]*)[{CLOSE}]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Languages whose characters of Chinese origin espeak-ng reads.
READS_HAN = ("cmn", "yue", "hak")


@dataclass(frozen=True)
class SpokenWord:
    """spelling: as it is written. ways: its pronunciations, each a sequence of sounds (at least one, none empty).
    letters: for each way the letters of its sounds in IPA. remark: what may be spoken or not (a remark, a direction, a
    heading, a speaker's name) has a number, from 1, which is that of all its words; 0: it is spoken."""

    spelling: str
    ways: tuple[tuple[str, ...], ...]
    letters: tuple[tuple[str, ...], ...]
    remark: int = 0

    def letters_of(self, way: tuple[str, ...]) -> tuple[str, ...]:
        """The letters of a way; the sounds themselves for another sequence of sounds."""
        return self.letters[self.ways.index(way)] if way in self.ways else way


def unreadable(text: str, language: str, own: OwnWords = NO_OWN_WORDS) -> str:
    """Why a text cannot be read in a language: a part of a sentence with what helps, or an empty string. own: words
    whose pronunciation is known."""
    rest = "".join(passage.text for passage in own.passages(unicodedata.normalize("NFKC", text)) if not passage.word)
    if not HAN.search(rest) or language.split("-")[0] in READS_HAN:
        return ""
    wanted = "write it in kana" if language == "ja" else "choose the language Chinese, or write it in letters"
    return f"Chinese characters have readings that are not known; {wanted}"


def words_of_text(
    text: str, language: str, own: OwnWords = NO_OWN_WORDS, remarks: bool = False
) -> tuple[SpokenWord, ...]:
    """The spoken words of a text in a language of `schema.languages`; what has no sound is left out.

    Numbers are read in the language. Characters that `unreadable` names are read wrongly. own: words of the user, which
    weigh more than any rule. remarks: with the words of remarks, which may be spoken or not.
    """
    plain = without_markup(with_few_marks(text))
    plain = unicodedata.normalize("NFKC", plain if remarks else REMARK.sub(" ", plain))
    words: list[SpokenWord] = []
    # Parts of spoken text, and of remarks, in turn.
    for number, part in enumerate(REMARK.split(plain[: 2 * limits.TRANSCRIPT_LETTERS])):
        read = _words(part, language, own)
        words += [replace(word, remark=number) for word in read] if number % 2 else read
    return tuple(words)


def _words(plain: str, language: str, own: OwnWords) -> list[SpokenWord]:
    """The words of a text without marks."""
    words: list[SpokenWord] = []
    for passage in own.passages(plain):
        if passage.word:
            before, ending = _elided(passage.before, language), tuple((letter, letter) for letter in passage.ending)
            ways = [(*before, *_sounds(way, language), *ending) for way in own.ways[passage.word]]
            words += _word(passage.text, ways)
        else:
            words += _read(passage.text, language)
    return words


def _read(text: str, language: str) -> list[SpokenWord]:
    """The spoken words of a text without words of the user."""
    words = []
    spaced = UNSPACED.sub(lambda match: f" {match[0]} ", text)
    for match in WORD.finditer("".join(map(shape, spaced))):
        spelling = spaced[match.start() : match.end()]
        words += _word(spelling, [written_word_sounds(spelling, language)])
    return words


def _word(spelling: str, ways: Sequence[Sequence[tuple[str, str]]]) -> list[SpokenWord]:
    """The word with its pronunciations, each once; none for a word without sounds."""
    letters = {tuple(sound for sound, _ in way): tuple(letter for _, letter in way) for way in reversed(ways) if way}
    kept = dict.fromkeys(tuple(sound for sound, _ in way) for way in ways if way)
    return [SpokenWord(spelling, tuple(kept), tuple(letters[way] for way in kept))] if kept else []


def _sounds(way: Way, language: str) -> tuple[tuple[str, str], ...]:
    """The sounds of a pronunciation of the user, each with its letters in IPA."""
    if way.kind == ARPABET:
        return tuple((sound, sound) for label in way.said for sound in ARPABET_SOUNDS[label])
    if way.kind == IPA:
        return tuple(zip(way.said, way.letters, strict=True))
    words = words_of_text(way.said[0], language)
    return tuple(each for word in words for each in zip(word.ways[0], word.letters[0], strict=True))


def _elided(before: str, language: str) -> tuple[tuple[str, str], ...]:
    """The sounds of a word that is joined to the next one, such as French "l'". Alone, its letter would be named."""
    return written_word_sounds(f"{before}a", language)[:-1] if before else ()
