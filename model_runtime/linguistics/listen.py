"""Waveform (and a transcript, where there is one) -> the phones that were said and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_runtime import limits
from model_runtime.audio import SAMPLE_RATE, Waveform
from model_runtime.linguistics.audible import audible
from model_runtime.linguistics.decoders import Decoders, HeardWord, as_bytes
from model_runtime.linguistics.loudness import is_silent, may_be_speech, pieces
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.linguistics.text import spoken_words
from model_runtime.linguistics.tiling import tiled
from model_runtime.linguistics.transcript_spread import spread_words
from model_runtime.moonshine import transcribe

__all__ = ["Hearing", "Progress", "find_phones", "listen"]

Progress = Callable[[float, str], None]

PAD = 0.2  # seconds of room tone before and after: the searches want silence around speech
PEAK = 0.5  # what the loudest moments are brought to
ALIGNED_AT_ONCE = 60.0  # seconds; longer recordings are cut at pauses and their words spread over the pieces
PIECE = (10.0, 25.0)  # seconds, shortest and longest: memory stays bounded and a request can be cancelled in between
SMALL_PIECE = (3.0, 6.0)  # what is tried where a piece cannot be made out
# Mean log-likelihood of what is heard. Free English lies above -.36 (all but one clip in 39), Mandarin, which the
# recogniser does not know, below -.63.
SURE = -0.6
# Mean score of a frame. Transcripts of the recordings that we tune with lie above -37, wrong ones below it but for 3 %.
BAD_FIT = -40.0
BETTER = 10.0  # what was guessed must fit so much better than the transcript to replace it
MISFIT = "The transcript fits the sound badly; check that it belongs to this line."
REPLACED = "The transcript does not match the sound, so what was heard was used; check that it belongs to this line."
UNUSED = "Nobody is heard speaking, so the transcript was not used; check the sound."


@dataclass(frozen=True)
class Hearing:
    """What was heard, and sentences for the user about what was doubtful."""

    track: PhoneTrack
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Words found in a piece of the recording. offset: seconds, the start of the searched sound. sure: they are the
    transcript's, or were well heard. note: or empty."""

    words: list[HeardWord]
    offset: float
    end: float
    sure: bool
    note: str = ""

    @property
    def size(self) -> int:
        """Phones in words and guesses."""
        return sum(len(word.phones) for word in self.words if word.name[0] != "<")


def find_phones(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
) -> PhoneTrack:
    """`listen` without its notes."""
    return listen(waveform, transcript, progress, decoders).track


def listen(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
) -> Hearing:
    """The phones (ARPAbet, silences included, tiling the whole duration) and words of English speech.

    With a transcript its words are aligned; without, words are recognised first; where there are none to be made out
    (another language, singing), bare phones are. Any sound and any transcript give a result. `progress` is called with
    the share done (0 to 1) and a text; what it raises ends the work. `decoders` kept between calls save their loading.
    """
    report = progress or (lambda _fraction, _text: None)
    decoders = decoders or Decoders()
    words = spoken_words(transcript or "")
    report(0.0, "Listening")
    if is_silent(waveform):
        silence = PhoneTrack((Span(SILENCE, 0.0, waveform.duration),))
        return Hearing(silence, (UNUSED,) if words else ())
    if not words:
        parts = _hear_all(waveform, decoders, report)
    elif len(words) > limits.WORDS_PER_SECOND * (waveform.duration + 1):
        # Nobody says so much in the time: the text is another one's, and searching for it would take for ever.
        parts = [replace(part, note=REPLACED) for part in _hear_all(waveform, decoders, report)]
    elif waveform.duration <= ALIGNED_AT_ONCE:
        parts = [_align(waveform, 0.0, waveform.duration, words, decoders)]
    else:
        parts = _align_long(waveform, words, decoders, report)
    report(1.0, "Listening")
    track = tiled([(part.words, part.offset, part.end) for part in parts], waveform)
    notes = tuple(dict.fromkeys(part.note for part in parts if part.note))
    doubted = sum(part.size for part in parts if not part.sure)
    return Hearing(replace(track, heard=2 * doubted > sum(part.size for part in parts)), notes)


def _hear_all(waveform: Waveform, decoders: Decoders, report: Progress) -> list[Part]:
    parts = []
    for start, end in pieces(waveform, *PIECE):
        report(start / waveform.duration, "Listening")
        parts.append(_hear(waveform, start, end, decoders))
    return parts


def _align_long(waveform: Waveform, words: Sequence[str], decoders: Decoders, report: Progress) -> list[Part]:
    """Recognise the pieces to learn which words lie in which, then align each with its own."""
    places = pieces(waveform, *PIECE)
    heard = []
    for start, end in places:
        report(0.7 * start / waveform.duration, "Listening")
        heard.append(_words(_piece(waveform, start, end))[0])
    parts = []
    first = 0
    for count, said in spread_words(words, heard, round(ALIGNED_AT_ONCE / PIECE[1])):
        start, end = places[first][0], places[first + count - 1][1]
        report(0.7 + 0.3 * start / waveform.duration, "Aligning")
        parts.append(_align(waveform, start, end, said, decoders))
        first += count
    return parts


def _align(waveform: Waveform, start: float, end: float, words: Sequence[str], decoders: Decoders) -> Part:
    """The given words where they lie; where they cannot, what is heard."""
    found = decoders.align(_sound(waveform, start, end), words) if words else None
    if found is not None and _fit(found) >= BAD_FIT:
        return Part(found, start - PAD, end, sure=True)
    heard = _hear(waveform, start, end, decoders)
    if found is None or _fit(heard.words) > _fit(found) + (0 if heard.sure else BETTER):
        return replace(heard, note=REPLACED if words else "")
    return Part(found, start - PAD, end, sure=False, note=MISFIT)


def _hear(waveform: Waveform, start: float, end: float, decoders: Decoders) -> Part:
    """Words that are heard, or else phones, or else nothing."""
    sound, piece = _sound(waveform, start, end), _piece(waveform, start, end)
    words, sure = _words(piece)
    found = decoders.align(sound, words) if words else None
    if found is None and may_be_speech(piece):
        sure = False
        phones = decoders.hear_phones(sound)
        found = [HeardWord("[phones]", tuple(phones))] if phones else None
    return Part(audible(found or [], piece, PAD), start - PAD, end, sure)


def _words(piece: Waveform) -> tuple[tuple[str, ...], bool]:
    """What is said in a piece, and whether that is sure. Where it cannot be told of the whole, of smaller ones: a line
    said again and again is no decoder that goes in circles."""
    heard = transcribe(piece.samples)
    said = spoken_words(heard.text)
    if said or piece.duration <= SMALL_PIECE[1]:
        return said, heard.likelihood > SURE
    smaller = [_words(_piece(piece, start, end)) for start, end in pieces(piece, *SMALL_PIECE)]
    return tuple(word for words, _ in smaller for word in words), all(sure for _, sure in smaller)


def _piece(waveform: Waveform, start: float, end: float) -> Waveform:
    return Waveform(waveform.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])


def _sound(waveform: Waveform, start: float, end: float) -> bytes:
    """A piece as the searches take it: brought to one level, with room tone around it."""
    samples = _piece(waveform, start, end).samples
    samples = samples - samples.mean()
    samples = samples * (PEAK / max(float(np.quantile(np.abs(samples), 0.999)), 1e-6))
    # The tone is as loud as the quietest tenth; a fixed seed, so that equal sounds give equal phones.
    quiet = float(np.quantile(np.abs(samples), 0.1))
    tone = np.random.default_rng(0).normal(0.0, max(quiet, 1e-4), (2, round(PAD * SAMPLE_RATE)))
    return as_bytes(np.concatenate([tone[0], samples, tone[1]]))


def _fit(words: list[HeardWord]) -> float:
    """Mean score of a frame of speech: near 0 is good."""
    phones = [phone for word in words if word.spoken for phone in word.phones]
    frames = sum(phone.end - phone.start for phone in phones)
    return sum(phone.score for phone in phones) / frames if frames else -np.inf
