"""Shape keys for a model that was trained on one face, on a mesh with the same vertices."""

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.space_file import Space
from .landmarks import vertices_of
from .mapping import Mapping, Row, mapping_of, write_mapping
from .new_shape import new_shape

__all__ = ["add_basis"]

# Largest RMS distance of the vertices from the model's face after the best similarity transform, relative to the face's
# size: the heads of other people differ by less, a mesh with another order of vertices by more.
FARTHEST = 0.15
REACH = 10.0  # range of the sliders of signed shape keys, as large as Blender allows


def add_basis(target: bpy.types.Object, space: Space) -> list[str]:
    """Add one shape key for each channel of the model, and map the channels to them. Returns their names.

    The mesh may be rotated and scaled against the model's face; the order of its vertices must be the same. Raises
    UserError, with the mesh unchanged, when it is another face or has shape keys of these names.
    """
    if target.type != "MESH":
        raise UserError(f"{target.name} is not a mesh; choose the mesh of the face.")
    if target.mode == "EDIT":
        raise UserError(f"{target.name} is in edit mode; leave it (Tab).")
    if target.library is not None or target.data.library is not None:
        raise UserError(f"{target.name} is linked; make its mesh local first.")
    mesh = target.data
    if len(mesh.vertices) != len(space.neutral):
        raise UserError(
            f"{target.name} has {len(mesh.vertices)} vertices, the model's face {len(space.neutral)}; choose that face."
        )
    taken = [name for name in space.names if mesh.shape_keys and name in mesh.shape_keys.key_blocks]
    if taken:
        raise UserError(f"{target.name} has a shape key {taken[0]} already; remove it first.")
    rest = vertices_of(target)
    shapes = space.shapes @ _turn(space.neutral, rest, target.name)
    for name, shape in zip(space.names, shapes, strict=True):
        block = new_shape(target, name)
        block.data.foreach_set("co", (rest + shape).astype(np.float32).ravel())
        if space.signed:
            block.slider_min, block.slider_max = -REACH, REACH
    kept = tuple(row for row in mapping_of(target).rows if row.shape)
    added = tuple(Row(name, name) for name in space.names)
    write_mapping(target, Mapping("DIRECT", (*kept, *added), "a model's own shapes"))
    return list(space.names)


def _turn(neutral: np.ndarray, rest: np.ndarray, name: str) -> np.ndarray:
    """(3, 3) rotation and scale, multiplied from the right, that fit the model's face to the mesh.

    Least-squares similarity of two point sets (Umeyama 1991).
    """
    a, b = neutral - neutral.mean(axis=0), rest - rest.mean(axis=0)
    left, sizes, right = np.linalg.svd(a.T @ b)
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    spread = np.square(a).sum()
    if spread <= 0 or np.square(b).sum() <= 0:
        raise UserError(f"All vertices of {name} lie in one point; choose the mesh of the face.")
    turn = left @ mirror @ right * (sizes @ np.diag(mirror)) / spread
    size = np.sqrt(np.square(b).sum(axis=1).mean())
    if np.sqrt(np.square(a @ turn - b).sum(axis=1).mean()) > FARTHEST * size:
        raise UserError(
            f"The vertices of {name} are in another order than those of the model's face; use that face itself."
        )
    return turn
