"""space.npz of a trained model as the extension sees it, with numpy alone. The format is
model_runtime.motion_space's."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from .unreadable import UNREADABLE

__all__ = ["Space", "read_space"]

FILE = "space.npz"


@dataclass(frozen=True)
class Space:
    """neutral: (V, 3) float64 of the face that a model was trained for. names: K. shapes: (K, V, 3) displacements at
    weight 1, in the same axes. signed: whether weights go below 0."""

    neutral: np.ndarray
    names: tuple[str, ...]
    shapes: np.ndarray
    signed: bool


def read_space(path: Path) -> Space:
    """Read the motion space of a model's folder (or the file itself). Raises UserError with what is wrong."""
    path = path / FILE if path.is_dir() else path
    if not path.is_file():
        raise UserError(f"{path.parent} is no model that was trained on a face of its own; choose another folder.")
    damaged = f"The face of the model in {path.parent} is damaged; install the model again."
    try:
        with np.load(path, allow_pickle=False) as archive:
            space = Space(
                archive["neutral"].astype(np.float64),
                tuple(str(name) for name in np.atleast_1d(archive["names"])),
                archive["shapes"].astype(np.float64),
                bool(np.ravel(archive["bounds"])[0] < 0),
            )
    except (*UNREADABLE, IndexError) as error:
        raise UserError(damaged) from error
    count = len(space.neutral)
    if space.neutral.shape != (count, 3) or space.shapes.shape != (len(space.names), count, 3) or not count:
        raise UserError(damaged)
    if not np.isfinite(space.neutral).all() or not np.isfinite(space.shapes).all():
        raise UserError(damaged)
    return space
