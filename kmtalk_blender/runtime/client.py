"""The client of the worker: starts it, sends requests, reads events. The protocol is model_runtime.protocol's."""

import json
import queue
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ..errors import UserError
from .environment import Runtime, process_environment, source_folder
from .in_use import hold
from .own_files import first_changed
from .packages import Packages
from .unpacking import Unpacking, remove_unused, set_aside

__all__ = ["PROTOCOL", "Client", "Ticket"]

PROTOCOL = 1
HELLO_SECONDS = 60.0  # s that the worker has to say hello
CANCEL_SECONDS = 3.0  # s that the worker has to cancel a request or to end
LOG_LINES = 200  # last lines of the worker's stderr that are kept
UNPACKING_SHARE = 0.5  # progress of the first request when the packages are unpacked
# Parts of Python's last error line when a package is missing, and when Windows lacks a library.
NO_PACKAGE = "No module named"
NO_LIBRARY = "DLL load failed"


@dataclass
class Ticket:
    """A request to the worker. state: waiting, running, done, failed or cancelled. fraction: progress in [0, 1], never
    falls. begin: progress at which the worker's own begins. again: it was sent a second time, to a new worker.
    message: why it failed. reason: what it failed by, where the extension can do something about it."""

    id: int
    op: str
    params: dict = field(default_factory=dict)
    begin: float = 0.0
    again: bool = False
    state: str = "waiting"
    fraction: float = 0.0
    text: str = ""
    result: dict = field(default_factory=dict)
    message: str = ""
    reason: str = ""

    @property
    def ended(self) -> bool:
        """True when no more events follow."""
        return self.state in ("done", "failed", "cancelled")


class Client:
    """One worker process, started on the first request and kept running. Use it from one thread only.

    Packages that came with the extension are unpacked before the first start, while the requests wait.
    """

    def __init__(self, runtime: Runtime | Path) -> None:
        """`runtime`: the interpreter that runs the worker, alone or with the packages that it uses."""
        self.runtime = runtime if isinstance(runtime, Runtime) else Runtime(runtime)
        self.python = self.runtime.python
        self.hello: dict = {}
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._process: subprocess.Popen | None = None
        self._unpacking: Unpacking | None = None
        self._unpacked_again = False
        self._hold: IO[bytes] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._tickets: dict[int, Ticket] = {}
        self._cancelled: dict[int, float] = {}
        self._next_id = 1
        self._started = 0.0

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The worker's process id, or None before the first request."""
        return self._process.pid if self._process else None

    def submit(self, op: str, params: dict) -> Ticket:
        """Send a request; starts the worker when it is not running. Raises UserError when it cannot be started."""
        self.pump()
        if self._cancelled and time.monotonic() - min(self._cancelled.values()) > CANCEL_SECONDS:
            self.kill()
        if not self.alive and self._unpacking is None:
            self._start()
        ticket = Ticket(self._next_id, op, params)
        self._next_id += 1
        self._tickets[ticket.id] = ticket
        self._send_request(ticket)
        return ticket

    def pump(self) -> bool:
        """Handle the events that have arrived, without waiting. Returns True when there were any."""
        changed = self._follow_unpacking()
        while True:
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                break
            self._handle_line(line)
            changed = True
        silent = not self.hello and self._tickets and time.monotonic() - self._started > HELLO_SECONDS
        if silent and self.alive:
            self.kill()
            self._fail_all("KMTalk's runtime does not answer; press Check Runtime in the preferences.")
        return changed

    def call(
        self,
        op: str,
        params: dict,
        progress: Callable[[Ticket], None] | None = None,
        interval: float = 0.02,
    ) -> dict:
        """Send a request and wait for its result. Raises UserError with the worker's sentence when it fails."""
        ticket = self.submit(op, params)
        try:
            while not ticket.ended:
                if self.pump() and progress:
                    progress(ticket)
                elif not ticket.ended:
                    time.sleep(interval)
        except KeyboardInterrupt:
            self.cancel(ticket)
            raise
        return self.result(ticket)

    def result(self, ticket: Ticket) -> dict:
        """The result of an ended request. Raises UserError when there is none."""
        if ticket.state == "done":
            return ticket.result
        raise UserError(ticket.message or "Cancelled.")

    def cancel(self, ticket: Ticket) -> None:
        """Cancel a request at once. The worker stops at its next checkpoint, or is killed before the next request."""
        if ticket.ended:
            return
        ticket.state, ticket.message = "cancelled", "Cancelled."
        self._tickets.pop(ticket.id, None)
        if self._unpacking is not None and not self._tickets:
            self._stop_unpacking()
        elif self.alive:
            self._cancelled[ticket.id] = time.monotonic()
            self._send({"id": 0, "op": "cancel", "params": {"request": ticket.id}})

    def kill(self) -> None:
        """End the process at once."""
        self._stop_unpacking()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._cancelled.clear()
        self._release()

    def close(self) -> None:
        """Cancel all requests and ask the worker to end; kill it when it does not."""
        for ticket in list(self._tickets.values()):
            self.cancel(ticket)
        if self._process is not None and self.alive:
            self._send({"id": 0, "op": "shutdown", "params": {}})
            try:
                _pipe(self._process.stdin).close()
                self._process.wait(CANCEL_SECONDS)
            except (OSError, subprocess.TimeoutExpired):
                self.kill()
        self._stop_unpacking()
        self._release()

    def _start(self) -> None:
        """Start the worker, or begin with unpacking its packages when they are not there."""
        packages = self.runtime.packages
        if packages is not None:
            self._release()
            # Held before it is looked at, so that no other Blender deletes it after that.
            self._hold = hold(packages.folder)
            if not packages.whole():
                self._release()
                self._unpacking = Unpacking(packages)
                return
            self._remove_unused(packages)
        self._launch()

    def _follow_unpacking(self) -> bool:
        """Show the progress of unpacking; start the worker at its end. Returns True when there is something new."""
        if self._unpacking is None:
            return False
        for ticket in self._tickets.values():
            ticket.fraction = ticket.begin = max(ticket.fraction, UNPACKING_SHARE * self._unpacking.fraction)
            ticket.text = "Unpacking KMTalk's packages, once"
        if not self._unpacking.ended:
            return True
        failure, self._unpacking = self._unpacking.failure, None
        try:
            if failure:
                raise UserError(failure)
            self._start_unpacked()
        except UserError as error:
            self._fail_all(str(error))
        return True

    def _start_unpacked(self) -> None:
        packages = self.runtime.packages
        assert packages is not None
        self._hold = hold(packages.folder)
        self._remove_unused(packages)
        self._launch()
        for ticket in self._tickets.values():
            self._send_request(ticket)

    def _remove_unused(self, packages: Packages) -> None:
        # Deleting takes a while, and nobody waits for it.
        threading.Thread(target=remove_unused, args=(packages,), daemon=True).start()

    def _stop_unpacking(self) -> None:
        if self._unpacking is not None:
            self._unpacking.stop()
            self._unpacking = None

    def _release(self) -> None:
        """Let other Blenders delete the packages, when they are of an old version."""
        if self._hold is not None:
            self._hold.close()
            self._hold = None

    def _launch(self) -> None:
        command = [str(self.python), *self.runtime.options, "-m", "model_runtime", "worker"]
        self.hello, self._lines, self._started = {}, queue.Queue(), time.monotonic()
        self._cancelled.clear()
        self.log.clear()
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=process_environment(self.runtime.packages),
                cwd=tempfile.gettempdir(),
                encoding="utf-8",
                errors="replace",
                # No console window on Windows; 0 elsewhere.
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UserError(
                f"KMTalk's runtime cannot be started with {self.python} ({error.strerror}); "
                "choose an interpreter in the preferences."
            ) from error
        logging = threading.Thread(target=self._read_log, args=(_pipe(self._process.stderr),), daemon=True)
        logging.start()
        threading.Thread(target=self._read_lines, args=(self._process, self._lines, logging), daemon=True).start()

    def _read_lines(
        self, process: subprocess.Popen, lines: "queue.Queue[str | None]", logging: threading.Thread
    ) -> None:
        for line in _pipe(process.stdout):
            lines.put(line)
        process.wait()
        logging.join(1.0)  # s; so that the last error line is in the log
        lines.put(None)

    def _read_log(self, stream: IO[str]) -> None:
        for line in stream:
            self.log.append(line.rstrip())

    def _send_request(self, ticket: Ticket) -> None:
        # While the packages are unpacked it waits: all requests are sent when the worker starts.
        if self._unpacking is None:
            self._send({"id": ticket.id, "op": ticket.op, "params": ticket.params})

    def _send(self, message: dict) -> None:
        if self._process is None:
            return
        try:
            stdin = _pipe(self._process.stdin)
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
        except (OSError, ValueError):
            # The process has ended: the reader then sends None, which ends every request with the reason.
            return

    def _handle_line(self, line: str | None) -> None:
        if line is None:
            self._handle_exit()
            return
        try:
            event = json.loads(line)
            kind, number = event["event"], event.get("id")
        except (ValueError, TypeError, KeyError):
            self.log.append(line.rstrip())
            return
        if kind == "hello":
            self._handle_hello(event)
            return
        if kind != "progress":
            self._cancelled.pop(number, None)
        ticket = self._tickets.get(number)
        if ticket is None:
            return
        if kind == "progress":
            ticket.state = "running"
            share = min(1.0, float(event.get("fraction", 0.0)))
            ticket.fraction = max(ticket.fraction, ticket.begin + (1.0 - ticket.begin) * share)
            ticket.text = str(event.get("text", ""))
            return
        del self._tickets[number]
        if kind == "result":
            ticket.state, ticket.fraction, ticket.result = "done", 1.0, event.get("result", {})
        elif kind == "cancelled":
            ticket.state, ticket.message = "cancelled", "Cancelled."
        else:
            ticket.state, ticket.message = "failed", str(event.get("message", "The runtime gave no reason."))
            ticket.reason = str(event.get("reason", ""))

    def _handle_exit(self) -> None:
        """The process has ended: requests that it had not begun are sent once more, to a new one; the others fail."""
        waiting = list(self._tickets.values())
        if waiting and self._changed_package():
            if self._unpacked_again:
                self._fail_all(self._reason())
            else:
                self._unpack_again(waiting)
            return
        # Only an idle worker may be replaced: it ended (idle timeout, or killed) just as the request was sent.
        if not self.hello or any(ticket.again or ticket.state != "waiting" for ticket in waiting):
            self._fail_all(self._reason())
            return
        if not waiting:
            return
        try:
            self._start()
        except UserError as error:
            self._fail_all(str(error))
            return
        for ticket in waiting:
            ticket.again = True
            self._send_request(ticket)

    def _changed_package(self) -> str:
        """Path of a file of the packages that is not as it was packed, after the worker has failed; or empty."""
        packages = self.runtime.packages
        changed = packages.first_damaged() if packages is not None and self._failed else ""
        return str(packages.folder / changed) if packages is not None and changed else ""

    def _unpack_again(self, waiting: list[Ticket]) -> None:
        """Unpack the packages anew, as some have changed unseen; then all requests begin again."""
        packages = self.runtime.packages
        assert packages is not None
        self._unpacked_again = True
        for ticket in waiting:
            ticket.state = "waiting"
        self._release()
        # What cannot be deleted is named when unpacking ends.
        with suppress(OSError):
            set_aside(packages.folder)
        self._unpacking = Unpacking(packages)

    def _handle_hello(self, event: dict) -> None:
        self.hello = event
        if event.get("protocol") != PROTOCOL:
            self.kill()
            self._fail_all("KMTalk's runtime and the extension have different versions; update both.")

    @property
    def _failed(self) -> bool:
        """True when the process has ended by itself with an error; an idle one ends without."""
        return self._process is not None and self._process.returncode != 0

    def _reason(self) -> str:
        code = self._process.returncode if self._process else None
        last = next((line for line in reversed(self.log) if line.strip()), "")
        if self._failed and (lost := first_changed(source_folder())) is not None:
            return f"{lost} is missing or changed; install the extension again."
        if changed := self._changed_package():
            return (
                f"{changed} went or changed right after it was unpacked, probably by a virus scanner; allow that "
                "folder there, and try again."
            )
        if NO_LIBRARY in last:
            return (
                "Windows lacks a library that ONNX Runtime needs; install Microsoft's Visual C++ Redistributable "
                "(2015-2022, x64), and try again."
            )
        if not self.hello and NO_PACKAGE in last:
            return (
                f"{self.python} lacks KMTalk's packages; press Install Runtime, or choose another interpreter in the \
preferences."
            )
        if not self.hello:
            return f"KMTalk's runtime did not start with {self.python} ({last or f'exit code {code}'}); install the \
runtime or choose an interpreter in the preferences."
        return f"KMTalk's runtime stopped (exit code {code}{': ' + last if last else ''}); try again."

    def _fail_all(self, message: str) -> None:
        for ticket in self._tickets.values():
            ticket.state, ticket.message = "failed", message
        self._tickets.clear()
        self._cancelled.clear()


def _pipe(stream: IO[str] | None) -> IO[str]:
    """A stream of a process that was started with pipes."""
    assert stream is not None
    return stream
