"""The two searches of the aligner (pocketsphinx): align known words; recognise phones without words.

Both work on frames of 10 ms and keep their decoders loaded. A decoder that failed is dropped: it may be in any state.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pocketsphinx

from model_runtime.files.data_files import ALIGNER, checked_folder
from model_runtime.linguistics.ipa import ipa_phone
from model_runtime.linguistics.own_words import ARPABET, IPA, NO_OWN_WORDS, OwnWords, Way
from model_runtime.linguistics.pronounce import pronounce, with_ending
from model_runtime.linguistics.sounds import without_nasal
from model_runtime.linguistics.text import spoken_words

__all__ = ["FRAME", "AlignedPhone", "AlignedWord", "Decoders", "as_bytes"]

# Seconds from one frame to the next.
FRAME = 0.01
# Folder of the acoustic model within the package pocketsphinx.
MODEL = "model/en-us"
# Pruning beams of the first and the second attempt, narrow and wide: on spontaneous speech the default beams lose the
# path to the last word. Best-path rescoring is off: it makes words too short for the phone pass and fails on recordings
# without silence around the speech.
BEAMS = ({"beam": 1e-100, "pbeam": 1e-100, "wbeam": 1e-80}, {"beam": 1e-200, "pbeam": 1e-200, "wbeam": 1e-200})
# Settings of the phone search: language weight, phone insertion penalty, pruning beams.
PHONE_LOOP = {"lw": 2.0, "pip": 0.3, "beam": 1e-20, "pbeam": 1e-20}


@dataclass(frozen=True)
class AlignedPhone:
    """A phone as the decoder names it, from frame `start` up to, not including, frame `end`.

    score: summed over its frames; 0 is a perfect fit, below 0 is worse. sound: as in `phones.Span`.
    """

    name: str
    start: int
    end: int
    score: float = 0.0
    sound: str = ""


@dataclass(frozen=True)
class AlignedWord:
    """A word and its phones. The names of silences and noises stand in angle or square brackets."""

    name: str
    phones: tuple[AlignedPhone, ...]

    @property
    def spoken(self) -> bool:
        """False for silences, noises and phones outside words."""
        return self.name[0] not in "<["

    @property
    def spelling(self) -> str:
        """The word without the number of its pronunciation: "read" for "read(2)"."""
        return self.name.partition("(")[0]


@dataclass
class Decoders:
    """Decoders, loaded when they are first needed. Results do not depend on earlier searches. Not safe for several
    threads at once.

    made: decoders by name. taught: words that were added to the dictionaries. own: words of the user; a copy with
    others (`dataclasses.replace`) has the same decoders.
    """

    made: dict[str, pocketsphinx.Decoder] = field(default_factory=dict)
    taught: set[str] = field(default_factory=set)
    own: OwnWords = NO_OWN_WORDS

    def align(self, sound: bytes, words: Iterable[str]) -> list[AlignedWord] | None:
        """`words` with their frames in `sound` (int16, 16 kHz mono), silences included; None: no alignment found."""
        words = list(words)
        own = {word: ways for word in dict.fromkeys(words) if (ways := self._own_ways(word))}
        names = {word: _name(word, ways) for word, ways in own.items()}
        for attempt in range(len(BEAMS)):
            decoder = self._aligner(attempt)
            try:
                self._teach(decoder, words, own)
                decoder.set_align_text(" ".join(names.get(word, word) for word in words))
                _decode(decoder, sound)
                if decoder.hyp() is not None:
                    decoder.set_alignment()
                    _decode(decoder, sound)
                    spelled = {name: word for word, name in names.items()}
                    return [_word(entry, spelled) for entry in decoder.get_alignment()]
            except RuntimeError:
                pass
            del self.made[f"align {attempt}"]
        return None

    def hear_phones(self, sound: bytes) -> list[AlignedPhone] | None:
        """The phones in `sound` (int16, 16 kHz mono) of any language; None: the search failed."""
        model = checked_folder(ALIGNER) / MODEL / "en-us-phone.lm.bin"
        decoder = self._decoder("phones", lm=None, allphone=str(model), **PHONE_LOOP)
        try:
            _decode(decoder, sound)
            return [AlignedPhone(part.word, part.start_frame, part.end_frame + 1) for part in decoder.seg() or ()]
        except RuntimeError:
            del self.made["phones"]
            return None

    def knows(self, word: str) -> bool:
        """Whether a word (letters a-z and apostrophes) is in the dictionary, or one of the user's."""
        return bool(self.own.ways_of_name(word)[0]) or self._dictionary(self._aligner(0))(word) is not None

    def pronunciation(self, word: str) -> tuple[str, ...]:
        """The phones of a word (of `text.spoken_words`) as `align` uses them; the first of several pronunciations."""
        own = self._own_ways(word)
        return own[0] if own else self._by_rule(word)

    def _by_rule(self, word: str) -> tuple[str, ...]:
        """The phones of a word without the user's list."""
        return pronounce(word, self._dictionary(self._aligner(0)))

    def _own_ways(self, word: str) -> tuple[tuple[str, ...], ...]:
        """The phones of the pronunciations that the user gave for a word; none for other words."""
        ways, ending = self.own.ways_of_name(word)
        found = (self._phones(way) for way in ways)
        return tuple(dict.fromkeys(with_ending(phones, ending) if ending else phones for phones in found))

    def _phones(self, way: Way) -> tuple[str, ...]:
        if way.kind == ARPABET:
            return way.said
        if way.kind == IPA:
            return tuple(label for sound in way.said if (label := ipa_phone(without_nasal(sound))))
        words = spoken_words(way.said[0]) or ("a",)
        return tuple(phone for word in words for phone in self._by_rule(word))

    def _aligner(self, attempt: int) -> pocketsphinx.Decoder:
        """The decoder that aligns words, with the beams of an attempt."""
        return self._decoder(f"align {attempt}", lm=None, bestpath=False, **BEAMS[attempt])

    def _decoder(self, name: str, **settings: object) -> pocketsphinx.Decoder:
        """The decoder of this name, loaded at the first call."""
        if name not in self.made:
            model = checked_folder(ALIGNER) / MODEL
            # Explicit paths: an environment variable could point pocketsphinx to another model.
            files = {"hmm": str(model / "en-us"), "dict": str(model / "cmudict-en-us.dict")}
            self.made[name] = pocketsphinx.Decoder(loglevel="FATAL", **files, **settings)
        return self.made[name]

    def _dictionary(self, decoder: pocketsphinx.Decoder) -> Callable[[str], tuple[str, ...] | None]:
        """A look-up of phones in the original dictionary, None for other words."""

        def look_up(word: str) -> tuple[str, ...] | None:
            # Only the original dictionary: with words added for earlier lines, a pronunciation would depend on them.
            phones = decoder.lookup_word(word) if word and word not in self.taught else None
            return tuple(phones.split()) if phones else None

        return look_up

    def _teach(
        self, decoder: pocketsphinx.Decoder, words: list[str], own: Mapping[str, tuple[tuple[str, ...], ...]]
    ) -> None:
        """Add the words that are missing from the decoder's dictionary. own: phones of the user's words."""
        look_up = self._dictionary(decoder)
        for word in dict.fromkeys(words):
            if word in own:
                name = _name(word, own[word])
                for number, phones in enumerate(own[word] if decoder.lookup_word(name) is None else (), 1):
                    # The decoder chooses between a word and those with its name and a number.
                    decoder.add_word(name if number == 1 else f"{name}({number})", " ".join(phones), False)
                self.taught.add(name)
            elif decoder.lookup_word(word) is None:
                decoder.add_word(word, " ".join(pronounce(word, look_up)), False)
                self.taught.add(word)


def _decode(decoder: pocketsphinx.Decoder, sound: bytes) -> None:
    """Run one search on `sound` (int16, 16 kHz mono)."""
    # Reset the decoder's features: their normalisation would carry over from the last waveform and move phone edges.
    decoder.reinit_feat()
    # Pass the whole waveform at once, so that the features are normalised over all of it.
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


def _name(word: str, ways: tuple[tuple[str, ...], ...]) -> str:
    """The name of a word of the user in the dictionaries, one for each set of pronunciations, as words that were added
    stay."""
    digest = hashlib.sha256(" / ".join(map(" ".join, ways)).encode()).hexdigest()
    return f"{'_'.join(word.split())}~{digest[:16]}"


def _word(entry: pocketsphinx.AlignmentEntry, spelled: Mapping[str, str]) -> AlignedWord:
    """spelled: name in the dictionary -> word, for those that differ."""
    phones = (AlignedPhone(p.name, p.start, p.start + p.duration, p.score) for p in entry)
    return AlignedWord(spelled.get(entry.name.partition("(")[0], entry.name), tuple(phones))


def as_bytes(samples: np.ndarray) -> bytes:
    """Samples (N,), floats in [-1, 1], as little-endian int16 bytes for the decoders."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
