"""FLAME models (Li et al. 2017): read the user's file; jaw and expressions as channels.

Axes of the files: +Y up, facing +Z, m. Joints, in order: global, neck, jaw, left eye, right eye.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.channels import MOUTH
from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, Wanted, read_npz
from model_runtime.files.safe_pickle import as_array, read_pickle
from model_runtime.heads.face_frame import fit_similarity
from model_runtime.heads.flame_topology import FLAME_LANDMARKS, FLAME_VERTICES, flame_landmarks
from model_runtime.heads.head import Head
from model_runtime.heads.mesh import Mesh, check_mesh
from model_runtime.heads.mesh_files import read_mesh
from model_runtime.heads.rigging import rig_mesh
from model_runtime.heads.source import Source
from model_runtime.progress import Report

__all__ = ["FlameModel", "flame_head", "read_flame"]

PARTS = ("shapedirs", "posedirs", "J_regressor", "weights")
ARRAYS = {
    "v_template": Wanted(NUMBERS),
    "f": Wanted(NUMBERS),
    **{name: Wanted(NUMBERS, required=False) for name in PARTS},
}
# Number of the jaw among the joints.
JAW = 2
# Identity components, which come before the expressions in shapedirs.
SHAPES = 300
# Lip gap at jawOpen 1, eye distances.
OPENING = 0.45
# Displacement of the chin at jawLeft, jawRight and jawForward 1, m.
SLIDE = 0.006
# Range of the bisection for the angle of jawOpen 1, radians.
NARROWEST = 0.02
WIDEST = 0.8
# Steps of the bisection.
STEPS = 24
# Channels that are not taken from the expressions: those of the jaw, and the tongue, which FLAME lacks.
NOT_EXPRESSED = ("jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "tongueOut")
# Least share of a channel's squared displacement that the expressions must explain to replace the channel.
EXPRESSED = 0.75
# Ridge of the fit of expressions, share of the mean diagonal of its normal matrix.
RIDGE = 1e-3
# Weight of lip vertices in that fit; others have 1.
LIPS_COUNT = 3.0


@dataclass(frozen=True)
class Motion:
    """The parts of a model that move.

    expressions: (5023, 3, E) displacements at coefficient 1, m.
    pose: (5023, 3, 36) pose correctives, m.
    regressor: (5, 5023) joint regressor.
    weights: (5023, 5) skinning weights.
    """

    expressions: np.ndarray
    pose: np.ndarray
    regressor: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class FlameModel:
    """template: (5023, 3) m. faces: (F, 3) vertex indices. motion: None for a template alone."""

    template: np.ndarray
    faces: np.ndarray
    motion: Motion | None = None


def read_flame(path: Path | str) -> FlameModel:
    """Read a model (.pkl, .npz) or a template (.ply, .obj). Raises InputError for any other file, and a damaged one."""
    path = Path(path)
    if path.suffix.lower() in (".ply", ".obj"):
        mesh = read_mesh(path)
        if not flame_landmarks(mesh):
            raise InputError(
                f"{path} has {len(mesh.vertices)} vertices, FLAME has {FLAME_VERTICES}; make a head of it with --mesh."
            )
        return FlameModel(mesh.vertices, mesh.faces)
    if path.suffix.lower() == ".npz":
        values = read_npz(path, ARRAYS)
    elif path.suffix.lower() == ".pkl":
        values = read_pickle(path)
    else:
        raise InputError(f"{path} is no FLAME model; give its .pkl or .npz, or its template as .ply or .obj.")
    if not isinstance(values, dict) or "v_template" not in values or "f" not in values:
        raise InputError(f"{path} is no FLAME model: it lacks v_template and f; choose flame2023.pkl or the like.")
    return _from_values(values, str(path))


def _from_values(values: dict, path: str) -> FlameModel:
    def array(name: str, shape: tuple[int | None, ...]) -> np.ndarray:
        found = as_array(values[name], f"{name} of {path}").astype(np.float64)
        fits = found.ndim == len(shape) and all(n is None or n == m for n, m in zip(shape, found.shape, strict=True))
        if not fits or not np.abs(found).max(initial=0) <= limits.FARTHEST_VERTEX:
            wanted = " x ".join("any" if n is None else str(n) for n in shape)
            raise InputError(f"{name} of {path} should be {wanted} finite numbers; the file is of another model.")
        return found

    template = array("v_template", (FLAME_VERTICES, 3))
    faces = array("f", (None, 3)).astype(np.int32)
    missing = [name for name in PARTS if name not in values]
    if len(missing) == len(PARTS):
        return FlameModel(template, faces)
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)} of a FLAME model; download it again.")
    motion = Motion(
        array("shapedirs", (FLAME_VERTICES, 3, None))[:, :, SHAPES:],
        array("posedirs", (FLAME_VERTICES, 3, 36)),
        array("J_regressor", (5, FLAME_VERTICES)),
        array("weights", (FLAME_VERTICES, 5)),
    )
    return FlameModel(template, faces, motion)


def flame_head(model: FlameModel, name: str, report: Report, source: Source | None = None) -> Head:
    """A FLAME model as a head. source: our own head, computed when None.

    Raises InputError when its triangles are not FLAME's.
    """
    mesh = Mesh(model.template, model.faces, np.arange(len(model.faces), dtype=np.int32))
    check_mesh(mesh, name)
    mesh = replace(mesh, landmarks=flame_landmarks(mesh, model=True))
    if model.motion is None:
        return rig_mesh(mesh, name, report, source)
    head = rig_mesh(mesh, name, report, source, _jaw_channels(model.template, model.motion))
    return _expressed(head, model.template, model.motion)


def _posed(template: np.ndarray, motion: Motion, turn: np.ndarray) -> np.ndarray:
    """(5023, 3) m: the template with the jaw rotated by (3, 3): pose correctives, then linear blend skinning."""
    feature = np.zeros(36)
    feature[9 * (JAW - 1) : 9 * JAW] = (turn - np.eye(3)).ravel()
    corrected = template + motion.pose @ feature
    joint = motion.regressor[JAW] @ template
    share = motion.weights[:, JAW : JAW + 1]
    return (1 - share) * corrected + share * ((corrected - joint) @ turn.T + joint)


def _jaw_channels(template: np.ndarray, motion: Motion) -> dict[str, np.ndarray]:
    """jawOpen, jawLeft, jawRight, jawForward: (5023, 3) m, in the file's axes."""
    at = {name: template[index] for name, index in FLAME_LANDMARKS.items()}
    eyes = [(at[f"eye_{side}_inner"] + at[f"eye_{side}_outer"]) / 2 for side in ("left", "right")]
    unit = float(np.linalg.norm(eyes[0] - eyes[1]))
    lips = [FLAME_LANDMARKS["upper_lip_inner"], FLAME_LANDMARKS["lower_lip_inner"]]
    chin = FLAME_LANDMARKS["chin"]

    def gap(angle: float) -> float:
        placed = _posed(template, motion, _rotation(0, angle))[lips]
        return float(np.linalg.norm(placed[0] - placed[1])) / unit

    low, high = NARROWEST, WIDEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) < OPENING else (low, middle)
    small = 0.05
    aside = (_posed(template, motion, _rotation(1, small)) - template)[chin, 0]
    turn = small * SLIDE / aside if abs(aside) > 1e-6 else small
    still = _posed(template, motion, np.eye(3))
    return {
        "jawOpen": _posed(template, motion, _rotation(0, high)) - still,
        "jawLeft": _posed(template, motion, _rotation(1, turn)) - still,
        "jawRight": _posed(template, motion, _rotation(1, -turn)) - still,
        "jawForward": motion.weights[:, JAW : JAW + 1] * np.array([0, 0, SLIDE]),
    }


def _rotation(axis: int, angle: float) -> np.ndarray:
    """(3, 3) rotation about an axis by an angle, radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.eye(3)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    turn[[a, a, b, b], [a, b, a, b]] = cos, -sin, sin, cos
    return turn


def _expressed(head: Head, template: np.ndarray, motion: Motion) -> Head:
    """The head with the channels replaced by least-squares fits of the model's expressions, where those fit well."""
    stood = fit_similarity(template, head.vertices.astype(np.float64))
    basis = stood.scale * np.einsum("ij,vjk->vik", stood.rotation, motion.expressions)
    if not basis.shape[2]:
        return head
    weight = np.ones(len(head.vertices))
    weight[head.lips] = LIPS_COUNT
    rows = (basis * weight[:, None, None]).reshape(-1, basis.shape[2])
    normal = rows.T @ rows
    normal += RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal))
    deltas = head.deltas.copy()
    for channel in MOUTH:
        if channel in NOT_EXPRESSED:
            continue
        ours = deltas[head.channels.index(channel)].astype(np.float64)
        wanted = (ours * weight[:, None]).ravel()
        found = np.linalg.solve(normal, rows.T @ wanted)
        shown = rows @ found
        if 1 - ((shown - wanted) ** 2).sum() / (wanted**2).sum() >= EXPRESSED:
            deltas[head.channels.index(channel)] = (basis @ found).astype(np.float32)
    return replace(head, deltas=deltas)
