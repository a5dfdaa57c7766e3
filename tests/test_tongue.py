"""The tongue of a take on our own head: at L N T D its tip touches the ridge behind the upper teeth, at TH it is seen
between them, and it never passes through what stands above it; at F and V the lower lip touches the upper teeth."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial import cKDTree

from model_runtime.channels import ARKIT, OPTIONAL, SHAPES
from model_runtime.complete import Keys, complete
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import Head
from model_runtime.linguistics.phones import LABIODENTALS, PhoneTrack, Span
from model_runtime.postprocess.config import TongueConfig
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.tongue import TONGUE, tongue
from model_runtime.settings import Settings
from model_runtime.take import Take, read_take, write_take

FPS = 30
MM = 1000.0
RIDGE = ("L", "N", "T", "D")
DENTAL = ("TH", "DH")
# Sounds that move the tongue.
RAISED = {*RIDGE, *DENTAL, "S", "Z", "CH", "JH", "SH", "ZH", "R", "ER"}
# Points of a triangle at which a surface is sampled, in shares of its corners.
WITHIN = np.array([(a, b, 8 - a - b) for a in range(9) for b in range(9 - a)]) / 8


@dataclass(frozen=True)
class Mouth:
    """Triangles of the parts of the mouth: of the upper teeth with their gum and the palate, of the upper incisors
    alone, and of the lower lip; of the upper and of the lower row of teeth; and the vertices of the tongue."""

    upper: np.ndarray
    incisors: np.ndarray
    lip: np.ndarray
    rows: tuple[np.ndarray, np.ndarray]
    tongue: np.ndarray


@pytest.fixture(scope="module")
def head() -> Head:
    return demo_head()


@pytest.fixture(scope="module")
def mouth(head) -> Mouth:
    of = {name: head.faces[head.materials == number] for number, name in enumerate(head.material_names)}
    still = np.abs(head.deltas[head.channels.index("jawOpen")]).max(axis=1) < 1e-6
    teeth, gums = of["teeth"][still[of["teeth"]].all(axis=1)], of["gums"][still[of["gums"]].all(axis=1)]
    middle = np.abs(head.vertices[:, 0]) < 0.0095
    lowered = head.deltas[head.channels.index("mouthLowerDownLeft"), :, 2] < -0.001
    inner = of["lips"][(lowered & middle)[of["lips"]].all(axis=1)]
    front = middle & (head.vertices[:, 1] < -0.085)
    rows = teeth, of["teeth"][~still[of["teeth"]].any(axis=1)]
    incisors = teeth[front[teeth].all(axis=1)]
    return Mouth(np.concatenate([teeth, gums]), incisors, inner, rows, np.unique(of["tongue"]))


def sampled(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points on the triangles, and the outward directions there."""
    corners = points[triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = across / np.linalg.norm(across, axis=1, keepdims=True)
    return np.einsum("sc,tcd->tsd", WITHIN, corners).reshape(-1, 3), np.repeat(outward, len(WITHIN), axis=0)


def clearance(points: np.ndarray, here: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) mm from each of the points `here` to a surface; negative: beneath it."""
    surface, outward = sampled(points, triangles)
    away, near = cKDTree(surface).query(here)
    beneath = ((here - surface[near]) * outward[near]).sum(axis=1) < 0
    return MM * np.where(beneath, -away, away)


def within(points: np.ndarray, here: np.ndarray, triangles: np.ndarray) -> bool:
    """Whether any of the points `here` lies inside closed surfaces: the solid angle around it is whole."""
    corners = points[np.unique(triangles)]
    here = here[cKDTree(corners).query(here)[0] < 0.002]
    a, b, c = (points[triangles[:, corner]] - here[:, None] for corner in range(3))
    long_a, long_b, long_c = (np.linalg.norm(side, axis=-1) for side in (a, b, c))
    across = (a * np.cross(b, c)).sum(axis=-1)
    along = long_a * long_b * long_c + (a * b).sum(axis=-1) * long_c
    along += (b * c).sum(axis=-1) * long_a + (c * a).sum(axis=-1) * long_b
    return bool((np.arctan2(across, along).sum(axis=1) > np.pi).any())


def posed(head: Head, take: Take, frame: int) -> np.ndarray:
    """(V, 3) m of the head at a frame of a take."""
    of = [head.channels.index(name) for name in take.channels]
    return head.vertices + np.einsum("k,kvd->vd", take.weights[frame].astype(np.float64), head.deltas[of])


def during(take: Take, labels: tuple[str, ...]) -> list[list[int]]:
    """The frames within each phone of these labels that has any."""
    spans = [(phone.start, phone.end) for phone in take.phones.phones if phone.label in labels]
    found = [np.flatnonzero((take.times >= start) & (take.times <= end)).tolist() for start, end in spans]
    return [frames for frames in found if frames]


@pytest.fixture(scope="module")
def take(line, model) -> Take:
    return generate(*line, Settings(fps=FPS), model)


def test_the_channel_comes_last_and_the_others_keep_their_places(take):
    assert (*ARKIT, "tongueUp") == SHAPES
    assert take.channels[-1] == "tongueUp"
    assert take.channels[:-1] == tuple(name for name in ARKIT if name in take.channels)


def test_teeth_gums_and_tongue_face_outwards(head, mouth):
    """The volume within each of them is positive."""
    for name in ("teeth", "tongue", "eye_white"):
        corners = head.vertices[head.faces[head.materials == head.material_names.index(name)]].astype(np.float64)
        assert np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() > 0, name
    behind, before = np.array([[0, -0.075, -0.08], [0, -0.12, -0.078]])
    assert (clearance(head.vertices, np.stack([behind, before]), mouth.incisors) > 0).all()
    gums = mouth.upper[len(mouth.upper) // 2 :]
    assert clearance(head.vertices, np.array([[0, -0.065, -0.08]]), gums)[0] > 5, "the palate is seen from below"


@pytest.mark.weights
def test_the_tip_touches_the_ridge(head, mouth, take):
    """Within every L N T D that no TH precedes or follows: to .9 mm, at any opening of the jaw."""
    rises = []
    for frames in during(take, RIDGE):
        around = take.times[frames[0]] - 0.1, take.times[frames[-1]] + 0.1
        beside = [p for p in take.phones.phones if p.label in DENTAL and p.end > around[0] and p.start < around[1]]
        if not beside:
            gaps = [clearance(p, p[mouth.tongue], mouth.upper).min() for p in (posed(head, take, f) for f in frames)]
            assert -0.3 < min(gaps) < 0.9, frames
            rises.append(min(gaps))
    assert len(rises) >= 6, "the line has many"


@pytest.mark.parametrize("jaw", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_the_tip_touches_the_ridge_however_far_the_jaw_is_open(head, mouth, jaw):
    config = TongueConfig()
    points = head.vertices + jaw * head.deltas[head.channels.index("jawOpen")].astype(np.float64)
    up = config.reach_shut + config.reach_per_jaw * jaw
    points = points + up * head.deltas[head.channels.index("tongueUp")]
    gaps = clearance(points, points[mouth.tongue], mouth.upper)
    assert -0.3 < gaps.min() < 0.9
    touching = points[mouth.tongue[gaps.argmin()]]
    back, edge = head.vertices[mouth.incisors][..., 1].min(), head.vertices[mouth.incisors][..., 2].min()
    assert 0.003 < touching[1] - back < 0.010, "behind the incisors"
    assert touching[2] > edge + 0.005, "and at their roots"


@pytest.mark.weights
def test_the_tongue_never_passes_through_what_stands_above_it(head, mouth, take):
    for frame in range(len(take.weights)):
        points = posed(head, take, frame)
        assert clearance(points, points[mouth.tongue], mouth.upper).min() > -0.8, frame


@pytest.mark.weights
def test_the_tongue_is_seen_between_the_teeth_at_th(head, mouth, take):
    """Its tip comes to the fronts of the upper incisors at most 1 mm short, below their edge; at other times it lies
    behind them."""
    front, edge = head.vertices[mouth.incisors][..., 1].min(), head.vertices[mouth.incisors][..., 2].min()
    shown = during(take, DENTAL)
    assert shown
    for frames in shown:
        tips = [posed(head, take, frame)[mouth.tongue] for frame in frames]
        tip = min((each[each[:, 1].argmin()] for each in tips), key=lambda point: point[1])
        assert tip[1] < front + 0.001
        assert tip[2] < edge + 0.001
    near = {frame + step for frames in shown for frame in frames for step in range(-3, 4)}
    for frame in set(range(len(take.weights))) - near:
        assert posed(head, take, frame)[mouth.tongue, 1].min() > front + 0.003, frame


@pytest.mark.parametrize("jaw", [0.22, 0.27, 0.33, 0.4, 0.5, 0.7])
def test_at_th_the_tongue_passes_between_the_teeth(head, mouth, jaw):
    """On its way there and back no vertex is inside a tooth; foremost, it touches the edge of the upper incisors."""
    times = np.arange(0, 0.4, 0.01)
    spans = [Span("SIL", 0, 0.15), Span("TH", 0.15, 0.25), Span("SIL", 0.25, 0.4)]
    motion = Motion(np.full((len(times), 1), jaw), ("jawOpen",), np.array([0.5]))
    weights = tongue(PhoneTrack(tuple(spans)), motion, times, TongueConfig())
    opened = head.vertices + jaw * head.deltas[head.channels.index("jawOpen")].astype(np.float64)
    of = [head.channels.index(name) for name in TONGUE]
    for frame in np.unique(weights, axis=0):
        points = opened + np.einsum("k,kvd->vd", frame, head.deltas[of])
        for row in mouth.rows:
            assert not within(points, points[mouth.tongue], row), frame
    foremost = opened + np.einsum("k,kvd->vd", weights[len(times) // 2], head.deltas[of])
    assert clearance(foremost, foremost[mouth.tongue], mouth.incisors).min() < 1
    assert foremost[mouth.tongue, 1].min() < head.vertices[mouth.incisors][..., 1].min()


@pytest.mark.weights
def test_the_tongue_is_never_inside_a_tooth(head, mouth, take):
    for frame in range(len(take.weights)):
        points = posed(head, take, frame)
        for row in mouth.rows:
            assert not within(points, points[mouth.tongue], row), frame


@pytest.mark.weights
def test_the_lower_lip_touches_the_upper_teeth_at_f_and_v(head, mouth, take):
    tucked: list[float] = []
    for frames in during(take, LABIODENTALS):
        gaps = []
        for frame in frames:
            points = posed(head, take, frame)
            gaps.append(clearance(points, sampled(points, mouth.lip)[0], mouth.incisors).min())
        assert np.abs(gaps).min() < 0.5, "they meet"
        assert min(gaps) > -1, "and the lip does not go through them"
        tucked.extend(take.weights[frames, take.channels.index("mouthRollLower")])
    assert len(tucked) > 8
    assert np.median(tucked) > 0.4, "the contact keeps the tuck that makes it"


CLOSED = (
    {},
    {"mouthPress": 1},
    {"mouthRollLower": 1, "mouthRollUpper": 1},
    {"mouthPucker": 1},
    {"mouthSmile": 1},
    {"mouthSmile": 1, "mouthDimple": 1, "mouthStretch": 0.5},
    {"mouthFrown": 1},
    {"mouthLeft": 1},
    {"mouthShrugLower": 1, "mouthShrugUpper": 1},
    {"cheekPuff": 1},
    {"jawForward": 1},
    {"jawLeft": 1},
    {"jawOpen": 0.4, "mouthClose": 0.4},
)


@pytest.mark.parametrize("weights", CLOSED, ids=lambda weights: " ".join(weights) or "rest")
def test_no_tooth_comes_through_closed_lips(head, weights):
    """Seen from the front, skin lies before every tooth."""
    points = head.vertices.astype(np.float64)
    for name, weight in weights.items():
        for channel in [name] if name in SHAPES else [f"{name}Left", f"{name}Right"]:
            points = points + weight * head.deltas[head.channels.index(channel)]
    named = np.array(head.material_names)[head.materials]
    skin = head.faces[np.isin(named, ("skin", "lips"))]
    before = sampled(points, skin[(head.vertices[skin][..., 1] < -0.04).all(axis=1)])[0]
    teeth = points[np.unique(head.faces[named == "teeth"])]
    near = cKDTree(before[:, [0, 2]]).query_ball_point(teeth[:, [0, 2]], 0.001)
    covered = np.array([before[found, 1].min() if found else np.inf for found in near])
    assert (covered < teeth[:, 1]).all()


def without_tip(take: Take) -> Take:
    """As an earlier version made it."""
    kept = [number for number, name in enumerate(take.channels) if name not in OPTIONAL]
    return dataclasses.replace(
        take, weights=take.weights[:, kept], channels=tuple(take.channels[number] for number in kept)
    )


@pytest.mark.weights
def test_a_take_without_the_channel_completes_as_before(take, model, tmp_path):
    old = read_take(write_take(without_tip(take), tmp_path / "old.npz"))
    edited = old.key_weights.copy()
    edited[5, old.channels.index("jawOpen")] = 0.6
    done = complete(old, Keys(old.key_frames.astype(np.int64), edited, old.channels), model)
    assert done.channels == old.channels
    whole = take.key_weights.copy()
    whole[5, take.channels.index("jawOpen")] = 0.6
    also = complete(take, Keys(take.key_frames.astype(np.int64), whole, take.channels), model)
    np.testing.assert_array_equal(done.weights, without_tip(also).weights)
    np.testing.assert_array_equal(also.weights[:, -1], take.weights[:, -1])


@pytest.mark.weights
def test_the_tongue_follows_edited_phones(take, model):
    """An L that becomes a vowel no longer raises the tip, and only there."""
    heard = take.phones.phones
    around = [{phone.label for phone in heard[max(n - 2, 0) : n + 3]} - {heard[n].label} for n in range(len(heard))]
    number = next(n for n, phone in enumerate(heard) if phone.label in RIDGE and around[n].isdisjoint(RAISED))
    spoken = list(heard)
    was = spoken[number]
    spoken[number] = Span("AA", was.start, was.end)
    keys = Keys(np.array([0]), take.weights[:1], take.channels)
    done = complete(take, keys, model, phones=PhoneTrack(tuple(spoken), take.phones.words))
    up = take.channels.index("tongueUp")
    inside = (take.times > was.start) & (take.times < was.end)
    assert take.weights[inside, up].max() > 0.5
    assert done.weights[inside, up].max() < 0.1
    apart = (take.times < was.start - 0.2) | (take.times > was.end + 0.2)
    assert np.abs(done.weights - take.weights)[apart, up].max() < 0.15, "as the jaw changes, not more"
