"""The wheels of the runtime for one target, checked against the hashes in runtime.lock."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import model_runtime
from model_runtime.errors import InputError
from packing.contents import LEFT_OUT
from packing.targets import Target

__all__ = ["LOCK", "download_wheels", "list_wheels"]

LOCK = Path(model_runtime.__file__).with_name("runtime.lock")


@dataclass(frozen=True)
class Locked:
    """One requirement of the lock file. pin: name==version. hashes: SHA-256 of each allowed file."""

    pin: str
    hashes: tuple[str, ...]


def list_wheels(target: Target) -> list[str]:
    """File names of the wheels that are packed for the target, sorted, without downloading them.

    Raises InputError with every requirement that has no wheel, or every wheel whose hash is not in the lock file.
    """
    needed = _locked(target)
    found = _resolve([one.pin for one in needed], target)
    if found is None:
        missing = [one.pin for one in needed if _resolve([one.pin], target) is None]
        raise InputError(f"No wheel for {target.platform} and Python {target.python}: {', '.join(missing)}.")
    known = {digest for one in needed for digest in one.hashes}
    strange = [name for name, digest in found.items() if digest not in known]
    if strange:
        raise InputError(f"The lock has no hash of {', '.join(strange)}; run tools/lock.sh where pip finds them.")
    return sorted(found)


def download_wheels(target: Target, folder: Path) -> list[Path]:
    """Download the wheels that are packed for the target into the empty folder `folder`; sorted paths.

    pip checks each against the lock file's hashes. Raises InputError with pip's reason.
    """
    lines = [f"{one.pin} {' '.join(f'--hash=sha256:{digest}' for digest in one.hashes)}" for one in _locked(target)]
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(lines), encoding="utf-8")
    result = _pip("download", "--require-hashes", "-d", str(folder), "-r", str(requirements), target=target)
    if result.returncode != 0:
        lines = [line for line in result.stderr.splitlines() if "ERROR" in line] or result.stderr.splitlines()
        raise InputError(f"pip could not download the wheels: {lines[-1].strip() if lines else 'it gave no reason'}")
    return sorted(folder.glob("*.whl"))


def _resolve(pins: list[str], target: Target) -> dict[str, str] | None:
    """File name -> SHA-256 of the wheels that pip selects for `pins`; None when a requirement has no wheel."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", f"--target={folder}", f"--report={report}"]
        if _pip("install", *options, *pins, target=target).returncode != 0:
            return None
        chosen = [item["download_info"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {one["url"].rsplit("/", 1)[1].replace("%2B", "+"): one["archive_info"]["hashes"]["sha256"] for one in chosen}


def _locked(target: Target) -> list[Locked]:
    """The requirements of the lock file that are packed for the target."""
    locked = []
    for line in LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        text, *hashes = line.split("--hash=sha256:")
        if not text.strip() or text.startswith("#"):
            continue
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) in LEFT_OUT:
            continue
        if requirement.marker is None or requirement.marker.evaluate(target.markers):
            locked.append(Locked(f"{requirement.name}{requirement.specifier}", tuple(h.strip() for h in hashes)))
    return locked


def _pip(command: str, *arguments: str, target: Target) -> subprocess.CompletedProcess:
    line = [sys.executable, "-m", "pip", command, "--quiet", *target.pip_options, *arguments]
    variables = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return subprocess.run(line, capture_output=True, text=True, env=variables, check=False)
