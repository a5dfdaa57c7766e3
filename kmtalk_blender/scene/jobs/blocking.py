"""The three calls that need the worker, waiting for it: for scripts, tests and the background."""

import time
from collections.abc import Callable

import bpy

from ...errors import UserError
from ...runtime.client import Client
from ..options import Options, SpokenLine, options_of
from ..placement.report import Report
from .head_jobs import AddHeadJob
from .queue import JobQueue, QueuedJob
from .take_jobs import CompleteJob, GenerateJob

__all__ = ["add_demo_head", "complete", "generate", "run"]

INTERVAL = 0.01


def add_demo_head(context: bpy.types.Context, client: Client, name: str = "KMTalk Head") -> bpy.types.Object:
    """Add the project's own head, at the 3D cursor or beside what stands there.

    Raises UserError when the runtime cannot make it; the scene is then as it was.
    """
    run(context, client, QueuedJob(name, lambda _, folder: AddHeadJob(name, folder)))
    return context.scene.kmtalk.target


def generate(
    context: bpy.types.Context,
    client: Client,
    line: SpokenLine,
    options: Options | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Report:
    """Speak a line. options: the panel's when None. Raises UserError, with nothing written, when it cannot."""
    chosen = options or options_of(context.scene)
    job = QueuedJob(line.name, lambda ctx, folder: GenerateJob(ctx, line, chosen, folder))
    return run(context, client, job, progress)


def complete(
    context: bpy.types.Context,
    client: Client,
    target: bpy.types.Object,
    window: tuple[int, int] | None = None,
    options: Options | None = None,
    progress: Callable[[float, str], None] | None = None,
    strip: str | None = None,
) -> Report:
    """Fill in a character's active take around its edited keys.

    window: first and last frame of the timeline that may change, None = all. options: the panel's when None. strip:
    which take, where the active action holds several (see `edited_takes`); None: its first. Raises UserError, with
    nothing written, when nothing was edited or it cannot.
    """
    chosen = options or options_of(context.scene)
    job = QueuedJob(target.name, lambda ctx, folder: CompleteJob(ctx, target, chosen, folder, window, strip))
    return run(context, client, job, progress)


def run(
    context: bpy.types.Context, client: Client, job: QueuedJob, progress: Callable[[float, str], None] | None = None
) -> Report:
    """Run one order to its end."""
    queue = JobQueue([job], client)
    try:
        while queue.current is not None:
            if queue.tick(context) is None:
                if progress is not None:
                    progress(job.fraction, job.text)
                time.sleep(INTERVAL)
    except KeyboardInterrupt:
        queue.cancel()
        raise
    if job.report is None:
        raise UserError(job.text)
    return job.report
