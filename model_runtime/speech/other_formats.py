"""Decode sounds and films that libsndfile does not read: by the package av, where it is installed, or by ffmpeg.

Neither may open a second file: a playlist could name any file of the user, or an address in the network.
"""

import importlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
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
# Seconds: as much that is missing between two frames is silence; less is rounding, more is another count of time.
LOST_S = (0.02, 30.0)
# A line in which ffmpeg tells of a sound in the file.
FFMPEG_SOUND = re.compile(rb"^\s{1,9}Stream #0:\d{1,4}[^\n]{0,200}: Audio:", re.MULTILINE)

# The errors' reason. Blender may read the file: the extension then hands over what Blender plays.
UNREADABLE = "unreadable sound"


def decoded(path: Path, longest: float, rate: int, notes: list[str]) -> Iterator[np.ndarray]:
    """Blocks (n, 1 or 2) float32 at `rate` Hz of the first sound in a file, up to `longest` s, and one second more at
    most. More than two channels become two.

    notes: sentences for the user are added, while the blocks are read. Raises InputError where no decoder is installed,
    or none finds a sound.
    """
    try:
        # Imported here: few sounds need it, and it is not part of the runtime.
        importlib.import_module("av")
    except ImportError:
        pass
    else:
        return _by_av(path, longest, rate, notes)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is not None:
        return _by_ffmpeg(ffmpeg, path, longest, rate, notes)
    raise InputError(
        f"{path} is not a sound file that can be read here; convert it to wav, flac, ogg or mp3, or install ffmpeg or "
        "the Python package av.",
        UNREADABLE,
    )


def _refusal(path: Path) -> InputError:
    return InputError(f"{path} is not a sound file that can be read; convert it to wav, flac, ogg or mp3.", UNREADABLE)


def _soundless(path: Path) -> InputError:
    return InputError(f"{path} holds no sound; choose a file with a voice.", UNREADABLE)


def _of_several(path: Path, count: int) -> list[str]:
    return [f"{path.name} holds {count} sounds; the first one is used, as Blender does."] if count > 1 else []


def _by_av(path: Path, longest: float, rate: int, notes: list[str]) -> Iterator[np.ndarray]:
    import av

    started, seconds = time.process_time(), 0.0
    # From an open file, and without any protocol: it cannot open a second one.
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            with av.open(stream, "r", options={"protocol_whitelist": ""}) as container:
                found = container.streams.audio
                if not found:
                    raise _soundless(path)
                notes += _of_several(path, len(found))
                # The end that the container names: the codecs of films pad their last frame.
                end = found[0].duration if container.format.name.startswith("mov") else None
                last = float(end * (found[0].time_base or 1)) if end else longest + 1
                for block in _resampled(_frames(container, found[0]), rate):
                    yield block[: round((last - seconds) * rate)]
                    seconds += len(block) / rate
                    if seconds >= min(last, longest + 1):
                        return
                    if time.process_time() - started > limits.DECODING_SECONDS:
                        raise _refusal(path)
        except InputError:
            raise
        # av raises exceptions of many types for files that are none.
        except (av.FFmpegError, ValueError, EOFError, MemoryError) as error:
            # What was decoded before the damage is kept.
            if not seconds:
                raise _refusal(path) from error
    if not seconds:
        raise _refusal(path)


def _frames(container: "InputContainer", stream: "AudioStream") -> Iterator["AudioFrame"]:
    """The decoded frames; damaged ones are left out."""
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


def _resampled(frames: Iterable["AudioFrame"], rate: int) -> Iterator[np.ndarray]:
    """The frames as blocks (n, 1 or 2) at `rate` Hz, with silence for frames that are missing between them.

    The kind of the frames may change, as in joined files.
    """
    import av

    resampler: av.AudioResampler | None = None
    kind: tuple[str, str, int] | None = None
    next_time, started = 0.0, False
    for frame in frames:
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != kind or resampler is None:
            if resampler is not None:
                yield from _blocks(resampler.resample(None))
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            resampler, kind = av.AudioResampler(format="flt", layout=layout, rate=rate), now
        begin = next_time if frame.time is None else frame.time
        if LOST_S[0] < begin - next_time < LOST_S[1] and started:
            yield np.zeros((round((begin - next_time) * rate), 1), np.float32)
        next_time, started = begin + frame.samples / frame.sample_rate, True
        # The resampler would fill in by itself what is missing by its own clock, or give up.
        frame.pts = None
        yield from _blocks(resampler.resample(frame))
    if resampler is not None:
        yield from _blocks(resampler.resample(None))


def _blocks(frames: Iterable["AudioFrame"]) -> Iterator[np.ndarray]:
    for frame in frames:
        yield frame.to_ndarray().reshape(-1, frame.layout.nb_channels)


def _by_ffmpeg(ffmpeg: str, path: Path, longest: float, rate: int, notes: list[str]) -> Iterator[np.ndarray]:
    command = [ffmpeg, "-v", "info", "-hide_banner", "-nostats", "-nostdin", "-max_alloc", str(LARGEST_FFMPEG_BLOCK)]
    # The header of the format au names the number of channels.
    command += [*FFMPEG_INPUT, "-map", "0:a:0", "-t", str(longest + 1), "-af", "aformat=channel_layouts=mono|stereo"]
    command += ["-ar", str(rate), "-c:a", "pcm_f32be", "-f", "au", "-"]
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            run = subprocess.run(
                command, stdin=stream, capture_output=True, check=False, timeout=limits.DECODING_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _refusal(path) from error
    told = run.stderr.partition(b"Stream mapping:")[0].partition(b"Output #0")[0]
    notes += _of_several(path, len(FFMPEG_SOUND.findall(told)))
    # ffmpeg ends with an error, too, where a block near the end is damaged: what was decoded is kept.
    begin, channels = (int.from_bytes(run.stdout[at : at + 4], "big") for at in (4, 20))
    count = (len(run.stdout) - begin) // 4 // max(channels, 1) * channels
    if count <= 0:
        raise _soundless(path) if b"Input #0" in told and not FFMPEG_SOUND.search(told) else _refusal(path)
    samples = np.frombuffer(run.stdout, ">f4", count, begin)
    yield samples.reshape(-1, channels).astype(np.float32)
