"""Map shape keys of any name: each is described by the channels whose displacements it is made of."""

from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.head_file import Head
from ..character.landmarks import check_marks, similarity, vertices_of
from ..character.mapping import Mapping, Row, shape_names, write_mapping
from ..character.shape_names import CHANNELS, KNOWN_CHANNELS
from ..compat import shape_keys_of
from ..placement.report import Report
from .head_jobs import HeadJob
from .shape_jobs import check_mesh, write_mesh

__all__ = ["MeasureJob", "channel_parts"]

EXPLAINED = 0.5  # share of a shape key's squared displacement that the channels must explain
LEAST = 0.03  # smallest weight of a channel that counts as part of a shape key
RIDGE = 1e-3  # ridge term of the least squares, relative to the mean of the diagonal
STEPS = 600  # of the projected gradient


class MeasureJob(HeadJob):
    """Maps a character's shape keys by comparing them with the channels' displacements, made for its mesh."""

    def __init__(self, target: bpy.types.Object, folder: Path) -> None:
        """Raises UserError when the mesh cannot be read or has no shape keys."""
        check_mesh(target)
        shape_names(target)
        check_marks(target)
        super().__init__(target.name, folder, {"mesh": str(folder / "mesh.npz"), "name": target.name})
        self.target = target.name
        write_mesh(target, folder / "mesh.npz")

    def write(self, context: bpy.types.Context) -> Report:
        """Write the mapping. Raises UserError, with nothing written, when no shape key moves the mouth."""
        target = bpy.data.objects.get(self.target)
        if target is None:
            raise UserError(f"{self.target} was deleted; nothing was written.")
        parts = channel_parts(target, self.head)
        if not parts:
            raise UserError(
                f"No shape key of {target.name} moves the face like a channel does; map them by hand in the table."
            )
        rows = [Row(channel, shape, gain) for shape, made in parts.items() for channel, gain in made.items()]
        known = {row.channel for row in rows}
        rows += [Row(channel, "") for channel in CHANNELS if channel not in known]
        ordered = tuple(sorted(rows, key=lambda row: KNOWN_CHANNELS.index(row.channel)))
        write_mapping(target, Mapping("VISEMES", ordered, "measured"))
        return Report("", 0, 0, 0, 0, f"{target.name}: {len(parts)} shape keys measured")


def channel_parts(target: bpy.types.Object, head: Head) -> dict[str, dict[str, float]]:
    """Shape key -> weight of each channel in it, by non-negative least squares on the displacements.

    head: the channels' displacements on this mesh. Shape keys that the channels do not explain are left out.
    """
    points = vertices_of(target)
    if len(points) != len(head.vertices):
        raise UserError(f"{target.name} was changed while its shapes were measured; measure them again.")
    scale, rotation, _ = similarity(head.vertices.astype(np.float64), points)
    # Of gaze and squint a mapping says nothing.
    known = [number for number, channel in enumerate(head.channels) if channel in KNOWN_CHANNELS]
    channels = (scale * head.deltas[known].astype(np.float64) @ rotation.T).reshape(len(known), -1)
    names = shape_names(target)
    moved = np.stack([_displacement(target, name, points) for name in names])
    normal = channels @ channels.T
    size = float(np.trace(normal)) / len(normal)
    solved = _bounded(normal + RIDGE * size * np.eye(len(normal)), moved @ channels.T)
    rest = ((moved - solved @ channels) ** 2).sum(axis=1)
    whole = (moved**2).sum(axis=1)
    return {
        name: {head.channels[k]: float(gain) for k, gain in zip(known, row, strict=True) if gain > LEAST}
        for name, row, left, size in zip(names, solved, rest, whole, strict=True)
        if size > 0 and 1 - left / size > EXPLAINED
    }


def _bounded(normal: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(S, K) non-negative least squares by accelerated projected gradient (Beck and Teboulle 2009)."""
    step = 1 / np.linalg.eigvalsh(normal)[-1]
    values = ahead = np.zeros_like(right)
    momentum = 1.0
    for _ in range(STEPS):
        new = np.maximum(ahead - step * (ahead @ normal - right), 0)
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - values)
        values, momentum = new, grown
    return values


def _displacement(target: bpy.types.Object, name: str, points: np.ndarray) -> np.ndarray:
    moved = np.empty(points.size, np.float32)
    shape_keys_of(target).key_blocks[name].data.foreach_get("co", moved)
    return moved.astype(np.float64) - points.ravel()
