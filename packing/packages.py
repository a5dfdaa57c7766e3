"""The packages of the runtime as one zip with its description, made from wheels."""

import hashlib
import json
import re
import tempfile
from pathlib import Path

from model_runtime.files.atomic import write_atomic
from packing.archive import zipped
from packing.bytecode import compiled
from packing.contents import packed_files
from packing.targets import Target
from packing.wheels import LOCK, download_wheels

__all__ = ["packed_packages"]


def packed_packages(target: Target, cache: Path) -> tuple[bytes, bytes]:
    """The zip of the packages for a target, and its description as JSON.

    The description says platform, python, macos (the oldest system that the wheels run on), sha256 and bytes (when
    unpacked). cache: folder that keeps both until the lock or this code changes. Raises InputError when a wheel cannot
    be downloaded.
    """
    kept = cache / f"{target.title}-{_digest()}.zip"
    about = kept.with_suffix(".json")
    if kept.is_file() and about.is_file():
        content = kept.read_bytes()
        if json.loads(about.read_bytes())["sha256"] == hashlib.sha256(content).hexdigest():
            return content, about.read_bytes()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        wheels = download_wheels(target, Path(folder))
        files = packed_files(wheels)
        macos = oldest_macos([wheel.name for wheel in wheels])
    files |= compiled(files, target.python, checked=False)
    content = zipped(files)
    description = {
        "platform": target.platform,
        "python": target.python,
        "macos": macos,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": sum(map(len, files.values())),
    }
    written = (json.dumps(description, indent=1) + "\n").encode()
    write_atomic(kept, lambda stream: stream.write(content))
    write_atomic(about, lambda stream: stream.write(written))
    return content, written


def oldest_macos(wheels: list[str]) -> str:
    """The oldest macOS on which all of the wheels run, such as 13.0; empty when none is for macOS."""
    # A wheel may name several systems: the oldest counts.
    found = [min(map(_version, tags)) for name in wheels if (tags := re.findall(r"macosx_(\d+)_(\d+)_", name))]
    return ".".join(map(str, max(found))) if found else ""


def _version(tag: tuple[str, str]) -> tuple[int, int]:
    return int(tag[0]), int(tag[1])


def _digest() -> str:
    """Changes with the lock and with the code of this package."""
    digest = hashlib.sha256(LOCK.read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
