"""Audio: read any sound file, or a part of one, as a 16 kHz mono waveform."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file
from model_runtime.speech.other_formats import decoded
from model_runtime.speech.sound_file import opened_parts

__all__ = ["SAMPLE_RATE", "SHORTEST", "Waveform", "read_audio"]

# Samples a second.
SAMPLE_RATE = 16000
# Seconds; shorter waveforms are refused.
SHORTEST = 0.1
# Samples read at a time, summed over the channels of the file.
VALUES_AT_ONCE = 1 << 20
# Frames of a block that is read of a damaged file.
SMALLEST_BLOCK = 1024
# Power of the mean of the channels, over that of the loudest one, below which they cancel each other.
CANCELLED = 0.02
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
    damaged somewhere, what comes before the damage is read. Raises InputError for a file that is missing, damaged from
    its start or no sound file; for a part that is shorter than SHORTEST or longer than SOUND_SECONDS when played, or
    that the file does not cover; and for a rate or samples beyond the limits.
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
        longest = limits.SOUND_SECONDS if end is None else min(end, limits.SOUND_SECONDS)
        samples = _resampled(decoded(path, longest, SAMPLE_RATE), SAMPLE_RATE, path)
        first, last = _frames(path, start, end, speed, len(samples), SAMPLE_RATE)
        waveform = Waveform(_resampled([samples[first:last, None]], SAMPLE_RATE * speed, path))
    if waveform.duration < SHORTEST:
        raise InputError(f"{path} holds {waveform.duration:.2f} s of sound here; at least {SHORTEST} s is needed.")
    return _audible(waveform, path)


def _read_parts(
    path: Path, parts: list[soundfile.SoundFile], start: float, end: float | None, speed: float
) -> Waveform:
    """The part from `start` to `end` of sounds that follow each other."""
    rate, channels = parts[0].samplerate, parts[0].channels
    if not limits.LOWEST_RATE <= rate <= limits.HIGHEST_RATE:
        raise InputError(
            f"{path} says that it has {rate} samples a second; export it with {limits.LOWEST_RATE} to "
            f"{limits.HIGHEST_RATE}."
        )
    if any((each.samplerate, each.channels) != (rate, channels) for each in parts):
        raise ValueError("parts of different kinds")
    first, last = _frames(path, start, end, speed, sum(each.frames for each in parts), rate)
    notes, used = [], slice(None)
    if channels > 1 and (loudest := _loudest_of_cancelling(_blocks(parts, first, last), channels)) is not None:
        used = slice(loudest, loudest + 1)
        notes.append(f"The channels of {path.name} cancel each other; only channel {loudest + 1} is used.")
    samples = _resampled((block[:, used] for block in _blocks(parts, first, last)), rate * speed, path)
    missing = (last - first) / rate / speed - len(samples) / SAMPLE_RATE
    if missing > SHORTEST:
        at = start + len(samples) / SAMPLE_RATE * speed
        notes.append(f"{path.name} is damaged from {at:.1f} s on; only what comes before is used.")
    return Waveform(samples, tuple(notes))


def _loudest_of_cancelling(blocks: Iterable[np.ndarray], channels: int) -> int | None:
    """The loudest channel, where the mean of the channels is next to silent beside it; else None."""
    power, mixed = np.zeros(channels), 0.0
    for block in blocks:
        values = np.nan_to_num(block, posinf=0, neginf=0).astype(np.float64)
        power += np.square(values).sum(axis=0)
        mixed += float(np.square(values.mean(axis=1)).sum())
    return None if mixed >= CANCELLED * power.max() else int(power.argmax())


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


def _blocks(parts: list[soundfile.SoundFile], first: int, last: int) -> Iterator[np.ndarray]:
    """The frames from `first` up to `last` in blocks of (n, channels) float32, to bound the memory for long files.

    Ends early where a part is damaged. Raises soundfile's errors when nothing can be read.
    """
    begin, read = 0, 0
    for part in parts:
        low, high = max(first - begin, 0), min(last - begin, part.frames)
        begin += part.frames
        at_once = max(1, VALUES_AT_ONCE // part.channels)
        while high > low:
            try:
                part.seek(low)
                block = part.read(min(at_once, high - low), dtype="float32", always_2d=True)
            except soundfile.SoundFileError:
                # Nothing is given of a block that holds the damage: smaller ones come nearer to it.
                at_once //= 8
                if at_once >= SMALLEST_BLOCK:
                    continue
                if not read:
                    raise
                return
            if not len(block):
                return
            yield block
            low, read = low + len(block), read + len(block)


def _resampled(blocks: Iterable[np.ndarray], rate: float, path: Path) -> np.ndarray:
    """(N,) float32 mono at 16 kHz, from blocks (n, channels) at `rate` (Hz, times the playback speed)."""
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
    samples = array("f")
    for block in blocks:
        if not np.abs(block).max(initial=0) <= limits.LOUDEST_SAMPLE:
            raise InputError(
                f"{path} holds samples that are not numbers, or louder than {limits.LOUDEST_SAMPLE:g} times full "
                "scale; export the sound again."
            )
        mono = block.mean(axis=1)
        samples.frombytes((mono if rate == SAMPLE_RATE else stream.resample_chunk(mono)).tobytes())
    samples.frombytes(stream.resample_chunk(np.zeros(0, np.float32), last=True).tobytes())
    return np.frombuffer(samples, np.float32)


def _frames(path: Path, start: float, end: float | None, speed: float, frames: int, rate: int) -> tuple[int, int]:
    """The first frame of the part, and the frame after its last. An end up to SHORTEST past the file is rounding."""
    duration = frames / rate
    if start >= duration:
        raise InputError(f"{path} lasts {duration:.2f} s; the start ({start} s) lies after its end.")
    if end is not None and end > duration + SHORTEST:
        raise InputError(f"{path} lasts {duration:.2f} s; the end ({end} s) lies after its end.")
    first, last = round(start * rate), (frames if end is None else min(round(end * rate), frames))
    played = (last - first) / rate / speed
    if played > limits.SOUND_SECONDS:
        most = f"{limits.SOUND_SECONDS / 3600:g}"
        raise InputError(f"{path} lasts {played / 3600:.1f} hours as it is played; give a part of {most} at most.")
    return first, last
