"""Waveform, with or without a transcript, in any language -> the phones and words that were said, with their times."""

from collections.abc import Sequence
from dataclasses import replace

from model_runtime.linguistics.align import Alignment, Progress, align_speech
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.espeak import check_language
from model_runtime.linguistics.heard_sounds import HeardSounds, hear_sounds
from model_runtime.linguistics.language_choice import AUTO, ENGLISH, find_language, is_english
from model_runtime.linguistics.loudness import is_silent
from model_runtime.linguistics.other_languages import align_other_language, free_phones
from model_runtime.linguistics.pronunciation_list import NO_PRONUNCIATIONS, Pronunciations
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.word_search import text_fits
from model_runtime.linguistics.words_of_text import words_of_text
from model_runtime.speech.audio import Waveform

__all__ = ["check_language_setting", "listen"]

# Mean fit of the phones of English words that are not sure, from which on the words stay. Of 12 such recordings of
# English, 11 lie above it; of 4 in German and Mandarin, none.
ENGLISH_FITS = -2.6
# The longest sound that is asked for the language of its transcript, s.
SHORT_S = 60.0


def check_language_setting(language: str) -> str:
    """AUTO, or the code of a language of `schema.languages`. Raises InputError for anything else."""
    return AUTO if language.strip().lower() in ("", AUTO) else check_language(language)


def listen(
    waveform: Waveform,
    transcript: str | None = None,
    language: str = AUTO,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
    name: str = "the sound",
    cues: Sequence[Cue] = (),
    pronunciations: Pronunciations = NO_PRONUNCIATIONS,
) -> Alignment:
    """The phones (labels of PHONES, tiling the whole duration) and words of speech.

    language: a code of `schema.languages`, or AUTO: that of the transcript; without one, English where English words
    are recognised with certainty, and any language elsewhere, whose sounds the mouth follows. pronunciations: words
    that are said as the user wrote, whatever else is known of them. The rest as in `align.align_speech`. Raises
    InputError for a language that there is not.
    """
    chosen = check_language_setting(language)
    decoders = replace(decoders or Decoders(), own=pronunciations.of(ENGLISH if chosen == AUTO else chosen))
    said = (transcript or "").strip()
    spoken, heard = (
        _language_of(said, waveform, decoders, pronunciations) if chosen == AUTO and said else (chosen, None)
    )
    if spoken != AUTO and not is_english(spoken):
        own = pronunciations.of(spoken)
        found = align_other_language(waveform, transcript, spoken, progress, name, own, cues, heard)
        return replace(found, language=spoken)
    found = align_speech(waveform, transcript, progress, decoders, name, cues)
    if spoken == AUTO and found.track.unreliable:
        # Words that are not sure may be of any language: where English ones do not sound alike, the sounds are closer.
        heard = heard or hear_sounds(waveform)
        if not found.track.words or heard.fit_of(found.track) < ENGLISH_FITS:
            return replace(found, track=free_phones(waveform, heard), language="")
    return replace(found, language=ENGLISH if spoken == AUTO else spoken)


def _language_of(
    text: str, waveform: Waveform, decoders: Decoders, pronunciations: Pronunciations
) -> tuple[str, HeardSounds | None]:
    """The language of a text that is spoken in a recording, and the sounds there if they were asked."""
    heard: list[HeardSounds] = []

    def alike(language: str) -> float:
        heard.extend(() if heard else (hear_sounds(waveform),))
        return text_fits(heard[0], words_of_text(text, language, pronunciations.of(language)))

    # A long text leaves no doubt, and a short one in a long sound lies anywhere.
    short = waveform.duration <= SHORT_S and not is_silent(waveform)
    language = find_language(text, decoders.knows, alike if short else None)
    return language, (heard[0] if heard else None)
