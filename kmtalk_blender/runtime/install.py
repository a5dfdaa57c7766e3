"""Install the runtime: a virtual environment with the packages of model_runtime/runtime.lock, made by pip.

Steps: make the environment; download the wheels into a folder beside it, checked against the hashes of the lock;
install from that folder without the network; run the new interpreter once. Where the packages of the zip are for the
environment's Python, they are put into it, and nothing is downloaded. Only then the folder gets its final name:
an incomplete installation is never used, and the former one stays until the new one works. Downloaded wheels are kept
when the installation is interrupted.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UserError
from .figures import DOWNLOAD_MB, SPACE
from .packages import Packages, platform_here
from .pythons import VERSIONS, find_python, version_of

__all__ = [
    *("MARKER", "Installation", "Plan", "environment_python", "environment_size", "installed_python", "lock_of"),
    *("plan_for", "remove_environment"),
]

MARKER = ".complete"  # file in an environment that was completely installed; holds the digest of its lock
LOG_LINES = 400  # last lines of pip's output that are kept
# The oldest systems for which all wheels exist.
OLDEST_GLIBC = (2, 28)
OLDEST_MACOS = (13,)
# Runs in the new environment, with a zip as its argument.
UNPACK = "import sys, sysconfig, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sysconfig.get_path('purelib'))"


@dataclass(frozen=True)
class Plan:
    """What to install, and where.

    folder: the environment. python: the interpreter that it is made from. source: the folder that contains
    model_runtime. packages: those of the zip, when they are for this Python; None: pip downloads wheels. trial:
    arguments for the new interpreter, which must exit with 0.
    """

    folder: Path
    python: Path
    source: Path
    packages: Packages | None = None
    trial: tuple[str, ...] = ("-m", "model_runtime", "info")

    @property
    def lock(self) -> Path:
        """The requirements with their hashes."""
        return lock_of(self.source)

    @property
    def unfinished(self) -> Path:
        """The folder of the new environment until it is complete."""
        return self.folder.with_name(f"{self.folder.name}.new")

    @property
    def wheels(self) -> Path:
        """The folder that pip downloads the wheels to."""
        return self.folder.with_name(f"{self.folder.name}.wheels")


def lock_of(source: Path) -> Path:
    """The requirements with their hashes, in the folder that contains model_runtime."""
    return source / "model_runtime" / "runtime.lock"


def plan_for(
    folder: Path, source: Path, online: bool, chosen: Path | None = None, packages: Packages | None = None
) -> Plan:
    """Make a plan, and check all that can be checked before the installation.

    online: the network may be used. chosen: the Python to make it from; None: one is looked for. packages: those of
    the zip. Raises UserError with what is missing.
    """
    if not lock_of(source).is_file():
        raise UserError("The extension's list of packages is missing; install the extension again.")
    packed = packages if packages is not None and packages.platform == platform_here() else None
    if chosen is not None:
        python, version = chosen, version_of(chosen)
    else:
        python, version = find_python(packed.python if packed is not None else "")
    if version not in VERSIONS:
        raise UserError(
            f"{python} is Python {version}; the runtime needs {VERSIONS[-1]} to {VERSIONS[0]}: name one as Made From "
            "in the preferences."
        )
    if packed is not None and packed.python != version:
        packed = None
    if packed is None and not online:
        raise UserError(
            "Blender may not go online; allow it in Preferences > System > Network, or install the zip for this "
            "Blender."
        )
    _refuse_old_systems()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"Cannot write {folder.parent} ({error.strerror}); make the folder writable.") from error
    free = shutil.disk_usage(folder.parent).free
    if free < SPACE:
        raise UserError(f"{folder.parent} has {free / 1e9:.1f} GB free; the runtime needs {SPACE / 1e9:.1f} GB.")
    return Plan(folder, python, source, packed)


def _refuse_old_systems() -> None:
    """Raise UserError on systems that are too old for the wheels."""
    library, glibc = platform.libc_ver()
    if library == "glibc" and _numbers(glibc) < OLDEST_GLIBC:
        raise UserError(
            f"This Linux has glibc {glibc}; the runtime needs 2.28 (Debian 10, Ubuntu 20.04, RHEL 8) or later."
        )
    macos = platform.mac_ver()[0]
    if macos and _numbers(macos) < OLDEST_MACOS:
        raise UserError(f"This Mac has macOS {macos}; the runtime needs macOS 13 or later.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


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
        current = (folder / MARKER).read_text() == _digest(lock)
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


def _digest(path: Path) -> str:
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
            _remove(path)
    except OSError as error:
        raise UserError(f"Cannot delete {folder} ({error.strerror}); close other Blenders and try again.") from error


def _remove(path: Path) -> None:
    """Delete a folder, if it exists; of a symbolic link only the link itself."""
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


@dataclass(frozen=True)
class Step:
    """A process of an installation. share: progress in [0, 1] when it starts. wheels: progress its downloads add."""

    text: str
    command: list[str]
    share: float
    wheels: float = 0.0


@dataclass
class Installation:
    """Runs a plan, one process at a time. Call `tick` until it returns True; `cancel` ends it at any time."""

    plan: Plan
    log: list[str] = field(default_factory=list)
    text: str = "Starting"
    _step: int = -1
    _downloaded: int = 0
    _process: subprocess.Popen | None = None
    _reader: threading.Thread | None = None

    @property
    def fraction(self) -> float:
        """Progress in [0, 1]; the downloads count for most of it."""
        steps = self._steps()
        if not 0 <= self._step < len(steps):
            return 0.0
        return steps[self._step].share + steps[self._step].wheels * min(1.0, self._downloaded / 1e6 / DOWNLOAD_MB)

    @property
    def progress_text(self) -> str:
        """The step under way; during downloads with the number of megabytes."""
        steps = self._steps()
        if not 0 <= self._step < len(steps) or not steps[self._step].wheels:
            return self.text
        return f"{self.text}: {min(round(self._downloaded / 1e6), DOWNLOAD_MB)} of {DOWNLOAD_MB} MB"

    def tick(self) -> bool:
        """Go on without waiting; True at the end. Raises UserError; the former environment is then unchanged."""
        self._downloaded = max(self._downloaded, self._bytes_there())
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return False
            if self._reader is not None:
                self._reader.join()
            self._process = None
            if code != 0:
                raise UserError(f"{self.text} failed: {self._reason()}")
        if self._step == -1:
            self._prepare()
        self._step += 1
        steps = self._steps()
        if self._step == len(steps):
            self._put_in_place()
            return True
        self.text = steps[self._step].text
        self._start(steps[self._step].command)
        return False

    def cancel(self) -> None:
        """End the running process and delete the new environment; downloaded wheels are kept for the next attempt."""
        if self._process is not None:
            _end_with_children(self._process)
            self._process = None
        with suppress(OSError):
            _remove(self.plan.unfinished)

    def _bytes_there(self) -> int:
        """Bytes of the wheels downloaded so far: pip collects them in temporary folders and moves them at the end."""
        places = ((self.plan.unfinished, "pip-*/*.whl"), (self.plan.wheels, "*.whl"))
        # pip may move a file at this moment; the next call counts it.
        with contextlib.suppress(OSError):
            return sum(path.stat().st_size for folder, name in places for path in folder.glob(name))
        return 0

    def _steps(self) -> list[Step]:
        plan = self.plan
        python = str(environment_python(plan.unfinished))
        make = Step("Making the environment", [str(plan.python), "-m", "venv", str(plan.unfinished)], 0.02)
        trial = Step("Trying it out", [python, *plan.trial], 0.95)
        if plan.packages is not None:
            # The zip's files lie as in an import folder.
            unpack = [python, "-c", UNPACK, str(plan.packages.archive)]
            return [make, Step("Unpacking packages", unpack, 0.3), trial]
        pip = [python, "-m", "pip"]
        locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(plan.lock)]
        here = ["--no-index", "--find-links", str(plan.wheels)]
        return [
            make,
            Step("Downloading packages", [*pip, "download", *locked, "-d", str(plan.wheels)], 0.05, 0.6),
            Step("Installing packages", [*pip, "install", *here, *locked], 0.7),
            trial,
        ]

    def _prepare(self) -> None:
        """Delete the rests of an interrupted installation (venv would also empty the target of a symbolic link)."""
        try:
            _remove(self.plan.unfinished)
            if self.plan.wheels.is_symlink():
                self.plan.wheels.unlink()
        except OSError as error:
            raise UserError(f"Cannot delete {self.plan.unfinished} ({error.strerror}); delete it yourself.") from error
        if self.plan.packages is not None:
            self.plan.packages.check_hash()

    def _start(self, command: list[str]) -> None:
        # Without the variables for Blender's Python: with them the new one would import Blender's modules.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        extra = {
            "PYTHONPATH": str(self.plan.source),
            "PYTHONNOUSERSITE": "1",
            # No files in the extension's folder or in pip's cache, and no request but for the packages.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            # Known to `_bytes_there`, which measures the download.
            "TMPDIR": str(self.plan.unfinished),
            "PIP_NO_INPUT": "1",
            "PIP_PROGRESS_BAR": "off",
        }
        self.log.append(f"$ {' '.join(command)}")
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=kept | extra,
                encoding="utf-8",
                errors="replace",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                # A process group, so that the processes that venv and pip start can be ended with it.
                start_new_session=True,
            )
        except OSError as error:
            raise UserError(
                f"{command[0]} cannot be started ({error.strerror}); choose another interpreter."
            ) from error
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen) -> None:
        for line in process.stdout or ():
            self.log.append(line.rstrip())
            del self.log[:-LOG_LINES]

    def _reason(self) -> str:
        """The most informative line of the log: the last error, else the last line."""
        lines = [line for line in self.log if line.strip() and not line.startswith("$")]
        errors = [line for line in lines if "error" in line.lower()]
        return (errors or lines or ["no reason was given"])[-1].strip()

    def _put_in_place(self) -> None:
        plan, old = self.plan, self.plan.folder.with_name(f"{self.plan.folder.name}.old")
        (plan.unfinished / MARKER).write_text(_digest(plan.lock))
        try:
            _remove(old)
            if plan.folder.exists():
                plan.folder.rename(old)
            plan.unfinished.rename(plan.folder)
        except OSError as error:
            if old.exists() and not plan.folder.exists():
                old.rename(plan.folder)
            raise UserError(
                f"{plan.folder} is in use ({error.strerror}); close other Blenders and try again."
            ) from error
        # These may stay when they cannot be deleted: the next installation removes them.
        for rest in (old, plan.wheels):
            with suppress(OSError):
                _remove(rest)


def _end_with_children(process: subprocess.Popen) -> None:
    """End a process and all that it has started."""
    if os.name == "nt":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(
            command, capture_output=True, check=False, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
        )
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
