"""Words whose pronunciation the user gave: they are found in a text before any rule reads it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from anyascii import anyascii

from model_runtime.linguistics.letters import LETTER, UNSPACED, shape

__all__ = ["ARPABET", "IPA", "NO_OWN_WORDS", "WORDS", "OwnWords", "Passage", "Way", "key_of"]

# Kinds of pronunciations: labels of PHONES, symbols of SOUNDS, or other words that sound like it.
ARPABET, IPA, WORDS = "arpabet", "ipa", "words"
# A character of a script without spaces, in the shape of a text.
UNSPACED_LETTER = "u"
# A run of letters or of spaces; any other character by itself.
TOKEN = re.compile(r"x+|\s+|.", re.DOTALL)
APOSTROPHES = dict.fromkeys("'’‘ʼ`´ʻ", "'")
HYPHENS = dict.fromkeys("-‐‑‒–", "-")
# Letters after an apostrophe that are a part of an English word before it.
ENGLISH_ENDINGS = ("s", "d", "ll", "ve", "re")
# What the name of a word in English may hold.
NOT_NAMED = re.compile(r"[^a-z0-9' .#&+-]+")


@dataclass(frozen=True)
class Way:
    """A pronunciation. kind: ARPABET, IPA or WORDS. said: the labels or symbols (at least one); of WORDS, one text.
    letters: of IPA, each symbol as it was written."""

    kind: str
    said: tuple[str, ...]
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A part of a text. word: key of the user's word that it is, empty for other text. before: a word that is joined to
    it, with its apostrophe ("l'"). ending: letters that follow its apostrophe and belong to it, such as "s"."""

    text: str
    word: str = ""
    before: str = ""
    ending: str = ""


@dataclass(frozen=True)
class OwnWords:
    """The user's words in one language. ways: key -> pronunciations (at least one). english: whether the language is
    English."""

    ways: dict[str, tuple[Way, ...]] = field(default_factory=dict)
    english: bool = True

    def passages(self, text: str) -> Iterable[Passage]:
        """The parts of a text (NFKC), in order. Of words that overlap, the longest is found."""
        if not self.ways:
            return [Passage(text)]
        found: list[Passage] = []
        tokens = _tokens(text)
        done = at = 0
        while at < len(tokens):
            after, word = self._longest(tokens, at)
            before = self._before(tokens, at, done) if word else None
            ending = self._ending(tokens, after) if word else None
            if before is None or ending is None:
                at += 1
                continue
            first = tokens[at].start - len(before)
            after += 2 if ending else 0
            end = tokens[after - 1].end
            found += [Passage(text[done:first])] if first > done else []
            found.append(Passage(text[first:end], word, before, ending))
            done, at = end, after
        return [*found, *([Passage(text[done:])] if done < len(text) else [])]

    def name(self, passage: Passage) -> str:
        """The word of a passage as the English aligner knows it: in small letters, without accents."""
        name = _name(passage.word)
        return f"{name}'{passage.ending}" if passage.ending else name

    def ways_of_name(self, name: str) -> tuple[tuple[Way, ...], str]:
        """The pronunciations of a word as `name` gives it, and the ending that follows them; none for other words."""
        if name in self._names:
            return self.ways[self._names[name]], ""
        stem, _, ending = name.rpartition("'")
        if ending in ENGLISH_ENDINGS and stem in self._names:
            return self.ways[self._names[stem]], ending
        return (), ""

    @cached_property
    def _names(self) -> dict[str, str]:
        """Name in English -> key. Of keys with the same name, the first counts."""
        return {_name(key): key for key in reversed(self.ways)}

    @cached_property
    def _tree(self) -> dict:
        """The words token by token: token -> the tokens that may follow; None -> the key of the word that ends here."""
        tree: dict = {}
        for key in self.ways:
            node = tree
            for token in _tokens(key):
                node = node.setdefault(token.key, {})
            node[None] = key
        return tree

    def _longest(self, tokens: Sequence["Token"], at: int) -> tuple[int, str]:
        """Index after the longest word that begins at a token, and its key; an empty key for none."""
        node, after, word = self._tree, at, ""
        for place in range(at, len(tokens)):
            if tokens[place].key not in node:
                break
            node = node[tokens[place].key]
            if None in node and not _joined(tokens, place + 1):
                after, word = place + 1, node[None]
        return after, word

    def _before(self, tokens: Sequence["Token"], at: int, done: int) -> str | None:
        """What is joined to the front of a word; None where the word is a part of another one."""
        if _joined(tokens, at - 1):
            return None
        if at < 2 or tokens[at - 1].key != "'" or not tokens[at - 2].is_word:
            return ""
        if self.english:
            return None
        return "" if tokens[at - 2].start < done else tokens[at - 2].text + tokens[at - 1].text

    def _ending(self, tokens: Sequence["Token"], after: int) -> str | None:
        """The ending of a word after an apostrophe; None where the word is a part of another one."""
        if after + 1 >= len(tokens) or tokens[after].key != "'" or not tokens[after + 1].is_word:
            return ""
        if not self.english:
            return "s" if tokens[after + 1].key == "s" else ""
        return tokens[after + 1].key if tokens[after + 1].key in ENGLISH_ENDINGS else None


class Token(NamedTuple):
    """A run of letters, a run of spaces or a sign. key: the same for both cases and all kinds of a sign."""

    text: str
    start: int
    key: str
    is_word: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


NO_OWN_WORDS = OwnWords()


def key_of(spelling: str) -> str:
    """The key of a word, the same for all cases and spaces; empty for one without a letter or a digit."""
    tokens = _tokens(unicodedata.normalize("NFKC", spelling).strip())
    return "".join(token.key for token in tokens) if any(token.is_word for token in tokens) else ""


def _tokens(text: str) -> list[Token]:
    shapes = {each: UNSPACED_LETTER if UNSPACED.fullmatch(each) else shape(each) for each in set(text)}
    found = []
    for match in TOKEN.finditer("".join(map(shapes.__getitem__, text))):
        part = text[match.start() : match.end()]
        key = " " if part.isspace() else APOSTROPHES.get(part) or HYPHENS.get(part) or part.casefold()
        found.append(Token(part, match.start(), key, match[0][0] in LETTER + UNSPACED_LETTER))
    return found


def _joined(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a sign within a number or an address: "3,5", "kim.com"."""
    if not 0 < at < len(tokens) - 1 or tokens[at].key not in (".", ",", ":"):
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    if not before.is_word or not after.is_word:
        return False
    return tokens[at].key == "." or (before.text[-1].isdecimal() and after.text[0].isdecimal())


def _name(key: str) -> str:
    return " ".join(NOT_NAMED.sub("", anyascii(key).lower()).split()).strip("'-") or key
