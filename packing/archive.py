"""Writes the extension's zip; the same commit gives the same bytes."""

import hashlib
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import BinaryIO

from model_runtime import __version__
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.heads.own_head import READY
from packing.bytecode import compiled
from packing.targets import Target

__all__ = ["HEAD", "LIBRARY", "LISTING", "PACKAGES", "extension_files", "listing", "write_archive", "zipped"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # date of every file in the zip, the earliest that the format can hold
MANIFEST = "blender_manifest.toml"
# Folder of the archive with the worker's packages.
LIBRARY = "lib"
# The zip of the packages inside of the extension's zip; beside it a description of the same name in JSON.
PACKAGES = f"{LIBRARY}/packages.zip"
# The project's own head, ready made.
HEAD = f"{LIBRARY}/model_runtime/{READY}"
# The digests of the runtime's files (runtime/own_files.py of the extension).
LISTING = f"{LIBRARY}/files.json"
SPEECH = "model_runtime/weights/speech"
# Only training reads the weights for torch; inference reads the networks that were exported from them.
FOR_TRAINING = "model_runtime/weights/starter/weights.safetensors"


def extension_files(root: Path, target: Target) -> dict[str, bytes]:
    """Name in the archive -> content, for each file of the extension that git tracks in the working tree `root`, and
    the weights of the speech encoders.

    The manifest and the content of kmtalk_blender/ are at the archive's root. model_runtime/ with the weights is in
    lib/, compiled for the target's Python, so that the worker's import path holds no module of the extension. The
    manifest gets the runtime's version, the platform and the range of Blender versions. Raises InputError outside of a
    git checkout, or when weights are missing.
    """
    files = {"LICENSE": root / "LICENSE"}
    for path in _tracked(root, MANIFEST, "kmtalk_blender", "model_runtime"):
        if path == FOR_TRAINING:
            continue
        name = f"{LIBRARY}/{path}" if path.startswith("model_runtime/") else path.removeprefix("kmtalk_blender/")
        files[name] = root / path
    contents = {name: path.read_bytes() for name, path in sorted(files.items())}
    if MANIFEST not in contents:
        raise InputError(f"{MANIFEST} is not in git; add it.")
    contents[MANIFEST] = _manifest(contents[MANIFEST].decode(), target).encode()
    runtime = {name: content for name, content in contents.items() if name.startswith(f"{LIBRARY}/")}
    return contents | compiled(runtime, target.python, checked=True) | _speech_weights(root)


def listing(contents: dict[str, bytes]) -> bytes:
    """JSON: path in the library -> SHA-256 of each file of the runtime, without what Python compiled from them."""
    runtime = f"{LIBRARY}/model_runtime/"
    digests = {
        name.removeprefix(f"{LIBRARY}/"): hashlib.sha256(content).hexdigest()
        for name, content in sorted(contents.items())
        if name.startswith(runtime) and not name.endswith(".pyc")
    }
    return (json.dumps(digests, indent=0) + "\n").encode()


def write_archive(path: Path, contents: dict[str, bytes]) -> Path:
    """Write a zip of `contents`, atomically, sorted by name; zips in it are stored, other files are deflated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_atomic(path, lambda stream: _write_zip(stream, contents))


def zipped(contents: dict[str, bytes]) -> bytes:
    """A zip of `contents`, as `write_archive` writes it."""
    stream = io.BytesIO()
    _write_zip(stream, contents)
    return stream.getvalue()


def _write_zip(stream: BinaryIO, contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in sorted(contents.items()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=9)


def _speech_weights(root: Path) -> dict[str, bytes]:
    """The weights of the speech encoders, which git does not track; only their sizes and hashes are in git."""
    listing = root / SPEECH / "files.json"
    if not listing.is_file():
        return {}
    weights = {}
    for name, about in json.loads(listing.read_text(encoding="utf-8"))["files"].items():
        path = listing.parent / name
        if not path.is_file():
            raise InputError(f"{SPEECH}/{name} is missing; run make weights.")
        content = path.read_bytes()
        if len(content) != about["bytes"] or hashlib.sha256(content).hexdigest() != about["sha256"]:
            raise InputError(f"{SPEECH}/{name} is damaged or of another version; delete it and run make weights.")
        weights[f"{LIBRARY}/{SPEECH}/{name}"] = content
    return weights


def _tracked(root: Path, *folders: str) -> list[str]:
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--", *folders], capture_output=True, text=True, check=False
    )
    if listing.returncode != 0 or not listing.stdout:
        raise InputError(f"{root} is no git checkout of the project; clone it.")
    return [name for name in listing.stdout.split("\0") if name]


def _manifest(text: str, target: Target) -> str:
    """The manifest with version, platform and Blender versions of the target."""
    first, after = target.blenders
    # In TOML, top-level keys stand before the first table: the new ones come right after version.
    ours = {"version": f'"{__version__}"\nplatforms = ["{target.platform}"]', "blender_version_min": f'"{first}"'}
    if after:
        ours["blender_version_min"] += f'\nblender_version_max = "{after}"'
    for key, value in ours.items():
        line = f"{key} = {value}"
        text, found = re.subn(rf'^{key} = ".*"$', lambda _, line=line: line, text, count=1, flags=re.MULTILINE)
        if not found:
            raise InputError(f'{MANIFEST} has no line {key} = "..."; add one.')
    return text
