"""How well each sound fits each row of a recording, by the sound network; and the best path of a text or of any speech.

The network reads what Moonshine's encoder hears, and the spectrum, which the starter's features hold.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import onnxruntime

from model_runtime.files.data_files import sound_file
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.linguistics.sounds import ARPABET_SOUNDS, PAUSE, SOUNDS
from model_runtime.linguistics.text_graph import BETWEEN_WORDS, TextGraph, free_graph, text_graph
from model_runtime.linguistics.viterbi import Graph, Visit, best_path
from model_runtime.speech.audio import Waveform
from model_runtime.speech.devices import CPU
from model_runtime.speech.features import ENCODERS
from model_runtime.speech.log_mel import ACOUSTIC_RATE, acoustics
from model_runtime.speech.ort_session import loaded_once, ort_session
from model_runtime.speech.windowed_encoder import encode_windowed, row_count

__all__ = ["BOUNDARY_WEIGHT", "PRIOR_SHARE", "HeardSounds", "PlacedSound", "hear_sounds", "sound_features"]

NETWORK = "sounds.onnx"
FACTS = "sounds.json"
THREADS = 1
# Share of the log prior that is taken from the log posteriors: how often a sound was in the training counts in part.
PRIOR_SHARE = 0.6
# What the log odds of a boundary count where a sound begins.
BOUNDARY_WEIGHT = 2.0
# What the commonness of a pair of sounds counts in free speech.
PAIR_WEIGHT = 1.0
# Natural log by which speech that is not in the text fits a row worse than the best sound there.
OTHER_SPEECH = 3.0
# A sound of a word that is held for longer (seconds) with a mean fit below this (natural log) is none: in white noise
# and music between two sentences it was -0.8 to -1.4, in a vowel drawn out to 3 s -0.1.
HELD_S, HELD_FIT = 1.0, -0.4
# Natural log by which noise fits a row worse than the best sound there.
NOISE = 0.5
# How often words are placed anew where that is found.
TRIES = 4
# What leaving a word of a text out costs, natural log.
SKIP_COST = 10.0
# Natural log by which a pause fits a quiet row better than the network says.
SURE = 10.0
# Rows that the network hears at once, and more on both sides that it needs for them.
BLOCK, MARGIN = 6000, 100


@dataclass(frozen=True)
class PlacedSound:
    """A sound of SOUNDS from `start` to `end`, s. word: index of its word; BETWEEN_WORDS for a pause and for speech
    that is not in the text, whose sound is PAUSE. fit: mean natural log of its posterior less that of the best sound,
    0 at most."""

    sound: str
    start: float
    end: float
    word: int
    fit: float


@dataclass(frozen=True)
class HeardSounds:
    """log_posteriors: (A, S) natural log, ACOUSTIC_RATE rows a second, row i at i / ACOUSTIC_RATE s. boundaries: (A,)
    log odds that a sound begins at the row. duration: s."""

    log_posteriors: np.ndarray
    boundaries: np.ndarray
    duration: float

    def of_text(
        self,
        words: Sequence[Sequence[tuple[str, ...]]],
        first: float = 0.0,
        last: float | None = None,
        whole: bool = True,
    ) -> list[PlacedSound] | None:
        """The sounds of the words' pronunciations, where they lie best from `first` to `last`, s; None where they do
        not fit into the time. Words may be left out, and speech that is not in the text may lie between them.

        whole: as in `text_graph`.
        """
        rows = self._rows(first, last)
        fits = self._fits(rows)
        spoken = fits.max(axis=1) - OTHER_SPEECH
        between = np.maximum(fits[:, SOUNDS.index(PAUSE)], spoken)
        text = text_graph(words, len(SOUNDS), SKIP_COST, whole)
        boundaries = BOUNDARY_WEIGHT * self.boundaries[rows]
        path: list[Visit] = []
        for _ in range(TRIES):
            found = best_path(text.graph, np.column_stack([fits, between]), boundaries)
            if found is None:
                return None
            path = found
            noisy = [self._around(path, k, text.words) for k, v in enumerate(path) if self._is_noise(v, text, fits)]
            if not noisy:
                break
            for there in noisy:
                between[there] = fits[there].max(axis=1) - NOISE
        sounds = [
            SOUNDS.index(PAUSE) if text.words[v.state] == BETWEEN_WORDS else text.graph.sounds[v.state] for v in path
        ]
        return [
            self._placed(sound, rows.start + v.first, rows.start + v.after, int(text.words[v.state]))
            for sound, v in zip(sounds, path, strict=True)
        ]

    def free(self, first: float = 0.0, last: float | None = None, quiet: np.ndarray | None = None) -> list[PlacedSound]:
        """The sounds of any speech from `first` to `last`, s, without words; none for a time too short.

        quiet: (A,) whether a row is surely a pause, such as `loudness.quiet_rows`.
        """
        rows = self._rows(first, last)
        fits = self._fits(rows)
        if quiet is not None:
            fits[quiet[rows], SOUNDS.index(PAUSE)] += SURE
        path = best_path(_free_graph(), fits, BOUNDARY_WEIGHT * self.boundaries[rows])
        return [self._placed(v.state, rows.start + v.first, rows.start + v.after, BETWEEN_WORDS) for v in path or ()]

    def fit_of(self, track: PhoneTrack) -> float:
        """How well English phones fit what is heard: mean natural log of their posteriors less those of the best
        sounds, 0 at most, over the rows of speech; 0 without speech."""
        total, rows = 0.0, 0
        for phone in track.phones:
            first = round(phone.start * ACOUSTIC_RATE)
            there = self.log_posteriors[first : max(round(phone.end * ACOUSTIC_RATE), first + 1)]
            if phone.label != SILENCE and len(there):
                sound = SOUNDS.index(ARPABET_SOUNDS[phone.label][0])
                total += float((there[:, sound] - there.max(axis=1)).sum())
                rows += len(there)
        return total / max(rows, 1)

    def _rows(self, first: float, last: float | None) -> slice:
        end = len(self.boundaries) if last is None else min(round(last * ACOUSTIC_RATE), len(self.boundaries))
        return slice(round(first * ACOUSTIC_RATE), end)

    @staticmethod
    def _is_noise(visit: Visit, text: TextGraph, fits: np.ndarray) -> bool:
        """Whether a sound of a word is held where noise or music, which is somewhat like it, takes the time."""
        there = fits[visit.first : visit.after]
        if text.words[visit.state] == BETWEEN_WORDS or len(there) <= HELD_S * ACOUSTIC_RATE:
            return False
        return bool((there[:, text.graph.sounds[visit.state]] - there.max(axis=1)).mean() < HELD_FIT)

    @staticmethod
    def _around(path: Sequence[Visit], place: int, words: np.ndarray) -> slice:
        """The rows of a visit's word, and of what lies between it and the words beside it."""
        own = (words[path[place].state], BETWEEN_WORDS)
        first = last = place
        while first and words[path[first - 1].state] in own:
            first -= 1
        while last + 1 < len(path) and words[path[last + 1].state] in own:
            last += 1
        return slice(path[first].first, path[last].after)

    def _fits(self, rows: slice) -> np.ndarray:
        return self.log_posteriors[rows] - PRIOR_SHARE * _facts().prior

    def _placed(self, sound: int, first: int, after: int, word: int) -> PlacedSound:
        there = self.log_posteriors[first:after]
        fit = float((there[:, sound] - there.max(axis=1)).mean())
        # A row stands for the time around it.
        start, end = ((row - 0.5) / ACOUSTIC_RATE if row else 0.0 for row in (first, after))
        end = self.duration if after == len(self.boundaries) else end
        return PlacedSound(SOUNDS[sound], start, end, word, fit)


@dataclass(frozen=True)
class Facts:
    """What goes with the network. prior: (S,) natural log of each sound's share of the rows. follow: (S, S) natural log
    of how often sound j follows sound i, at [i, j]."""

    prior: np.ndarray
    follow: np.ndarray


def sound_features(waveform: Waveform) -> np.ndarray:
    """(A, columns) float16, ACOUSTIC_RATE rows a second: what the network is given."""
    encoder = ENCODERS["moonshine"]
    states = np.empty((row_count(waveform.samples), encoder.columns), np.float16)
    encode_windowed(encoder, waveform.samples, states, lambda: None, CPU)
    return np.concatenate([states, acoustics(waveform).astype(np.float16)], axis=1)


def hear_sounds(waveform: Waveform) -> HeardSounds:
    """The sounds in a recording."""
    features = sound_features(waveform)
    heard = np.empty((len(features), len(SOUNDS) + 1), np.float32)
    for start in range(0, len(features), BLOCK):
        first, end = max(start - MARGIN, 0), min(start + BLOCK, len(features))
        given = features[None, first : end + MARGIN].astype(np.float32)
        heard[start:end] = _network().run(None, {"features": given})[0][0, start - first : end - first]
    return HeardSounds(heard[:, :-1], heard[:, -1], waveform.duration)


@loaded_once
def _network() -> onnxruntime.InferenceSession:
    """The network, loaded once."""
    return ort_session(sound_file(NETWORK), THREADS, CPU)


@cache
def _facts() -> Facts:
    read = json.loads(sound_file(FACTS).read_text(encoding="utf-8"))
    return Facts(np.array(read["prior"]), np.array(read["follow"]))


@cache
def _free_graph() -> Graph:
    return free_graph(PAIR_WEIGHT * _facts().follow)
