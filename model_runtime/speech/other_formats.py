"""Decode sounds and films that libsndfile does not read: by the package av, where it is installed, or by ffmpeg.

Neither may open a second file: a playlist could name any file of the user, or an address in the network.
"""

import importlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
# Silence in place of frames that are missing, if that is LOST_S; and two channels at most.
FFMPEG_FILTER = "aresample=async=1:min_hard_comp=0.02,aformat=channel_layouts=mono|stereo"
# Frames that may be damaged before a sound counts as none, in a row.
DAMAGED_FRAMES = 200
# Seconds: as much that is missing between two frames is silence; less is rounding, more is another count of time.
LOST_S = (0.02, 30.0)
# A line in which ffmpeg tells of a sound in the file.
FFMPEG_SOUND = re.compile(rb"^\s{1,9}Stream #0:\d{1,4}[^\n]{0,200}: Audio:", re.MULTILINE)

# A sound whose samples stay below is silent; full scale is 1.
SILENT = 2.5e-4
# Sounds of a file among which one is looked for that is not silent.
MOST_SOUNDS = 8

# The errors' reason. Blender may read the file: the extension then hands over what Blender plays.
UNREADABLE = "unreadable sound"


def decoded(path: Path, longest: float, rate: int, notes: list[str]) -> Iterator[np.ndarray]:
    """Blocks (n, 1 or 2) float32 at `rate` Hz of the first sound in a file that is not silent, up to `longest` s,
    and one second more at most. More than two channels become two.

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


def _of_several(path: Path, count: int, used: int) -> list[str]:
    """A note on the sound that is used of several. used: its index."""
    if count < 2:
        return []
    if not used:
        return [f"{path.name} holds {count} sounds; the first one is used, as Blender does."]
    return [
        f"{path.name} holds {count} sounds; number {used + 1} is used, as those before it are silent, though Blender "
        "plays the first one."
    ]


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
                used = _first_audible(path, longest) if len(found) > 1 else 0
                notes += _of_several(path, len(found), used)
                sound = found[used]
                # The end that the container names: the codecs of films pad their last frame.
                end = sound.duration if container.format.name.startswith("mov") else None
                last = float(end * (sound.time_base or 1)) if end else longest + 1
                for block in _resampled(_frames(container, sound), rate):
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


def _first_audible(path: Path, longest: float) -> int:
    """The index of the first sound in a file that is not silent; 0 where all are. longest: s that are looked at."""
    import av

    audible: set[int] = set()
    started = time.process_time()
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            with av.open(stream, "r", options={"protocol_whitelist": ""}) as container:
                sounds = container.streams.audio
                places = {sound.index: place for place, sound in enumerate(sounds)}
                for packet in container.demux(*sounds):
                    index = places[packet.stream.index]
                    late = packet.pts is not None and float(packet.pts * packet.time_base) > longest
                    if late or index in audible:
                        continue
                    if any(_is_audible(frame) for frame in _decoded(packet)):
                        audible.add(index)
                    if 0 in audible or time.process_time() - started > limits.DECODING_SECONDS:
                        break
        # What was heard before the damage counts.
        except (av.FFmpegError, ValueError, EOFError, MemoryError):
            pass
    return min(audible, default=0)


def _decoded(packet: Any) -> "list[AudioFrame]":
    """The frames of a packet (an object of av.Packet); none of a damaged one."""
    import av

    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


def _is_audible(frame: "AudioFrame") -> bool:
    samples = frame.to_ndarray()
    # Of whole numbers, half of the range is full scale; those without a sign have silence there.
    whole = 256.0**samples.dtype.itemsize / 2 if samples.dtype.kind in "iu" else 1.0
    middle = whole if samples.dtype.kind == "u" else 0.0
    return bool(np.abs(samples.astype(np.float64) - middle).max(initial=0) > SILENT * whole)


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
    found, used = _of_ffmpeg(ffmpeg, path, longest, rate, 0), 0
    first = found
    while used + 1 < min(found.count, MOST_SOUNDS) and found.is_silent:
        used += 1
        found = _of_ffmpeg(ffmpeg, path, longest, rate, used)
    if found.is_silent:
        found, used = first, 0
    notes += _of_several(path, found.count, used)
    if not len(found.samples):
        raise _refusal(path)
    yield found.samples.astype(np.float32)


@dataclass(frozen=True)
class FfmpegSound:
    """samples: (n, channels). count: of the sounds in the file."""

    samples: np.ndarray
    count: int

    @property
    def is_silent(self) -> bool:
        return not np.abs(self.samples).max(initial=0) > SILENT


def _of_ffmpeg(ffmpeg: str, path: Path, longest: float, rate: int, index: int) -> FfmpegSound:
    """The sound of this index in a file. Raises InputError where ffmpeg finds no sound in it."""
    command = [ffmpeg, "-v", "info", "-hide_banner", "-nostats", "-nostdin", "-max_alloc", str(LARGEST_FFMPEG_BLOCK)]
    # The header of the format au names the number of channels.
    command += [*FFMPEG_INPUT, "-map", f"0:a:{index}", "-t", str(longest + 1), "-af", FFMPEG_FILTER]
    command += ["-ar", str(rate), "-c:a", "pcm_f32be", "-f", "au", "-"]
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        try:
            run = subprocess.run(
                command, stdin=stream, capture_output=True, check=False, timeout=limits.DECODING_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _refusal(path) from error
    told = run.stderr.partition(b"Stream mapping:")[0].partition(b"Output #0")[0]
    # ffmpeg ends with an error, too, where a block near the end is damaged: what was decoded is kept.
    begin, channels = (int.from_bytes(run.stdout[at : at + 4], "big") for at in (4, 20))
    width = max(channels, 1)
    count = max((len(run.stdout) - begin) // 4 // width * width, 0)
    sounds = len(FFMPEG_SOUND.findall(told))
    if not count and not index:
        raise _soundless(path) if b"Input #0" in told and not sounds else _refusal(path)
    return FfmpegSound(np.frombuffer(run.stdout, ">f4", count, begin if count else 0).reshape(-1, width), sounds)
