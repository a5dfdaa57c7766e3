"""Waveform, with or without a transcript, in a language other than English -> phones and words with their times.

Words become sounds by espeak-ng, and the sound network tells where they lie. Where a word of the transcript is not
heard it is left out, and where something else is said the mouth follows the sounds; both are told.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model_runtime.linguistics.align import TIMED, Alignment, Progress, nobody, rising
from model_runtime.linguistics.decoders import FRAME, AlignedPhone, AlignedWord
from model_runtime.linguistics.heard_sounds import HeardSounds, PlacedSound, hear_sounds
from model_runtime.linguistics.loudness import is_silent, may_be_speech, quiet_rows
from model_runtime.linguistics.mismatch import Mismatch, sentences
from model_runtime.linguistics.own_words import NO_OWN_WORDS, OwnWords
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.linguistics.sounds import PAUSE, nearest_phone
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.tiling import FRAME_MIDDLE, tiled
from model_runtime.linguistics.word_search import WORD_FITS, FoundWord, Search, search_cues, search_words
from model_runtime.linguistics.words_of_text import SpokenWord, unreadable, words_of_text
from model_runtime.speech.audio import Waveform

__all__ = ["align_other_language", "free_phones"]

# A transcript matches where the share of its words that fit, and that share and their mean fit together, lie above
# these. Of 60 lines in five languages all match with their own words, 59 with as many others after them, and 2 with the
# words of another line alone.
TEXT_SHARE, TEXT_FITS = 0.2, -0.9
# Mean fits between which the confidence in a transcript rises from 0 to 1.
CONFIDENCE_FITS = (-2.5, -0.5)
# Seconds, and sounds in a row, from which on speech that is not in the transcript is followed by its sounds: a breath
# in a pause is shorter.
SPEECH_BETWEEN_S, SOUNDS_BETWEEN = 0.3, 3
SHORTEST_PAUSE_S = 0.08
# Seconds in the recording at which frame 0 of its words lies: half a frame early, as rows stand for the time around
# them, and less what `tiled` adds.
OFFSET = -FRAME / 2 - FRAME_MIDDLE

MISMATCH = "The transcript does not match the sound, so the mouth follows the sounds; check text and language."
NO_WORDS = "Words are recognised in English only, so the mouth follows the sounds; type what is said for closer lips."


def align_other_language(
    waveform: Waveform,
    transcript: str | None,
    language: str,
    progress: Progress | None = None,
    name: str = "the sound",
    own: OwnWords = NO_OWN_WORDS,
    cues: Sequence[Cue] = (),
    heard: HeardSounds | None = None,
) -> Alignment:
    """The phones (labels of PHONES, tiling the duration) and words of speech in a language of `schema.languages`.

    Without a transcript, or with one that cannot be read, phones without words. progress, name, cues: as in
    `align.align_speech`. own: words of the user in this language. heard: the sounds, where they are known already.
    """
    report = rising(progress)
    reason = unreadable(transcript or "", language, own)

    def read(text: str) -> tuple[SpokenWord, ...]:
        return words_of_text(text, language, own, remarks=True)

    words = () if reason else read(transcript or "")
    report(0.0, "Listening")
    if is_silent(waveform):
        silence = PhoneTrack((Span(SILENCE, 0.0, waveform.duration),))
        return nobody(silence, f"{name}: it is silent", [word.spelling for word in words])
    heard = heard or hear_sounds(waveform)
    report(0.5, "Aligning")
    search = Search(words) if reason else search_cues(waveform, heard, cues, read, report) if cues else None
    search = search and search.without_unsaid_remarks()
    if search is None or search.share < TIMED:
        anywhere = search_words(heard, words, report).without_unsaid_remarks()
        search = anywhere if search is None or anywhere.share >= search.share else search
    words, found, fitting, share = search.words, search.found, search.fitting, search.share
    fit = float(np.mean([word.fit for word in fitting])) if fitting else 0.0
    if share <= TEXT_SHARE or share + fit <= TEXT_FITS:
        track = free_phones(waveform, heard)
        if all(phone.label == SILENCE for phone in track.phones):
            return nobody(track, name, [word.spelling for word in words])
        note = f"The mouth follows the sounds: {reason}." if reason else MISMATCH if words else NO_WORDS
        return Alignment(track, (note,))
    track = _tiled(heard, fitting, words, waveform)
    notes = sentences(_missing(words, found, waveform.duration))
    confidence = share * float(np.interp(fit, CONFIDENCE_FITS, (0.0, 1.0)))
    spoken = (
        " ".join((transcript or "").split()) if not notes else " ".join(words[word.index].spelling for word in fitting)
    )
    return Alignment(track, notes, spoken, round(confidence, 3))


def free_phones(waveform: Waveform, heard: HeardSounds | None = None) -> PhoneTrack:
    """The phones of any speech, without words; unreliable. heard: the sounds, where they are known already."""
    if not may_be_speech(waveform):
        return PhoneTrack((Span(SILENCE, 0.0, waveform.duration),), unreliable=True)
    heard = heard or hear_sounds(waveform)
    quiet = quiet_rows(waveform, len(heard.boundaries))
    words = [_word("[phones]", part) for part in _speech(heard.free(quiet=quiet))]
    track = tiled([(_with_pauses(words), OFFSET, waveform.duration)], waveform)
    return PhoneTrack(track.phones, (), unreliable=True)


def _tiled(
    heard: HeardSounds, found: Sequence[FoundWord], words: Sequence[SpokenWord], waveform: Waveform
) -> PhoneTrack:
    """The phones of the words, and of what is said between them."""
    said: list[AlignedWord] = []
    quiet = quiet_rows(waveform, len(heard.boundaries))
    done = 0.0
    for word in (*found, None):
        begin = heard.duration if word is None else word.sounds[0].start
        if begin - done >= SPEECH_BETWEEN_S:
            runs = _speech(heard.free(done, begin, quiet))
            said += [_word("[phones]", run) for run in runs if len(run) >= SOUNDS_BETWEEN]
        if word is not None:
            said.append(_word(words[word.index].spelling, word.sounds, words[word.index]))
            done = word.sounds[-1].end
    return tiled([(_with_pauses(said), OFFSET, waveform.duration)], waveform)


def _with_pauses(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """The words, with a silence before each that does not begin where the one before it ends.

    Between two words, gaps of less than SHORTEST_PAUSE_S belong to the sound before them.
    """
    filled: list[AlignedWord] = []
    done = 0
    for word in words:
        start = word.phones[0].start
        if filled and 0 < start - done < SHORTEST_PAUSE_S / FRAME:
            last = filled.pop()
            filled.append(replace(last, phones=(*last.phones[:-1], replace(last.phones[-1], end=start))))
        elif start > done:
            filled.append(AlignedWord("<sil>", (AlignedPhone(SILENCE, done, start),)))
        filled.append(word)
        done = word.phones[-1].end
    return filled


def _speech(sounds: Sequence[PlacedSound]) -> list[list[PlacedSound]]:
    """Runs of sounds without pauses."""
    runs: list[list[PlacedSound]] = [[]]
    for sound in sounds:
        if sound.sound != PAUSE:
            runs[-1].append(sound)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _word(name: str, sounds: Sequence[PlacedSound], written: SpokenWord | None = None) -> AlignedWord:
    """written: the word of the transcript, which knows the letters of its sounds."""
    letters = tuple(each.sound for each in sounds)
    letters = letters if written is None else written.letters_of(letters)
    phones = (
        AlignedPhone(nearest_phone(each.sound), _frame(each.start), _frame(each.end), each.fit, letter)
        for each, letter in zip(sounds, letters, strict=True)
    )
    return AlignedWord(name, tuple(phones))


def _frame(seconds: float) -> int:
    """The frame at which a sound begins or ends: frames are counted from OFFSET."""
    return round((seconds - OFFSET - FRAME_MIDDLE) / FRAME)


def _missing(words: Sequence[SpokenWord], found: Sequence[FoundWord], duration: float) -> tuple[Mismatch, ...]:
    """The words that are not found or do not fit, by place."""
    places = {word.index: word for word in found}
    missing: list[Mismatch] = []
    run: list[int] = []
    for index in range(len(words) + 1):
        word = places.get(index)
        if index < len(words) and (word is None or word.fit < WORD_FITS):
            run.append(index)
            continue
        if run:
            before = max((each.sounds[-1].end for each in found if each.index < run[0]), default=0.0)
            after = min((each.sounds[0].start for each in found if each.index > run[-1]), default=duration)
            missing.append(Mismatch(tuple(words[each].spelling for each in run), (), before, after))
        run = []
    return tuple(missing)
