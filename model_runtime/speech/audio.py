"""Audio: read any sound file, or a part of one, as a 16 kHz mono waveform."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file
from model_runtime.speech.mixing import mixed
from model_runtime.speech.other_formats import decoded
from model_runtime.speech.sound_file import SoundPart, opened_parts

__all__ = ["SAMPLE_RATE", "SHORTEST", "Waveform", "read_audio"]

# Samples a second.
SAMPLE_RATE = 16000
# Seconds; shorter waveforms are refused.
SHORTEST = 0.1
# Samples of a window whose power is measured: 20 ms.
WINDOW = 320
# dBFS: sounds whose loud windows (95th percentile) stay below are too quiet to be taken for speech,
TOO_QUIET_DB = -58.0
# are amplified until these windows have this level,
USUAL_DB = -26.0
# if they lie this far above the quiet ones (20th percentile); noise does not.
RISE_DB = 12.0


@dataclass(frozen=True)
class Waveform:
    """samples: (N,) float32, mono, 16000 a second; full scale is 1. notes: sentences for the user on how they were
    read."""

    samples: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE


def read_audio(path: Path | str, start: float = 0.0, end: float | None = None, speed: float = 1.0) -> Waveform:
    """Read `path` from `start` to `end` (seconds within the file; None: its end) as 16 kHz mono.

    speed: playback speed of the part (2: twice as fast, an octave higher, half as long). Only the part is read.
    libsndfile reads wav, flac, ogg, mp3, aiff and more; others are decoded as `other_formats` says. Of a file that is
    damaged somewhere, what comes before the damage is read, and what these decoders find behind it. Raises InputError
    for a file that is missing, damaged from its start or no sound file; for a part that is shorter than SHORTEST or
    longer than SOUND_SECONDS when played, or that the file does not cover; and for a rate or samples beyond the limits.
    """
    path = Path(path)
    _check_request(start, end, speed)
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        if not stream.read(1):
            raise InputError(f"{path} is empty; export the sound again.")
    try:
        with opened_parts(path) as parts:
            waveform = _read_parts(path, parts, start, end, speed)
    except InputError:
        raise
    # ValueError and the like: what soundfile itself thinks of a name or a header.
    except (soundfile.SoundFileError, ValueError, TypeError, AssertionError):
        waveform = _read_decoded(path, start, end, speed)
    if waveform.duration < SHORTEST:
        raise InputError(f"{path} holds {waveform.duration:.2f} s of sound here; at least {SHORTEST} s is needed.")
    return _audible(waveform, path)


def _read_parts(path: Path, parts: list[SoundPart], start: float, end: float | None, speed: float) -> Waveform:
    """The part from `start` to `end` of sounds that follow each other."""
    for part in parts:
        if not limits.LOWEST_RATE <= part.rate <= limits.HIGHEST_RATE:
            raise InputError(
                f"{path} says that it has {part.rate} samples a second; export it with {limits.LOWEST_RATE} to "
                f"{limits.HIGHEST_RATE}."
            )
    end = _end(path, start, end, speed, sum(part.frames / part.rate for part in parts))
    begin, alone, samples = 0.0, set[int](), list[np.ndarray]()
    damage: float | None = None
    for part in parts:
        first, last = (min(max(round((time - begin) * part.rate), 0), part.frames) for time in (start, end))
        read = _resampled(mixed(part.blocks(first, last), part.rate, alone), part.rate * speed, path)
        samples.append(read)
        if (last - first) / part.rate / speed - len(read) / SAMPLE_RATE > SHORTEST:
            damage = max(begin, start) + len(read) / SAMPLE_RATE * speed
            break
        begin += part.frames / part.rate
    waveform = Waveform(np.concatenate(samples) if len(samples) > 1 else samples[0], _of_channels(path, alone))
    return waveform if damage is None else _with_rest(waveform, damage, path, start, end, speed)


def _with_rest(waveform: Waveform, damage: float, path: Path, start: float, end: float, speed: float) -> Waveform:
    """The part of a file that is damaged at `damage`, seconds, as another decoder reads it, if that reads more."""
    told = f"{path.name} is damaged from {damage:.1f} s on; "
    try:
        whole = _read_decoded(path, start, None, speed)
    except InputError:
        whole = waveform
    if whole.duration <= waveform.duration + SHORTEST:
        return replace(waveform, notes=(*waveform.notes, told + "only what comes before is used."))
    cut = whole.samples[: round((end - start) / speed * SAMPLE_RATE)]
    return Waveform(cut, (*whole.notes, told + "what could be read behind it is used."))


def _read_decoded(path: Path, start: float, end: float | None, speed: float) -> Waveform:
    """The part from `start` to `end` of a file that libsndfile does not read."""
    alone: set[int] = set()
    notes: list[str] = []
    longest = limits.SOUND_SECONDS if end is None else min(end, limits.SOUND_SECONDS)
    blocks = mixed(decoded(path, longest, SAMPLE_RATE, notes), SAMPLE_RATE, alone)
    samples = _resampled(blocks, SAMPLE_RATE, path)
    end = _end(path, start, end, speed, len(samples) / SAMPLE_RATE)
    cut = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    return Waveform(_resampled([cut], SAMPLE_RATE * speed, path), (*_of_channels(path, alone), *notes))


def _of_channels(path: Path, alone: set[int]) -> tuple[str, ...]:
    """A note on the channels that were used alone."""
    if not alone:
        return ()
    used = f"only channel {min(alone) + 1}" if len(alone) == 1 else "only the loudest one"
    return (f"The channels of {path.name} cancel each other; {used} is used where they do.",)


def _audible(waveform: Waveform, path: Path) -> Waveform:
    """The waveform, amplified where it is too quiet to be taken for speech but rises and falls as speech does."""
    samples = waveform.samples
    windows = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    power = np.sort(np.einsum("ij,ij->i", windows, windows, dtype=np.float64) / WINDOW)
    loud, quiet = power[int(0.95 * (len(power) - 1))], power[int(0.2 * (len(power) - 1))]
    if not 0 < loud < 10 ** (TOO_QUIET_DB / 10) or quiet * 10 ** (RISE_DB / 10) > loud:
        return waveform
    gain_db = USUAL_DB - 10 * np.log10(loud)
    note = f"{path.name} is very quiet; it was amplified by {gain_db:.0f} dB to be understood."
    return Waveform((samples * 10 ** (gain_db / 20)).astype(np.float32), (*waveform.notes, note))


def _check_request(start: float, end: float | None, speed: float) -> None:
    """Raises InputError for a start, end or speed out of range."""
    if not np.isfinite(start) or start < 0:
        raise InputError(f"The start must be 0 s or later, not {start}.")
    if end is not None and not (np.isfinite(end) and end > start):
        raise InputError(f"The end ({end} s) must lie after the start ({start} s).")
    if not np.isfinite(speed) or not 0.01 <= speed <= 100:
        raise InputError(f"The speed must lie between 0.01 and 100, not {speed}.")


def _resampled(blocks: Iterable[np.ndarray], rate: float, path: Path) -> np.ndarray:
    """(N,) float32 at 16 kHz, from blocks (n,) at `rate` (Hz, times the playback speed)."""
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
    samples = array("f")
    for block in blocks:
        if not np.abs(block).max(initial=0) <= limits.LOUDEST_SAMPLE:
            raise InputError(
                f"{path} holds samples that are not numbers, or louder than {limits.LOUDEST_SAMPLE:g} times full "
                "scale; export the sound again."
            )
        samples.frombytes((block if rate == SAMPLE_RATE else stream.resample_chunk(block)).tobytes())
    samples.frombytes(stream.resample_chunk(np.zeros(0, np.float32), last=True).tobytes())
    return np.frombuffer(samples, np.float32)


def _end(path: Path, start: float, end: float | None, speed: float, duration: float) -> float:
    """The end of the part of a file, seconds, no later than its own. An end up to SHORTEST past it is rounding."""
    if not duration:
        raise InputError(f"{path} holds no sound; at least {SHORTEST} s is needed, so export it again.")
    if start >= duration:
        raise InputError(f"{path} lasts {duration:.2f} s; the start ({start} s) lies after its end.")
    if end is not None and end > duration + SHORTEST:
        raise InputError(f"{path} lasts {duration:.2f} s; the end ({end} s) lies after its end.")
    end = duration if end is None else min(end, duration)
    played = (end - start) / speed
    if played > limits.SOUND_SECONDS:
        most = f"{limits.SOUND_SECONDS / 3600:g}"
        raise InputError(f"{path} lasts {played / 3600:.1f} hours as it is played; give a part of {most} at most.")
    return end
