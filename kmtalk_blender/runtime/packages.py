"""The packages of the runtime in the extension's zip: are they for this Blender, and are they unpacked whole?"""

import hashlib
import json
import platform
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import UserError

__all__ = ["UNPACKED_TIME", "Packages", "packages_of", "platform_here", "python_here"]

# Modification time of every unpacked file, s: a file with another one was changed. 1980-01-01, as in the zip.
UNPACKED_TIME = 315532800
CHUNK = 1 << 20  # bytes read at once
DIGEST = 12  # characters of the zip's SHA-256 in the folder's name
MACHINES = {"amd64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}
SYSTEMS = {"win32": "windows", "darwin": "macos", "linux": "linux"}
# Python version -> the Blenders that bring it.
BLENDERS = {"3.11": "Blender 4.2 to 5.0", "3.13": "Blender 5.1 and later"}


@dataclass(frozen=True)
class Packages:
    """The packages in the zip, and where they are unpacked.

    archive: the zip of the packages. platform: Blender's name, such as linux-x64. python: a version such as 3.11.
    macos: the oldest macOS that they run on, or empty. sha256: of the archive. size: bytes when unpacked. place: the
    extension's folder among the user's files.
    """

    archive: Path
    platform: str
    python: str
    macos: str
    sha256: str
    size: int
    place: Path

    @property
    def folder(self) -> Path:
        """The folder of the unpacked packages; its name changes with their content."""
        return self.place / f"packages-{self.sha256[:DIGEST]}"

    def unfit(self) -> str:
        """Why they cannot run in this Blender: one sentence, or an empty string."""
        here = f"{platform_here()} with Python {python_here()}"
        made_for = f"{self.platform} with Python {self.python}"
        if here != made_for:
            blenders = BLENDERS.get(self.python, "another Blender")
            return (
                f"This KMTalk is for {made_for} ({blenders}), and this Blender is {here}; install the zip for that, "
                "or press Install Runtime."
            )
        macos = platform.mac_ver()[0]
        if macos and self.macos and _numbers(macos) < _numbers(self.macos):
            return f"This Mac has macOS {macos}; KMTalk needs macOS {self.macos} or later."
        return ""

    def entries(self) -> list[zipfile.ZipInfo]:
        """The files in the archive. Raises UserError when it is damaged."""
        try:
            with zipfile.ZipFile(self.archive) as archive:
                found = archive.infolist()
        except (OSError, zipfile.BadZipFile) as error:
            raise self.damaged() from error
        names = (PurePosixPath(entry.filename) for entry in found)
        inside = all(not name.is_absolute() and ".." not in name.parts and ":" not in str(name) for name in names)
        if not inside or sum(entry.file_size for entry in found) != self.size:
            raise self.damaged()
        return found

    def check_hash(self, go_on: Callable[[], None] = lambda: None) -> None:
        """Raises UserError when the archive's content is not what was packed. go_on: called again and again."""
        digest = hashlib.sha256()
        try:
            with self.archive.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    go_on()
                    digest.update(chunk)
        except OSError as error:
            raise self.damaged() from error
        if digest.hexdigest() != self.sha256:
            raise self.damaged()

    def whole(self) -> bool:
        """True when every file is there with its size and time. Reads no content."""
        if not self.folder.is_dir():
            return False
        return all(_unchanged(self.folder / entry.filename, entry) for entry in self.entries())

    def first_damaged(self) -> str:
        """Name of the first file whose content is not that of the archive, or an empty string. Reads every file."""
        for entry in self.entries():
            try:
                found = zlib.crc32((self.folder / entry.filename).read_bytes())
            except OSError:
                return entry.filename
            if found != entry.CRC:
                return entry.filename
        return ""

    def damaged(self) -> UserError:
        """The error to raise when the archive cannot be used."""
        return UserError(f"{self.archive} is missing or damaged; install the extension again.")


def packages_of(source: Path, place: Path) -> Packages | None:
    """The packages that lie beside model_runtime in the folder `source`; None in a source tree.

    place: the extension's folder among the user's files. Raises UserError when their description is damaged.
    """
    description = source / "packages.json"
    if not description.is_file():
        return None
    try:
        about = json.loads(description.read_text(encoding="utf-8"))
        texts = {name: str(about[name]) for name in ("platform", "python", "macos", "sha256")}
        return Packages(source / "packages.zip", **texts, size=int(about["bytes"]), place=place)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{description} is damaged; install the extension again.") from error


def platform_here() -> str:
    """This platform by Blender's name, such as linux-x64."""
    machine = platform.machine().lower()
    return f"{SYSTEMS.get(sys.platform, sys.platform)}-{MACHINES.get(machine, machine)}"


def python_here() -> str:
    """The version of Blender's Python, such as 3.11."""
    return "{}.{}".format(*sys.version_info[:2])


def _unchanged(path: Path, entry: zipfile.ZipInfo) -> bool:
    try:
        state = path.stat()
    except OSError:
        return False
    return state.st_size == entry.file_size and int(state.st_mtime) == UNPACKED_TIME


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
