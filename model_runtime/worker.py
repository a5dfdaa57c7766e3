"""The worker: reads requests from stdin and answers on stdout. `model_runtime.protocol` specifies the protocol.

One thread reads, so that a cancel is received while a request runs; the other thread runs the requests. At the end of
stdin all requests are still finished, so that requests can be piped in. If nobody reads the answers any more, the
worker ends at its next event.
"""

import importlib
import json
import os
import platform
import queue
import sys
import threading
import traceback
from dataclasses import dataclass, field
from typing import BinaryIO

from model_runtime import __version__
from model_runtime.errors import Cancelled, InputError
from model_runtime.protocol import PROTOCOL, Request
from model_runtime.service.parameters import request_from

__all__ = ["IDLE", "serve"]

# Seconds without a request after which the worker ends.
IDLE = 600.0
# Bytes of a request at most.
LONGEST_LINE = 1 << 24
# Operations that are queued; each is a module in `commands`.
OPERATIONS = (
    *("generate", "capture", "complete", "adapt", "life", "emotion", "suggest"),
    *("phones", "pronounce", "subtitles", "head", "info"),
)


@dataclass
class Inbox:
    """State shared by the two threads.

    waiting: requests in order; None at the end of stdin. open: ids of unanswered requests. cancelled: ids of requests
    to cancel. closing: set when the worker has to end at its next checkpoint.
    """

    waiting: queue.Queue[Request | None] = field(default_factory=queue.Queue)
    open: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    closing: threading.Event = field(default_factory=threading.Event)


class Events:
    """Writes events to the client as whole lines; safe to call from both threads."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, **event: object) -> None:
        """Write one event. Raises BrokenPipeError when the client has closed stdout."""
        line = json.dumps(event, allow_nan=False) + "\n"
        with self._lock:
            self._stream.write(line.encode("ascii"))
            self._stream.flush()

    def refuse(self, request: int | None, message: str) -> None:
        """Write an error event for a line that is no valid request."""
        self.send(id=request, event="error", kind="input", message=str(InputError(message)))


def serve(idle: float = IDLE) -> None:
    """Answer requests until shutdown, the end of stdin, or `idle` seconds without a request."""
    lines, events = _take_over_streams()
    inbox = Inbox()
    try:
        # Say hello at once: large libraries are imported only when a request needs them.
        version = platform.python_version()
        events.send(event="hello", protocol=PROTOCOL, version=__version__, python=version, pid=os.getpid())
        threading.Thread(target=_read, args=(lines, inbox, events), daemon=True).start()
        _work(inbox, events, idle)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    # os._exit, as the reading thread may be blocked in a read for ever. Nothing is left to clean up.
    sys.stderr.flush()
    os._exit(0)


def _take_over_streams() -> tuple[BinaryIO, Events]:
    """Reserve stdin and stdout for the protocol: libraries print to stderr, and child processes get no stdin."""
    lines, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return lines, Events(out)


def _read(lines: BinaryIO, inbox: Inbox, events: Events) -> None:
    """The reading thread: read lines until the end of stdin."""
    try:
        while line := lines.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                while (rest := lines.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                events.refuse(None, f"The line is longer than {LONGEST_LINE} bytes; send arrays as files.")
            elif line.strip():
                _take(line, inbox, events)
    except BrokenPipeError:
        inbox.closing.set()
    inbox.waiting.put(None)


def _take(line: bytes, inbox: Inbox, events: Events) -> None:
    """Queue a request; handle cancel, shutdown and errors at once."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return events.refuse(None, "The line is not JSON; send one JSON object a line.")
    if not isinstance(message, dict) or type(message.get("id")) is not int:
        return events.refuse(None, 'The line is no request; send {"id": number, "op": name, "params": {...}}.')
    number, op, params = message["id"], message.get("op"), message.get("params", {})
    if not isinstance(params, dict):
        return events.refuse(number, "params must be a JSON object.")
    if op == "cancel":
        if type(params.get("request")) is not int:
            return events.refuse(number, "cancel needs the id of a request.")
        if params["request"] in inbox.open:
            inbox.cancelled.add(params["request"])
    elif op == "shutdown":
        inbox.closing.set()
        inbox.waiting.put(None)
    elif op not in OPERATIONS:
        events.refuse(number, f'There is no operation "{op}"; known are {", ".join(OPERATIONS)}.')
    elif number in inbox.open:
        events.refuse(number, f"The id {number} is in use; give every request an id of its own.")
    else:
        inbox.open.add(number)
        inbox.waiting.put(Request(number, str(op), params))
    return None


def _work(inbox: Inbox, events: Events, idle: float) -> None:
    """Run the requests one after the other, with loaded models and decoders kept between them."""
    # Imported here, as it loads the recogniser, and the hello event must not wait for that.
    from model_runtime.service.model_cache import ModelCache

    cache = ModelCache()
    while True:
        try:
            request = inbox.waiting.get(timeout=idle)
        except queue.Empty:
            return
        if request is None:
            break
        last = _answer(request, cache, inbox, events)
        # Free the id before answering: the client may use it again as soon as it has the answer.
        inbox.open.discard(request.id)
        inbox.cancelled.discard(request.id)
        events.send(id=request.id, **last)
    while not inbox.waiting.empty():
        left = inbox.waiting.get()
        if left is not None:
            events.send(id=left.id, event="cancelled")


def _answer(request: Request, cache: object, inbox: Inbox, events: Events) -> dict[str, object]:
    """Run a request and return its last event."""
    furthest = 0.0

    def report(stage: str, fraction: float, text: str) -> None:
        nonlocal furthest
        if request.id in inbox.cancelled or inbox.closing.is_set():
            raise Cancelled
        furthest = min(1.0, max(furthest, fraction))
        events.send(id=request.id, event="progress", stage=stage, fraction=round(furthest, 4), text=text)

    try:
        if request.id in inbox.cancelled or inbox.closing.is_set():
            raise Cancelled
        operation = importlib.import_module(f"model_runtime.commands.{request.op}")
        result = operation.run(request_from(operation.Request, request.params), cache, report)
    except Cancelled:
        return {"event": "cancelled"}
    except InputError as error:
        reason = {"reason": error.reason} if error.reason else {}
        return {"event": "error", "kind": "input", "message": str(error), **reason}
    except BrokenPipeError:
        raise
    # The boundary to the client: any error in a request ends that request, never the worker.
    except Exception as error:
        traceback.print_exc()
        message = f"KMTalk failed: {type(error).__name__}: {error}"
        return {"event": "error", "kind": "internal", "message": " ".join(message.split())}
    return {"event": "result", "result": result}
