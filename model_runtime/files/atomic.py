"""Write a file whole or not at all."""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from model_runtime.errors import DiskFull, InputError

__all__ = ["check_file", "reserved", "write_atomic"]

FULL = (errno.ENOSPC, errno.EDQUOT)
# Characters of a file's name in that of its temporary file: names have a longest length.
NAME_KEPT = 40


def check_file(path: Path | str) -> Path:
    """The file that is written for `path`: itself, or what a link leads to.

    Raises InputError when there is something that is no file: a folder, a device, a pipe.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        # A new file, also where a link leads.
        return Path(os.path.realpath(path))
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror or error}.") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise InputError(f"Cannot write {path}: it is {kind}; give the name of a file.")
    return Path(os.path.realpath(path))


def write_atomic(path: Path | str, write: Callable[[BinaryIO], object]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`.

    A reader sees the old file or the new one, never a half. What a link leads to is written, the link stays; a file
    that was there keeps its mode. Raises InputError when `path` is no regular file, or its folder is missing or not
    writable; DiskFull when that is the reason.
    """
    path = Path(path)
    target = check_file(path)
    temporary = _temporary(path, target)
    try:
        with temporary.open("wb") as stream:
            write(stream)
        _give_mode(temporary, target)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink()
        raise _refusal(path, error) from error
    except BaseException:
        temporary.unlink()
        raise
    return path


@contextmanager
def reserved(path: Path | str, size: int) -> Iterator[Callable[[bytes], None]]:
    """Room on the disk for a file of up to `size` bytes, kept for when the disk is full.

    Gives the function that writes the file, as `write_atomic` does; where it is not called, nothing is written. Raises
    as `write_atomic`, DiskFull when there is no such room.
    """
    path = Path(path)
    target = check_file(path)
    temporary = _temporary(path, target)

    def write(data: bytes) -> None:
        try:
            # In place: what is overwritten needs no room.
            with temporary.open("r+b") as stream:
                stream.write(data)
                stream.truncate()
            _give_mode(temporary, target)
            temporary.replace(target)
        except OSError as error:
            raise _refusal(path, error) from error

    try:
        try:
            temporary.write_bytes(bytes(size))
        except OSError as error:
            raise _refusal(path, error) from error
        yield write
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path, target: Path) -> Path:
    """An empty file of no other process, beside the target."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:NAME_KEPT]}.", dir=target.parent)
    except OSError as error:
        raise _refusal(path, error, "; choose a folder that exists") from error
    os.close(handle)
    return Path(name)


def _give_mode(temporary: Path, target: Path) -> None:
    """mkstemp makes the file private; a result is as readable as the file that it replaces, or as any other."""
    try:
        before = target.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        return
    if hasattr(os, "chown"):
        # Only an administrator can, and only they write files of others.
        with suppress(OSError):
            os.chown(temporary, before.st_uid, before.st_gid)
    temporary.chmod(stat.S_IMODE(before.st_mode))


def _refusal(path: Path, error: OSError, fix: str = "") -> InputError:
    if error.errno in FULL:
        return DiskFull(f"Cannot write {path}: its disk is full; make room, or choose another disk.")
    return InputError(f"Cannot write {path}: {error.strerror or error}{fix}.")
