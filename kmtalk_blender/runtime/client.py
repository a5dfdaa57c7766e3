"""The client of the worker: starts it, sends requests, reads events. The protocol is model_runtime.protocol's."""

import json
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..errors import UserError
from .environment import Runtime
from .in_use import hold
from .packages import Packages
from .ticket import Ticket
from .unpacking import Unpacking, remove_unused, set_aside
from .worker_process import WorkerProcess

__all__ = ["PROTOCOL", "Client"]

PROTOCOL = 1
HELLO_SECONDS = 60.0  # s that the worker has to say hello
CANCEL_SECONDS = 3.0  # s that the worker has to cancel a request or to end
UNPACKING_SHARE = 0.5  # progress of the first request when the packages are unpacked


class Client:
    """One worker process, started on the first request and kept running. Use it from one thread only.

    Packages that came with the extension are unpacked before the first start, while the requests wait.
    """

    def __init__(self, runtime: Runtime | Path) -> None:
        """`runtime`: the interpreter that runs the worker, alone or with the packages that it uses."""
        self.runtime = runtime if isinstance(runtime, Runtime) else Runtime(runtime)
        self.python = self.runtime.python
        self.hello: dict = {}
        self._worker: WorkerProcess | None = None
        self._unpacking: Unpacking | None = None
        self._unpacked_again = False
        self._hold: IO[bytes] | None = None
        self._tickets: dict[int, Ticket] = {}
        self._cancelled: dict[int, float] = {}
        self._next_id = 1

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._worker is not None and self._worker.alive

    @property
    def pid(self) -> int | None:
        """The worker's process id, or None before the first request."""
        return self._worker.pid if self._worker else None

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
        # What is handled may start another worker, whose lines are then read.
        with suppress(queue.Empty):
            while self._worker is not None:
                self._handle_line(self._worker, self._worker.lines.get_nowait())
                changed = True
        worker = self._worker
        waiting = not self.hello and self._tickets
        if waiting and worker and worker.alive and time.monotonic() - worker.started > HELLO_SECONDS:
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
        ticket.cancel()
        self._tickets.pop(ticket.id, None)
        if self._unpacking is not None and not self._tickets:
            self._stop_unpacking()
        elif self.alive:
            self._cancelled[ticket.id] = time.monotonic()
            self._send({"id": 0, "op": "cancel", "params": {"request": ticket.id}})

    def kill(self) -> None:
        """End the process at once."""
        self._stop_unpacking()
        if self._worker is not None:
            self._worker.kill()
        self._cancelled.clear()
        self._release()

    def close(self) -> None:
        """Cancel all requests and ask the worker to end; kill it when it does not."""
        for ticket in list(self._tickets.values()):
            self.cancel(ticket)
        if self._worker is not None and self._worker.alive:
            self._send({"id": 0, "op": "shutdown", "params": {}})
            self._worker.end(CANCEL_SECONDS)
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
        self.hello = {}
        self._cancelled.clear()
        self._worker = WorkerProcess(self.runtime)

    def _send_request(self, ticket: Ticket) -> None:
        # While the packages are unpacked it waits: all requests are sent when the worker starts.
        if self._unpacking is None:
            self._send({"id": ticket.id, "op": ticket.op, "params": ticket.params})

    def _send(self, message: dict) -> None:
        if self._worker is not None:
            self._worker.send(message)

    def _handle_line(self, worker: WorkerProcess, line: str | None) -> None:
        if line is None:
            self._handle_exit(worker)
            return
        try:
            event = json.loads(line)
            kind, number = event["event"], event.get("id")
        except (ValueError, TypeError, KeyError):
            worker.log.append(line.rstrip())
            return
        if kind == "hello":
            self._handle_hello(event)
            return
        if kind != "progress":
            self._cancelled.pop(number, None)
        ticket = self._tickets.get(number)
        if ticket is not None:
            ticket.follow(event)
            if ticket.ended:
                del self._tickets[number]

    def _handle_exit(self, worker: WorkerProcess) -> None:
        """The process has ended: requests that it had not begun are sent once more, to a new one; the others fail."""
        waiting = list(self._tickets.values())
        if not waiting:
            return
        changed = worker.changed_package()
        if changed and not self._unpacked_again:
            self._unpack_again(waiting)
            return
        # Only an idle worker may be replaced: it ended (idle timeout, or killed) just as the request was sent.
        if changed or not self.hello or any(ticket.again or ticket.state != "waiting" for ticket in waiting):
            self._fail_all(worker.why_ended(bool(self.hello), changed))
            return
        try:
            self._start()
        except UserError as error:
            self._fail_all(str(error))
            return
        for ticket in waiting:
            ticket.again = True
            self._send_request(ticket)

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

    def _fail_all(self, message: str) -> None:
        for ticket in self._tickets.values():
            ticket.fail(message)
        self._tickets.clear()
        self._cancelled.clear()
