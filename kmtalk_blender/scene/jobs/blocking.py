"""Blocking calls that need the worker, for scripts, tests and background mode."""

import time
from collections.abc import Callable
from pathlib import Path

import bpy

from ...errors import UserError
from ...runtime.client import Client
from ..options import Options, SpokenLine, options_of
from ..placement.report import Report
from ..takes.takes import takes_of
from .complete_job import CompleteJob
from .emotion_jobs import EmotionJob
from .generate_job import GenerateJob
from .head_jobs import AddHeadJob, FlameJob
from .life_jobs import LifeJob
from .measure_jobs import MeasureJob
from .queue import JobQueue, QueuedJob
from .shape_jobs import ShapesJob

__all__ = [
    "add_demo_head",
    "add_life",
    "apply_emotion",
    "complete",
    "generate",
    "import_flame",
    "make_shapes",
    "measure_shapes",
    "run",
]

INTERVAL = 0.01  # s between two looks at the worker


def add_demo_head(context: bpy.types.Context, client: Client, name: str = "KMTalk Head") -> bpy.types.Object:
    """Add KMTalk's own head, at the 3D cursor or beside the object there.

    Raises UserError, with the scene unchanged, when the runtime cannot make it.
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
    """Generate a take of a line. options: None takes the panel's. Raises UserError, with nothing written."""
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

    window: first and last frame of the timeline that may change, None: all. options: None takes the panel's. strip: id
    or label of the take, when the active action has several (see `edited_takes`); None: the first. Raises UserError,
    with nothing written, for instance when nothing was edited.
    """
    chosen = options or options_of(context.scene)
    job = QueuedJob(target.name, lambda ctx, folder: CompleteJob(ctx, target, chosen, folder, window, strip))
    return run(context, client, job, progress)


def add_life(context: bpy.types.Context, client: Client, target: bpy.types.Object) -> list[Report]:
    """Move head, eyes, lids and brows with the takes of a character, as `object.kmtalk.life` says.

    Raises UserError, with nothing written for that take, when a bone or an object that should turn cannot.
    """

    def job(take: str, title: str) -> QueuedJob:
        return QueuedJob(title, lambda _, folder: LifeJob(target, take, folder))

    return [run(context, client, job(take.id, take.strip)) for take in takes_of(target)]


def apply_emotion(context: bpy.types.Context, client: Client, target: bpy.types.Object) -> list[Report]:
    """Show the emotion of a character in its takes, as the sliders of `object.kmtalk.emotion` and their keys say.

    Raises UserError, with nothing written for that take, when no shape of the character shows it.
    """

    def job(take: str, title: str) -> QueuedJob:
        return QueuedJob(title, lambda _, folder: EmotionJob(target, take, folder))

    return [run(context, client, job(take.id, take.strip)) for take in takes_of(target)]


def make_shapes(
    context: bpy.types.Context,
    client: Client,
    target: bpy.types.Object,
    existing: str = "ASK",
    parts: tuple[bpy.types.Object, ...] = (),
) -> Report:
    """Add the channels' shape keys to a mesh with FLAME's topology or with landmarks (`mark`).

    existing: ASK, REPLACE or KEEP existing shape keys with a channel's name. parts: teeth, tongue, lashes and eyes that
    follow it, besides those parented to it. Raises UserError, with the mesh unchanged.
    """
    return run(context, client, QueuedJob(target.name, lambda _, folder: ShapesJob(target, existing, folder, parts)))


def measure_shapes(context: bpy.types.Context, client: Client, target: bpy.types.Object) -> Report:
    """Map a character's shape keys by how they move the mesh. Raises UserError, with nothing written."""
    return run(context, client, QueuedJob(target.name, lambda _, folder: MeasureJob(target, folder)))


def import_flame(context: bpy.types.Context, client: Client, path: Path) -> Report:
    """Add a head made of the user's FLAME model. Raises UserError, with the scene unchanged."""
    return run(context, client, QueuedJob(path.stem, lambda _, folder: FlameJob(path, folder)))


def run(
    context: bpy.types.Context, client: Client, job: QueuedJob, progress: Callable[[float, str], None] | None = None
) -> Report:
    """Run one job to its end. Raises UserError when it fails."""
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
