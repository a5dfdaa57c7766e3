"""Base classes of operators: the reason why one is disabled, and running jobs (modal in a window, else blocking)."""

import time
from typing import TYPE_CHECKING, Literal

import bpy

from .. import session
from ..errors import UserError
from ..scene.areas import redraw
from ..scene.jobs.queue import JobQueue, QueuedJob

__all__ = ["ActionOperator", "JobOperator", "Outcome", "PollReason", "busy", "can_push_undo"]

# What the functions of an operator that Blender calls return.
Outcome = set[Literal["RUNNING_MODAL", "CANCELLED", "FINISHED", "PASS_THROUGH", "INTERFACE"]]

# Blender registers the subclasses of Operator alone: these classes are mixed into them.
if TYPE_CHECKING:
    OperatorMixin = bpy.types.Operator
else:
    OperatorMixin = object

TICK = 0.1  # s between two looks at the worker, in a window
BLOCKING_TICK = 0.01  # s, without a window


def busy(context: bpy.types.Context) -> str:
    """Why no operator can start now: one sentence, or an empty string."""
    return "KMTalk is working; press Esc to cancel" if context.window_manager.kmtalk.running else ""


def can_push_undo() -> bool:
    """True when Blender takes an undo step now."""
    return bool(bpy.ops.ed.undo_push.poll())  # type: ignore[call-arg]  # the stubs give it an argument


class PollReason(OperatorMixin):
    """An operator that says why it is disabled, in its tooltip."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """One short sentence, or an empty string when the operator can run."""
        return ""

    @classmethod
    def missing(cls, context: bpy.types.Context) -> str:
        """What operators of this class need and do not have: one short sentence, or an empty string."""
        return ""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Disable the operator, with the reason, when there is one."""
        reason = cls.disabled_reason(context) or cls.missing(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def report_error(self, error: UserError) -> Outcome:
        """Report an error and end the operator without a change."""
        self.report({"ERROR"}, str(error))
        return {"CANCELLED"}


class ActionOperator(PollReason):
    """Runs `act` and reports its result or its UserError."""

    def act(self, context: bpy.types.Context) -> str:
        """Do the work. Returns the text to report, or an empty string. Raises UserError, with nothing changed."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Outcome:
        """Run `act` and report."""
        try:
            done = self.act(context)
        except UserError as error:
            return self.report_error(error)
        if done:
            self.report({"INFO"}, done)
        return {"FINISHED"}


class JobOperator(PollReason):
    """Runs the jobs of `jobs(context)`: modal with a timer in a window, blocking without one."""

    @classmethod
    def missing(cls, context: bpy.types.Context) -> str:
        """The sentence that says that the runtime is not installed, or an empty string."""
        return session.missing_runtime()

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        """The jobs to run. Raises UserError with what is wrong."""
        raise NotImplementedError

    def ended(self, context: bpy.types.Context, jobs: list[QueuedJob]) -> str:
        """Called when all jobs have ended, done or not. Returns a sentence to add to the report, or an empty string."""
        return ""

    def execute(self, context: bpy.types.Context) -> Outcome:
        """Run to the end, then return."""
        try:
            queue = JobQueue(self.jobs(context), session.worker())
        except UserError as error:
            return self.report_error(error)
        while queue.current is not None:
            if queue.tick(context) is None:
                time.sleep(BLOCKING_TICK)
        return self._finish(context, queue)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Start the jobs and a timer that goes on with them."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._queue = JobQueue(self.jobs(context), session.worker())
        except UserError as error:
            return self.report_error(error)
        manager = context.window_manager
        self._timer: bpy.types.Timer | None = manager.event_timer_add(TICK, window=context.window)
        state = manager.kmtalk
        state.running, state.cancel, state.failure, state.report, state.fraction = True, False, "", "", 0.0
        manager.modal_handler_add(self)
        self._show(context)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Esc cancels; a timer event goes on with the jobs."""
        state = context.window_manager.kmtalk
        if (event.type == "ESC" and event.value == "PRESS") or state.cancel:
            self._queue.cancel()
            return self._end(context)
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            ended = self._queue.tick(context)
        except BaseException:
            # After any error the timer and the progress bar must be removed.
            self.cancel(context)
            raise
        done = ended is not None and ended.state == "done"
        if ended is not None and done and self._queue.current is not None and can_push_undo():
            # One undo step for each take; Blender itself pushes that of the last one when the operator ends.
            bpy.ops.ed.undo_push(message=f"KMTalk {ended.title}")
        self._show(context)
        return self._end(context) if self._queue.current is None else {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Called by Blender when it ends the operator (a file is loaded, the window closes)."""
        self._queue.cancel()
        self._stop(context)

    def _end(self, context: bpy.types.Context) -> Outcome:
        result = self._finish(context, self._queue)
        # Jobs that are done have their undo steps already; without a last one done, FINISHED would push an empty step.
        return result if self._queue.jobs[-1].state == "done" else {"CANCELLED"}

    def _finish(self, context: bpy.types.Context, queue: JobQueue) -> Outcome:
        self._stop(context)
        state = context.window_manager.kmtalk
        self._mark_lines(context, queue)
        done = [job for job in queue.jobs if job.state == "done"]
        failed = [job for job in queue.jobs if job.state == "failed"]
        state.report = ". ".join(filter(None, (_summary(queue.jobs), self.ended(context, queue.jobs))))
        state.failure = ""
        if failed:
            state.failure = failed[0].text if len(queue.jobs) == 1 else f"{failed[0].title}: {failed[0].text}"
            # An error when no job was done, a warning when others were.
            self.report({"WARNING"} if done else {"ERROR"}, state.failure)
        else:
            self.report({"INFO"}, state.report)
        redraw(context.window_manager)
        return {"FINISHED"} if done else {"CANCELLED"}

    def _stop(self, context: bpy.types.Context) -> None:
        state = context.window_manager.kmtalk
        state.running = state.cancel = False
        timer = getattr(self, "_timer", None)
        if timer is not None:
            context.window_manager.event_timer_remove(timer)
            self._timer = None
            context.workspace.status_text_set(None)

    def _show(self, context: bpy.types.Context) -> None:
        """Write the progress into wm.kmtalk, where panels read it; redraw only when it changed."""
        state, job = context.window_manager.kmtalk, self._queue.current
        text = self._progress_text(job) if job else "Writing"
        now = (round(self._queue.fraction, 3), text)
        if (round(state.fraction, 3), state.text) == now:
            return
        state.fraction, state.text = now
        state.title = job.title if job else ""
        self._mark_lines(context, self._queue)
        context.workspace.status_text_set(f"KMTalk: {text}   Esc: cancel")
        redraw(context.window_manager)

    def _progress_text(self, job: QueuedJob) -> str:
        """The step under way, the line it belongs to, and how many lines there are."""
        jobs = self._queue.jobs
        line = job.title if len(jobs) == 1 else f"{job.title}, {jobs.index(job) + 1} of {len(jobs)}"
        return f"{job.text or 'Starting'} ({line})"

    def _mark_lines(self, context: bpy.types.Context, queue: JobQueue) -> None:
        lines = context.scene.kmtalk.lines
        for job in queue.jobs:
            if 0 <= job.row < len(lines):
                line = lines[job.row]
                line.fraction = job.fraction
                line.state = job.text if job.state == "failed" else job.state


def _summary(jobs: list[QueuedJob]) -> str:
    """A sentence on the jobs that were done or cancelled."""
    done = [job for job in jobs if job.state == "done"]
    cancelled = any(job.state == "cancelled" for job in jobs)
    if cancelled and not done:
        return "Cancelled; nothing was changed"
    if cancelled:
        return f"Cancelled with {len(done)} of {len(jobs)} done; the others are as they were"
    return done[0].text if len(done) == len(jobs) == 1 else f"{len(done)} of {len(jobs)} done" if done else ""
