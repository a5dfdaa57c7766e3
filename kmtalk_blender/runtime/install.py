"""Install the runtime: a virtual environment with the packages of model_runtime/runtime.lock, made by pip.

Steps: make the environment; download the wheels into a folder beside it, checked against the hashes of the lock;
install from that folder without the network; run the new interpreter once. Where the packages of the zip are for the
environment's Python, they are put into it, and nothing is downloaded. Only then the folder gets its final name:
an incomplete installation is never used, and the former one stays until the new one works. Downloaded wheels are kept
when the installation is interrupted.
"""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from ..errors import UserError
from .figures import DOWNLOAD_MB
from .install_plan import Plan
from .virtual_environment import MARKER, digest_of, environment_python, remove_folder

__all__ = ["Installation"]

LOG_LINES = 400  # last lines of pip's output that are kept
# Runs in the new environment, with a zip as its argument.
UNPACK = "import sys, sysconfig, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sysconfig.get_path('purelib'))"


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
            remove_folder(self.plan.unfinished)

    def _bytes_there(self) -> int:
        """Bytes of the wheels downloaded so far: pip collects them in temporary folders and moves them at the end."""
        places = ((self.plan.unfinished, "pip-*/*.whl"), (self.plan.wheels, "*.whl"))
        # pip may move a file at this moment; the next call counts it.
        with suppress(OSError):
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
            remove_folder(self.plan.unfinished)
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
        (plan.unfinished / MARKER).write_text(digest_of(plan.lock))
        try:
            remove_folder(old)
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
                remove_folder(rest)


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
