"""Audio: any sound file, or a part of it, as 16 kHz mono."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime.errors import InputError

__all__ = ["SAMPLE_RATE", "SHORTEST", "Waveform", "read_audio"]

SAMPLE_RATE = 16000
SHORTEST = 0.1  # seconds of sound below which there is nothing to say
FRAMES_AT_ONCE = 1 << 20
CONTAINERS = "mov,mp4,m4a,matroska,webm,aac,asf,avi,mpegts,wav,amr"


@dataclass(frozen=True)
class Waveform:
    """Sound. samples: (N,) float32, mono, 16000 a second, full scale is 1."""

    samples: np.ndarray

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / SAMPLE_RATE


def read_audio(path: Path | str, start: float = 0.0, end: float | None = None, speed: float = 1.0) -> Waveform:
    """Read `path` from `start` to `end` (seconds within the file; None: its end) as 16 kHz mono.

    speed: how fast the part is played (2: twice as fast, an octave higher, half as long). Only the part is read.
    Formats are those of libsndfile (wav, flac, ogg, mp3, aiff, ...); others are decoded by ffmpeg where it is
    installed. Raises InputError for a file that is missing, no sound, damaged, shorter than 0.1 s, or not covering
    `start` to `end`.
    """
    path = Path(path)
    _check_request(path, start, end, speed)
    try:
        with soundfile.SoundFile(path) as sound:
            samples = _resampled(_blocks(path, sound, start, end), sound.samplerate * speed, path)
    except soundfile.LibsndfileError as error:
        samples = _resampled([_read_with_ffmpeg(path, start, end, error)], SAMPLE_RATE * speed, path)
    waveform = Waveform(np.ascontiguousarray(samples, dtype=np.float32))
    if waveform.duration < SHORTEST:
        raise InputError(f"{path} holds {waveform.duration:.2f} s of sound here; at least {SHORTEST} s is needed.")
    return waveform


def _check_request(path: Path, start: float, end: float | None, speed: float) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; choose a sound file.")
    if not path.is_file():
        raise InputError(f"There is no file {path}; choose a sound file that exists.")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty; export the sound again.")
    if not np.isfinite(start) or start < 0:
        raise InputError(f"The start must be 0 s or later, not {start}.")
    if end is not None and not (np.isfinite(end) and end > start):
        raise InputError(f"The end ({end} s) must lie after the start ({start} s).")
    if not np.isfinite(speed) or not 0.01 <= speed <= 100:
        raise InputError(f"The speed must lie between 0.01 and 100, not {speed}.")


def _blocks(path: Path, sound: soundfile.SoundFile, start: float, end: float | None) -> Iterator[np.ndarray]:
    """The part as mono float32, piece by piece: an hour of 96 kHz surround sound is never in memory at once."""
    first, last = _frames(path, start, end, sound.frames, sound.samplerate)
    sound.seek(first)
    while last > first:
        block = sound.read(min(FRAMES_AT_ONCE, last - first), dtype="float32", always_2d=True)
        if not len(block):
            break
        yield block.mean(axis=1)
        first += len(block)


def _resampled(blocks: Iterable[np.ndarray], rate: float, path: Path) -> np.ndarray:
    """(N,) float32 at 16 kHz of sound at `rate`. Playing faster is as if recorded at a higher rate."""
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
    parts = []
    for block in blocks:
        if not np.isfinite(block).all():
            raise InputError(f"{path} holds samples that are not numbers; export the sound again.")
        parts.append(block if rate == SAMPLE_RATE else stream.resample_chunk(block))
    parts.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    return np.concatenate(parts)


def _frames(path: Path, start: float, end: float | None, frames: int, rate: int) -> tuple[int, int]:
    """The first frame and the one after the last. Ends that lie past the file by less than 0.1 s are rounding."""
    duration = frames / rate
    if start >= duration:
        raise InputError(f"{path} lasts {duration:.2f} s; the start ({start} s) lies after its end.")
    if end is not None and end > duration + SHORTEST:
        raise InputError(f"{path} lasts {duration:.2f} s; the end ({end} s) lies after its end.")
    return round(start * rate), (frames if end is None else min(round(end * rate), frames))


def _read_with_ffmpeg(path: Path, start: float, end: float | None, cause: Exception) -> np.ndarray:
    """The part as 16 kHz mono. Raises InputError when there is no ffmpeg or it finds no sound either."""
    refusal = InputError(f"{path} is not a sound file that can be read; convert it to wav, flac, ogg or mp3.")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise refusal from cause
    # Containers only: playlists and the like could name other files.
    guard = ["-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS]
    command = [ffmpeg, "-v", "error", "-nostdin", *guard, "-i", f"file:{path.resolve()}"]
    command += ["-map", "0:a:0", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if run.returncode or not run.stdout:
        raise refusal from cause
    samples = np.frombuffer(run.stdout, dtype="<f4")
    first, last = _frames(path, start, end, len(samples), SAMPLE_RATE)
    return samples[first:last]
