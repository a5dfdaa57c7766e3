"""The landmarks of our head, by name and by MediaPipe FaceMesh index."""

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.brows import ACROSS, STATIONS
from model_runtime.heads.demo.eyes import LID_EDGE
from model_runtime.heads.demo.mouth import BORDER, CONTACT

__all__ = ["find_landmarks"]

# FaceMesh indices from the right corner over the lip to the left corner.
LIPS: dict[str, tuple[int, ...]] = {
    "upper_outer": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "lower_outer": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "upper_inner": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "lower_inner": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
}
# |x| / half width of those points on a neutral mouth, from corner to middle.
LIP_PLACES = {
    "upper_outer": (1, 0.90, 0.76, 0.58, 0.30, 0),
    "lower_outer": (1, 0.91, 0.79, 0.60, 0.32, 0),
    "upper_inner": (1, 0.83, 0.68, 0.50, 0.26, 0),
    "lower_inner": (1, 0.83, 0.68, 0.50, 0.26, 0),
}
# From the outer corner over the upper lid to the inner corner and back under the eye.
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
# From the inner end outwards: lower edge, then upper edge.
LEFT_BROW = ((285, 295, 282, 283, 276), (336, 296, 334, 293, 300))
RIGHT_BROW = ((55, 65, 52, 53, 46), (107, 66, 105, 63, 70))
# Share of the way from the inner to the outer end of those points.
BROW_PLACES = (0.06, 0.32, 0.56, 0.76, 0.94)
# FaceMesh index -> z, mm, of points in the middle of the face.
MIDLINE = {6: -5, 168: 3, 197: -13, 195: -21, 5: -30, 4: -39, 1: -44, 19: -50, 94: -53.5, 2: -57}
# FaceMesh index -> z, mm, of points in the middle of the chin.
CHIN_LINE = {18: -97.5, 200: -105, 199: -112, 175: -120, 152: -124}


def find_landmarks(body: Body) -> dict[str, int]:
    """Landmark name -> vertex index: LANDMARKS and facemesh_<i>."""
    found = {f"facemesh_{index}": vertex for index, vertex in _facemesh(body).items()}
    names = {
        "upper_lip_inner": 13,
        "lower_lip_inner": 14,
        "mouth_left": 291,
        "mouth_right": 61,
        "eye_left_inner": 362,
        "eye_left_outer": 263,
        "eye_right_inner": 133,
        "eye_right_outer": 33,
        "chin": 152,
        "nose_tip": 1,
    }
    return {name: found[f"facemesh_{index}"] for name, index in names.items()} | found


def _facemesh(body: Body) -> dict[int, int]:
    points = body.whole.vertices
    found: dict[int, int] = {}
    mouth = body.rings.mouth
    half = mouth.shape[1] // 2
    for name, indices in LIPS.items():
        ring = mouth[BORDER if name.endswith("outer") else CONTACT]
        row = ring[: half + 1] if name.startswith("upper") else np.concatenate([ring[:1], ring[: half - 1 : -1]])
        # From the left corner to the middle; the right side by index, so that both sides are mirror images.
        places = points[row[: half // 2 + 1], 0] / points[row[0], 0]
        steps = [int(np.abs(places - place).argmin()) for place in LIP_PLACES[name]]
        for number, step in enumerate(steps):
            found[indices[-1 - number]] = int(row[step])
            found[indices[number]] = int(row[half - step])
    for ring, eye in zip(body.rings.eyes, (LEFT_EYE, RIGHT_EYE), strict=True):
        edge = ring[LID_EDGE]
        for number, index in enumerate(eye):
            found[index] = int(edge[round(number * len(edge) / len(eye))])
    for side, rows in (("left", LEFT_BROW), ("right", RIGHT_BROW)):
        start = body.spans[f"brow_{side}"].start
        for height, brow in zip((0, ACROSS - 1), rows, strict=True):
            for share, index in zip(BROW_PLACES, brow, strict=True):
                found[index] = start + round(share * (STATIONS - 1)) * ACROSS + height
    middle = body.rings.grid[:, body.rings.grid.shape[1] // 2]
    middle = middle[middle >= 0]
    below = np.concatenate([mouth[:BORDER, 3 * half // 2], middle])
    front = below[points[below, 1] < -86]
    for index, z in (MIDLINE | CHIN_LINE).items():
        found[index] = int(front[np.abs(points[front, 2] - z).argmin()])
    return found
