"""A head without shapes gets them in the scene: landmarks, Make Shapes, one result in the mesh's own axes."""

import bpy
import numpy as np
import pytest
from stage import curve_of

from model_runtime.channels import CHANNELS, SHAPES

MARKED = ("eye_left_outer", "eye_left_inner", "mouth_left", "upper_lip_inner", "lower_lip_inner", "nose_tip", "chin")


@pytest.fixture(scope="module")
def ours(extension, tmp_path_factory):
    """The project's own head, as the worker makes it."""
    from bl_ext.user_default.kmtalk.runtime.head_file import read_head

    path = tmp_path_factory.mktemp("head") / "head.npz"
    return read_head(extension.session.worker().call("head", {"output": str(path)})["output"])


@pytest.fixture
def bare(scene, ours):
    """Somebody else's head: narrower, in centimetres, Y up, without shapes and landmarks, turned in the scene."""
    points = ours.vertices * [0.9, 1.0, 1.05] * 100
    mesh = bpy.data.meshes.new("Dora")
    mesh.from_pydata((points[:, [0, 2, 1]] * [1, 1, -1]).tolist(), [], ours.faces.tolist())
    target = bpy.data.objects.new("Dora", mesh)
    scene.collection.objects.link(target)
    target.rotation_euler, target.scale = (1.57, 0, 0.4), (0.01, 0.01, 0.01)
    bpy.context.view_layer.objects.active = target
    return target


def mark_all(ours, names=MARKED):
    for name in names:
        assert bpy.ops.kmtalk.mark_landmark(landmark=name, vertex=ours.landmarks[name]) == {"FINISHED"}


def shape(target, name):
    points = np.empty(3 * len(target.data.vertices), np.float32)
    target.data.shape_keys.key_blocks[name].data.foreach_get("co", points)
    return points.reshape(-1, 3)


def test_marks_guesses_shapes_and_speech(bare, ours, line, scene):
    mark_all(ours)
    assert bpy.ops.kmtalk.guess_landmarks() == {"FINISHED"}
    for name in ("eye_right_outer", "eye_right_inner", "mouth_right"):
        item = bare.kmtalk.landmarks[name]
        assert item.guessed
        apart = np.subtract(bare.data.vertices[item.vertex].co, bare.data.vertices[ours.landmarks[name]].co)
        assert np.linalg.norm(apart) < 0.1, "half a millimetre from its place"
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}
    assert [block.name for block in bare.data.shape_keys.key_blocks] == ["Basis", *SHAPES]
    np.testing.assert_allclose(shape(bare, "Basis"), np.array([v.co for v in bare.data.vertices]), atol=1e-6)
    moved = shape(bare, "jawOpen") - shape(bare, "Basis")
    chin, nose = moved[ours.landmarks["chin"]], moved[ours.landmarks["nose_tip"]]
    assert chin[1] < -1.0, "the chin goes down the mesh's own Y, in its own centimetres"
    assert np.abs(nose).max() < 1e-3
    assert scene.kmtalk.target == bare
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert max(point.co[1] for point in curve_of(bare, "jawOpen").keyframe_points) > 0.05


def test_lips_that_stand_apart_rest_closed(bare, ours, line):
    points = np.array([vertex.co for vertex in bare.data.vertices])
    opened = ours.deltas[CHANNELS.index("jawOpen")][:, [0, 2, 1]] * [0.9, 1.05, -1.0] * 100
    bare.data.vertices.foreach_set("co", (points + 0.05 * opened).astype(np.float32).ravel())
    mark_all(ours, ours.landmarks.keys() & set(_required()))
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}
    rest = bare.data.shape_keys.key_blocks["mouthClose"].value
    assert 0.02 < rest < 0.1
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    shown = []
    for frame in range(200):
        bpy.context.scene.frame_set(frame)
        shown.append(bare.data.shape_keys.key_blocks["mouthClose"].value)
    assert min(shown) == pytest.approx(rest, abs=1e-3), "every frame starts from the rest"
    assert max(shown) > rest + 0.05
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    assert bare.data.shape_keys.key_blocks["mouthClose"].value == pytest.approx(rest, abs=1e-3)
    assert bare.data.shape_keys.key_blocks["jawOpen"].value == 0


def test_visemes_of_any_name_are_measured_on_the_mesh(bare, ours):
    mark_all(ours, ours.landmarks.keys() & set(_required()))
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}
    rest = shape(bare, "Basis")
    moved = {name: shape(bare, name) - rest for name in CHANNELS}
    bare.shape_key_clear()
    made = {
        "Mund 1": {"jawOpen": 0.7, "mouthFunnel": 0.2},
        "Mund 2": {"mouthPucker": 0.8, "jawOpen": 0.15},
        "Zu": {"eyeBlinkLeft": 1.0},
    }
    for name in ("Basis", *made, "Hat"):
        bare.shape_key_add(name=name, from_mix=False)
    blocks = bare.data.shape_keys.key_blocks
    for name, parts in made.items():
        blocks[name].data.foreach_set("co", (rest + sum(gain * moved[c] for c, gain in parts.items())).ravel())
    blocks["Hat"].data.foreach_set("co", (rest + np.array([0, 5, 0]) * (rest[:, 1:2] > 5)).astype(np.float32).ravel())
    assert bpy.ops.kmtalk.measure_shapes() == {"FINISHED"}
    assert bare.kmtalk.mapping_mode == "VISEMES"
    found = {(row.shape, row.channel): row.gain for row in bare.kmtalk.mapping if row.shape}
    for name, parts in made.items():
        for channel, gain in parts.items():
            assert found[name, channel] == pytest.approx(gain, abs=0.08), (name, channel)
    assert not any(name == "Hat" for name, _ in found), "what is no movement of the face is left out"


def test_existing_shapes_are_asked_about(bare, ours):
    bare.shape_key_add(name="Basis")
    bare.shape_key_add(name="jawOpen")
    mark_all(ours, ours.landmarks.keys() & set(_required()))
    with pytest.raises(RuntimeError, match="Dora has the shape keys jawOpen already; choose Replace or Keep"):
        bpy.ops.kmtalk.make_shapes()
    assert len(bare.data.shape_keys.key_blocks) == 2
    assert bpy.ops.kmtalk.make_shapes(existing="KEEP") == {"FINISHED"}
    assert np.abs(shape(bare, "jawOpen") - shape(bare, "Basis")).max() == 0
    assert bpy.ops.kmtalk.make_shapes(existing="REPLACE") == {"FINISHED"}
    assert np.abs(shape(bare, "jawOpen") - shape(bare, "Basis")).max() > 1


def test_what_cannot_get_shapes_says_why_and_stays(bare, ours):
    def refused(sentence):
        with pytest.raises(RuntimeError, match=sentence):
            bpy.ops.kmtalk.make_shapes()
        assert bare.data.shape_keys is None

    refused("lacks the landmarks nose tip, chin")
    bpy.ops.kmtalk.mark_landmark(landmark="chin", vertex=3)
    with pytest.raises(RuntimeError, match="Only 1 landmarks are marked on Dora"):
        bpy.ops.kmtalk.guess_landmarks()
    with pytest.raises(RuntimeError, match="Dora has no vertex 999999"):
        bpy.ops.kmtalk.mark_landmark(landmark="chin", vertex=999999)
    bare.modifiers.new("Half", "MIRROR")
    refused("Modifier Half of Dora changes the number of vertices")
    bare.modifiers.clear()
    other = bpy.data.objects.new("Twin", bare.data)
    refused("Dora shares its mesh with other objects")
    bpy.data.objects.remove(other)
    bpy.ops.object.mode_set(mode="EDIT")
    refused("Dora is in edit mode")
    bpy.ops.object.mode_set(mode="OBJECT")


def nodes(kind):
    """Geometry nodes of one node between what comes in and what goes out."""
    group = bpy.data.node_groups.new(kind, "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    start, node, end = (group.nodes.new(name) for name in ("NodeGroupInput", kind, "NodeGroupOutput"))
    group.links.new(start.outputs[0], node.inputs[0])
    group.links.new(node.outputs[0], end.inputs[0])
    return group


def test_modifiers_that_keep_the_vertices_are_fine_others_are_named(bare, ours):
    mark_all(ours, ours.landmarks.keys() & set(_required()))
    bare.modifiers.new("Fine", "SUBSURF")
    bare.modifiers.new("Soft", "SMOOTH")
    bare.modifiers.new("Shift", "NODES").node_group = nodes("GeometryNodeSetPosition")
    bare.modifiers.new("Split", "NODES").node_group = nodes("GeometryNodeSubdivideMesh")
    before = sorted(thing.name for thing in bpy.data.objects)
    with pytest.raises(RuntimeError, match="Modifier Split of Dora changes the number of vertices"):
        bpy.ops.kmtalk.make_shapes()
    assert bare.data.shape_keys is None
    assert sorted(thing.name for thing in bpy.data.objects) == before
    assert [modifier.name for modifier in bare.modifiers] == ["Fine", "Soft", "Shift", "Split"]
    bare.modifiers["Split"].show_viewport = False
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}


def test_a_selected_vertex_is_marked_in_edit_mode(bare):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    with pytest.raises(RuntimeError, match="vertices of Dora are selected; select one"):
        bpy.ops.kmtalk.mark_landmark(landmark="chin")
    bpy.ops.object.mode_set(mode="OBJECT")
    for vertex in bare.data.vertices:
        vertex.select = vertex.index == 77
    for face in bare.data.polygons:
        face.select = False
    for edge in bare.data.edges:
        edge.select = False
    assert bpy.ops.kmtalk.mark_landmark(landmark="chin") == {"FINISHED"}
    assert bare.kmtalk.landmarks["chin"].vertex == 77
    assert not bare.kmtalk.landmarks["chin"].guessed


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("none.pkl", None, "There is no file"),
        ("cut.pkl", b"\x80\x02}q\x00(", "is damaged or no pickle"),
        ("evil.pkl", b"cos\nsystem\n(S'true'\ntR.", r"names os\.system, which is no plain data"),
        (
            "small.ply",
            b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
            b"element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n",
            "has 3 vertices, FLAME has 5023",
        ),
    ],
)
def test_files_that_are_no_flame_models(scene, tmp_path, name, data, sentence):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.kmtalk.import_flame(filepath=str(tmp_path / name))
    assert not list(bpy.data.objects)


def _required():
    from bl_ext.user_default.kmtalk.scene.character.landmarks import REQUIRED

    return REQUIRED
