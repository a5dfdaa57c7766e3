"""Write a file whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from model_runtime.errors import InputError

__all__ = ["write_atomic"]


def write_atomic(path: Path | str, write: Callable[[BinaryIO], object]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`.

    A reader sees the old file or the new one, never a half. Raises InputError when the folder is missing or not
    writable.
    """
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror or error}; choose a folder that exists.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
        # mkstemp makes the file private; a result is as readable as any other file of the user's.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink()
        raise InputError(f"Cannot write {path}: {error.strerror or error}.") from error
    except BaseException:
        temporary.unlink()
        raise
    return path
