"""Waveform, with or without a transcript, in any language -> the phones and words that were said, with their times."""

from collections.abc import Sequence
from dataclasses import replace

from model_runtime.linguistics.align import Alignment, Progress, align_speech
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.espeak import check_language
from model_runtime.linguistics.language_choice import AUTO, ENGLISH, find_language, is_english
from model_runtime.linguistics.other_languages import align_other_language, free_phones
from model_runtime.linguistics.subtitles import Cue
from model_runtime.speech.audio import Waveform

__all__ = ["check_language_setting", "listen"]


def check_language_setting(language: str) -> str:
    """AUTO, or the code of a language of `espeak.languages`. Raises InputError for anything else."""
    return AUTO if language.strip().lower() in ("", AUTO) else check_language(language)


def listen(
    waveform: Waveform,
    transcript: str | None = None,
    language: str = AUTO,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
    name: str = "the sound",
    cues: Sequence[Cue] = (),
) -> Alignment:
    """The phones (labels of PHONES, tiling the whole duration) and words of speech.

    language: a code of `espeak.languages`, or AUTO: that of the transcript; without one, English where English words
    are recognised with certainty, and any language elsewhere, whose sounds the mouth follows. The rest as in
    `align.align_speech`. Raises InputError for a language that there is not, and for characters that cannot be read in
    the language.
    """
    chosen = check_language_setting(language)
    decoders = decoders or Decoders()
    said = (transcript or "").strip()
    spoken = find_language(said, decoders.knows) if chosen == AUTO and said else chosen
    if spoken != AUTO and not is_english(spoken):
        return replace(align_other_language(waveform, transcript, spoken, progress, name), language=spoken)
    found = align_speech(waveform, transcript, progress, decoders, name, cues)
    if spoken == AUTO and found.track.unreliable:
        # Words that are not sure may be of any language: their sounds are closer than English words made of them.
        sounds = free_phones(waveform)
        return replace(found, track=sounds, language="")
    return replace(found, language=ENGLISH if spoken == AUTO else spoken)
