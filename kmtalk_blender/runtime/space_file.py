"""space.npz of a trained model as the extension sees it, with numpy alone. The format is
model_runtime.heads.motion_space's."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import limits
from ..errors import UserError
from .input_files import is_file, is_folder, open_file
from .npz import NUMBERS, TEXT, Wanted, all_finite, read_arrays, texts

__all__ = ["Space", "read_space"]

FILE = "space.npz"
ARRAYS = {
    "neutral": Wanted("f", 3 * limits.VERTICES),
    "names": Wanted(TEXT, limits.CHANNELS),
    "shapes": Wanted("f"),
    "bounds": Wanted(NUMBERS, 2),
}


@dataclass(frozen=True)
class Space:
    """The motion space of a model that was trained on one face.

    neutral: (V, 3) float64, the vertices of that face. names: K. shapes: (K, V, 3) displacements at weight 1, in the
    same axes. signed: True when weights may be negative.
    """

    neutral: np.ndarray
    names: tuple[str, ...]
    shapes: np.ndarray
    signed: bool


def read_space(path: Path) -> Space:
    """Read the motion space of a model's folder (or the file itself). Raises UserError with what is wrong."""
    path = path / FILE if is_folder(path) else path
    if not is_file(path):
        raise UserError(f"{path.parent} is not a model with a face of its own; choose another folder.")
    damaged = UserError(f"The face of the model in {path.parent} is damaged; install the model again.")
    try:
        with open_file(path, limits.ANY_SIZE) as stream:
            arrays = read_arrays(stream, str(path), ARRAYS)
    except UserError as error:
        raise damaged from error
    neutral, names, shapes, bounds = arrays["neutral"], texts(arrays["names"]), arrays["shapes"], arrays["bounds"]
    count = len(neutral) if neutral.ndim else 0
    if neutral.shape != (count, 3) or shapes.shape != (len(names), count, 3) or not shapes.size or bounds.size != 2:
        raise damaged
    if not all_finite(neutral) or not all_finite(shapes):
        raise damaged
    return Space(neutral.astype(np.float64), names, shapes.astype(np.float64), bool(bounds.ravel()[0] < 0))
