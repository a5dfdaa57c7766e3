"""Our head fitted to another face: its lines on the mesh, and displacement fields interpolated between them."""

from dataclasses import dataclass

import numpy as np

from model_runtime.errors import InputError
from model_runtime.heads.demo.fields import smoothstep, spreader
from model_runtime.heads.face_lines import find_lids, find_mouth, find_red
from model_runtime.heads.mirror import Mirror
from model_runtime.heads.source import Source, Warped, carried, warp_source
from model_runtime.heads.surface import Slit, Surface, line_places, separated

__all__ = ["Face", "Line", "bend", "eased", "lay_out", "spread_near"]

# Distance from the lips up to which fields are interpolated along the surface; beyond it they are transferred by
# position. Eye distances.
BENT = 0.3
# Depth behind the lips at which displacements have fallen to 1/e, eye distances.
BEHIND = 0.16
# Depths behind the lips between which the jaw's share falls to 0: the throat does not move. Eye distances.
THROAT = (0.9, 1.6)
# Radius of smoothing about the corners of the mouth, eye distances.
CORNER = 0.12
# Number of smoothing steps.
EASINGS = 30
MILLIMETRES = 1000.0


@dataclass(frozen=True)
class Line:
    """A line on the mesh. vertices: (n,) along it. at: (n,) their places, 1 at the first corner to -1 (line_places)."""

    vertices: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class Face:
    """A skin of N vertices with our head fitted to it.

    landmarks: name -> vertex.
    warped: our head.
    lines: by the names of CURVES.
    ours_at: places of the points along our own curves, as Line.at.
    behind: (N,) bool, inside the mouth.
    lower_side: (N,) 0 at the upper lip to 1 at the lower lip, by distance along the surface.
    lips: vertices of the red of the lips.
    lip_distance: (N,) m along the surface to the nearest vertex of the mouth line.
    lip_source: (N,) that vertex.
    """

    surface: Surface
    landmarks: dict[str, int]
    warped: Warped
    lines: dict[str, Line]
    ours_at: dict[str, np.ndarray]
    behind: np.ndarray
    lower_side: np.ndarray
    lips: np.ndarray
    lip_distance: np.ndarray
    lip_source: np.ndarray

    def swing(self, points: np.ndarray, share: np.ndarray, angle: float) -> np.ndarray:
        """(N, 3) m: displacement by a rotation of the jaw by `angle`, radians, times the points' shares (N,)."""
        arm = points - self.warped.hinge
        cos, sin = np.cos(angle), np.sin(angle)
        turned = np.stack([arm[:, 0], arm[:, 1] * cos - arm[:, 2] * sin, arm[:, 1] * sin + arm[:, 2] * cos], axis=1)
        return share[:, None] * (turned - arm)


def lay_out(source: Source, surface: Surface, landmarks: dict[str, int], mirror: Mirror) -> Face:
    """Fit our head and find the lines of lips and lids. Raises InputError when the mouth is not an opening."""
    places = {name: surface.points[index] for name, index in landmarks.items()}
    warped = warp_source(source, places, surface.points, surface.faces)
    ours_at, guides = {}, {}
    for name in ("upper_lip", "lower_lip", "upper_red", "lower_red"):
        curve = source.curve(name)
        ours_at[name] = line_places(source.head.vertices[curve].astype(float), len(curve) // 2)
        guides[name] = warped.points[curve]
    corners = landmarks["mouth_left"], landmarks["mouth_right"]
    middles = landmarks["upper_lip_inner"], landmarks["lower_lip_inner"]
    mouth = find_mouth(surface, corners, (guides["upper_lip"], guides["lower_lip"]), middles, mirror)
    lines = {"upper_lip": Line(mouth.upper, mouth.upper_at), "lower_lip": Line(mouth.lower, mouth.lower_at)}
    lines |= _red(surface, corners, landmarks, guides, mouth, mirror)
    for side in ("left", "right"):
        for lid in ("upper", "lower"):
            curve = source.curve(f"{lid}_lid_{side}")
            ours_at[f"{lid}_lid_{side}"] = line_places(source.head.vertices[curve].astype(float), None)
            guides[f"{lid}_lid_{side}"] = warped.points[curve]
    ends = {side: (landmarks[f"eye_{side}_outer"], landmarks[f"eye_{side}_inner"]) for side in ("left", "right")}
    lid_guides = {side: (guides[f"upper_lid_{side}"], guides[f"lower_lid_{side}"]) for side in ends}
    for side, eye in find_lids(surface, ends, lid_guides, mirror).items():
        lines[f"upper_lid_{side}"] = Line(eye.upper, eye.upper_at)
        lines[f"lower_lid_{side}"] = Line(eye.lower, eye.lower_at)
    behind = separated(surface, mouth.ring, landmarks["nose_tip"])
    if behind[landmarks["chin"]]:
        raise InputError(
            "The chin is not joined to the nose but through the mouth; mark the corners of the mouth again."
        )
    front = np.flatnonzero(behind)
    distance, nearest = surface.nearest_source(mouth.ring, front)
    if behind.any():
        inner = np.ones(len(behind), bool)
        inner[front] = inner[mouth.ring] = False
        within, origin = surface.nearest_source(mouth.ring, np.flatnonzero(inner))
        distance, nearest = np.where(behind, within, distance), np.where(behind, origin, nearest)
    up, down = (surface.nearest_source(line)[0] for line in (mouth.upper, mouth.lower))
    lower_side = np.divide(up, up + down, out=np.full(len(up), 0.5), where=np.isfinite(up + down) & (up + down > 0))
    red = _enclosed(surface, lines, landmarks["nose_tip"], behind)
    return Face(surface, landmarks, warped, lines, ours_at, behind, lower_side, red, distance, nearest)


def along(source_values: np.ndarray, source_at: np.ndarray, line: Line) -> np.ndarray:
    """(K, n, D): values (K, c, D) at the c points of our curve, interpolated at the places of a line."""
    order = np.argsort(source_at)
    flat = source_values[:, order].reshape(len(source_values), len(order), -1)
    result = np.empty((len(flat), len(line.at), flat.shape[2]))
    for channel in range(len(flat)):
        for axis in range(flat.shape[2]):
            result[channel, :, axis] = np.interp(line.at, source_at[order], flat[channel, :, axis])
    return result


def bend(source: Source, face: Face, ours: np.ndarray) -> np.ndarray:
    """(K, N, 3): fields (K, V, 3) over our head, transferred to this skin."""
    surface = face.surface
    moved = carried(source, face.warped, surface.points, ours)
    known = {}
    # The lips' lines last: they decide at the corners.
    for name in ("upper_red", "lower_red", "upper_lip", "lower_lip"):
        if name not in face.lines:
            continue
        values = along(ours[:, source.curve(name)], face.ours_at[name], face.lines[name])
        for number, vertex in enumerate(face.lines[name].vertices.tolist()):
            known[vertex] = values[:, number]
    held = np.array(sorted(known))
    moved[:, held] = np.stack([known[vertex] for vertex in held.tolist()], axis=1)
    moved = spread_near(face, moved, held)
    return eased(face, _into_mouth(face, moved), EASINGS)


def spread_near(face: Face, moved: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Fields (K, N, 3), interpolated near the lips from the `held` vertices and from the skin further away."""
    surface = face.surface
    near = ~face.behind & (face.lip_distance < BENT * surface.unit)
    around = ~face.behind & (face.lip_distance < 1.7 * BENT * surface.unit)
    free = near.copy()
    free[held] = False
    chosen = np.flatnonzero(around)
    place = np.full(len(surface.points), -1)
    place[chosen] = np.arange(len(chosen))
    faces = place[surface.faces[around[surface.faces].all(axis=1)]]
    quads = np.concatenate([faces, faces[:, 2:]], axis=1)
    spread = spreader(surface.points[chosen] * MILLIMETRES * 0.062 / surface.unit, quads, ~free[chosen])
    flat = moved[:, chosen].transpose(1, 0, 2).reshape(len(chosen), -1)
    result = moved.copy()
    result[:, chosen] = spread(flat).reshape(len(chosen), len(moved), 3).transpose(1, 0, 2)
    return result


def _into_mouth(face: Face, moved: np.ndarray) -> np.ndarray:
    """Fields (K, N, 3) with values behind the lips: those of the lips, less with depth.

    The last field is the jaw's share, which changes from the upper to the lower lip.
    """
    inside = np.flatnonzero(face.behind & np.isfinite(face.lip_distance))
    lost = np.flatnonzero(face.behind & ~np.isfinite(face.lip_distance))
    depth = face.lip_distance[inside] / face.surface.unit
    moved[:, inside] = moved[:, face.lip_source[inside]] * np.exp(-((depth / BEHIND) ** 2))[None, :, None]
    share = smoothstep(0.25, 0.75, face.lower_side[inside]) * (1 - smoothstep(*THROAT, depth))
    ends = np.clip(depth / 0.08, 0, 1)
    moved[-1, inside] = ((1 - ends) * moved[-1, face.lip_source[inside], 0] + ends * share)[:, None]
    moved[:, lost] = 0
    return moved


def eased(face: Face, moved: np.ndarray, times: int) -> np.ndarray:
    """Fields (K, N, 3) smoothed about the corners of the mouth, where fields of both lips meet in one vertex."""
    surface = face.surface
    corners = np.array([face.landmarks["mouth_left"], face.landmarks["mouth_right"]])
    share = 1 - smoothstep(0.3, 1.0, surface.nearest_source(corners)[0] / (CORNER * surface.unit))
    some = np.flatnonzero(share > 0)
    graph = surface.graph(1 / np.maximum(surface.lengths, 1e-9))[some]
    total = np.asarray(graph.sum(axis=1))
    flat = moved.transpose(1, 0, 2).reshape(len(surface.points), -1)
    for _ in range(times):
        flat[some] += share[some, None] * 0.5 * (graph @ flat / total - flat[some])
    return flat.reshape(len(surface.points), len(moved), 3).transpose(1, 0, 2)


def _red(
    surface: Surface,
    corners: tuple[int, int],
    landmarks: dict[str, int],
    guides: dict[str, np.ndarray],
    mouth: Slit,
    mirror: Mirror,
) -> dict[str, Line]:
    """The borders of the red of the lips; none for a lip whose outer landmark lies on the mouth line."""
    found = {}
    used = np.setdiff1d(mouth.ring, corners)
    for lip, line in (("upper", mouth.upper), ("lower", mouth.lower)):
        landmark = landmarks.get(f"{lip}_lip_outer")
        guide = guides[f"{lip}_red"]
        if landmark is None:
            landmark = int(np.linalg.norm(surface.points - guide[len(guide) // 2], axis=1).argmin())
        if landmark in line:
            continue
        border, at = find_red(surface, corners, landmark, guide, used, mirror)
        found[f"{lip}_red"] = Line(border, at)
        used = np.union1d(used, np.setdiff1d(border, corners))
    return found


def _enclosed(surface: Surface, lines: dict[str, Line], nose: int, behind: np.ndarray) -> np.ndarray:
    rims = [lines[name].vertices for name in ("upper_red", "lower_red") if name in lines]
    inner = np.concatenate([lines[name].vertices for name in ("upper_lip", "lower_lip")])
    if len(rims) < 2:
        return np.unique(inner)
    ring = np.unique(np.concatenate(rims))
    within = separated(surface, ring, nose) & ~behind
    within[ring] = within[inner] = True
    return np.flatnonzero(within)
