"""Atomic writing: a file is replaced as a whole or left as it was."""

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
# Characters of the target's name that the temporary file's name repeats; file systems limit the length of a name.
NAME_KEPT = 40


def check_file(path: Path | str) -> Path:
    """The file that writing to `path` changes: `path` itself, or the target of a symbolic link.

    Raises InputError when `path` is a folder, a device or a pipe.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        # The file is new; `path` may still be a link to a target that does not exist yet.
        return Path(os.path.realpath(path))
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror or error}.") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise InputError(f"Cannot write {path}: it is {kind}; give the name of a file.")
    return Path(os.path.realpath(path))


def write_atomic(path: Path | str, write: Callable[[BinaryIO], object]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`.

    A reader sees the old file or the new one, never a part of it. If `path` is a symbolic link, its target is written
    and the link stays. A file that existed before keeps its mode. Raises InputError when `path` is no regular file, or
    its folder is missing or not writable; DiskFull when the disk is full.
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
    """Reserve `size` bytes on the disk, so that `path` can be written even when the disk is full later.

    Yields a function that writes the file atomically, with at most `size` bytes; if it is not called, no file is
    written. Raises as `write_atomic`; DiskFull when `size` bytes are not free.
    """
    path = Path(path)
    target = check_file(path)
    temporary = _temporary(path, target)

    def write(data: bytes) -> None:
        try:
            # Overwriting the reserved bytes in place needs no further disk space.
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
    """A new empty temporary file in the target's folder, with a name that no other process uses."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:NAME_KEPT]}.", dir=target.parent)
    except OSError as error:
        raise _refusal(path, error, "; choose a folder that exists") from error
    os.close(handle)
    return Path(name)


def _give_mode(temporary: Path, target: Path) -> None:
    """Give the temporary file, which mkstemp makes private, the mode of the target, or the umask's for a new file."""
    try:
        before = target.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        return
    if hasattr(os, "chown"):
        # Only an administrator may change the owner; other users write files of their own.
        with suppress(OSError):
            os.chown(temporary, before.st_uid, before.st_gid)
    temporary.chmod(stat.S_IMODE(before.st_mode))


def _refusal(path: Path, error: OSError, fix: str = "") -> InputError:
    if error.errno in FULL:
        return DiskFull(f"Cannot write {path}: its disk is full; make room, or choose another disk.")
    return InputError(f"Cannot write {path}: {error.strerror or error}{fix}.")
