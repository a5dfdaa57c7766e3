"""Run jobs one after the other without blocking: in a window a timer calls `tick`, in background mode a loop."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import bpy

from ...errors import UserError
from ...runtime.client import Client
from ...runtime.ticket import Ticket
from ..placement.report import Report
from ..sound.decoding import decode_sound
from .requests import Request

__all__ = ["Job", "JobQueue", "QueuedJob"]

UNREADABLE_SOUND = "unreadable sound"  # the runtime's reason for a request that failed by its sound file


class Job(Protocol):
    """One piece of work: requests for the worker, then one write into Blender's data."""

    title: str

    def first(self) -> Request:
        """The first request."""

    def next(self, result: dict) -> Request | None:
        """Use a result. Returns the next request, None at the end."""

    def write(self, context: bpy.types.Context) -> Report:
        """Write the result."""


@dataclass
class QueuedJob:
    """A job that is made when its turn comes. row: its row in the table of lines, -1: none. state: waiting, running,
    done, failed or cancelled. text: the progress, at the end the report or the error."""

    title: str
    make: Callable[[bpy.types.Context, Path], Job]
    row: int = -1
    state: str = "waiting"
    fraction: float = 0.0
    text: str = ""
    report: Report | None = field(default=None)


class JobQueue:
    """Runs jobs in turn. A failed job keeps its error in `text`, and the next one starts."""

    def __init__(self, jobs: list[QueuedJob], client: Client) -> None:
        """The first job starts with the first call of `tick`."""
        self.jobs, self.client = jobs, client
        self._job: Job | None = None
        self._ticket: Ticket | None = None
        self._folder: tempfile.TemporaryDirectory | None = None
        self._requests = 0
        self._decoded: Path | None = None

    @property
    def current(self) -> QueuedJob | None:
        """The running or the next job, None at the end."""
        return next((job for job in self.jobs if job.state in ("waiting", "running")), None)

    @property
    def fraction(self) -> float:
        """Progress of all jobs, in [0, 1]."""
        ended = sum(1.0 if job.state in ("done", "failed", "cancelled") else job.fraction for job in self.jobs)
        return ended / max(1, len(self.jobs))

    def tick(self, context: bpy.types.Context) -> QueuedJob | None:
        """Go on without waiting. Returns the job that ended in this call, or None."""
        job = self.current
        if job is None:
            return None
        try:
            return self._advance(context, job)
        except UserError as error:
            self._end(job, "failed", self._naming_the_job(job, str(error)))
            return job

    def cancel(self) -> None:
        """Cancel the running job and all waiting ones; nothing more is written."""
        if self._ticket is not None:
            self.client.cancel(self._ticket)
        for job in self.jobs:
            if job.state in ("waiting", "running"):
                self._end(job, "cancelled", "Cancelled.")

    def _advance(self, context: bpy.types.Context, job: QueuedJob) -> QueuedJob | None:
        if job.state == "waiting":
            job.state, job.text, self._requests, self._decoded = "running", "Starting", 0, None
            self._folder = tempfile.TemporaryDirectory(prefix="kmtalk-")
            self._job = job.make(context, Path(self._folder.name))
            self._submit(self._job.first())
            return None
        self.client.pump()
        running, ticket = self._job, self._ticket
        assert running is not None
        assert ticket is not None
        # A second request (completing around edits) is short: it gets the last tenth of the progress.
        share, done = (0.9, 0.0) if self._requests == 1 else (0.1, 0.9)
        job.fraction, job.text = done + share * ticket.fraction, ticket.text or job.text
        if not ticket.ended:
            return None
        if ticket.reason == UNREADABLE_SOUND and not self._decoded and self._folder is not None:
            # Blender plays more kinds of file than the runtime reads.
            path, folder = Path(ticket.params["audio"]), Path(self._folder.name)
            self._decoded = decode_sound(path, folder, ticket.message, ticket.params.get("end"))
            again = ticket.params | {"audio": str(self._decoded)}
            self._ticket = self.client.submit(ticket.op, again)
            return None
        following = running.next(self.client.result(ticket))
        if following is not None:
            self._submit(following)
            return None
        job.report = running.write(context)
        self._end(job, "done", job.report.text)
        return job

    def _naming_the_job(self, job: QueuedJob, message: str) -> str:
        """The message with the job's title in place of temporary files, which the user does not know."""
        if self._folder is None:
            return message
        return re.sub(re.escape(self._folder.name) + r"[\\/][\w.-]*\w", lambda _: job.title, message)

    def _submit(self, request: Request) -> None:
        self._requests += 1
        self._ticket = self.client.submit(request.op, request.params)

    def _end(self, job: QueuedJob, state: str, text: str) -> None:
        job.state, job.text = state, text
        job.fraction = 1.0 if state == "done" else job.fraction
        self._job = self._ticket = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
