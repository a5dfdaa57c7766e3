"""Install the runtime: a virtual environment with the packages of model_runtime/runtime.lock, made by pip.

Steps: make the environment; download the wheels into a folder beside it, checked against the hashes of the lock;
install from that folder without the network; run the new interpreter once. Only then the folder gets its final name:
an incomplete installation is never used, and the former one stays until the new one works. Downloaded wheels are kept
when the installation is interrupted.
"""

import contextlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UserError

__all__ = [
    *("BUILDS", "DISK_MB", "DOWNLOAD_MB", "MARKER", "TORCH_GPU_INDEX", "TORCH_INDEX", "Installation", "Plan"),
    *("environment_python", "installed_python", "plan_for", "remove_environment", "wheels_of"),
]

MARKER = ".complete"  # file in an environment that was completely installed
# CPU builds of torch; on Linux PyPI has only a build with several gigabytes of CUDA libraries.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH_GPU_INDEX = "https://download.pytorch.org/whl/cu130"
# The builds to choose from: identifier, label, tooltip.
BUILDS = (
    ("CPU", "CPU", "Small, and fast enough for the model that comes with KMTalk"),
    ("CUDA", "CUDA", "For large models of your own, on a machine with an NVIDIA GPU: some 10 GB"),
)
DOWNLOAD_MB = 460  # MB that the CPU build downloads, measured on Linux
DISK_MB = 1500  # MB that the CPU build takes on the disk, measured on Linux
SPACE = 3_000_000_000  # bytes that installing the CPU build takes at most, wheels included
GPU_SPACE = 15_000_000_000  # bytes that installing the CUDA build takes at most, wheels included
LOG_LINES = 400  # last lines of pip's output that are kept
# The lock has the hash of the CPU build of torch for this Python only, on Linux.
LINUX_PYTHON = "3.11"
# The oldest systems for which all wheels exist.
OLDEST_GLIBC = (2, 34)
OLDEST_MACOS = (15,)


@dataclass(frozen=True)
class Plan:
    """What to install, and where.

    folder: the environment. python: the interpreter that it is made from. source: the folder that contains
    model_runtime. wheelhouse: folder of the wheels that came with the extension; None: pip downloads them. index: extra
    package index for CPU builds of torch (Linux); empty: only the indexes that pip is set to use. gpu_index: package
    index for torch with CUDA and its dependencies; empty: install the CPU build. trial: arguments for the new
    interpreter, which must exit with 0.
    """

    folder: Path
    python: Path
    source: Path
    wheelhouse: Path | None = None
    index: str = ""
    gpu_index: str = ""
    trial: tuple[str, ...] = ("-m", "model_runtime", "info")

    @property
    def lock(self) -> Path:
        """The requirements with their hashes."""
        return self.source / "model_runtime" / "runtime.lock"

    @property
    def lock_without_torch(self) -> Path:
        """The requirements without torch, for the CUDA build; a file beside the wheels."""
        return self.wheels / "without_torch.lock"

    @property
    def unfinished(self) -> Path:
        """The folder of the new environment until it is complete."""
        return self.folder.with_name(f"{self.folder.name}.new")

    @property
    def wheels(self) -> Path:
        """The folder in which pip finds the wheels."""
        return self.wheelhouse or self.folder.with_name(f"{self.folder.name}.wheels")


def wheels_of(source: Path) -> Path | None:
    """The folder of wheels of the offline package; None in the usual package."""
    return source / "wheelhouse" if (source / "wheelhouse").is_dir() else None


def plan_for(
    folder: Path, python: Path, source: Path, online: bool, index: str = TORCH_INDEX, gpu_index: str = ""
) -> Plan:
    """Make a plan, and check all that can be checked before the installation. Raises UserError with what is missing."""
    wheelhouse = wheels_of(source) if not gpu_index else None
    linux = sys.platform.startswith("linux")
    plan = Plan(folder, python, source, wheelhouse, index if linux else "", gpu_index)
    if gpu_index and sys.platform == "darwin":
        raise UserError("There is no CUDA on a Mac; install the usual build, which uses the Mac's own GPU.")
    if not plan.lock.is_file():
        raise UserError("The extension's list of packages is missing; install the extension again.")
    if plan.wheelhouse is None and not online:
        raise UserError(
            "Blender may not go online; allow it in Preferences > System > Network, or install the offline package."
        )
    _refuse_old_systems()
    version = _version(python)
    if linux and plan.wheelhouse is None and version != LINUX_PYTHON:
        raise UserError(
            f"{python} is Python {version}; for Linux the runtime needs {LINUX_PYTHON}: name one in the preferences "
            "(Made From)."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    needed = GPU_SPACE if gpu_index else SPACE
    if free < needed:
        raise UserError(f"{folder.parent} has {free / 1e9:.1f} GB free; the runtime needs {needed / 1e9:.0f} GB.")
    return plan


def _refuse_old_systems() -> None:
    """Raise UserError on systems that are too old for the wheels."""
    library, glibc = platform.libc_ver()
    if library == "glibc" and _numbers(glibc) < OLDEST_GLIBC:
        raise UserError(
            f"This Linux has glibc {glibc}; the runtime needs 2.34 (Debian 12, Ubuntu 22.04, RHEL 9) or later."
        )
    macos = platform.mac_ver()[0]
    if macos and _numbers(macos) < OLDEST_MACOS:
        raise UserError(f"This Mac has macOS {macos}; the runtime needs macOS 15 or later.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _version(python: Path) -> str:
    """The version of an interpreter, such as 3.11. Raises UserError when it is not a Python."""
    try:
        command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"{python} does not run as a Python; choose another interpreter.") from error


def _torch(lock: Path) -> str:
    """The lock's requirement for torch, such as torch==2.13.0."""
    found = re.search(r"^torch==[\w.]+", lock.read_text(), re.MULTILINE)
    if found is None:
        raise UserError("The extension's list of packages is damaged; install the extension again.")
    return found[0]


def environment_python(folder: Path) -> Path:
    """Path of the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def installed_python(folder: Path) -> Path | None:
    """The interpreter of a complete environment, else None.

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
    return python if (folder / MARKER).is_file() and python.is_file() else None


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
        if self.plan.wheelhouse or not 0 <= self._step < len(steps) or not steps[self._step].wheels:
            return self.text
        there = round(self._downloaded / 1e6)
        if self.plan.gpu_index:
            return f"{self.text}: {there} MB"
        return f"{self.text}: {min(there, DOWNLOAD_MB)} of {DOWNLOAD_MB} MB"

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
        pip = [python, "-m", "pip"]
        lock = plan.lock_without_torch if plan.gpu_index else plan.lock
        locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(lock)]
        index = ["--extra-index-url", plan.index] if plan.index and not plan.gpu_index else []
        download = [*pip, "download", *locked, *index, "-d", str(plan.wheels)]
        here = ["--no-index", "--find-links", str(plan.wheels)]
        steps = [
            Step("Making the environment", [str(plan.python), "-m", "venv", str(plan.unfinished)], 0.02),
            # The offline package has all wheels: nothing to download.
            Step(
                "Downloading packages",
                [*pip, "--version"] if plan.wheelhouse else download,
                0.05,
                0.2 if plan.gpu_index else 0.6,
            ),
            Step("Installing packages", [*pip, "install", *here, *locked], 0.7),
            Step("Trying it out", [python, *plan.trial], 0.95),
        ]
        if plan.gpu_index:
            # The build of torch depends on the machine's CUDA, so the lock has no hashes for it: the user trusts the
            # index that the preferences name.
            torch = ["--only-binary=:all:", _torch(plan.lock)]
            fetch = [*pip, "download", *torch, "--index-url", plan.gpu_index, "-d", str(plan.wheels)]
            steps.insert(2, Step("Downloading torch for the GPU", fetch, 0.3))
            steps.insert(4, Step("Installing torch for the GPU", [*pip, "install", *here, *torch], 0.8))
        return steps

    def _prepare(self) -> None:
        """Delete the rests of an interrupted installation (venv would also empty the target of a symbolic link)."""
        try:
            _remove(self.plan.unfinished)
        except OSError as error:
            raise UserError(f"Cannot delete {self.plan.unfinished} ({error.strerror}); delete it yourself.") from error
        if self.plan.gpu_index:
            self._write_lock_without_torch()

    def _write_lock_without_torch(self) -> None:
        text = re.sub(r"^torch==.*\n(?:[ \t].*\n?)*", "", self.plan.lock.read_text(), flags=re.MULTILINE)
        self.plan.wheels.mkdir(parents=True, exist_ok=True)
        self.plan.lock_without_torch.write_text(text)

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
        (plan.unfinished / MARKER).write_text("")
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
        for rest in (old, *([plan.wheels] if plan.wheelhouse is None else [])):
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
