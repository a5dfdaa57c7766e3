"""The operation capture, from a capture's file and its sound to a take file, for the command line and the worker."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.capture import capture_take, part_of
from model_runtime.channels import CHANNELS, GAZE, OPTIONAL
from model_runtime.datasets.curves import Curves, read_curves
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_folder
from model_runtime.files.paths import check_model, check_output
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
from model_runtime.settings import settings_from
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.take import write_take

__all__ = ["Request", "capture_file", "run"]

# The table of an app that holds no curves, and the end of the name of uncalibrated ones beside calibrated ones.
NO_CURVES = "frame_log.csv"
RAW = "_raw"
# Columns named in a note.
NAMED = 6


@dataclass(frozen=True, kw_only=True)
class Request:
    """Parameters of capture. capture: a file of curves, or the folder of a take with one. fps: required. start, end:
    part of the capture, seconds. rate: frames a second of its timecodes. zero: timecode at which it begins in place of
    its first sample. audio: the sound that was recorded with it, or None; sound_start: seconds within the sound at
    which the capture begins. transcript, transcript_file, language, pronunciations, textgrid, tier,
    speaker, phones, words, sounds, name: as of generate. model: whose features are kept for completion."""

    capture: str
    output: str
    fps: float = field()
    start: float = 0.0
    end: float | None = None
    rate: float | None = None
    zero: str | None = None
    audio: str | None = None
    sound_start: float = 0.0
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


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write the take. Returns output, frames (count), key_frames (count), duration (seconds), timecode (of the first
    sample), heard, confidence, language and notes. Raises InputError."""
    output = check_output(request.output)
    settings = settings_from({"fps": request.fps})
    check_model(request.model)
    request = replace(request, language=check_language_setting(request.language))
    said = find_transcript(request.transcript, request.transcript_file, language=request.language)
    own = find_pronunciations(request.pronunciations)
    if request.rate is not None and not 1 <= request.rate <= limits.FRAMES_PER_SECOND[1]:
        raise InputError(f"The frame rate of the timecodes is {request.rate}; it must be from 1 to 1000.")
    if request.audio is None and (said.text or request.textgrid):
        raise InputError("Words and phones belong to a sound; give the sound that was recorded with the capture.")
    spoken = _spoken(request)
    report("capture", 0.0, "Reading")
    source = capture_file(Path(request.capture))
    curves = read_curves(source, CHANNELS + GAZE + OPTIONAL, request.rate, request.zero)
    part = part_of(curves, request.start, request.end)
    alignment: Alignment | None = None
    features, meta = None, {"capture": source.name}
    if request.audio is not None:
        whole = read_audio(request.audio)
        begins = request.sound_start + part.start
        if begins >= whole.duration:
            raise InputError(
                f"The sound lasts {whole.duration:.2f} s; the capture begins after its end ({begins:g} s)."
            )
        waveform = _during(whole, begins, part.duration)
        report("model", 0.1, "Loading")
        model = cache.model(request.model, request.device)
        with features_in_background(model, waveform) as heard:
            if request.phones is not None:
                alignment = given(
                    track_of(request.phones, request.words or (), waveform.duration, request.sounds), request.language
                )
            elif request.start > 0 or request.end is not None:
                # The words are those of the part.
                if request.transcript_file is not None:
                    ends = begins + part.duration
                    said = find_transcript(
                        None, request.transcript_file, max(begins, 0.0), ends, language=request.language
                    )
                alignment = _aligned(request, spoken, said, own, waveform, begins, cache, report)
            else:
                # The words are those of the sound, which may be longer than the capture.
                alignment = _aligned(request, spoken, said, own, whole, 0.0, cache, report)
                track = cut(alignment.track, begins, begins + waveform.duration)
                alignment = replace(alignment, track=replace(track, unreliable=alignment.track.unreliable))
            features = heard.result()
        meta |= {"model": model.id, "model_sha256": model.sha256, "hearing": model.feature_version}
    elif request.phones is not None:
        alignment = given(
            track_of(request.phones, request.words or (), part.duration, request.sounds), request.language
        )
    notes = [*curves.notes, *_ignored(curves), *said.notes]
    if alignment is None:
        told = {"heard": "", "confidence": 0.0, "language": "", "notes": notes}
    else:
        told = alignment.told | {"notes": [*notes, *alignment.notes]}
    phones = None if alignment is None else alignment.track
    take = capture_take(curves, part, settings, phones, features, meta | told | own.told)
    report("write", 0.95, "Writing")
    write_take(take, output)
    report("write", 1.0, "Done")
    return {
        "output": str(output),
        "frames": len(take.weights),
        "key_frames": len(take.key_frames),
        "duration": part.duration,
        "timecode": curves.timecode,
        **told,
    }


def capture_file(path: Path) -> Path:
    """The file of curves: `path` itself, or the only one in the folder of a take.

    Raises InputError when the folder has none, or those of several devices.
    """
    if not is_folder(path):
        return path
    tables = sorted(one for one in path.glob("*.[cC][sS][vV]") if one.name.lower() != NO_CURVES)
    found = [one for one in tables if not one.stem.lower().endswith(RAW)] or tables
    if not found:
        raise InputError(f"{path} holds no .csv of a capture; choose the folder of a take, or a file.")
    if len(found) > 1:
        names = ", ".join(one.name for one in found[:NAMED])
        raise InputError(f"{path} holds the captures of several devices ({names}); choose one of these files.")
    return found[0]


def _spoken(request: Request) -> Spoken | None:
    """What the request's TextGrid says; it is read before the rest, so that its errors are reported at once."""
    if request.textgrid is None or request.phones is not None:
        return None
    names = (request.speaker, request.name, Path(request.audio or "").stem)
    return read_aligned(request.textgrid, request.tier, tuple(name for name in names if name))


def _during(sound: Waveform, start: float, duration: float) -> Waveform:
    """The sound from `start` on for `duration`, s; silence where it does not reach."""
    samples = np.zeros(round(duration * SAMPLE_RATE), np.float32)
    before, first = round(max(-start, 0.0) * SAMPLE_RATE), round(max(start, 0.0) * SAMPLE_RATE)
    heard = sound.samples[first : first + max(0, len(samples) - before)]
    samples[before : before + len(heard)] = heard
    return Waveform(samples)


def _aligned(
    request: Request,
    spoken: Spoken | None,
    said: Transcript,
    own: Pronunciations,
    waveform: Waveform,
    start: float,
    cache: ModelCache,
    report: Report,
) -> Alignment:
    """The phones of a waveform that begins `start` s within the sound: those of the TextGrid, else those found."""
    if spoken is not None:
        lists = lists_of(cut(spoken.track, start, start + waveform.duration))
        return replace(given(track_of(**lists, duration=waveform.duration), request.language), notes=spoken.notes)
    assert request.audio is not None
    return listen(
        waveform,
        said.text,
        request.language,
        lambda share, text: report("phones", 0.15 + 0.7 * share, text),
        cache.decoders,
        request.name or Path(request.audio).name,
        said.cues,
        own,
    )


def _ignored(curves: Curves) -> tuple[str, ...]:
    """A note on columns that are no channels: a take has no place for the head's and the eyes' rotations."""
    if not curves.ignored:
        return ()
    more = len(curves.ignored) - NAMED
    names = ", ".join(curves.ignored[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return (f"Not in the take, as no shape has them: {names}.",)
