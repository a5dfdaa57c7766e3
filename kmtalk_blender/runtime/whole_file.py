"""Write files completely or not at all (as model_runtime.files.atomic does)."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import UserError

__all__ = ["check_file", "write_whole"]

NAME_KEPT = 40  # characters of a file's name in that of its temporary file: file names have a largest length


def check_file(path: Path | str) -> Path:
    """The file to write for `path`: the path itself, or the target of a symbolic link.

    Raises UserError when it is a folder, a device or a pipe.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        # A new file, or a link to one.
        return Path(os.path.realpath(path))
    except OSError as error:
        raise UserError(f"Cannot write {path} ({error.strerror}); choose another file.") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise UserError(f"Cannot write {path}: it is {kind}; give the name of a file.")
    return Path(os.path.realpath(path))


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a temporary file in the same folder, then rename it.

    A symbolic link stays and its target is written; a replaced file keeps its mode. Raises UserError when the file
    cannot be written.
    """
    path = Path(path)
    target = check_file(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:NAME_KEPT]}.", dir=target.parent)
    except OSError as error:
        raise UserError(f"Cannot write {path} ({error.strerror}); choose a folder that exists.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        _give_mode(temporary, target)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"Cannot write {path} ({error.strerror}); choose another folder or make room.") from error


def _give_mode(temporary: Path, target: Path) -> None:
    """Give the temporary file (private, from mkstemp) the mode of the file it replaces, or the usual one."""
    try:
        before = target.stat()
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        return
    if hasattr(os, "chown"):
        # Only an administrator can change the owner.
        with suppress(OSError):
            os.chown(temporary, before.st_uid, before.st_gid)
    temporary.chmod(stat.S_IMODE(before.st_mode))
