"""Open a sound file with libsndfile, and mend what it would misread.

Some files say less of themselves than they hold. A program that wrote a wav into a pipe, or was ended before it was
done, left a wrong length in its header. A program that joined files left the header of the first one, which counts its
part alone: speech services do so with the parts of a long text.
"""

import io
import mmap
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from model_runtime import limits
from model_runtime.files.input_files import open_file

__all__ = ["SoundPart", "opened_parts"]

# Bytes of a file that is mended, which takes as much memory; longer ones are read as they are.
LARGEST_MENDED = 512 << 20
# Samples read at a time, summed over the channels of the file.
VALUES_AT_ONCE = 1 << 20
# Frames of a block that is read of a damaged file.
SMALLEST_BLOCK = 1024
# Where the header of a sample count stands in the first frame of an mp3, from its sync word: MPEG 1 stereo and mono,
# MPEG 2 stereo and mono.
COUNT_PLACES = (36, 21, 13)
COUNT = re.compile(rb"Xing|Info")
# The tag before an mp3: version 2 to 4, flags, and a size in four times seven bits.
TAG = re.compile(rb"ID3[\2-\4]\0[\0\x10\x20\x40\x80]([\0-\x7f]{4})")
# A page of an ogg file, with its flags. The pages with FIRST_PAGE stand at the beginning.
OGG_PAGE = re.compile(rb"OggS\0([\0-\7])")
FIRST_PAGE = 2
# First bytes of other formats -> what the beginning of a file looks like.
BEGINNINGS = {
    b"fLaC": re.compile(rb"fLaC[\0\x80]\0\0\x22"),
    b"RIFF": re.compile(rb"RIFF.{4}WAVE[A-Za-z]", re.DOTALL),
    b"FORM": re.compile(rb"FORM.{4}AIF[FC][A-Z]", re.DOTALL),
}
# Bytes of a wav before which its data begins.
WAV_HEADER_BYTES = 1 << 16
# Lengths of a wav that mean: unknown.
UNKNOWN = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFE, 0xFFFFFFFE)
# Name of what may follow the data of a wav.
CHUNK = re.compile(rb"[A-Za-z0-9 _]{4}|TAG")
# Of a wav's length: as much must follow its data without a name, so that the length counts as wrong.
FOLLOWING = 0.25


class SoundPart:
    """A sound that libsndfile reads. rate: Hz. channels, frames: their numbers."""

    def __init__(self, source: Path | io.BytesIO) -> None:
        """Raises soundfile's errors for what is no sound file."""
        self._source = source
        self._file = self._opened()
        self.rate, self.channels, self.frames = self._file.samplerate, self._file.channels, self._file.frames

    def _opened(self) -> soundfile.SoundFile:
        if isinstance(self._source, io.BytesIO):
            self._source.seek(0)
        return soundfile.SoundFile(self._source)

    def blocks(self, first: int, last: int) -> Iterator[np.ndarray]:
        """The frames from `first` up to `last` in blocks of (n, channels) float32, to bound the memory for long files.

        Ends early where the file is damaged. Raises soundfile's errors when nothing can be read.
        """
        begin, at_once = first, max(1, VALUES_AT_ONCE // self.channels)
        while first < last:
            try:
                self._file.seek(first)
                block = self._file.read(min(at_once, last - first), dtype="float32", always_2d=True)
            except soundfile.SoundFileError:
                # Nothing is given of a block that holds the damage: smaller ones come nearer to it. A file that was
                # read into the damage may not go back any more.
                self.close()
                self._file = self._opened()
                at_once //= 8
                if at_once >= SMALLEST_BLOCK:
                    continue
                if first == begin:
                    raise
                return
            if not len(block):
                return
            yield block
            first += len(block)

    def close(self) -> None:
        self._file.close()


@contextmanager
def opened_parts(path: Path) -> Iterator[list[SoundPart]]:
    """The file as one sound, or as several that follow each other (joined files).

    Raises soundfile's errors for what is no sound file.
    """
    sources = _mended(path)
    with _without_messages():
        parts: list[SoundPart] = []
        try:
            for source in sources:
                parts.append(SoundPart(source))
            yield parts
        finally:
            for part in parts:
                part.close()


def _mended(path: Path) -> list[Path | io.BytesIO]:
    """What to open: the file itself, or its content mended."""
    with open_file(path, limits.ANY_SIZE, "sound file") as stream:
        if not 0 < os.fstat(stream.fileno()).st_size <= LARGEST_MENDED:
            return [path]
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            cuts = [*_starts(data), len(data)]
            if len(cuts) == 2 and _length_place(data) is None:
                return [path]
            return [io.BytesIO(_with_true_length(data[low:high])) for low, high in pairwise(cuts)]


def _starts(data: mmap.mmap) -> list[int]:
    """Places at which a file in the joined files begins; the first is 0."""
    if data[:3] == b"ID3" or data[:1] == b"\xff":
        return _mp3_starts(data)
    if data[:4] == b"OggS":
        return _ogg_starts(data)
    beginning = BEGINNINGS.get(data[:4])
    return [0, *(found.start() for found in beginning.finditer(data, 4))] if beginning else [0]


def _with_true_length(data: bytes) -> bytes:
    """A wav whose header gives a length that is unknown or wrong, with the right one; other data as they are."""
    at = _length_place(data)
    if at is None:
        return data
    mended = bytearray(data)
    mended[4:8] = (len(data) - 8).to_bytes(4, "little")
    mended[at : at + 4] = (len(data) - at - 4).to_bytes(4, "little")
    return bytes(mended)


def _length_place(data: bytes | mmap.mmap) -> int | None:
    """Where a wav's data chunk gives its length, if that is unknown or wrong and data follows; else None."""
    if data[:4] != b"RIFF":
        return None
    at = 12
    while at + 8 < min(len(data), WAV_HEADER_BYTES):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if name == b"data":
            following = data[end:]
            nameless = len(following) > FOLLOWING * length and not CHUNK.match(following) and following.strip(b"\0")
            return at + 4 if length in UNKNOWN or nameless else None
        at = end
    return None


def _ogg_starts(data: mmap.mmap) -> list[int]:
    """Places at which a file in the joined ogg files begins: at first pages behind other pages."""
    starts, first_before = [0], True
    for page in OGG_PAGE.finditer(data):
        is_first = bool(page[1][0] & FIRST_PAGE)
        if is_first and not first_before:
            starts.append(page.start())
        first_before = is_first
    return starts


def _mp3_starts(data: mmap.mmap) -> list[int]:
    """Places at which a file in the joined mp3 files begins: at tags, and at frames with a header of a sample count."""
    tags = {found.start(): found.end() + _tag_size(found[1]) for found in TAG.finditer(data)}
    counts = {}
    for found in COUNT.finditer(data):
        for place in COUNT_PLACES:
            at = found.start() - place
            if at >= 0 and data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0 and data[at + 1] & 0x06 == 0x02:
                counts[at] = at
                break
    # `sound`: where the sound of the last file begins. A tag, and a header of a count, may stand before it.
    starts, sound = [0], tags.get(0, 0)
    for at, end in sorted((tags | counts).items()):
        if at >= sound and data[sound:at].strip(b"\0"):
            starts.append(at)
        sound = max(sound, end)
    return starts


def _tag_size(written: bytes) -> int:
    """The size of a tag behind its own ten bytes."""
    return sum(byte << 7 * place for place, byte in enumerate(reversed(written)))


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
