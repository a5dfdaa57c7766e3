"""The calls about rigs that need the worker, waiting for it: for scripts, tests and the background."""

from pathlib import Path

import bpy

from ...runtime.client import Client
from ..placement.report import Report
from .blocking import run
from .head_jobs import FlameJob
from .measure_jobs import MeasureJob
from .queue import QueuedJob
from .shape_jobs import ShapesJob

__all__ = ["import_flame", "make_shapes", "measure_shapes"]


def make_shapes(
    context: bpy.types.Context,
    client: Client,
    target: bpy.types.Object,
    existing: str = "ASK",
    parts: tuple[bpy.types.Object, ...] = (),
) -> Report:
    """Give a mesh the channels' shape keys: of FLAME's topology, or with landmarks (`mark`).

    existing: ASK, REPLACE or KEEP shape keys of a channel's name. parts: teeth, tongue, lashes and eyes that follow it,
    besides those parented to it. Raises UserError, with the mesh as it was, when it
    cannot.
    """
    return run(context, client, QueuedJob(target.name, lambda _, folder: ShapesJob(target, existing, folder, parts)))


def measure_shapes(context: bpy.types.Context, client: Client, target: bpy.types.Object) -> Report:
    """Map a character's shape keys by what they do. Raises UserError, with nothing written, when it cannot."""
    return run(context, client, QueuedJob(target.name, lambda _, folder: MeasureJob(target, folder)))


def import_flame(context: bpy.types.Context, client: Client, path: Path) -> Report:
    """Add a head made of the user's FLAME model. Raises UserError, with the scene as it was, when it cannot."""
    return run(context, client, QueuedJob(path.stem, lambda _, folder: FlameJob(path, folder)))
