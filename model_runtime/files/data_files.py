"""Model and dictionary files on which every take depends, with the SHA-256 of each.

A file with other content would change every take. Hashes are checked while something is installed only, so the files
are hashed again at each start, and whenever their size, times or inode change.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from model_runtime.errors import InputError

__all__ = [
    *(
        "ALIGNER",
        "DATA_FILES",
        "SOUNDS",
        "SPEECH",
        "DataFiles",
        "checked_folder",
        "data_digest",
        "sound_file",
        "speech_file",
    ),
]

# Ends of the names of text files; the ends of their lines depend on the system that a wheel was made for.
TEXTS = (".dict", "noisedict", ".params")


@dataclass(frozen=True)
class DataFiles:
    """Files of one package. name, fix: for messages. package: name of the module whose folder holds the files. digests:
    path within that folder -> SHA-256 of the content; for text files, of the content with Unix line ends."""

    name: str
    package: str
    digests: dict[str, str]
    fix: str


def _listed(folder: str) -> dict[str, str]:
    """The digests that files.json in a folder of model_runtime lists (packing.speech_weights)."""
    text = (resources.files("model_runtime") / folder / "files.json").read_text()
    return {f"{folder}/{name}": about["sha256"] for name, about in json.loads(text)["files"].items()}


# Folder of the recognisers' networks.
SPEECH_FOLDER = "weights/speech"
SPEECH = DataFiles(
    "recogniser", "model_runtime", _listed(SPEECH_FOLDER), "install the extension again, or run make weights"
)
# Folder of the network that hears sounds (training.sounds).
SOUNDS_FOLDER = "weights/sounds"
SOUNDS = DataFiles("network of sounds", "model_runtime", _listed(SOUNDS_FOLDER), "install the extension again")
# Digests of the files in the wheels that runtime.lock names; the files are the same on every system.
ALIGNER = DataFiles(
    "model of the aligner",
    "pocketsphinx",
    {
        "model/en-us/cmudict-en-us.dict": "20b5c293e1f311fb375fe067e500ec5636f4fc7af5594967263696def9b23bfe",
        "model/en-us/en-us-phone.lm.bin": "c57e0fa4191b096b1279cfe3a77927f52568fdecfc6624ddb5cec9527c763a54",
        "model/en-us/en-us/feat.params": "c982c5f75e2a30c34d2c9ef1f6b129a5a00e67e3e927565076b58664cc2404c9",
        "model/en-us/en-us/mdef": "2360f9a86889c1cfee8bd618a0269387911e5fb2920a594f506b18b8c79683b0",
        "model/en-us/en-us/means": "832019e32cac12eb318964f96f469034acb12d0348eeddc3831831a100cb4dd4",
        "model/en-us/en-us/noisedict": "7295b07df2c204c4f87c6782b6be1a3859d7006d4e3864181c955d6dab105a33",
        "model/en-us/en-us/sendump": "8c9564c0d5bef69ca9d9bf1014abe162f071644cf02cf1fa8a483c3dc165a7a8",
        "model/en-us/en-us/transition_matrices": "c1f7f28ea43177be734be1f88bd7f1b9a853d0e660f8599c67c6eaeca8bb539a",
        "model/en-us/en-us/variances": "b00d696f85e96834fc10f8e5f06428d8c4db6bffdbe5845b6f69bf6efbc48fa5",
    },
    "install the runtime again, or pocketsphinx as in runtime.lock",
)
DATA_FILES = (SPEECH, SOUNDS, ALIGNER)


def checked_folder(files: DataFiles) -> Path:
    """The package's folder, after checking every file's SHA-256. Raises InputError for a missing or different file."""
    for name in files.digests:
        _checked(files, name)
    folder = _folder(files.package)
    assert folder is not None
    return folder


def speech_file(name: str) -> Path:
    """A file of the recognisers, after checking its SHA-256. Raises InputError when it is missing or different."""
    return _checked(SPEECH, f"{SPEECH_FOLDER}/{name}")


def sound_file(name: str) -> Path:
    """A file of the network of sounds, after checking its SHA-256. Raises InputError as `speech_file`."""
    return _checked(SOUNDS, f"{SOUNDS_FOLDER}/{name}")


def data_digest() -> str:
    """SHA-256 over the sorted digests of all DATA_FILES. Raises InputError as `checked_folder`."""
    for files in DATA_FILES:
        checked_folder(files)
    listed = sorted(digest for files in DATA_FILES for digest in files.digests.values())
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def _checked(files: DataFiles, name: str) -> Path:
    folder = _folder(files.package)
    path = None if folder is None else folder / name
    if path is None or not path.is_file():
        raise InputError(f"{sys.executable} has no {files.name}; {files.fix}.")
    try:
        state = path.stat()
        found = _digest(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
    except OSError as error:
        raise InputError(f"Cannot read {path} ({error.strerror or error}); {files.fix}.") from error
    if found != files.digests[name]:
        raise InputError(f"{path} is damaged or of another version; {files.fix}.")
    return path


@cache
def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def _digest(path: Path, *_state: int) -> str:
    """SHA-256 of a file, cached while its size, times and inode (_state) stay the same."""
    if path.name.endswith(TEXTS):
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
