"""Open a sound file with libsndfile, and mend what it would misread.

Two kinds of file say less of themselves than they hold. A program that wrote a wav into a pipe could not go back and
left a length of 0. A speech service that joined mp3 files left the header of the first, which counts its part alone.
"""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from model_runtime import limits
from model_runtime.files.input_files import open_file

__all__ = ["opened_parts"]

# Bytes of a file that is mended, which takes as much memory; longer ones are read as they are.
LARGEST_MENDED = 512 << 20
# Where the header of a sample count stands in the first frame of an mp3, from its sync word: MPEG 1 stereo and mono,
# MPEG 2 stereo and mono.
COUNT_PLACES = (36, 21, 13)
COUNT = re.compile(rb"Xing|Info")
# Bytes of a wav before which its data begins.
WAV_HEADER_BYTES = 1 << 16
# Lengths that mean: unknown.
UNKNOWN = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFE, 0xFFFFFFFE)


@contextmanager
def opened_parts(path: Path) -> Iterator[list[soundfile.SoundFile]]:
    """The file as one open sound, or as several that follow each other (joined mp3 files).

    Raises soundfile's errors for what is no sound file.
    """
    parts = _mended(path)
    with _without_messages():
        files: list[soundfile.SoundFile] = []
        try:
            for part in parts:
                files.append(soundfile.SoundFile(part))
            yield files
        finally:
            for file in files:
                file.close()


def _mended(path: Path) -> list[Path | io.BytesIO]:
    """What to open: the file itself, or its content mended."""
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        start = stream.read(WAV_HEADER_BYTES)
        size = os.fstat(stream.fileno()).st_size
        if size > LARGEST_MENDED:
            return [path]
        if start[:4] == b"RIFF" and (at := _length_place(start)) is not None:
            rest = size - at - 4
            mended = bytearray(start + stream.read())
            mended[4:8] = (size - 8).to_bytes(4, "little")
            mended[at : at + 4] = rest.to_bytes(4, "little")
            return [io.BytesIO(mended)]
        if start[:3] == b"ID3" or start[:1] == b"\xff":
            data = bytes(start + stream.read())
            cuts = _mp3_starts(data)
            if len(cuts) > 1:
                return [io.BytesIO(data[low:high]) for low, high in zip(cuts, [*cuts[1:], len(data)], strict=True)]
    return [path]


def _length_place(start: bytes) -> int | None:
    """Where a wav's data chunk gives its length, if that is UNKNOWN and data follows; else None."""
    at = 12
    while at + 8 <= len(start):
        name, length = start[at : at + 4], int.from_bytes(start[at + 4 : at + 8], "little")
        if name == b"data":
            return at + 4 if length in UNKNOWN and at + 8 < len(start) else None
        at += 8 + length + length % 2
    return None


def _mp3_starts(data: bytes) -> list[int]:
    """Places at which a file in the joined mp3 files begins: 0, then frames with a header of a sample count."""
    starts = [0]
    for found in COUNT.finditer(data):
        for place in COUNT_PLACES:
            at = found.start() - place
            if at > 0 and data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0 and data[at + 1] & 0x06 == 0x02:
                starts.append(at)
                break
    # The first one belongs to the file's own beginning.
    return starts[:1] + starts[2:] if len(starts) > 1 else starts


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
