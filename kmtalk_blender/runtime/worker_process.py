"""The worker's process: started, written to, read in a thread, ended; and why it has ended."""

import json
import queue
import subprocess
import tempfile
import threading
import time
from collections import deque
from typing import IO

from ..errors import UserError
from .environment import Runtime, process_environment, source_folder
from .own_files import first_changed

__all__ = ["WorkerProcess"]

LOG_LINES = 200  # last lines of the worker's stderr that are kept
# Parts of Python's last error line when a package is missing, and when Windows lacks a library.
NO_PACKAGE = "No module named"
NO_LIBRARY = "DLL load failed"


class WorkerProcess:
    """A started worker. Use it from one thread only.

    lines: what it has written to stdout; None follows once it has ended. log: the last lines of its stderr. started:
    time.monotonic() of its start.
    """

    def __init__(self, runtime: Runtime) -> None:
        """Start it. Raises UserError when it cannot be started."""
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.started = time.monotonic()
        self._runtime = runtime
        try:
            self._process = subprocess.Popen(
                [str(runtime.python), *runtime.options, "-m", "model_runtime", "worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=process_environment(runtime.packages),
                cwd=tempfile.gettempdir(),
                encoding="utf-8",
                errors="replace",
                # No console window on Windows; 0 elsewhere.
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UserError(
                f"KMTalk's runtime cannot be started with {runtime.python} ({error.strerror}); "
                "choose an interpreter in the preferences."
            ) from error
        logging = threading.Thread(target=self._read_log, daemon=True)
        logging.start()
        threading.Thread(target=self._read_lines, args=(logging,), daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True while it runs."""
        return self._process.poll() is None

    @property
    def failed(self) -> bool:
        """True when it has ended by itself with an error; an idle one ends without."""
        return self._process.returncode != 0

    def send(self, message: dict) -> None:
        """Write a message. To a process that has ended nothing is written: `lines` then ends with None."""
        try:
            stdin = _pipe(self._process.stdin)
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
        except (OSError, ValueError):
            return

    def end(self, seconds: float) -> None:
        """Close its input, and kill it when it has not ended after so many seconds."""
        try:
            _pipe(self._process.stdin).close()
            self._process.wait(seconds)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def changed_package(self) -> str:
        """Path of a file of the packages that is not as it was packed, after the worker has failed; or empty."""
        packages = self._runtime.packages
        changed = packages.first_damaged() if packages is not None and self.failed else ""
        return str(packages.folder / changed) if packages is not None and changed else ""

    def why_ended(self, answered: bool, changed: str) -> str:
        """A sentence on why it has ended. answered: it has said hello. changed: see `changed_package`."""
        python, code = self._runtime.python, self._process.returncode
        last = next((line for line in reversed(self.log) if line.strip()), "")
        if self.failed and (lost := first_changed(source_folder())) is not None:
            return f"{lost} is missing or changed; install the extension again."
        if changed:
            return (
                f"{changed} went or changed right after it was unpacked, probably by a virus scanner; allow that "
                "folder there, and try again."
            )
        if NO_LIBRARY in last:
            return (
                "Windows lacks a library that ONNX Runtime needs; install Microsoft's Visual C++ Redistributable "
                "(2015-2022, x64), and try again."
            )
        if not answered and NO_PACKAGE in last:
            return (
                f"{python} lacks KMTalk's packages; press Install Runtime, or choose another interpreter in the "
                "preferences."
            )
        if not answered:
            return (
                f"KMTalk's runtime did not start with {python} ({last or f'exit code {code}'}); install the runtime "
                "or choose an interpreter in the preferences."
            )
        return f"KMTalk's runtime stopped (exit code {code}{': ' + last if last else ''}); try again."

    def _read_lines(self, logging: threading.Thread) -> None:
        for line in _pipe(self._process.stdout):
            self.lines.put(line)
        self._process.wait()
        logging.join(1.0)  # s; so that the last error line is in the log
        self.lines.put(None)

    def _read_log(self) -> None:
        for line in _pipe(self._process.stderr):
            self.log.append(line.rstrip())


def _pipe(stream: IO[str] | None) -> IO[str]:
    """A stream of a process that was started with pipes."""
    assert stream is not None
    return stream
