"""Which folders of packages a Blender uses now: it holds a file in the folder open, and locked where systems can."""

import sys
from pathlib import Path
from typing import IO

__all__ = ["hold", "unused"]

NAME = ".in_use"

# On Windows an open file keeps its folder from being renamed; elsewhere it takes a lock, which ends with the process.
if sys.platform != "win32":
    import fcntl


def hold(folder: Path) -> IO[bytes] | None:
    """Mark the folder as used while the returned file is open; None when it is missing or cannot be marked."""
    try:
        stream = (folder / NAME).open("ab")
    except OSError:
        return None
    if sys.platform != "win32":
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            return None
    return stream


def unused(folder: Path) -> bool:
    """True when no process holds the folder. On Windows renaming it tells."""
    if sys.platform == "win32":
        return True
    try:
        with (folder / NAME).open("ab") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
