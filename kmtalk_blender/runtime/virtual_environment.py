"""A virtual environment for the runtime on the disk: complete or not, how large, deleted."""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from ..errors import UserError

__all__ = [
    *("MARKER", "digest_of", "environment_python", "environment_size", "installed_python", "lock_of"),
    *("remove_environment", "remove_folder"),
]

MARKER = ".complete"  # file in an environment that was completely installed; holds the digest of its lock


def lock_of(source: Path) -> Path:
    """The requirements with their hashes, in the folder that contains model_runtime."""
    return source / "model_runtime" / "runtime.lock"


def environment_python(folder: Path) -> Path:
    """Path of the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installed_python(folder: Path, lock: Path) -> Path | None:
    """The interpreter of a complete environment that was made from this lock, else None.

    When the last step of an installation (renaming folders) was interrupted, it is finished first.
    """
    if not os.path.lexists(folder):
        # The new and the former environment; both were complete before the renaming began.
        for path in (folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")):
            if (path / MARKER).is_file() and not path.is_symlink():
                # Another Blender may have renamed it just now.
                with suppress(OSError):
                    path.rename(folder)
                break
    python = environment_python(folder)
    try:
        current = (folder / MARKER).read_text() == digest_of(lock)
    except (OSError, ValueError):
        return None
    return python if current and python.is_file() else None


def environment_size(folder: Path) -> int:
    """Bytes of the files in a folder; 0 when it does not exist."""
    found = (Path(root, name) for root, _, names in os.walk(folder) for name in names)
    total = 0
    for path in found:
        with suppress(OSError):
            total += path.lstat().st_size
    return total


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def remove_environment(folder: Path) -> None:
    """Delete the environment and the rests of interrupted installations. Raises UserError when a file is in use."""
    paths = [folder.with_name(f"{folder.name}{end}") for end in ("", ".new", ".wheels", ".old")]
    try:
        # The markers first, so that a partly deleted environment is never used.
        for path in paths:
            if not path.is_symlink():
                (path / MARKER).unlink(missing_ok=True)
        for path in paths:
            remove_folder(path)
    except OSError as error:
        raise UserError(f"Cannot delete {folder} ({error.strerror}); close other Blenders and try again.") from error


def remove_folder(path: Path) -> None:
    """Delete a folder, if it exists; of a symbolic link only the link itself."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
