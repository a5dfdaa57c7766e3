"""The wheels of the runtime for one platform and Python version, checked against the hashes in runtime.lock."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

import model_runtime
from model_runtime.errors import InputError

__all__ = ["PLATFORMS", "Target", "download_wheels", "list_wheels", "resolve"]

LOCK = Path(model_runtime.__file__).with_name("runtime.lock")
# Blender's platform name -> (pip's platform tags, newest first; sys_platform; platform_machine).
PLATFORMS = {
    "linux-x64": (
        ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
        "linux",
        "x86_64",
    ),
    "windows-x64": (("win_amd64",), "win32", "AMD64"),
    "macos-arm64": (
        ("macosx_15_0_arm64", "macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"),
        "darwin",
        "arm64",
    ),
    "macos-x64": (("macosx_14_0_x86_64", "macosx_12_0_x86_64", "macosx_10_9_x86_64"), "darwin", "x86_64"),
}


@dataclass(frozen=True)
class Target:
    """A platform (Blender's name) and a Python version such as 3.11."""

    platform: str
    python: str

    @classmethod
    def named(cls, platform: str, python: str) -> "Target":
        """A Target, after a check of both names. Raises InputError with the supported names."""
        if platform not in PLATFORMS:
            raise InputError(f"There is no platform {platform}; take one of {', '.join(PLATFORMS)}.")
        if python not in ("3.11", "3.13"):
            raise InputError(f"No supported Blender runs Python {python}; take 3.11 or 3.13.")
        return cls(platform, python)

    @property
    def markers(self) -> dict[str, str]:
        """Values of the variables of requirement markers (PEP 508) on the target."""
        _, system, machine = PLATFORMS[self.platform]
        return {
            "implementation_name": "cpython",
            "platform_machine": machine,
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": system,
        }

    @property
    def pip_options(self) -> list[str]:
        """Options of pip that select wheels for the target."""
        tags, _, _ = PLATFORMS[self.platform]
        platforms = [f"--platform={tag}" for tag in tags]
        python = [f"--python-version={self.python}", "--implementation=cp"]
        # pip compares Requires-Python with the Python that runs pip, not with the target's.
        return ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", *python, *platforms]


@dataclass(frozen=True)
class Locked:
    """One requirement of the lock file. pin: name==version. hashes: SHA-256 of each allowed file."""

    pin: str
    hashes: tuple[str, ...]


def list_wheels(target: Target) -> list[str]:
    """File names of all wheels for the target, sorted, without downloading them.

    Raises InputError with every requirement that has no wheel, or every wheel whose hash is not in the lock file.
    """
    needed = _locked(target)
    found = resolve([one.pin for one in needed], target)
    if found is None:
        missing = [one.pin for one in needed if resolve([one.pin], target) is None]
        raise InputError(f"No wheel for {target.platform} and Python {target.python}: {', '.join(missing)}.")
    known = {digest for one in needed for digest in one.hashes}
    strange = [name for name, digest in found.items() if digest not in known]
    if strange:
        raise InputError(f"The lock has no hash of {', '.join(strange)}; run tools/lock.sh where pip finds them.")
    _refuse_cuda(list(found), target)
    return sorted(found)


def download_wheels(target: Target, folder: Path) -> list[Path]:
    """Download all wheels for the target to a subfolder of `folder`, checked against the lock file's hashes; sorted
    paths."""
    list_wheels(target)
    lines = [f"{one.pin} {' '.join(f'--hash=sha256:{digest}' for digest in one.hashes)}\n" for one in _locked(target)]
    destination = folder / f"{target.platform}-py{target.python}"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.writelines(lines)
        requirements.flush()
        result = _pip("download", "--require-hashes", "-d", str(destination), "-r", requirements.name, target=target)
    if result.returncode != 0:
        raise InputError(f"pip could not download the wheels: {result.stderr.strip().splitlines()[-1]}")
    wanted = set(list_wheels(target))
    return sorted(wheel for wheel in destination.glob("*.whl") if wheel.name in wanted)


def resolve(pins: list[str], target: Target) -> dict[str, str] | None:
    """File name -> SHA-256 of the wheels that pip selects for `pins`; None when a requirement has no wheel."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", f"--target={folder}", f"--report={report}"]
        if _pip("install", *options, *pins, target=target).returncode != 0:
            return None
        chosen = [item["download_info"] for item in json.loads(report.read_text())["install"]]
    return {one["url"].rsplit("/", 1)[1].replace("%2B", "+"): one["archive_info"]["hashes"]["sha256"] for one in chosen}


def _locked(target: Target) -> list[Locked]:
    locked = []
    for line in LOCK.read_text().replace("\\\n", " ").splitlines():
        text, *hashes = line.split("--hash=sha256:")
        if not text.strip() or text.startswith("#"):
            continue
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(target.markers):
            locked.append(Locked(f"{requirement.name}{requirement.specifier}", tuple(h.strip() for h in hashes)))
    return locked


def _refuse_cuda(names: list[str], target: Target) -> None:
    if target.platform != "linux-x64":
        return
    torch = next(name for name in names if name.startswith("torch-"))
    if "+cpu" not in torch:
        raise InputError(f"{torch} needs gigabytes of CUDA; point pip's extra-index-url at PyTorch's CPU builds.")


def _pip(command: str, *arguments: str, target: Target) -> subprocess.CompletedProcess:
    line = [sys.executable, "-m", "pip", command, "--quiet", *target.pip_options, *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)
