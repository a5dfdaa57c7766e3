"""Written transcript -> its spoken words, in lower-case letters."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from anyascii import anyascii

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.abbreviations import spell_abbreviations, spell_signs
from model_runtime.linguistics.markup import CLOSE, OPEN, without_markup
from model_runtime.linguistics.numbers import spell_numbers
from model_runtime.linguistics.own_words import NO_OWN_WORDS, OwnWords

__all__ = ["Script", "check_transcript", "read_script", "spoken_words", "with_few_marks"]

# A transcript may be any text, so every pattern below takes time in proportion to the length of the text.
# Typographic quotes and dots -> apostrophes and spaces.
QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "…": " ", "ʻ": "'"})
DASHES = str.maketrans({"–": " ", "—": " "})
# "½" after a digit, and alone.
VULGAR = re.compile(r"(\d?)\s?([¼-¾⅐-⅞])")
# A word, or a mark. Longer runs of letters are no words and are split every 40 letters.
TOKEN = re.compile(rf"[a-z']{{1,40}}|[{OPEN}{CLOSE}]")
# A name that stands for a word of the user while the text around it is read; its letters a to j are a number.
STAND_IN = re.compile(r"qzx([a-j]+)xzq")
# Combining marks kept on one letter, as in Unicode's stream-safe text format; sorting more takes very long.
MARKS = 30


@dataclass(frozen=True)
class Script:
    """The words of a transcript.

    words: each of letters a-z and inner apostrophes, or a name of `OwnWords`, with those that may be spoken or
    not. maybe: [first, last) of
    the words of each (remark), *direction*, heading and speaker's name, in order.
    """

    words: tuple[str, ...]
    maybe: tuple[tuple[int, int], ...] = ()

    def spoken(self, said: frozenset[int] | set[int] = frozenset()) -> tuple[str, ...]:
        """The words without what is not spoken. said: indices in `maybe` of what is."""
        left_out = {word for index, place in enumerate(self.maybe) if index not in said for word in range(*place)}
        return tuple(word for index, word in enumerate(self.words) if index not in left_out)


def check_transcript(transcript: str | None) -> None:
    """Raises InputError for a transcript of more than TRANSCRIPT_LETTERS characters."""
    if transcript is not None and len(transcript) > limits.TRANSCRIPT_LETTERS:
        raise InputError(
            f"The transcript has {len(transcript)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it."
        )


def spoken_words(transcript: str, own: OwnWords = NO_OWN_WORDS) -> tuple[str, ...]:
    """The words of `transcript` that are spoken in any case, each of letters a-z and inner apostrophes.

    Numbers are spelled out in English, signs and common abbreviations expanded, letters of other alphabets
    transliterated. [Stage directions], (remarks), *directions*, speakers' names and headings are left out. Any text
    gives a result; a text without words gives an empty tuple. own: words of the user, which no rule changes.
    """
    return read_script(transcript, own).spoken()


def read_script(transcript: str, own: OwnWords = NO_OWN_WORDS) -> Script:
    """The words of `transcript`, with those that may be spoken or not; see `spoken_words`."""
    text = without_markup(with_few_marks(transcript))
    text = VULGAR.sub(lambda match: f"{match[1]} {unicodedata.normalize('NFKC', match[2])} ", text)
    text = unicodedata.normalize("NFKC", text).translate(QUOTES)
    # NFKC can turn one letter into eighteen.
    text = text[: 2 * limits.TRANSCRIPT_LETTERS]
    names: list[str] = []
    parts: list[str] = []
    for passage in own.passages(text):
        parts.append(_stand_in(len(names)) if passage.word else passage.text)
        names += [own.name(passage)] if passage.word else []
    text = spell_numbers(spell_abbreviations("".join(parts))).translate(DASHES)
    words: list[str] = []
    maybe: list[tuple[int, int]] = []
    first = 0
    for token in TOKEN.findall(anyascii(spell_signs(text)).lower()):
        if token == OPEN:
            first = len(words)
        elif token == CLOSE:
            maybe += [(first, len(words))] if len(words) > first else []
        elif word := token.strip("'"):
            words.append(_stood_for(word, names))
    return Script(tuple(words), tuple(maybe))


def _stand_in(index: int) -> str:
    """The name that stands for the word of this index; capital, as rules ask what follows an abbreviation."""
    return "Qzx" + "".join(chr(ord("a") + int(digit)) for digit in str(index)) + "xzq"


def _stood_for(word: str, names: Sequence[str]) -> str:
    """The word that a name of `_stand_in` stands for; other words stay."""
    if not names or not (match := STAND_IN.fullmatch(word)):
        return word
    index = int("".join(str(ord(letter) - ord("a")) for letter in match[1]))
    return names[index] if index < len(names) else word


def with_few_marks(text: str) -> str:
    """`text` with at most MARKS combining marks on a letter."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept, count = [], 0
    for letter in text:
        count = count + 1 if unicodedata.combining(letter) else 0
        if count <= MARKS:
            kept.append(letter)
    return "".join(kept)
