"""Live completion as a state machine: a timer calls `step`; it never waits and holds no references to Blender's data.

A fill pushes no undo step: the user's edit has pushed one just before, so the next undo goes back before both. A state
that undo or redo restores may have an edit without its fill, because its step was pushed between the two. It is then
filled in again: the same state gives the same fill.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ...errors import UserError
from ...runtime.client import Client
from ..jobs.complete_job import CompleteJob
from ..jobs.queue import JobQueue, QueuedJob
from ..jobs.requests import Request
from ..options import Options, options_of
from ..placement.report import Report
from .watched import Pending, Watched, fingerprint, pending_of, watched_takes

__all__ = ["LiveCompletion", "Step"]

QUIET = 0.1  # s without a change after which a drag is over
SLOW = 1.0  # s from the end of a drag to the filled-in curves
SLOW_TIMES = 3  # slow fills in a row after which it switches itself off


@dataclass(frozen=True)
class Step:
    """What a step did. written: a take was filled in. apart: more was touched than its action and ranges of sliders, so
    it needs an undo step of its own."""

    written: bool = False
    apart: bool = False


@dataclass
class Fill:
    """A fill under way. stamp: fingerprint of the takes at its start. since: time of the start, s. timed: whether its
    time says how fast the machine is."""

    watched: Watched
    pending: Pending
    stamp: bytes
    queue: JobQueue
    since: float
    timed: bool


class LiveJob:
    """Completes a take as *Complete* does, within a window, unless the user has changed it meanwhile (queue.Job)."""

    def __init__(
        self, context: bpy.types.Context, watched: Watched, pending: Pending, options: Options, folder: Path
    ) -> None:
        """Raises UserError with what is wrong."""
        self._watched, self._stamp = watched, fingerprint(watched)
        target = bpy.data.objects[watched.target]
        self._job = CompleteJob(context, target, options, folder, pending.window, pending.take)
        self.title = self._job.title
        self.overtaken = self.apart = False

    def first(self) -> Request:
        """The first request."""
        return self._job.first()

    def next(self, result: dict) -> Request | None:
        """Use a result."""
        return self._job.next(result)

    def write(self, context: bpy.types.Context) -> Report:
        """Write the result. Raises UserError, with nothing written, when the take was changed meanwhile."""
        if fingerprint(self._watched) != self._stamp:
            self.overtaken = True
            raise UserError(f"{self.title} was changed meanwhile.")
        report = self._job.write(context)
        self.apart = not self._job.wrote_alone
        return report


class LiveCompletion:
    """Fills in the takes of a scene around edits when *Live* is on, and counts edits that are not completed.

    counts: name of a character -> its edits that are not completed. note: why it switched itself off, or empty.
    """

    def __init__(self, worker: Callable[[], Client], clock: Callable[[], float] = time.monotonic) -> None:
        """worker: gives the client of the worker; raises UserError without a runtime. clock: seconds."""
        self._worker, self._clock = worker, clock
        self.counts: dict[str, int] = {}
        self.note = ""
        self._live: bool | None = None  # None: not looked at in this file yet
        self._changed: float | None = clock()
        self._fills = False  # False: the first look at a file only counts
        self._fill: Fill | None = None
        self._job: LiveJob | None = None
        self._slow = 0
        self._seen: dict[str, bytes] = {}  # action -> fingerprint at which nothing is left to do
        self._tried: set[tuple[str, bytes]] = set()  # take, fingerprint: what was filled in and still counts as edited
        self._apart: set[bytes] = set()  # fingerprints before fills with an undo step of their own

    def changed(self) -> None:
        """Something was edited, or may have been."""
        self._changed = self._clock()

    def undone(self) -> None:
        """Undo or redo has restored another state."""
        self._drop()
        self._seen.clear()
        self._tried.clear()
        self._changed, self._fills = self._clock(), True

    def loaded(self) -> None:
        """Another file was loaded: what is not completed there is only counted, until the user edits something."""
        self._drop()
        self.counts, self.note, self._slow, self._live = {}, "", 0, None
        for known in (self._seen, self._tried, self._apart):
            known.clear()
        self._changed, self._fills = self._clock(), False

    def idle(self, context: bpy.types.Context) -> bool:
        """True when a step would do nothing."""
        return self._changed is None and self._fill is None and context.scene.kmtalk.live == self._live

    def step(self, context: bpy.types.Context, busy: bool) -> Step:
        """Go on without waiting. busy: curves must not be written now (playback, render, a drag, another job)."""
        settings: Any = context.scene.kmtalk
        if settings.live != self._live:
            self._switched(settings.live)
        if self.idle(context):
            return Step()
        if busy:
            if self._fill is not None:
                self._fill.timed = False
            return Step()
        if self._fill is not None:
            return self._go_on(context, self._fill)
        if self._changed is not None and self._clock() - self._changed >= QUIET:
            self._look(context)
        return Step()

    def close(self) -> None:
        """End a fill under way; nothing more is written."""
        self._drop()

    def _switched(self, live: bool) -> None:
        asked, self._live = live and self._live is not None, live
        self._drop()
        if asked:
            # The user has switched it on: what is not completed is filled in now.
            self.note, self._slow = "", 0
            self._seen.clear()
            self._tried.clear()
            self._changed, self._fills = self._clock(), True

    def _look(self, context: bpy.types.Context) -> None:
        """Count the edits, and begin the first fill that is needed."""
        self._changed, panel = None, context.scene.kmtalk
        limits = (panel.first, panel.last) if panel.use_range else None
        takes, counts = watched_takes(context.scene), {}
        wanted: tuple[Watched, Pending, bytes] | None = None
        for watched in takes:
            stamp = fingerprint(watched)
            if self._seen.get(watched.action) == stamp:
                counts[watched.target] = self.counts.get(watched.target, 0)
                continue
            try:
                pending = pending_of(watched, panel.reach, limits)
            except UserError:
                # A damaged take: Complete says so.
                pending = []
            counts[watched.target] = sum(one.count for one in pending)
            left = [one for one in pending if (one.take, stamp) not in self._tried]
            if not (panel.live and self._fills and left) or stamp in self._apart:
                self._seen[watched.action] = stamp
            elif wanted is None:
                wanted = watched, left[0], stamp
        self.counts, self._fills = counts, True
        if wanted is not None:
            self._begin(context, *wanted)

    def _begin(self, context: bpy.types.Context, watched: Watched, pending: Pending, stamp: bytes) -> None:
        options = options_of(context.scene)

        def make(ctx: bpy.types.Context, folder: Path) -> LiveJob:
            self._job = LiveJob(ctx, watched, pending, options, folder)
            return self._job

        try:
            client = self._worker()
        except UserError as error:
            self._switch_off(context, str(error))
            return
        queue = JobQueue([QueuedJob(watched.target, make)], client)
        # Phones are generated from, and a worker that has to start takes its time: both say nothing of the machine.
        timed = client.alive and bool(client.hello) and not pending.phones
        self._fill = Fill(watched, pending, stamp, queue, self._clock(), timed)
        self._go_on(context, self._fill)

    def _go_on(self, context: bpy.types.Context, fill: Fill) -> Step:
        client = fill.queue.client
        if self._changed is not None and client.hello and fingerprint(fill.watched) != fill.stamp:
            # Overtaken. A worker that is still starting is not stopped: its answer is dropped later.
            self._drop()
            return Step()
        try:
            ended = fill.queue.tick(context)
        except BaseException:
            self._switch_off(context, "an error of KMTalk, which the console shows")
            raise
        if ended is None:
            return Step()
        job, self._fill, self._job = self._job, None, None
        if ended.state == "done" and job is not None:
            return self._written(context, fill, job)
        if job is None or not job.overtaken:
            self._switch_off(context, ended.text)
        elif self._changed is None:
            self.changed()
        return Step()

    def _written(self, context: bpy.types.Context, fill: Fill, job: LiveJob) -> Step:
        self._tried.add((fill.pending.take, fingerprint(fill.watched)))
        if job.apart:
            self._apart.add(fill.stamp)
        # There may be more to fill in, and the count is another one now.
        self._changed = self._clock() - QUIET
        took = self._clock() - fill.since
        if fill.timed:
            self._slow = self._slow + 1 if took > SLOW else 0
        if self._slow >= SLOW_TIMES:
            self._switch_off(context, f"filling in took {took:.1f} s here, {SLOW_TIMES} times in a row; press Complete")
        return Step(True, job.apart)

    def _switch_off(self, context: bpy.types.Context, reason: str) -> None:
        self._drop()
        context.scene.kmtalk.live = self._live = False
        self.note = f"Live was switched off: {reason.rstrip('.')}."

    def _drop(self) -> None:
        fill, self._fill, self._job = self._fill, None, None
        if fill is not None:
            fill.queue.cancel()
            self._changed = self._clock() if self._changed is None else self._changed
