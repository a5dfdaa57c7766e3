"""Writes the extension's zip; the same commit gives the same bytes."""

import re
import subprocess
import zipfile
from pathlib import Path
from typing import BinaryIO

from model_runtime import __version__
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic

__all__ = ["LIBRARY", "extension_files", "write_archive"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # date of every file in the zip, the earliest that the format can hold
MANIFEST = "blender_manifest.toml"
# Folder of the archive with the worker's packages.
LIBRARY = "lib"


def extension_files(root: Path, platform: str | None = None) -> dict[str, bytes]:
    """Name in the archive -> content, for each file of the extension that git tracks in the working tree `root`.

    The manifest and the content of kmtalk_blender/ are at the archive's root. model_runtime/ with the weights is in
    lib/, so that the worker's import path holds no module of the extension. The manifest gets the runtime's version;
    `platform` (linux-x64, ...) restricts it to one platform. Raises InputError outside of a git checkout.
    """
    files = {"LICENSE": root / "LICENSE"}
    for path in _tracked(root, MANIFEST, "kmtalk_blender", "model_runtime"):
        name = f"{LIBRARY}/{path}" if path.startswith("model_runtime/") else path.removeprefix("kmtalk_blender/")
        files[name] = root / path
    contents = {name: path.read_bytes() for name, path in sorted(files.items())}
    if MANIFEST not in contents:
        raise InputError(f"{MANIFEST} is not in git; add it.")
    contents[MANIFEST] = _manifest(contents[MANIFEST].decode(), platform).encode()
    return contents


def write_archive(path: Path, contents: dict[str, bytes]) -> Path:
    """Write a zip of `contents`, atomically, sorted by name; wheels are stored, other files are deflated."""

    def write(stream: BinaryIO) -> None:
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in sorted(contents.items()):
                info = zipfile.ZipInfo(name, EPOCH)
                info.create_system = 3
                info.external_attr = 0o100644 << 16
                # A wheel is a zip and hardly compresses.
                info.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
                archive.writestr(info, content, compresslevel=9)

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomic(path, write)


def _tracked(root: Path, *folders: str) -> list[str]:
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--", *folders], capture_output=True, text=True, check=False
    )
    if listing.returncode != 0 or not listing.stdout:
        raise InputError(f"{root} is no git checkout of the project; clone it.")
    return [name for name in listing.stdout.split("\0") if name]


def _manifest(text: str, platform: str | None) -> str:
    text, found = re.subn(r'^version = ".*"$', f'version = "{__version__}"', text, count=1, flags=re.MULTILINE)
    if not found:
        raise InputError(f'{MANIFEST} has no line version = "..."; add one.')
    if platform is None:
        return text
    # In TOML, top-level keys stand before the first table: add platforms right after version.
    return text.replace(f'version = "{__version__}"', f'version = "{__version__}"\nplatforms = ["{platform}"]', 1)
