"""Give a mesh its channels: our own head's displacements, transferred by landmarks and along the surface.

Lips and lids are found as lines on the mesh. Displacements of our lines are transferred by the place along the line,
those further away by position; between both they are interpolated biharmonically. Distances are measured along the
surface, so that touching lips move apart.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.channels import SHAPES
from model_runtime.errors import InputError
from model_runtime.heads.demo.gaze import LOOKS
from model_runtime.heads.demo.tongue import raised
from model_runtime.heads.eyeballs import Eyeball, find_eyeballs, look_shapes
from model_runtime.heads.face_frame import stand_up
from model_runtime.heads.fields import Face, bend, lay_out
from model_runtime.heads.head import LANDMARKS, Head
from model_runtime.heads.jaw import close_lips, open_jaw
from model_runtime.heads.lid_moves import LID_MOVES, move_lids
from model_runtime.heads.lip_gap import closing
from model_runtime.heads.mesh import Mesh, pieces, weld
from model_runtime.heads.mirror import Mirror, even_by_place, even_out, evened, find_mirror
from model_runtime.heads.pieces import Piece, ride, sort_pieces
from model_runtime.heads.source import CURVES, Source, make_source
from model_runtime.heads.surface import make_surface
from model_runtime.heads.under_jaw import even_under_jaw
from model_runtime.postprocess.config import TongueConfig
from model_runtime.progress import Report

__all__ = ["MATERIALS", "rig_mesh"]

MATERIALS = ("skin", "lips", "teeth", "tongue", "eye_white")
OF_KIND = {"upper": "teeth", "lower": "teeth", "tongue": "tongue", "eye": "eye_white", "skin": "skin"}
# Distance from the lips up to which twins must belong to the same lip, eye distances.
APART = 0.3
# Where the tip of the tongue touches: behind and above the fronts and edges of the upper incisors, and behind and above
# the upper lip, eye distances; on our own head.
RIDGE_FROM_TEETH = (0.11, 0.19)
RIDGE_FROM_LIP = (0.18, 0.14)
# Half width of the incisors, eye distances.
RIDGE_WIDTH = 0.1
# The weight of jawOpen at which tongueUp is made to touch, and the weight of tongueUp there.
TOUCH_JAW = 0.3
TOUCH = TongueConfig().reach_shut + TOUCH_JAW * TongueConfig().reach_per_jaw


def rig_mesh(
    mesh: Mesh,
    name: str,
    report: Report,
    source: Source | None = None,
    given: dict[str, np.ndarray] | None = None,
) -> Head:
    """The mesh as a head with all channels, m; vertices and triangles keep their order.

    What cannot be made is left out, and the head's notes say so: the eyes' directions without eyeballs, the tongue's
    channel without a tongue.

    mesh.landmarks: at least LANDMARKS; `upper_lip_outer`, `lower_lip_outer` and the ends of the brows improve the fit.
    name: of the mesh in messages.
    source: our own head, computed when None.
    given: channel -> (V, 3) displacements that are known, in the mesh's unit and axes.

    Raises InputError when landmarks are missing or lie on different pieces, or the mouth is not an opening.
    """
    missing = [landmark for landmark in LANDMARKS if landmark not in mesh.landmarks]
    if missing:
        raise InputError(f"{name} lacks the landmarks {', '.join(missing)}; mark them on the mesh.")
    same = [a for a in LANDMARKS for b in LANDMARKS if a < b and mesh.landmarks[a] == mesh.landmarks[b]]
    if same:
        raise InputError(f"The landmark {same[0]} of {name} is marked at another one's vertex; mark it where it is.")
    report("head", 0.05, "Measuring")
    source = source or make_source()
    standing = source.head.vertices[[source.landmarks[landmark] for landmark in LANDMARKS]].astype(np.float64)
    marked = mesh.vertices[[mesh.landmarks[landmark] for landmark in LANDMARKS]]
    stood = stand_up(marked, standing)
    points = stood(mesh.vertices)
    owner = weld(mesh)
    faces = owner[mesh.faces]
    label = pieces(len(points), faces)
    skin = label[owner[mesh.landmarks["nose_tip"]]]
    for landmark in LANDMARKS:
        if label[owner[mesh.landmarks[landmark]]] != skin:
            raise InputError(
                f"The landmark {landmark} of {name} is not on the piece of the mesh with the nose; mark it on the "
                "skin, or merge the skin's vertices by distance."
            )
    report("head", 0.2, "Fitting")
    inside = np.flatnonzero((label == skin) & (owner == np.arange(len(points))))
    place = np.full(len(points), -1)
    place[inside] = np.arange(len(inside))
    of_skin = faces[(label[faces] == skin).all(axis=1)]
    # Brows may be separate pieces; their landmarks are then left out.
    landmarks = {
        name: int(place[owner[index]]) for name, index in mesh.landmarks.items() if label[owner[index]] == skin
    }
    eyes = _eye_middles(points, mesh.landmarks)
    surface = make_surface(points[inside], place[of_skin], float(np.linalg.norm(eyes[0] - eyes[1])))
    mirror = find_mirror(surface, landmarks)
    face = lay_out(source, evened(surface, mirror), landmarks, mirror)
    report("head", 0.4, "Carrying over")
    loose = label.copy()
    loose[owner != np.arange(len(points))] = -1
    sorted_pieces = sort_pieces(
        source, face.warped, points, faces, loose, skin, _lip_height(points, mesh), surface.unit
    )
    balls = [points[piece.vertices] for piece in sorted_pieces if piece.kind == "eye"]
    known = {channel: stood.scale * moved[inside] @ stood.rotation.T for channel, moved in (given or {}).items()}
    deltas, jaw = _skin_shapes(source, face, balls, known, mirror)
    report("head", 0.8, "Placing teeth and eyes")
    whole = np.zeros((len(SHAPES), *points.shape))
    whole[:, inside] = deltas
    ridge = _ridge(sorted_pieces, points, face)
    for piece in sorted_pieces:
        whole[:, piece.vertices] = _piece_shapes(piece, points, points[inside], deltas, face, jaw, ridge)
    eyeballs = find_eyeballs(sorted_pieces, points, eyes, surface.unit)
    for side, ball in eyeballs.items():
        for channel, turning in look_shapes(ball, points, side).items():
            whole[SHAPES.index(channel), ball.vertices] = turning
    riding = [piece.vertices for piece in sorted_pieces if piece.kind == "skin"]
    if riding:
        whole[:, np.concatenate(riding)] = even_by_place(
            points[np.concatenate(riding)], eyes, whole[:, np.concatenate(riding)]
        )
    left_out, notes = _left_out(name, sorted_pieces, eyeballs)
    made = [
        number
        for number, channel in enumerate(SHAPES)
        if channel.removesuffix("Left").removesuffix("Right") not in left_out
    ]
    lips = np.flatnonzero(np.isin(place[owner], face.lips))
    head = Head(
        vertices=points.astype(np.float32),
        faces=mesh.faces.astype(np.int32),
        channels=tuple(SHAPES[number] for number in made),
        deltas=whole[made][:, owner].astype(np.float32),
        landmarks=mesh.landmarks | _facemesh(source, face, inside),
        lips=lips.astype(np.int32),
        upper_face=np.flatnonzero(np.isin(place[owner], _upper_face(source, face))).astype(np.int32),
        materials=_materials(mesh, owner, sorted_pieces, lips),
        material_names=MATERIALS,
        polygons=mesh.polygons.astype(np.int32),
        notes=notes,
    )
    return replace(head, resting=closing(head))


def _left_out(name: str, sorted_pieces: list[Piece], eyeballs: dict[str, Eyeball]) -> tuple[set[str], tuple[str, ...]]:
    """Channels, without their sides, that the mesh has nothing for; and a sentence on each kind."""
    left_out, notes = set[str](), []
    if not eyeballs:
        left_out |= set(LOOKS)
        notes.append(f"{name} has no two eyeballs of their own, so it has no {', '.join(LOOKS)}.")
    if all(piece.kind != "tongue" for piece in sorted_pieces):
        left_out |= {"tongueOut", "tongueUp"}
        notes.append(f"{name} has no tongue of its own, so it has no tongueOut.")
    return left_out, tuple(notes)


def _eye_middles(points: np.ndarray, landmarks: dict[str, int]) -> list[np.ndarray]:
    return [
        points[[landmarks[f"eye_{side}_{end}"] for end in ("inner", "outer")]].mean(axis=0)
        for side in ("left", "right")
    ]


def _lip_height(points: np.ndarray, mesh: Mesh) -> float:
    return float(points[[mesh.landmarks["upper_lip_inner"], mesh.landmarks["lower_lip_inner"]], 2].mean())


def _skin_shapes(
    source: Source, face: Face, balls: list[np.ndarray], known: dict[str, np.ndarray], mirror: Mirror
) -> tuple[np.ndarray, float]:
    """(K, N, 3) displacements of the skin, m, and the jaw's angle at jawOpen 1, radians."""
    ours = np.stack([source.rest_of_jaw if c == "jawOpen" else source.head.deltas[SHAPES.index(c)] for c in SHAPES])
    turned = np.einsum("vij,kvj->kvi", face.warped.turn, ours)
    moved = bend(source, face, np.concatenate([turned, np.repeat(source.jaw[None, :, None], 3, axis=2)]))
    moved = even_under_jaw(face, moved)
    share, moved = moved[-1, :, 0], moved[:-1]
    opened, angle = open_jaw(face, share, moved[SHAPES.index("jawOpen")])
    moved[SHAPES.index("jawOpen")] = opened
    for channel, field in known.items():
        moved[SHAPES.index(channel)] = field
    opened = moved[SHAPES.index("jawOpen")]
    moved[SHAPES.index("mouthClose")] = close_lips(source, face, opened, moved[SHAPES.index("mouthClose")])
    for name, move in LID_MOVES.items():
        for side in ("left", "right"):
            number = SHAPES.index(f"{name}{side.capitalize()}")
            moved[number] = move_lids(face, side, move, moved[number], balls)
    if mirror.exact:
        return even_out(mirror, moved), angle
    lip = np.where(face.lip_distance < APART * face.surface.unit, np.where(face.lower_side > 0.5, 1.0, -1.0), 0.0)
    sides = face.surface.unit * np.stack([lip, face.behind], axis=1)
    return even_out(find_mirror(face.surface, face.landmarks, sides), moved), angle


def _ridge(sorted_pieces: list[Piece], points: np.ndarray, face: Face) -> np.ndarray:
    """(3,) where the tip of the tongue touches: behind the upper incisors, or else behind the lips at their height."""
    unit, lip = face.surface.unit, face.surface.points[face.landmarks["upper_lip_inner"]]
    upper = [points[piece.vertices] for piece in sorted_pieces if piece.kind == "upper"]
    teeth = np.concatenate(upper) if upper else np.empty((0, 3))
    teeth = teeth[np.abs(teeth[:, 0] - lip[0]) < RIDGE_WIDTH * unit]
    if not len(teeth):
        return lip + unit * np.array((0, *RIDGE_FROM_LIP))
    front = teeth[teeth[:, 1] < teeth[:, 1].min() + RIDGE_WIDTH * unit]
    return np.array([lip[0], front[:, 1].min(), front[:, 2].min()]) + unit * np.array((0, *RIDGE_FROM_TEETH))


def _piece_shapes(
    piece: Piece, points: np.ndarray, skin: np.ndarray, deltas: np.ndarray, face: Face, angle: float, ridge: np.ndarray
) -> np.ndarray:
    here = points[piece.vertices]
    result = np.zeros((len(SHAPES), *here.shape))
    if piece.kind == "skin":
        return ride(piece, here, skin, deltas, face.surface.unit)
    if piece.jaw.any():
        result[SHAPES.index("jawOpen")] = face.swing(here, piece.jaw, angle)
        for channel in ("jawForward", "jawLeft", "jawRight"):
            chin = deltas[SHAPES.index(channel), face.landmarks["chin"]]
            result[SHAPES.index(channel)] = piece.jaw[:, None] * chin
    if piece.kind == "tongue":
        reach = np.clip((here[:, 1].max() - here[:, 1]) / max(np.ptp(here[:, 1]), 1e-9), 0, 1)
        lip = face.surface.points[face.landmarks["lower_lip_inner"]]
        forward = lip[1] - 0.15 * face.surface.unit - here[:, 1].min()
        result[SHAPES.index("tongueOut"), :, 1] = forward * reach
        result[SHAPES.index("tongueOut"), :, 2] = 0.14 * face.surface.unit * reach
        tip, swung = here[here[:, 1].argmin()], result[SHAPES.index("jawOpen"), here[:, 1].argmin()]
        way = (ridge - tip - TOUCH_JAW * swung) / TOUCH
        middle = float(skin[[face.landmarks["mouth_left"], face.landmarks["mouth_right"]], 0].mean())
        result[SHAPES.index("tongueUp")] = raised(reach, here[:, 0] - middle, (max(-way[1], 0.0), max(way[2], 0.0)))
    return result


def _facemesh(source: Source, face: Face, inside: np.ndarray) -> dict[str, int]:
    """facemesh_<i> -> vertex: for lips and lids the vertices at the places of our points along the lines."""
    found: dict[str, int] = {}
    for curve, line in face.lines.items():
        numbers = CURVES[curve]
        for number, at in zip(numbers, face.ours_at[curve], strict=True):
            vertex = line.vertices[np.abs(line.at - at).argmin()]
            found.setdefault(f"facemesh_{number}", int(inside[vertex]))
    found |= {f"facemesh_{number}": int(inside[face.landmarks["chin"]]) for number in (152, 175, 199)}
    found["facemesh_1"] = int(inside[face.landmarks["nose_tip"]])
    return found


def _upper_face(source: Source, face: Face) -> np.ndarray:
    chosen = np.zeros(len(source.head.vertices), bool)
    chosen[source.head.upper_face] = True
    near = cKDTree(face.warped.points[source.skin]).query(face.surface.points)[1]
    return np.flatnonzero(chosen[source.skin[near]])


def _materials(mesh: Mesh, owner: np.ndarray, sorted_pieces: list[Piece], lips: np.ndarray) -> np.ndarray:
    of_vertex = np.zeros(len(mesh.vertices), np.int32)
    for piece in sorted_pieces:
        of_vertex[piece.vertices] = MATERIALS.index(OF_KIND[piece.kind])
    of_vertex[lips] = MATERIALS.index("lips")
    corners = of_vertex[owner][mesh.faces]
    return np.where((corners == corners[:, :1]).all(axis=1), corners[:, 0], 0).astype(np.int32)
