"""The project's own head: proportions, landmarks, and the displacement of every channel."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from model_runtime.channels import ARKIT, BROWS, CHANNELS, GAZE, LIDS, MOUTH, SHAPES, mirrored
from model_runtime.heads.demo_head import MATERIALS, demo_head
from model_runtime.heads.head import LANDMARKS, Head, read_head, write_head

# FaceMesh landmark numbers of the lips' outer and inner contours, and of eyes and brows.
UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
EYES_AND_BROWS = (
    *(249, 263, 362, 373, 374, 380, 381, 382, 384, 385, 386, 387, 388, 390, 398, 466),
    *(7, 33, 133, 144, 145, 153, 154, 155, 157, 158, 159, 160, 161, 163, 173, 246),
    *(276, 282, 283, 285, 293, 295, 296, 300, 334, 336),
    *(46, 52, 53, 55, 63, 65, 66, 70, 105, 107),
)


@pytest.fixture(scope="module")
def head() -> Head:
    return demo_head()


def posed(head: Head, **weights: float) -> np.ndarray:
    """(V, 3) vertices of the head with channels at `weights`; a name without Left or Right sets both sides."""
    points = head.vertices.astype(np.float64)
    for name, weight in weights.items():
        for channel in [name] if name in ARKIT else [f"{name}Left", f"{name}Right"]:
            points = points + weight * head.deltas[ARKIT.index(channel)]
    return points


def gap(head: Head, points: np.ndarray) -> float:
    """Aperture between the inner lips, in interocular distances (IOD)."""
    upper, lower = (points[head.landmarks[f"{lip}_lip_inner"]] for lip in ("upper", "lower"))
    return float(np.linalg.norm(upper - lower)) / head.eye_distance


def width(head: Head, points: np.ndarray) -> float:
    """Width of the mouth divided by its width at rest."""
    left, right = (np.array([head.landmarks[f"mouth_{side}"]]) for side in ("left", "right"))
    return float(
        np.linalg.norm(points[left] - points[right]) / np.linalg.norm(head.vertices[left] - head.vertices[right])
    )


def twins(head: Head) -> np.ndarray:
    """(V,) index of the mirror vertex of each vertex; vertices at the same place are told apart by their displacement
    by the jaw."""
    jaw = head.deltas[CHANNELS.index("jawOpen")] + head.deltas[CHANNELS.index("mouthClose")] * 2
    here = np.concatenate([head.vertices, jaw], axis=1)
    return cKDTree(here).query(here * np.tile([-1, 1, 1], 2))[1]


def test_file_is_the_same_to_the_byte_and_reads_back(head: Head, tmp_path):
    first, second = write_head(head, tmp_path / "a.npz"), write_head(demo_head(), tmp_path / "b.npz")
    assert first.read_bytes() == second.read_bytes()
    again = read_head(first)
    assert again.channels == SHAPES
    assert again.channels[: len(ARKIT)] == ARKIT
    assert again.channels[: len(CHANNELS)] == CHANNELS, "new channels come last"
    assert len(ARKIT) == 52
    assert again.material_names == MATERIALS
    np.testing.assert_array_equal(again.deltas, head.deltas)


def test_mesh_is_whole(head: Head):
    assert 3000 < len(head.vertices) < 16000
    assert np.isfinite(head.deltas).all()
    corners = head.vertices[head.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert (area > 1e-10).all()
    assert set(np.unique(head.faces)) == set(range(len(head.vertices)))
    triangles = np.bincount(head.polygons)
    assert set(triangles) <= {1, 2}
    assert (triangles == 2).mean() > 0.9, "quads"
    edges = np.sort(np.concatenate([head.faces[:, [0, 1]], head.faces[:, [1, 2]], head.faces[:, [2, 0]]]), axis=1)
    assert np.unique(edges, axis=0, return_counts=True)[1].max() == 2, "an edge belongs to two triangles at most"
    assert {MATERIALS[index] for index in np.unique(head.materials)} == set(MATERIALS)


def test_surfaces_face_outwards(head: Head):
    corners = head.vertices[head.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    middle = corners.mean(axis=1)
    for material, centre in (("eye_white", None), ("skin", np.array([0, 0.01, -0.02]))):
        chosen = head.materials == MATERIALS.index(material)
        origin = np.array([0.031, -0.073, 0]) if centre is None else centre
        away = middle[chosen] * (
            [1, 1, 1] if centre is not None else np.sign(middle[chosen][:, :1]) * [1, 0, 0] + [0, 1, 1]
        )
        outward = ((away - origin) * normals[chosen] * _side(middle[chosen], centre)).sum(axis=1) > 0
        assert outward.mean() > 0.85, material
    for material, origin in (("hair", (0, 0.008, 0.028)), ("brow", (0, -0.03, 0.01))):
        chosen = head.materials == MATERIALS.index(material)
        assert (((middle[chosen] - origin) * normals[chosen]).sum(axis=1) > 0).mean() > 0.95, material


def _side(middle: np.ndarray, centre: np.ndarray | None) -> np.ndarray:
    """Mirror the right eye's normals in the same way as its positions."""
    if centre is not None:
        return np.ones((len(middle), 3))
    return np.concatenate([np.sign(middle[:, :1]), np.ones((len(middle), 2))], axis=1)


def test_life_size_and_layout(head: Head):
    at = {name: head.vertices[index] for name, index in head.landmarks.items()}
    assert set(LANDMARKS) <= set(at)
    assert head.eye_distance == pytest.approx(0.062, abs=0.003)
    mouth = np.linalg.norm(at["mouth_left"] - at["mouth_right"]) / head.eye_distance
    assert 0.72 < mouth < 0.86
    assert at["mouth_left"][0] > 0 > at["mouth_right"][0]
    assert at["eye_left_outer"][0] > at["eye_left_inner"][0] > 0
    assert at["nose_tip"][1] == head.vertices[:, 1].min()
    assert (
        at["chin"][2]
        < at["lower_lip_inner"][2]
        < at["upper_lip_inner"][2]
        < at["nose_tip"][2]
        < at["eye_left_inner"][2]
    )
    assert 0.2 < np.ptp(head.vertices[:, 2]) < 0.35


def test_facemesh_points_lie_where_facemesh_has_them(head: Head):
    at = {int(k[9:]): head.vertices[v] for k, v in head.landmarks.items() if k.startswith("facemesh_")}
    assert {*UPPER_OUTER, *LOWER_OUTER, *UPPER_INNER, *LOWER_INNER, *EYES_AND_BROWS, 152, 199, 175, 1} <= set(at)
    assert len({head.landmarks[f"facemesh_{i}"] for i in at}) == len(at), "each its own vertex"
    for row in (UPPER_OUTER, LOWER_OUTER, UPPER_INNER, LOWER_INNER):
        assert (np.diff([at[i][0] for i in row]) > 0).all(), "from the right corner to the left"
    for outer, inner in zip(UPPER_OUTER[1:-1], UPPER_INNER[1:-1], strict=True):
        assert at[outer][2] > at[inner][2]
    for outer, inner in zip(LOWER_OUTER[1:-1], LOWER_INNER[1:-1], strict=True):
        assert at[outer][2] < at[inner][2]
    assert at[386][2] > at[374][2]
    assert at[159][2] > at[145][2]
    for brow, lid in ((282, 386), (52, 159), (334, 282), (105, 52)):
        assert at[brow][2] > at[lid][2]
    assert at[152][2] <= at[175][2] <= at[199][2] <= at[17][2]


def test_exactly_symmetric(head: Head):
    twin = twins(head)
    np.testing.assert_array_equal(head.vertices[twin] * np.float32([-1, 1, 1]) + 0, head.vertices + 0)
    for number, channel in enumerate(ARKIT):
        other = head.deltas[ARKIT.index(mirrored(channel))]
        np.testing.assert_allclose(other[twin] * [-1, 1, 1], head.deltas[number], atol=1e-6, err_msg=channel)


def test_lips_touch_at_rest_and_part_with_the_jaw(head: Head):
    assert gap(head, posed(head)) < 0.01
    assert 0.40 < gap(head, posed(head, jawOpen=1)) < 0.55
    for weight in np.linspace(0.1, 1, 10):
        assert gap(head, posed(head, jawOpen=weight, mouthClose=weight)) < 0.01


def test_closed_lips_stay_closed_all_along(head: Head):
    for weight in (0.25, 0.5, 1.0):
        points = posed(head, jawOpen=weight, mouthClose=weight)
        for upper, lower in zip(UPPER_INNER, LOWER_INNER, strict=True):
            a, b = (points[head.landmarks[f"facemesh_{i}"]] for i in (upper, lower))
            assert np.linalg.norm(a - b) < 0.01 * head.eye_distance


@pytest.mark.parametrize(
    ("channel", "narrowest", "widest"),
    [
        ("mouthPucker", 0.70, 0.85),
        ("mouthFunnel", 0.80, 0.92),
        ("mouthStretch", 1.08, 1.18),
        ("mouthSmile", 1.08, 1.18),
    ],
)
def test_width_of_the_mouth(head: Head, channel: str, narrowest: float, widest: float):
    assert narrowest < width(head, posed(head, **{channel: 1})) < widest


@pytest.mark.parametrize(
    ("channel", "least", "most"),
    [
        ("mouthLowerDown", 0.06, 0.15),
        ("mouthUpperUp", 0.04, 0.10),
        ("mouthFunnel", 0.05, 0.2),
        ("mouthPucker", 0, 0.01),
    ],
)
def test_opening_without_the_jaw(head: Head, channel: str, least: float, most: float):
    points = posed(head, **{channel: 1})
    assert least < gap(head, points) < most
    assert points[head.landmarks["upper_lip_inner"]][2] > points[head.landmarks["lower_lip_inner"]][2]


def test_directions(head: Head):
    def moved(point: str, **weights: float) -> np.ndarray:
        index = head.landmarks[point]
        return posed(head, **weights)[index] - head.vertices[index]

    assert moved("mouth_left", mouthSmile=1)[2] > 0.003
    assert moved("mouth_left", mouthFrown=1)[2] < -0.003
    assert moved("mouth_left", mouthDimple=1)[1] > 0.002
    assert moved("upper_lip_inner", mouthPucker=1)[1] < -0.004
    assert moved("chin", jawForward=1)[1] < -0.004
    assert moved("chin", jawLeft=1)[0] > 0.004
    assert moved("upper_lip_inner", mouthLeft=1)[0] > 0.004
    assert moved("facemesh_285", browInnerUp=1)[2] > 0.004
    assert moved("facemesh_283", browOuterUpLeft=1)[2] > 0.004
    assert abs(moved("facemesh_53", browOuterUpLeft=1)[2]) < 0.0005
    assert moved("facemesh_285", browDownLeft=1)[2] < -0.003
    assert moved("mouth_right", mouthSmileLeft=1)[2] < 0.0005


def test_lips_never_cross(head: Head):
    combinations = [
        {},
        {"jawOpen": 0.3, "mouthPucker": 0.5},
        {"jawOpen": 0.3, "mouthFunnel": 0.6},
        {"mouthPress": 1},
        {"mouthRollLower": 1},
        {"mouthRollUpper": 1},
        {"mouthRollLower": 1, "mouthRollUpper": 1},
        {"mouthShrugLower": 1},
        {"mouthShrugUpper": 1},
        {"mouthSmile": 1, "jawOpen": 0.2},
    ]
    for weights in combinations:
        points = posed(head, **weights)
        for upper, lower in zip(UPPER_INNER[1:-1], LOWER_INNER[1:-1], strict=True):
            above, below = (points[head.landmarks[f"facemesh_{i}"]][2] for i in (upper, lower))
            assert above > below, weights


def test_blink_closes_over_the_eyeball_without_cutting_it(head: Head):
    upper, lower = (466, 388, 387, 386, 385, 384, 398), (249, 390, 373, 374, 380, 381, 382)
    shut = posed(head, eyeBlinkLeft=1)
    for above, below in zip(upper, lower, strict=True):
        a, b = (shut[head.landmarks[f"facemesh_{i}"]] for i in (above, below))
        assert np.linalg.norm(a - b) < 0.0006
    _, centre, radius = left_ball(head)
    moving = np.flatnonzero(np.abs(head.deltas[CHANNELS.index("eyeBlinkLeft")]).max(axis=1) > 1e-5)
    visible = moving[head.vertices[moving, 1] < centre[1] - 0.3 * radius]
    for weight in (0.25, 0.5, 0.75, 1.0):
        away = np.linalg.norm(posed(head, eyeBlinkLeft=weight)[visible] - centre, axis=1)
        assert away.min() > radius * 0.985


def left_ball(head: Head) -> tuple[np.ndarray, np.ndarray, float]:
    """Vertices of the left eyeball, its centre (m) and its radius."""
    balls = np.unique(head.faces[np.isin(head.materials, [MATERIALS.index(m) for m in ("eye_white", "iris", "pupil")])])
    ball = balls[head.vertices[balls, 0] > 0]
    points = head.vertices[ball].astype(np.float64)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    return ball, centre, float(np.linalg.norm(points - centre, axis=1).max())


@pytest.mark.parametrize(
    ("channel", "turn", "up"),
    [
        ("eyeLookUpLeft", 0, 25),
        ("eyeLookDownLeft", 0, -25),
        ("eyeLookOutLeft", 30, 0),
        ("eyeLookInLeft", -30, 0),
    ],
)
def test_an_eye_turns_about_its_centre(head: Head, channel: str, turn: float, up: float):
    """By the angle at which the layer of head and eyes has the channel at 1, and by half of it at one half."""
    ball, centre, radius = left_ball(head)
    front = ball[head.vertices[ball, 1].argmin()]
    for weight in (0.5, 1.0):
        there = posed(head, **{channel: weight})
        way = there[front] - centre
        assert np.degrees(np.arctan2(way[0], -way[1])) == pytest.approx(weight * turn, abs=0.1)
        assert np.degrees(np.arctan2(way[2], -way[1])) == pytest.approx(weight * up, abs=0.1)
    np.testing.assert_allclose(
        np.linalg.norm(there[ball] - centre, axis=1),
        np.linalg.norm(head.vertices[ball] - centre, axis=1),
        atol=radius * 1e-3,
    )
    others = np.setdiff1d(np.arange(len(there)), np.flatnonzero(head.vertices[:, 0] > 0))
    np.testing.assert_array_equal(there[others], head.vertices[others])


def test_lids_follow_the_eyes_and_never_cut_them(head: Head):
    upper, lower = ((386, 387, 385), (374, 373, 380))
    _, centre, radius = left_ball(head)

    def height(points: np.ndarray, row: tuple[int, ...]) -> np.ndarray:
        return points[[head.landmarks[f"facemesh_{number}"] for number in row], 2]

    rest = posed(head)
    # Millimetres that the lids rise, at weight 1.
    for channel, upper_mm, lower_mm in (
        ("eyeLookUp", 4.6, 1.3),
        ("eyeLookDown", -6.4, -3.0),
        ("eyeWide", 3.0, -1.4),
        ("eyeSquint", -1.2, 2.6),
        ("cheekSquint", 0, 1.7),
    ):
        for weight in (0.5, 1.0):
            moved = posed(head, **{channel: weight})
            assert (height(moved, upper) > height(moved, lower) + 0.002).all(), channel
            going = np.flatnonzero(
                (np.abs(moved - rest).max(axis=1) > 1e-5)
                & (head.vertices[:, 0] > 0)
                & (head.vertices[:, 1] < centre[1] - 0.3 * radius)
            )
            going = np.setdiff1d(going, left_ball(head)[0])
            assert np.linalg.norm(moved[going] - centre, axis=1).min() > 0.985 * radius, channel
        for row, rises in ((upper, upper_mm), (lower, lower_mm)):
            change = 1000 * (height(moved, row) - height(rest, row))
            np.testing.assert_allclose(change, rises, atol=0.15 * abs(rises) + 0.1, err_msg=channel)
    # The upper lid covers the top of the iris when the eye looks down, too.
    down = posed(head, eyeLookDown=1)
    iris = np.unique(head.faces[head.materials == MATERIALS.index("iris")])
    iris = iris[head.vertices[iris, 0] > 0]
    assert height(down, (386,))[0] < down[iris, 2].max()


def test_cheek_and_nose_rise(head: Head):
    for channel, place in (("cheekSquintLeft", (0.039, -0.078, -0.029)), ("noseSneerLeft", (0.013, -0.098, -0.047))):
        near = np.linalg.norm(head.vertices - np.float32(place), axis=1).argmin()
        assert head.deltas[ARKIT.index(channel), near, 2] > 0.003


def test_what_a_channel_leaves_alone(head: Head):
    top = head.vertices[:, 2] > 0.005
    neck = head.vertices[:, 2] < -0.15
    back = head.vertices[:, 1] > 0
    for channel in MOUTH:
        field = np.abs(head.deltas[CHANNELS.index(channel)]).max(axis=1)
        assert field[top | neck | back].max() < 1e-6, channel
        assert field.max() > 0.0015, channel
    lips = head.lips
    for channel in LIDS + BROWS + GAZE:
        field = np.abs(head.deltas[ARKIT.index(channel)]).max(axis=1)
        assert field[lips].max() < 1e-6, channel
    for channel in LIDS + BROWS:
        field = np.abs(head.deltas[CHANNELS.index(channel)]).max(axis=1)
        assert field[lips].max() < 1e-6, channel
        assert field[head.upper_face].max() > 0.002, channel


def test_teeth_and_tongue(head: Head):
    teeth = np.unique(head.faces[head.materials == MATERIALS.index("teeth")])
    swing = np.abs(head.deltas[CHANNELS.index("jawOpen")][teeth]).max(axis=1)
    assert (swing < 1e-6).any(), "the upper row stands"
    assert (swing > 0.01).any(), "the lower row swings"
    tongue = np.unique(head.faces[head.materials == MATERIALS.index("tongue")])
    rest, out = posed(head), posed(head, jawOpen=0.3, tongueOut=1)
    lip = out[head.landmarks["lower_lip_inner"]]
    assert out[tongue, 1].min() < lip[1] - 0.004, "the tip is before the lips"
    assert rest[tongue, 1].min() > rest[head.landmarks["lower_lip_inner"], 1], "and behind them at rest"
    upper = teeth[swing < 1e-6]
    edge = out[upper[np.abs(out[upper, 0]) < 0.01], 2].min()
    between = tongue[(out[tongue, 1] < -0.088) & (out[tongue, 1] > -0.098)]
    assert out[between, 2].max() < edge + 0.0015, "it passes below the upper teeth"


def test_skin_stretches_within_reason(head: Head):
    skin = np.unique(head.faces[head.materials == MATERIALS.index("skin")])
    edges = np.concatenate([head.faces[:, [0, 1]], head.faces[:, [1, 2]], head.faces[:, [2, 0]]])
    edges = edges[np.isin(edges, skin).all(axis=1)]
    rest = np.linalg.norm(head.vertices[edges[:, 0]] - head.vertices[edges[:, 1]], axis=1)
    for channel in ARKIT:
        points = posed(head, **{channel: 1})
        stretched = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) / rest
        assert stretched.max() < 3, channel


def vertices_of(head: Head, material: str) -> np.ndarray:
    return np.unique(head.faces[head.materials == MATERIALS.index(material)])


def test_lashes_ride_on_the_lids(head: Head):
    lashes = vertices_of(head, "lashes")
    lashes = lashes[head.vertices[lashes, 0] > 0]
    edge = [
        head.landmarks[f"facemesh_{number}"] for number in (466, 388, 387, 386, 385, 384, 249, 390, 373, 374, 380, 381)
    ]
    for weights in ({}, {"eyeBlink": 0.5}, {"eyeBlink": 1}, {"eyeLookDown": 1}, {"eyeWide": 1}):
        points = posed(head, **weights)
        away = cKDTree(points[edge]).query(points[lashes])[0]
        assert away.max() < 0.01, "none is left behind"
    upper = lashes[head.vertices[lashes, 2] > 0.004]
    tips = upper[np.argsort(head.vertices[upper, 1])[:20]]
    lid = head.landmarks["facemesh_386"]
    for weight, above in ((0, True), (1, False)):
        points = posed(head, eyeBlink=weight)
        assert (points[tips, 2].mean() > points[lid, 2]) == above, "up with open eyes, down with shut ones"
        assert points[tips, 1].mean() < points[lid, 1] - 0.001, "and forward"


def test_hair_covers_the_scalp_and_leaves_the_face(head: Head):
    hair = head.vertices[vertices_of(head, "hair")]
    skin = head.vertices[vertices_of(head, "skin")]
    face = hair[hair[:, 1] < -0.075]
    assert face[:, 2].min() > 0.06, "the forehead is free"
    assert np.abs(hair[:, 0]).max() < 0.095
    assert hair[:, 2].max() > skin[:, 2].max() + 0.005
    assert hair[:, 1].max() > skin[skin[:, 2] > -0.05, 1].max()


def test_profile_is_that_of_a_person(head: Head):
    """Soft tissue in profile, as portraits are measured: lips near the line from nose to chin (Ricketts), nose and lips
    before the base of the nose, the root of the nose behind it (Arnett)."""
    at = {name: head.vertices[head.landmarks[name]].astype(float) * 1000 for name in head.landmarks}
    base, tip, root = at["facemesh_2"], at["nose_tip"], at["facemesh_168"]
    chin = head.vertices[(np.abs(head.vertices[:, 0]) < 0.004) & (head.vertices[:, 2] < -0.1)].astype(float) * 1000
    pogonion = chin[chin[:, 1].argmin()]
    assert 13 < base[1] - tip[1] < 19
    assert 5 < root[1] - base[1] < 11
    assert -2 < pogonion[1] - base[1] < 5
    lips = head.vertices[head.lips].astype(float) * 1000
    lips = lips[np.abs(lips[:, 0]) < 4]
    for name, row, least, most in (("upper", lips[:, 2] > -80, 2, 7), ("lower", lips[:, 2] < -82, 0, 5)):
        lip = lips[row][lips[row][:, 1].argmin()]
        share = (tip[2] - lip[2]) / (tip[2] - pogonion[2])
        line = tip[1] + share * (pogonion[1] - tip[1])
        assert least < lip[1] - line < most, name


def test_a_smile_raises_the_cheeks(head: Head):
    apple = np.linalg.norm(head.vertices - np.float32((0.038, -0.086, -0.036)), axis=1).argmin()
    moved = 1000 * (posed(head, mouthSmile=1)[apple] - head.vertices[apple])
    assert moved[1] < -4, "forward, mm"
    assert moved[2] > 2, "up, mm"
