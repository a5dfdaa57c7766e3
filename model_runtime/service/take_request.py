"""The operation generate, from an audio file to a take file, for the command line, the worker and the batch."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from model_runtime.emotion.layer import with_emotion
from model_runtime.emotion.settings import NEUTRAL, emotions_of
from model_runtime.errors import InputError
from model_runtime.files.paths import check_model, check_output
from model_runtime.generate import generate
from model_runtime.linguistics.align import Alignment, given
from model_runtime.linguistics.aligner_files import read_aligned
from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.listen import check_language_setting, listen
from model_runtime.linguistics.phone_lists import cut, lists_of, track_of
from model_runtime.linguistics.pronunciation_list import Pronunciations, find_pronunciations
from model_runtime.linguistics.tiers import Spoken
from model_runtime.linguistics.transcript_file import Transcript, find_transcript
from model_runtime.progress import Report
from model_runtime.service.background_features import features_in_background
from model_runtime.service.model_cache import ModelCache
from model_runtime.settings import SettingValues, settings_from
from model_runtime.speech.audio import Waveform, read_audio
from model_runtime.take import write_take

__all__ = ["Request", "run"]


@dataclass(frozen=True, kw_only=True)
class Request(SettingValues):
    """Parameters of generate, with the settings of the take. fps: required. start, end: part of the audio file,
    seconds. speed: playback speed of the sound. transcript_file: a text file or subtitles, with the times of the audio
    file, in place of transcript. language: of the sound, a code such as de, or auto. pronunciations: a file
    with words and how they are said (linguistics.pronunciation_list). textgrid: a file of an aligner
    (linguistics.aligner_files). tier: its tier of phones, by name, number or speaker. speaker: name of the character,
    by which the tier is found. phones, words: [label, start, end], seconds from the start of the part. sounds: for each
    phone the sound of another language that is meant, in IPA, or empty. name: what notes call the sound; None: the
    file's name. features: keep the features in the take, for later completion of edits. emotion: neutral, or one of
    schema/emotion.json, which the face shows. emotion_strength: 0 not at all to 1 fully."""

    audio: str
    output: str
    fps: float = field()
    start: float = 0.0
    end: float | None = None
    speed: float = 1.0
    transcript: str | None = None
    transcript_file: str | None = None
    language: str = AUTO
    pronunciations: str | None = None
    textgrid: str | None = None
    tier: str | None = None
    speaker: str | None = None
    phones: list | None = None
    words: list | None = None
    sounds: list | None = None
    name: str | None = None
    model: str = "starter"
    device: str = "auto"
    features: bool = True
    emotion: str = NEUTRAL
    emotion_strength: float = 1.0


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write the take. Returns output, frames (count), key_frames (count), duration (seconds), seconds (stage -> time),
    heard, confidence, language and notes; the last four are in the take's meta too. Raises InputError."""
    output = check_output(request.output)
    settings = settings_from(vars(request))
    emotions = emotions_of(request.emotion, request.emotion_strength)
    check_model(request.model)
    request = replace(request, language=check_language_setting(request.language))
    said = find_transcript(
        request.transcript, request.transcript_file, request.start, request.end, request.speed, request.language
    )
    own = find_pronunciations(request.pronunciations)
    if request.phones is not None:
        track_of(request.phones, sounds=request.sounds)
    # The TextGrid is read before the sound and the model, which take longer, so that its errors are reported at once.
    given = _spoken(request) if request.phones is None and request.textgrid is not None else None
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def done(stage: str) -> None:
        nonlocal began
        now = time.perf_counter()
        seconds[stage], began = round(now - began, 4), now

    report("audio", 0.0, "Reading")
    waveform = read_audio(request.audio, request.start, request.end, request.speed)
    done("audio")
    report("model", 0.02, "Loading")
    model = cache.model(request.model, request.device)
    model.style(request.style)
    done("model")
    with features_in_background(model, waveform) as heard:
        alignment = _alignment(
            request, waveform, given, said, own, cache, lambda share, text: report("phones", 0.1 + 0.6 * share, text)
        )
        done("phones")
        sound = heard.result()
    done("hearing")
    report("motion", 0.7, "Moving")
    take = generate(
        waveform, alignment.track, settings, model, lambda share: report("motion", 0.7 + 0.28 * share, "Moving"), sound
    )
    done("motion")
    # Only now it is known whether the device could do its work.
    further = (*waveform.notes, *filter(None, [model.device.note]), *said.notes)
    alignment = replace(alignment, notes=(*further, *alignment.notes))
    take = with_emotion(take, emotions)
    take = replace(take, meta=take.meta | alignment.told | own.told)
    report("write", 0.98, "Writing")
    write_take(take if request.features else take.without_features(), output)
    done("write")
    report("write", 1.0, "Done")
    return {
        "output": str(output),
        "frames": len(take.weights),
        "key_frames": len(take.key_frames),
        "duration": waveform.duration,
        "seconds": seconds,
        **alignment.told,
    }


def _spoken(request: Request) -> Spoken:
    """What the request's TextGrid says, of the speaker who is the character, the strip or the sound."""
    assert request.textgrid is not None
    names = (request.speaker, request.name, Path(request.audio).stem)
    return read_aligned(request.textgrid, request.tier, tuple(name for name in names if name))


def _alignment(
    request: Request,
    waveform: Waveform,
    spoken: Spoken | None,
    said: Transcript,
    own: Pronunciations,
    cache: ModelCache,
    progress: Callable[[float, str], None],
) -> Alignment:
    """The given phones, from the request's list or a TextGrid (spoken); otherwise the phones found in the waveform."""
    if request.phones is not None:
        return given(track_of(request.phones, request.words or (), waveform.duration, request.sounds), request.language)
    if spoken is not None:
        track = spoken.track
        # The TextGrid's times count from the start of the file; the waveform is a part of the file, played at `speed`.
        end = request.start + waveform.duration * request.speed
        if track.duration > end + 0.25 and request.end is None:
            raise InputError(
                f"{request.textgrid} lasts {track.duration:.2f} s, the sound {end:.2f} s; it belongs to another sound."
            )
        lists = lists_of(cut(track, request.start, end, request.speed))
        return replace(given(track_of(**lists, duration=waveform.duration), request.language), notes=spoken.notes)
    return listen(
        waveform,
        said.text,
        request.language,
        progress,
        cache.decoders,
        request.name or Path(request.audio).name,
        said.cues,
        own,
    )
