"""Files of the user's: written whole or not at all, where the user named them (as model_runtime.files.atomic does)."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import UserError

__all__ = ["check_file", "write_whole"]

# Characters of a file's name in that of its temporary file: names have a longest length.
NAME_KEPT = 40


def check_file(path: Path | str) -> Path:
    """The file that is written for `path`: itself, or what a link leads to.

    Raises UserError when there is something that is no file: a folder, a device, a pipe.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        # A new file, also where a link leads.
        return Path(os.path.realpath(path))
    except OSError as error:
        raise UserError(f"Cannot write {path} ({error.strerror}); choose another file.") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise UserError(f"Cannot write {path}: it is {kind}; give the name of a file.")
    return Path(os.path.realpath(path))


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a file beside its place, then rename it there.

    What a link leads to is written, the link stays; a file that was there keeps its mode. Raises UserError when that is
    not possible.
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
