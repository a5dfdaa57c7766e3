"""Blocking calls for rigs that need the worker, for scripts, tests and background mode."""

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
