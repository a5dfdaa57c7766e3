"""The user's own list of pronunciations, a text file: a word a line, and how it is said."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_bytes
from model_runtime.linguistics.espeak import check_language
from model_runtime.linguistics.language_choice import is_english
from model_runtime.linguistics.own_words import ARPABET, IPA, WORDS, OwnWords, Way, key_of
from model_runtime.linguistics.phones import PHONES, SILENCE
from model_runtime.linguistics.sounds import IPA_LETTERS, written_sounds

__all__ = ["NO_PRONUNCIATIONS", "Pronunciations", "find_pronunciations", "read_pronunciations"]

KIND = "list of pronunciations"
# A comment begins the line, or stands after a space: "C#" is a word.
COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
HEADER = re.compile(r"\[([^\[\]]{1,20})\]")
# The header of the lines that are for all languages, as those before the first header are.
ALL = "all"
QUOTES = str.maketrans("“”„«»", '"""""')
# How it is said, at the end of a line, in marks that tell its kind.
MARKED = re.compile(r"(?P<word>.*?)\s*(?:/(?P<ipa>[^/]*)/|\[(?P<phones>[^\[\]]*)\]|\"(?P<words>[^\"]*)\")")
# The word and the rest of a line without marks: a tab or two spaces divide them, else the first space.
DIVIDED = re.compile(r"(?P<word>[^\t]*?)(?:\s*\t\s*|\s{2,})(?P<said>.*)")
# The number that CMUdict adds to the second pronunciation of a word: "READ(2)".
NUMBERED = re.compile(r"\(\d+\)$")
STRESSED = re.compile(r"([A-Z]+)[012]?")
FORMS = 'such as K AE1 T, /kæt/ or "cat"'


@dataclass(frozen=True)
class Entry:
    """A line of a list. word: its key (`own_words.key_of`). language: a code of `schema.languages`, or the part before
    its hyphen for all varieties; empty: any."""

    word: str
    language: str
    way: Way


@dataclass(frozen=True)
class Pronunciations:
    """A list of pronunciations. digest: SHA-256 of its file, empty where there is none."""

    entries: tuple[Entry, ...] = ()
    digest: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What the meta of a take says of the list."""
        return {"pronunciations_sha256": self.digest} if self.digest else {}

    def of(self, language: str) -> OwnWords:
        """The words in a language of `schema.languages`. Where it has lines of its own for a word, these count."""
        ways: dict[str, tuple[Way, ...]] = {}
        for wanted in ((language, language.split("-")[0]), ("",)):
            found: dict[str, tuple[Way, ...]] = {}
            for entry in self.entries:
                if entry.language in wanted:
                    found[entry.word] = (*found.get(entry.word, ()), entry.way)
            ways = found | ways
        return OwnWords({word: tuple(dict.fromkeys(each)) for word, each in ways.items()}, is_english(language))


NO_PRONUNCIATIONS = Pronunciations()


def find_pronunciations(file: str | None) -> Pronunciations:
    """The list of a request, if it names one. Raises InputError as `read_pronunciations`."""
    return NO_PRONUNCIATIONS if file is None else read_pronunciations(Path(file))


def read_pronunciations(path: Path | str) -> Pronunciations:
    """The list in a file (docs/languages.md describes it).

    Raises InputError for a file that cannot be read or is larger than its limits, and for the first line that cannot be
    used, with its number and what helps.
    """
    data = read_bytes(path, limits.PRONUNCIATION_BYTES, KIND)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8.") from error
    if len(lines) > limits.PRONUNCIATION_LINES:
        raise InputError(f"{path} has more than {limits.PRONUNCIATION_LINES} lines; divide it.")
    entries: list[Entry] = []
    counts: dict[tuple[str, str], int] = {}
    language = ""
    for number, line in enumerate(lines, 1):
        text = COMMENT.sub("", line).strip().translate(QUOTES)
        try:
            if header := HEADER.fullmatch(text):
                language = _language(header[1].strip())
            elif text:
                entry = _entry(text, language)
                place = (entry.word, language)
                counts[place] = counts.get(place, 0) + 1
                if counts[place] > limits.PRONUNCIATIONS_OF_WORD:
                    raise InputError(f"the word has more than {limits.PRONUNCIATIONS_OF_WORD} lines; delete some")
                entries.append(entry)
        except InputError as error:
            raise InputError(f"{path}, line {number}: {str(error).rstrip('.')}.") from error
    return Pronunciations(tuple(entries), hashlib.sha256(data).hexdigest())


def _language(code: str) -> str:
    """The language of a header. Raises InputError for none that is known."""
    if code.lower() == ALL:
        return ""
    found = check_language(code)
    return found if "-" in code or "_" in code else found.split("-")[0]


def _entry(text: str, language: str) -> Entry:
    marked = MARKED.fullmatch(text)
    divided = DIVIDED.fullmatch(text)
    if marked:
        spelling, way = marked["word"], _marked(marked)
    else:
        spelling, said = divided.group("word", "said") if divided else text.partition(" ")[::2]
        way = _arpabet(said, spelling)
    spelling = NUMBERED.sub("", spelling.strip())
    word = key_of(spelling)
    if not word:
        raise InputError(f"there is no word before the pronunciation; write a word, a tab and how it is said, {FORMS}")
    if len(spelling) > limits.LABEL_LETTERS:
        raise InputError(f"the word has more than {limits.LABEL_LETTERS} characters; divide it")
    if len(way.said) > limits.PRONUNCIATION_PHONES or any(len(each) > limits.LABEL_LETTERS for each in way.said):
        raise InputError(f"the pronunciation has more than {limits.PRONUNCIATION_PHONES} sounds; divide the word")
    return Entry(word, language, way)


def _marked(match: re.Match) -> Way:
    """A pronunciation in slashes, brackets or quotes."""
    if (words := match["words"]) is not None:
        if not key_of(words):
            raise InputError(f"there is no word between the quotes; write how the word is said, {FORMS}")
        return Way(WORDS, (" ".join(words.split()),))
    text = match["ipa"] if match["ipa"] is not None else match["phones"]
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character) in ("Lu", "Ll", "Lo", "Nd") and character not in IPA_LETTERS:
            raise InputError(f'"{character}" is no letter of the IPA; write the sound in IPA, or the word {FORMS}')
    sounds = written_sounds("".join(text.split()))
    if not sounds:
        raise InputError(f"there is no sound between the marks; write how the word is said, {FORMS}")
    return Way(IPA, tuple(sound for sound, _ in sounds), tuple(letters for _, letters in sounds))


def _arpabet(said: str, spelling: str) -> Way:
    """A pronunciation in ARPAbet, with or without stress."""
    if not said.strip():
        raise InputError(f'"{spelling}" has no pronunciation; write a tab after the word and how it is said, {FORMS}')
    labels: list[str] = []
    for written in said.upper().split():
        match = STRESSED.fullmatch(written)
        if not match or match[1] not in PHONES or match[1] == SILENCE:
            raise InputError(
                f'"{written}" is no phone of ARPAbet; write a tab after the word and how it is said, {FORMS}'
            )
        labels.append(match[1])
    return Way(ARPABET, tuple(labels))
