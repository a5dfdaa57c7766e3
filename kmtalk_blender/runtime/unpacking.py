"""Unpack the packages of the runtime into the user's files: checked, complete or not at all, in a thread of its own."""

import os
import shutil
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from ..errors import UserError
from .in_use import hold, unused
from .packages import UNPACKED_TIME, Packages

__all__ = ["Unpacking", "remove_unused", "set_aside"]

PATIENCE = 5.0  # s to wait for a file that another program has locked, such as a virus scanner
PAUSE = 0.2  # s between two tries
MARGIN = 20_000_000  # bytes that stay free on the disk
ABANDONED = 60.0  # s after which an unfinished folder that nobody holds is what a killed Blender has left
LONGEST_PATH = 259  # characters of a path on Windows
UNFINISHED = ".new-"  # in the name of a folder that is being unpacked
GONE = ".old-"  # in the name of a folder that is being deleted


class Stopped(Exception):
    """The user has cancelled."""


class Unpacking:
    """Unpacks in a thread. ended: True at the end. failure: one sentence, empty when it worked or was stopped."""

    def __init__(self, packages: Packages) -> None:
        """Starts at once."""
        self.packages = packages
        self.failure = ""
        self._written = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """True when it is unpacked, or has failed."""
        return not self._thread.is_alive()

    @property
    def fraction(self) -> float:
        """Progress in [0, 1]."""
        return min(1.0, self._written / max(1, self.packages.size))

    def stop(self) -> None:
        """End it and wait for the end; what was unpacked so far is deleted."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._unpack()
        except Stopped:
            return
        except UserError as error:
            self.failure = str(error)
        # The thread's boundary: an error that nobody sees would look like an end without one.
        except Exception as error:
            self.failure = str(
                UserError(f"KMTalk's packages cannot be unpacked ({error}); install the extension again.")
            )

    def _unpack(self) -> None:
        packages, place = self.packages, self.packages.place
        entries = packages.entries()
        packages.check_hash(self._go_on)
        temporary = held = None
        try:
            place.mkdir(parents=True, exist_ok=True)
            _refuse_small_disk(packages)
            temporary = Path(tempfile.mkdtemp(prefix=f"{packages.folder.name}{UNFINISHED}", dir=place))
            # Python makes private folders there; this one is like any other of the user's.
            temporary.chmod(0o755)
            held = hold(temporary)
            self._write(entries, temporary)
            if held is not None:
                # Windows renames no folder in which a file is open.
                held.close()
            self._put_in_place(temporary)
        except FileNotFoundError as error:
            raise UserError(_gone(error, place)) from error
        except OSError as error:
            raise UserError(
                f"Cannot write KMTalk's packages to {place} ({error.strerror or error}); make the folder writable and "
                "make room."
            ) from error
        finally:
            if held is not None:
                held.close()
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)

    def _write(self, entries: list[zipfile.ZipInfo], folder: Path) -> None:
        try:
            with zipfile.ZipFile(self.packages.archive) as archive:
                for entry in entries:
                    self._go_on()
                    path = folder / entry.filename
                    path.parent.mkdir(parents=True, exist_ok=True)
                    content = archive.read(entry)
                    self._patiently(partial(path.write_bytes, content))
                    self._patiently(partial(os.utime, path, (UNPACKED_TIME, UNPACKED_TIME)))
                    self._written += len(content)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise self.packages.damaged() from error

    def _put_in_place(self, temporary: Path) -> None:
        """Give the unpacked folder its name; one that is whole already, of another Blender, stays."""
        folder = self.packages.folder

        def rename() -> None:
            if os.path.lexists(folder):
                if self.packages.whole():
                    return
                set_aside(folder)
            try:
                temporary.rename(folder)
            except OSError:
                # Another Blender may have been faster by a moment.
                if not self.packages.whole():
                    raise

        try:
            self._patiently(rename)
        except PermissionError as error:
            raise UserError(
                f"{folder} is locked by another program, such as a virus scanner or another Blender "
                f"({error.strerror or error}); try again."
            ) from error

    def _patiently(self, action: Callable[[], object]) -> None:
        """Do it, again and again for PATIENCE seconds while another program has the file."""
        until = time.monotonic() + PATIENCE
        while True:
            self._go_on()
            try:
                action()
                return
            except PermissionError:
                if time.monotonic() > until:
                    raise
            time.sleep(PAUSE)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped


def remove_unused(packages: Packages) -> None:
    """Delete the packages of other versions that no Blender uses, and what killed Blenders have left unfinished."""
    with suppress(OSError):
        for path in packages.place.glob("packages-*"):
            # What one Blender cannot delete, another may be using or deleting.
            with suppress(OSError):
                if path.name != packages.folder.name and not path.is_symlink() and _is_left(path):
                    set_aside(path)


def set_aside(folder: Path) -> None:
    """Delete a folder of packages, from one moment to the next. Raises OSError when a program has it."""
    gone = folder
    if GONE not in folder.name:
        # With another name first, so that nobody finds half of it.
        gone = folder.rename(folder.with_name(f"{folder.name}{GONE}{os.getpid()}-{time.monotonic_ns()}"))
    if gone.is_dir() and not gone.is_symlink():
        shutil.rmtree(gone, ignore_errors=True)
    else:
        gone.unlink()


def _is_left(folder: Path) -> bool:
    if GONE in folder.name:
        return True
    # Between the last file and its name a folder is held by nobody; its time is that of the last folder made in it.
    young = UNFINISHED in folder.name and time.time() - folder.stat().st_mtime < ABANDONED
    return not young and unused(folder)


def _gone(error: FileNotFoundError, place: Path) -> str:
    """Why a file that was just written is not there."""
    # Setting a file's time names no file.
    path = str(error.filename or f"A file in {place}")
    if sys.platform == "win32" and len(path) > LONGEST_PATH:
        return (
            f"{path} has {len(path)} characters, more than Windows allows; start Blender with a shorter folder for the "
            "user's files (BLENDER_USER_RESOURCES)."
        )
    return f"{path} went while KMTalk was unpacked, probably by a virus scanner; allow {place} there, and try again."


def _refuse_small_disk(packages: Packages) -> None:
    free, needed = shutil.disk_usage(packages.place).free, packages.size + MARGIN
    if free < needed:
        remove_unused(packages)
        free = shutil.disk_usage(packages.place).free
    if free < needed:
        raise UserError(
            f"{packages.place} has {free / 1e6:.0f} MB free and KMTalk needs {needed / 1e6:.0f} MB there; make room."
        )
