"""Waveform, with or without a transcript -> the phones that were said, with their times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from model_runtime import limits
from model_runtime.linguistics.cues import fit_cues
from model_runtime.linguistics.decoders import FRAME, Decoders
from model_runtime.linguistics.fitting import fit_transcript
from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.long_speech import ALIGNED_AT_ONCE, fit_long, hear_all, used_share
from model_runtime.linguistics.loudness import is_silent
from model_runtime.linguistics.mismatch import sentences
from model_runtime.linguistics.part import SOUNDS, Part
from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.linguistics.piece import PAD, cut_piece
from model_runtime.linguistics.progress import Progress
from model_runtime.linguistics.recognise import recognise
from model_runtime.linguistics.remarks import words_with_remarks
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.text import Script, read_script
from model_runtime.linguistics.tiling import tiled
from model_runtime.speech.audio import Waveform

__all__ = ["TIMED", "Alignment", "Progress", "align_speech", "find_phones", "given", "nobody", "rising"]

# Seconds. Stretches without recognised words are reported from this length on; a breath is shorter.
WORDLESS_S = 1.5
# Share of the transcript's words below which the transcript as a whole does not match the sound.
MATCHING = 0.2
# Share of the words of cues that are found at their times, below which they are looked for elsewhere too.
TIMED = 0.85

# Notes for the user.
DOUBTFUL = "The words that are heard are not sure, so the mouth follows the sound alone; type what is said."
REPLACED = "The transcript does not match the sound, so what was heard was used; check that it belongs to this line."
UNUSED = "The transcript was not used; check the sound."


@dataclass(frozen=True)
class Alignment:
    """Phones and words of a waveform.

    heard: the recognised words, or the transcript where it was used. confidence: in these words and their times, 0 to
    1. notes: sentences for the user about what is uncertain. language: a code of `schema.languages`; empty where it is
    not known.
    """

    track: PhoneTrack
    notes: tuple[str, ...] = ()
    heard: str = ""
    confidence: float = 0.0
    language: str = ""

    @property
    def told(self) -> dict[str, object]:
        """heard, confidence, language and notes as JSON values, for results and takes."""
        return {
            "heard": self.heard,
            "confidence": self.confidence,
            "language": self.language,
            "notes": list(self.notes),
        }


def find_phones(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
) -> PhoneTrack:
    """`align_speech` without its notes."""
    return align_speech(waveform, transcript, progress, decoders).track


def given(track: PhoneTrack, language: str = AUTO) -> Alignment:
    """The alignment of a phone track that the user supplied: its words, no notes, confidence 1. language: a code of
    `schema.languages`, or AUTO where it is not known."""
    heard = " ".join(word.label for word in track.words)
    return Alignment(track, heard=heard, confidence=1.0, language="" if language == AUTO else language)


def align_speech(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
    name: str = "the sound",
    cues: Sequence[Cue] = (),
) -> Alignment:
    """The phones (ARPAbet, silences included, tiling the whole duration) and words of English speech.

    With a transcript, its words are aligned. Where phrases of it do not fit, and where it has no words, recognised
    words are spoken in their place, which the notes say. Words in round brackets are spoken if they are heard. Without
    a transcript, words are recognised. Where no words are recognised (another language, singing), phones are recognised
    without words. Any waveform and any transcript give a result. progress: called with the share done (0 to 1) and a
    text; an exception that it raises ends the work. decoders: keep them between calls to save loading. name: how the
    notes name the waveform. cues: the transcript in parts with their times in the waveform, seconds; its words are
    looked for near these times, and elsewhere where they do not fit there.
    """
    report = rising(progress)
    decoders = decoders or Decoders()
    script = read_script(transcript or "", decoders.own)
    words = script.spoken()
    report(0.0, "Listening")
    if is_silent(waveform):
        return nobody(PhoneTrack((Span(SILENCE, 0.0, waveform.duration),)), f"{name}: it is silent", words)
    if not words and not script.maybe:
        parts = hear_all(waveform, decoders, report)
    elif len(words) > limits.WORDS_PER_SECOND * (waveform.duration + 1):
        # Too many words for the duration: the transcript belongs to another line, and aligning it would take very long.
        parts = [replace(part, given=1) for part in hear_all(waveform, decoders, report)]
    else:
        parts = fit_cues(waveform, cues, decoders, report) if cues else []
        if used_share(parts) < TIMED or not parts:
            anywhere = _fitted(waveform, script, decoders, report)
            parts = anywhere if used_share(anywhere) >= used_share(parts) or not parts else parts
    report(1.0, "Listening")
    track = tiled([(part.words, part.offset, part.end) for part in parts], waveform)
    if all(phone.label == SILENCE for phone in track.phones):
        return nobody(track, name, words)
    size = sum(part.size for part in parts)
    doubtful = 2 * sum(part.size for part in parts if not part.sure) > size
    if all(part.text is None for part in parts):
        heard = " ".join((transcript or "").split())
    else:
        heard = " ".join(filter(None, (part.spellings if part.text is None else part.text for part in parts)))
    return Alignment(
        replace(track, unreliable=doubtful),
        tuple(dict.fromkeys([*_notes(parts, doubtful), *_not_understood(parts)])),
        heard,
        round(sum(part.size * part.confidence for part in parts) / max(size, 1), 3),
    )


def rising(progress: Progress | None) -> Progress:
    """The progress, which stays where words are looked for once more."""
    furthest = 0.0

    def report(fraction: float, text: str) -> None:
        nonlocal furthest
        furthest = max(furthest, fraction)
        if progress is not None:
            progress(furthest, text)

    return report


def _fitted(waveform: Waveform, script: Script, decoders: Decoders, report: Progress) -> list[Part]:
    """The parts of a waveform with the words of a script, wherever they are said."""
    if waveform.duration > ALIGNED_AT_ONCE:
        return fit_long(waveform, script, decoders, report)
    piece = cut_piece(waveform, 0.0, waveform.duration)
    recognised = recognise(piece.waveform, decoders.own) if script.maybe else None
    words = script.words if recognised is None else words_with_remarks(script, piece, recognised, decoders)
    if not words:
        return hear_all(waveform, decoders, report)
    return [fit_transcript(piece, words, decoders, recognised)]


def nobody(track: PhoneTrack, name: str, words: Sequence[str]) -> Alignment:
    """The alignment of a waveform without speech."""
    return Alignment(track, (f"No speech is heard in {name}.", *((UNUSED,) if words else ())))


def _notes(parts: Sequence[Part], doubtful: bool) -> list[str]:
    """What the user must know of the transcript and of the recognised words."""
    notes = [REPLACED] if used_share(parts) < MATCHING else []
    notes += [note for part in parts for note in part.notes]
    notes += sentences([each for part in parts for each in part.mismatches])
    if doubtful and any(part.text for part in parts):
        notes.append(DOUBTFUL)
    return notes


def _not_understood(parts: Sequence[Part]) -> tuple[str, ...]:
    """A sentence for each stretch in which phones but no words are recognised."""
    stretches: list[list[float]] = []
    for part in parts:
        phones = [phone for word in part.words if word.name == SOUNDS for phone in word.phones if phone.name in PHONES]
        if phones and part.wordless:
            start, end = max(phones[0].start * FRAME + part.offset, 0.0), phones[-1].end * FRAME + part.offset
            if stretches and part.offset + PAD - stretches[-1][1] < 1.0:
                stretches[-1][1] = end
            else:
                stretches.append([start, end])
    return tuple(
        f"From {start:.1f} to {end:.1f} s no words are understood; the mouth follows the sounds alone."
        for start, end in stretches
        if end - start >= WORDLESS_S or len(parts) == 1
    )
