"""Audio: read any sound file, or a part of one, as a 16 kHz mono waveform."""

import os
import shutil
import subprocess
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file

__all__ = ["SAMPLE_RATE", "SHORTEST", "Waveform", "read_audio"]

# Samples a second.
SAMPLE_RATE = 16000
# Seconds; shorter waveforms are refused.
SHORTEST = 0.1
# Samples read at a time, summed over the channels of the file.
VALUES_AT_ONCE = 1 << 20
# Bytes that ffmpeg may allocate at once.
LARGEST_FFMPEG_BLOCK = 256 << 20
# Formats that ffmpeg may open.
CONTAINERS = "mov,mp4,m4a,matroska,webm,aac,asf,avi,mpegts,wav,amr"


@dataclass(frozen=True)
class Waveform:
    """samples: (N,) float32, mono, 16000 a second; full scale is 1."""

    samples: np.ndarray

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE


def read_audio(path: Path | str, start: float = 0.0, end: float | None = None, speed: float = 1.0) -> Waveform:
    """Read `path` from `start` to `end` (seconds within the file; None: its end) as 16 kHz mono.

    speed: playback speed of the part (2: twice as fast, an octave higher, half as long). Only the part is read.
    libsndfile reads wav, flac, ogg, mp3, aiff and more; ffmpeg decodes other formats where it is installed. Raises
    InputError for a file that is missing, damaged or no sound file; for a part that is shorter than SHORTEST or longer
    than SOUND_SECONDS when played, or that the file does not cover; and for a rate or samples beyond the limits.
    """
    path = Path(path)
    _check_request(start, end, speed)
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        if not stream.read(1):
            raise InputError(f"{path} is empty; export the sound again.")
    try:
        with _without_messages(), soundfile.SoundFile(path) as sound:
            if not limits.LOWEST_RATE <= sound.samplerate <= limits.HIGHEST_RATE:
                raise InputError(
                    f"{path} says that it has {sound.samplerate} samples a second; export it with "
                    f"{limits.LOWEST_RATE} to {limits.HIGHEST_RATE}."
                )
            first, last = _frames(path, start, end, speed, sound.frames, sound.samplerate)
            samples = _resampled(_blocks(sound, first, last), sound.samplerate * speed, path)
    except InputError:
        raise
    # ValueError and the like: what soundfile itself thinks of a name or a header.
    except (soundfile.SoundFileError, ValueError, TypeError, AssertionError) as error:
        decoded = _decoded_by_ffmpeg(path, end, error)
        first, last = _frames(path, start, end, speed, len(decoded), SAMPLE_RATE)
        samples = _resampled([decoded[first:last, None]], SAMPLE_RATE * speed, path)
    waveform = Waveform(samples)
    if waveform.duration < SHORTEST:
        raise InputError(f"{path} holds {waveform.duration:.2f} s of sound here; at least {SHORTEST} s is needed.")
    return waveform


def _check_request(start: float, end: float | None, speed: float) -> None:
    """Raises InputError for a start, end or speed out of range."""
    if not np.isfinite(start) or start < 0:
        raise InputError(f"The start must be 0 s or later, not {start}.")
    if end is not None and not (np.isfinite(end) and end > start):
        raise InputError(f"The end ({end} s) must lie after the start ({start} s).")
    if not np.isfinite(speed) or not 0.01 <= speed <= 100:
        raise InputError(f"The speed must lie between 0.01 and 100, not {speed}.")


@contextmanager
def _without_messages() -> Iterator[None]:
    """Discard what libraries write to standard error: mpg123 writes a line for every frame of a damaged file."""
    try:
        kept = os.dup(2)
    except OSError:
        # The process has no standard error.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _blocks(sound: soundfile.SoundFile, first: int, last: int) -> Iterator[np.ndarray]:
    """The frames from `first` up to `last` in blocks of (n, channels) float32, to bound the memory for long files."""
    sound.seek(first)
    at_once = max(1, VALUES_AT_ONCE // sound.channels)
    while last > first:
        block = sound.read(min(at_once, last - first), dtype="float32", always_2d=True)
        if not len(block):
            break
        yield block
        first += len(block)


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


def _decoded_by_ffmpeg(path: Path, end: float | None, cause: Exception) -> np.ndarray:
    """(N,) samples of the file as 16 kHz mono, up to `end` (seconds; None: SOUND_SECONDS), one second more at most.

    Raises InputError where ffmpeg is not installed or finds no sound.
    """
    refusal = InputError(f"{path} is not a sound file that can be read; convert it to wav, flac, ogg or mp3.")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise refusal from cause
    # Allow container formats only: playlists and the like could name other files.
    guard = ["-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS]
    guard += ["-max_alloc", str(LARGEST_FFMPEG_BLOCK)]
    command = [ffmpeg, "-v", "error", "-nostdin", *guard, "-i", f"file:{path.resolve()}", "-map", "0:a:0"]
    longest = limits.SOUND_SECONDS + 1 if end is None else min(end, limits.SOUND_SECONDS) + 1
    command += ["-t", str(longest), "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=limits.DECODING_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise refusal from error
    if run.returncode or not run.stdout:
        raise refusal from cause
    return np.frombuffer(run.stdout[: len(run.stdout) // 4 * 4], dtype="<f4")
