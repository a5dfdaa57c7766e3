"""Making channels for other heads, checked by measurement; and refusal of meshes that cannot be heads."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from other_heads import other_mesh, write_obj

from model_runtime.channels import ARKIT, CHANNELS, SHAPES
from model_runtime.cli import main
from model_runtime.errors import InputError
from model_runtime.heads.face_frame import fit_similarity
from model_runtime.heads.fields import Face
from model_runtime.heads.head import Head, read_head, write_head
from model_runtime.heads.lip_gap import find_lips
from model_runtime.heads.mesh import Mesh, pieces, weld
from model_runtime.heads.mesh_files import read_mesh
from model_runtime.heads.pieces import Piece, ride
from model_runtime.heads.quality import measure
from model_runtime.heads.rigging import rig_mesh
from model_runtime.heads.source import make_source
from model_runtime.heads.surface import make_surface
from model_runtime.heads.under_jaw import even_under_jaw


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return other_mesh()


@pytest.fixture(scope="module")
def head(mesh: Mesh) -> Head:
    return rig_mesh(mesh, "other", lambda *_: None)


def test_opens_closes_mirrors_and_holds_still(head: Head):
    quality = measure(head)
    assert 0.34 < quality.opened < 0.6
    assert quality.rest < 0.01
    assert quality.closed < 0.01
    assert quality.crossing < 0.01
    assert quality.symmetry < 0.01
    assert quality.skull < 1e-6
    assert quality.stretch < 4
    assert not head.resting, "lips that touch need nothing"


def test_lips_that_stand_apart_come_to_rest_closed(mesh: Mesh, head: Head, tmp_path):
    def jaw(weight: float) -> np.ndarray:
        return weight * head.deltas[CHANNELS.index("jawOpen")]

    parted = replace(mesh, vertices=(head.vertices + jaw(0.05)).astype(float))
    made = rig_mesh(parted, "parted", lambda *_: None)
    lips = find_lips(made)
    assert lips.gap(made.vertices.astype(float)).middle > 0.015
    assert 0.02 < made.resting["mouthClose"] < 0.1
    quality = measure(made)
    assert quality.rest < 0.01
    assert quality.closed < 0.01
    assert quality.crossing < 0.01
    assert read_head(write_head(made, tmp_path / "head.npz")).resting == made.resting


def test_what_parts_the_lips_and_what_crosses_them_is_seen(head: Head):
    lips, neutral = find_lips(head), head.vertices.astype(float)
    unit = head.eye_distance
    lower = head.deltas[CHANNELS.index("mouthLowerDownLeft")] + head.deltas[CHANNELS.index("mouthLowerDownRight")]
    middle = -lower[head.landmarks["lower_lip_inner"], 2] / unit
    assert lips.gap(neutral + lower).middle == pytest.approx(middle, abs=0.01)
    assert lips.gap(neutral - lower).middle == 0
    assert lips.gap(neutral - lower).crossing == pytest.approx(middle, abs=0.02)
    assert lips.gap(neutral).crossing < 0.002


def test_stands_in_metres_in_the_meshs_order(mesh: Mesh, head: Head):
    assert head.eye_distance == pytest.approx(0.062, rel=0.15)
    at = {name: head.vertices[index] for name, index in head.landmarks.items()}
    assert at["mouth_left"][0] > 0 > at["mouth_right"][0]
    assert at["chin"][2] < at["nose_tip"][2] < at["eye_left_inner"][2]
    np.testing.assert_array_equal(head.faces, mesh.faces)
    back = fit_similarity(head.vertices.astype(float), mesh.vertices)
    assert np.abs(back(head.vertices.astype(float)) - mesh.vertices).max() < 1e-3
    assert back.scale == pytest.approx(100, rel=1e-4)


def test_every_channel_does_what_it_says(head: Head):
    def moved(channel: str, landmark: str) -> np.ndarray:
        return head.deltas[CHANNELS.index(channel), head.landmarks[landmark]] / head.eye_distance

    assert moved("jawOpen", "chin")[2] < -0.2
    assert moved("jawForward", "chin")[1] < -0.05
    assert moved("jawLeft", "chin")[0] > 0.05
    assert moved("mouthSmileLeft", "mouth_left")[2] > 0.04
    assert np.abs(moved("mouthSmileLeft", "mouth_right")).max() < 0.01
    assert moved("mouthPucker", "upper_lip_inner")[1] < -0.06
    assert moved("mouthPucker", "mouth_left")[0] < -0.03
    assert moved("mouthUpperUpLeft", "upper_lip_inner")[2] > 0.02
    assert abs(moved("mouthUpperUpLeft", "lower_lip_inner")[2]) < 0.01
    assert moved("mouthLowerDownRight", "lower_lip_inner")[2] < -0.02
    assert abs(moved("mouthLowerDownRight", "upper_lip_inner")[2]) < 0.01
    for channel in CHANNELS:
        assert np.abs(head.deltas[CHANNELS.index(channel)]).max() > 0.001, channel


def test_lids_meet_outside_of_the_eyeball(head: Head):
    shut = head.vertices + head.deltas[CHANNELS.index("eyeBlinkLeft")]
    upper, lower = (
        shut[[head.landmarks[f"facemesh_{n}"] for n in row]] for row in ((388, 387, 386, 385), (390, 373, 374, 380))
    )
    assert np.abs(upper[:, 2] - lower[:, 2]).max() < 0.03 * head.eye_distance
    white = np.unique(head.faces[head.materials == head.material_names.index("eye_white")])
    ball = head.vertices[white][head.vertices[white, 0] > 0]
    centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
    radius = np.quantile(np.linalg.norm(ball - centre, axis=1), 0.95)
    moved = np.linalg.norm(head.deltas[CHANNELS.index("eyeBlinkLeft")], axis=1)
    going = np.flatnonzero((moved > 0.25 * moved.max()) & (head.vertices[:, 1] < centre[1] - 0.5 * radius))
    going = going[np.linalg.norm(head.vertices[going] - centre, axis=1) > radius]
    assert len(going) > 40
    assert np.linalg.norm(shut[going] - centre, axis=1).min() > 0.99 * radius


def test_teeth_and_tongue_follow_eyes_stay(head: Head):
    opened = np.abs(head.deltas[CHANNELS.index("jawOpen")]).max(axis=1)
    of = {name: np.unique(head.faces[head.materials == i]) for i, name in enumerate(head.material_names)}
    teeth = opened[of["teeth"]]
    assert (teeth < 1e-9).sum() > 400, "the upper row stays"
    assert (teeth > 0.005).sum() > 400, "the lower row goes along"
    assert opened[of["tongue"]].min() > 0.003
    still = [number for number, channel in enumerate(head.channels) if not channel.startswith("eyeLook")]
    assert np.abs(head.deltas[still][:, of["eye_white"]]).max() < 1e-9
    forward = head.deltas[CHANNELS.index("tongueOut"), of["tongue"], 1]
    assert forward.min() < -0.015


def test_lashes_that_are_pieces_of_their_own_follow_the_lids(mesh: Mesh, head: Head):
    own = make_source().head
    order = np.argsort(np.random.default_rng(3).permutation(len(mesh.vertices)))
    lash, white = (
        np.unique(own.faces[own.materials == own.material_names.index(name)]) for name in ("lashes", "eye_white")
    )
    lashes = order[lash[own.vertices[lash, 0] > 0]]
    upper = lashes[head.vertices[lashes, 2] > head.vertices[head.landmarks["facemesh_386"], 2] - 0.002]
    lid = head.deltas[CHANNELS.index("eyeBlinkLeft"), head.landmarks["facemesh_386"]]
    shut = head.deltas[CHANNELS.index("eyeBlinkLeft"), upper]
    assert len(upper) > 30
    assert (shut[:, 2] < 0.4 * lid[2]).all(), "each goes down, also those in the corners and those as deep as wide"
    assert not head.deltas[CHANNELS.index("eyeBlinkLeft"), order[white]].any()


def test_eyeballs_turn_as_a_whole_and_the_lids_follow(head: Head):
    assert head.channels == SHAPES
    assert not head.notes
    white = np.unique(head.faces[head.materials == head.material_names.index("eye_white")])
    ball = white[head.vertices[white, 0] > 0]
    rest = head.vertices[ball].astype(float)
    for channel, axis, sign in (
        ("eyeLookUpLeft", 2, 1),
        ("eyeLookDownLeft", 2, -1),
        ("eyeLookOutLeft", 0, 1),
        ("eyeLookInLeft", 0, -1),
    ):
        moved = head.deltas[ARKIT.index(channel), ball]
        going = np.abs(moved).max(axis=1) > 1e-6
        back = fit_similarity(rest[going], rest[going] + moved[going])
        assert back.scale == pytest.approx(1, abs=1e-3)
        np.testing.assert_allclose(back(rest[going]), rest[going] + moved[going], atol=1e-5)
        front = np.flatnonzero(going)[rest[going, 1].argmin()]
        assert sign * moved[front, axis] > 0.003
    lid = head.landmarks["facemesh_386"]
    assert head.deltas[ARKIT.index("eyeLookDownLeft"), lid, 2] < -0.003
    assert head.deltas[ARKIT.index("eyeLookUpLeft"), lid, 2] > 0.002
    assert head.deltas[ARKIT.index("eyeWideLeft"), lid, 2] > 0.001
    assert head.deltas[ARKIT.index("eyeSquintLeft"), head.landmarks["facemesh_374"], 2] > 0.001
    assert np.abs(head.deltas[ARKIT.index("eyeLookDownLeft"), head.landmarks["facemesh_159"]]).max() < 1e-6


def test_what_a_mesh_has_nothing_for_is_left_out_and_named(mesh: Mesh, head: Head):
    gone = [head.material_names.index(name) for name in ("eye_white", "tongue")]
    kept = mesh.faces[~np.isin(head.materials, gone)]
    used = np.unique(kept)
    place = np.full(len(mesh.vertices), -1)
    place[used] = np.arange(len(used))
    marks = {name: int(place[vertex]) for name, vertex in mesh.landmarks.items()}
    made = rig_mesh(Mesh(mesh.vertices[used], place[kept], np.arange(len(kept)), marks), "Zoe", lambda *_: None)
    looks = {channel for channel in ARKIT if channel.startswith("eyeLook")}
    assert made.channels == tuple(channel for channel in ARKIT if channel not in looks | {"tongueOut"})
    assert made.notes == (
        "Zoe has no two eyeballs of their own, so it has no eyeLookUp, eyeLookDown, eyeLookIn, eyeLookOut.",
        "Zoe has no tongue of its own, so it has no tongueOut.",
    )
    assert np.abs(made.deltas[made.channels.index("eyeWideLeft")]).max() > 0.001


def test_the_skin_under_the_jaw_bends_without_a_step():
    """On a chin, flat skin behind it and a neck going down, a step in the displacement becomes a slope; the chin's
    displacement stays."""
    along = np.concatenate([np.linspace(0, 1, 41), np.ones(40)])
    down = np.concatenate([np.zeros(41), np.linspace(0, 1.6, 41)[1:]])
    across = np.linspace(-0.5, 0.5, 21)
    points = np.stack([np.repeat(across, 81), np.tile(along, 21), np.tile(-down, 21)], axis=1) * 0.062
    grid = np.arange(21 * 81).reshape(21, 81)
    a, b, c, d = (part.ravel() for part in (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]))
    surface = make_surface(points, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]), 0.062)
    nothing = np.zeros(len(points))
    face = Face(surface, {"chin": int(grid[10, 0])}, None, {}, {}, nothing > 0, nothing, nothing, nothing, nothing)
    step = np.where(points[:, 1] < 0.5 * 0.062, 1.0, 0.0)
    evened = even_under_jaw(face, np.repeat(step[None, :, None], 3, axis=2).copy())[0, :, 0].reshape(21, 81)
    assert np.abs(np.diff(evened, axis=1)).max() < 0.1
    assert (np.diff(evened, axis=1) < 1e-9).all(), "from the chin to the neck it only falls"
    np.testing.assert_array_equal(evened[:, :4], 1.0)
    assert evened[:, -1].max() < 0.01


def test_gums_and_tongue_of_one_piece_part_as_a_mouth_does(mesh: Mesh, head: Head):
    opened = np.abs(head.deltas[CHANNELS.index("jawOpen")]).max(axis=1)
    inside = [head.material_names.index(name) for name in ("teeth", "tongue")]
    label = pieces(len(mesh.vertices), mesh.faces)
    groups = [
        np.flatnonzero(label == number) for number in np.unique(label[mesh.faces[np.isin(head.materials, inside)]])
    ]
    tongue = np.unique(mesh.faces[head.materials == inside[1]])
    upper = [group for group in groups if opened[group].max() < 1e-9]
    lower = [group for group in groups if opened[group].max() > 0.001 and group[0] not in tongue]
    # Triangles join neighbouring pieces of each row, and the rows at their backs, to one piece.
    upper, lower = (sorted(row, key=lambda group: -head.vertices[group, 0].mean()) for row in (upper, lower))
    chain = [*upper, *lower[::-1], tongue]
    joints = [_joint(head.vertices, one, other) for one, other in pairwise(chain)]
    whole = replace(mesh, faces=np.concatenate([mesh.faces, joints]), polygons=np.arange(len(mesh.faces) + len(joints)))
    made = rig_mesh(whole, "whole", lambda *_: None)
    moved, ours = (each.deltas[CHANNELS.index("jawOpen")] for each in (made, head))
    front = tongue[head.vertices[tongue, 1] < np.median(head.vertices[tongue, 1])]
    for part in (np.concatenate(upper), np.concatenate(lower), front):
        off = np.linalg.norm(moved[part] - ours[part], axis=1)
        # Vertices at the back, where the rows are joined, may differ.
        assert np.quantile(off, 0.85) < 0.1 * opened.max()


def _joint(points: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """A triangle that joins two pieces (arrays of vertex indices) at their nearest vertices."""
    apart = np.linalg.norm(points[one][:, None] - points[other][None], axis=2)
    first, second = np.unravel_index(apart.argmin(), apart.shape)
    return np.array([one[first], other[second], other[second - 3]], np.int32)


def test_a_lash_goes_with_its_root_and_a_cover_shuts_evenly():
    """Two lids that close, a cover between them, and a lash that hangs from the upper lid to below the lower one."""
    width = np.linspace(-1, 1, 21)
    lids = np.concatenate([np.stack([width, 0 * width, 0 * width + z], axis=1) for z in (0.5, -0.5)]) * 0.01
    moved = np.zeros((1, len(lids), 3))
    moved[0, :21, 2], moved[0, 21:, 2] = -0.004, 0.006
    rows = np.linspace(0.5, -0.5, 11)
    cover = np.stack([np.tile(width, 11), np.zeros(231), np.repeat(rows, 21)], axis=1) * 0.01
    lash = np.stack([0 * rows, np.linspace(0, -1, 11), np.linspace(0.5, -0.6, 11)], axis=1) * 0.01
    lash = np.concatenate([lash, lash + np.array([0.0005, 0, 0])])

    def grid(count: int, across: int) -> np.ndarray:
        number = np.arange(count * across).reshape(count, across)
        a, b, c, d = (n.ravel() for n in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
        return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])

    shut = ride(Piece("skin", np.arange(231), np.zeros(231), grid(11, 21)), cover, lids, moved, 0.062)
    # Without the sides, which are free here, the cover comes down to the line on which the lids meet.
    height = (cover[:, 2] + shut[0, :, 2]).reshape(11, 21)[:, 5:16]
    assert np.diff(height, axis=0).max() < 2e-4, "no fold"
    np.testing.assert_allclose(height, 0.001, atol=5e-4)
    gone = ride(Piece("skin", np.arange(22), np.zeros(22), grid(2, 11)), lash, lids, moved, 0.062)
    np.testing.assert_allclose(gone[0, [10, 21], 2], -0.004, atol=1e-4)


def test_lip_measures_know_the_head(head: Head):
    from model_runtime.heads.fitting import lip_measures

    gap = lip_measures(head).gap
    assert gap[CHANNELS.index("jawOpen")] == pytest.approx(0.45, abs=0.02)
    assert gap[CHANNELS.index("mouthClose")] == pytest.approx(-0.45, abs=0.03)


def test_the_same_bytes_on_the_command_line(mesh: Mesh, head: Head, tmp_path, capsys):
    write_obj(mesh, tmp_path / "other.obj")
    (tmp_path / "marks.json").write_text(json.dumps(mesh.landmarks))
    arguments = ["head", "-o", str(tmp_path / "head.npz"), "--mesh", str(tmp_path / "other.obj")]
    assert main([*arguments, "--landmarks", str(tmp_path / "marks.json")]) == 0
    made = read_head(tmp_path / "head.npz")
    np.testing.assert_allclose(made.deltas, head.deltas, atol=2e-4)
    assert main(arguments) == 2
    assert "other.obj lacks the landmarks upper_lip_inner" in capsys.readouterr().err


def test_a_seam_does_not_tear_and_touching_lips_stay_two(mesh: Mesh):
    points, faces = mesh.vertices, mesh.faces.copy()
    across = points[faces].mean(axis=1)[:, 1] > 167
    moved = np.unique(faces[across])
    copy = np.full(len(points), -1)
    copy[moved] = len(points) + np.arange(len(moved))
    faces[across] = copy[faces[across]]
    split = Mesh(np.concatenate([points, points[moved]]), faces, mesh.polygons, mesh.landmarks)
    owner = weld(split)
    seam = np.intersect1d(moved, np.unique(mesh.faces[~across]))
    np.testing.assert_array_equal(owner[copy[seam]], seam)
    lips = [mesh.landmarks["upper_lip_inner"], mesh.landmarks["lower_lip_inner"]]
    assert owner[lips[0]] != owner[lips[1]]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("cut.obj", "v 0 0 0\nv 1 0 0\nv 1 1", "damaged or cut off|no faces"),
        ("points.obj", "v 0 0 0\nv 1 0 0\n", "has no faces"),
        ("beyond.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "vertices it does not have"),
        ("words.obj", "v a b c\nf 1 2 3\n", "damaged"),
        (
            "fins.obj",
            "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nv 0 -1 0\nf 1 2 3\nf 1 2 4\nf 1 2 5\n",
            "not manifold: 1 edges",
        ),
        ("head.stl", "solid", "is no mesh that can be read"),
        (
            "cut.ply",
            "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
            "element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n",
            "damaged or cut off",
        ),
        ("not.ply", "hello", "is no .ply file"),
    ],
)
def test_files_that_are_no_meshes(tmp_path, name, text, sentence):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_mesh(tmp_path / name)


def test_landmarks_that_cannot_be(mesh: Mesh):
    marks = mesh.landmarks
    tooth = next(i for i in range(len(mesh.vertices)) if i not in marks.values() and _alone(mesh, i))
    for wrong, sentence in (
        ({name: marks[name] for name in marks if name != "chin"}, "lacks the landmarks chin"),
        (marks | {"chin": marks["nose_tip"]}, "is marked at another one's vertex"),
        (marks | {"chin": tooth}, "landmark chin of other is not on the piece"),
    ):
        with pytest.raises(InputError, match=sentence):
            rig_mesh(replace(mesh, landmarks=wrong), "other", lambda *_: None)


def _alone(mesh: Mesh, vertex: int) -> bool:
    """Whether the vertex is in a piece of fewer than 100 vertices, which is a tooth."""
    label = pieces(len(mesh.vertices), mesh.faces)
    return bool((label == label[vertex]).sum() < 100)
