"""Unpack the packages of the runtime into the user's files: checked, complete or not at all, in a thread of its own."""

import os
import shutil
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
from .in_use import unused
from .packages import UNPACKED_TIME, Packages

__all__ = ["Unpacking", "remove_unused"]

PATIENCE = 5.0  # s to wait for a file that another program has locked, such as a virus scanner
PAUSE = 0.2  # s between two tries
MARGIN = 20_000_000  # bytes that stay free on the disk
ABANDONED = 3600.0  # s after which an unfinished folder is what a Blender left that was killed
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
        temporary = None
        try:
            place.mkdir(parents=True, exist_ok=True)
            _refuse_small_disk(packages)
            temporary = Path(tempfile.mkdtemp(prefix=f"{packages.folder.name}{UNFINISHED}", dir=place))
            # Python makes private folders there; this one is like any other of the user's.
            temporary.chmod(0o755)
            self._write(entries, temporary)
            self._put_in_place(temporary)
        except OSError as error:
            raise UserError(
                f"Cannot write KMTalk's packages to {place} ({error.strerror or error}); make the folder writable and "
                "make room."
            ) from error
        finally:
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
                    path.write_bytes(content)
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
                damaged = temporary.with_name(temporary.name.replace(UNFINISHED, GONE))
                folder.rename(damaged)
                shutil.rmtree(damaged, ignore_errors=True)
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

    def _patiently(self, action: Callable[[], None]) -> None:
        """Do it, again and again for PATIENCE seconds while another program has the file."""
        until = time.monotonic() + PATIENCE
        while True:
            self._go_on()
            try:
                return action()
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
            if path.name == packages.folder.name or path.is_symlink():
                continue
            unfinished = UNFINISHED in path.name or GONE in path.name
            # Its own time is that of the last folder made in it: seconds ago while it is being unpacked.
            if unfinished and time.time() - path.stat().st_mtime < ABANDONED:
                continue
            if not unfinished:
                if not unused(path):
                    continue
                path = path.rename(path.with_name(f"{path.name}{GONE}{os.getpid()}"))
            shutil.rmtree(path, ignore_errors=True)


def _refuse_small_disk(packages: Packages) -> None:
    free, needed = shutil.disk_usage(packages.place).free, packages.size + MARGIN
    if free < needed:
        raise UserError(
            f"{packages.place} has {free / 1e6:.0f} MB free and KMTalk needs {needed / 1e6:.0f} MB there; make room."
        )
