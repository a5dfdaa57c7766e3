"""Decode sounds and films that libsndfile does not read: by the package av, where it is installed, or by ffmpeg.

Neither may open a second file: a playlist could name any file of the user, or an address in the network.
"""

import importlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream
    from av.container import InputContainer

__all__ = ["UNREADABLE", "decoded"]

# Bytes that ffmpeg may allocate at once.
LARGEST_FFMPEG_BLOCK = 256 << 20
# ffmpeg reads the file from its standard input, and keeps what it has read, so that it can go back in it.
FFMPEG_INPUT = ["-protocol_whitelist", "cache,pipe", "-read_ahead_limit", "-1", "-i", "cache:pipe:0"]
# Frames that may be damaged before a sound counts as none, in a row.
DAMAGED_FRAMES = 200


# The errors' reason. Blender may read the file: the extension then hands over what Blender plays.
UNREADABLE = "unreadable sound"


def decoded(path: Path, longest: float, rate: int) -> Iterator[np.ndarray]:
    """Blocks (n, 1) float32 at `rate` Hz of the first sound in a file, up to `longest` s, and one second more at most.

    Raises InputError where no decoder is installed, or none finds a sound.
    """
    try:
        # Imported here: few sounds need it, and it is not part of the runtime.
        importlib.import_module("av")
    except ImportError:
        pass
    else:
        return _by_av(path, longest, rate)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is not None:
        return _by_ffmpeg(ffmpeg, path, longest, rate)
    raise InputError(
        f"{path} is not a sound file that can be read here; convert it to wav, flac, ogg or mp3, or install ffmpeg or "
        "the Python package av.",
        UNREADABLE,
    )


def _refusal(path: Path) -> InputError:
    return InputError(f"{path} is not a sound file that can be read; convert it to wav, flac, ogg or mp3.", UNREADABLE)


def _by_av(path: Path, longest: float, rate: int) -> Iterator[np.ndarray]:
    import av

    started, seconds = time.process_time(), 0.0
    # From an open file, and without any protocol: it cannot open a second one.
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            with av.open(stream, "r", options={"protocol_whitelist": ""}) as container:
                found = container.streams.audio
                if not found:
                    raise _refusal(path)
                # The end that the container names: the codecs of films pad their last frame.
                end = found[0].duration if container.format.name.startswith("mov") else None
                last = float(end * (found[0].time_base or 1)) if end else longest + 1
                resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
                for frame in _frames(container, found[0]):
                    for part in resampler.resample(frame):
                        yield part.to_ndarray().reshape(-1, 1)[: round((last - seconds) * rate)]
                        seconds += part.samples / rate
                    if seconds >= min(last, longest + 1):
                        return
                    if time.process_time() - started > limits.DECODING_SECONDS:
                        raise _refusal(path)
        # av raises exceptions of many types for files that are none.
        except (av.FFmpegError, ValueError, EOFError, MemoryError) as error:
            # What was decoded before the damage is kept.
            if not seconds:
                raise _refusal(path) from error
    if not seconds:
        raise _refusal(path)


def _frames(container: "InputContainer", stream: "AudioStream") -> Iterator["AudioFrame | None"]:
    """The decoded frames, then None, which empties a resampler; damaged ones are left out."""
    import av

    damaged = 0
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
            damaged = 0
        except av.FFmpegError:
            damaged += 1
            if damaged > DAMAGED_FRAMES:
                raise
    yield None


def _by_ffmpeg(ffmpeg: str, path: Path, longest: float, rate: int) -> Iterator[np.ndarray]:
    command = [ffmpeg, "-v", "error", "-nostdin", "-max_alloc", str(LARGEST_FFMPEG_BLOCK), *FFMPEG_INPUT]
    command += ["-map", "0:a:0", "-t", str(longest + 1), "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"]
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            run = subprocess.run(
                command, stdin=stream, capture_output=True, check=False, timeout=limits.DECODING_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _refusal(path) from error
    # ffmpeg ends with an error, too, where a block near the end is damaged: what was decoded is kept.
    if not run.stdout:
        raise _refusal(path)
    yield np.frombuffer(run.stdout[: len(run.stdout) // 4 * 4], dtype="<f4")[:, None]
