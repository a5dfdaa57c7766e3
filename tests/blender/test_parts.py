"""Teeth, tongue and eyes that are objects of their own: they get the head's shapes, or follow those that they have."""

import bpy
import numpy as np
import pytest
from stage import curve_of

from model_runtime.channels import ARKIT, CHANNELS

LANDMARKS = (
    *("nose_tip", "chin", "mouth_left", "mouth_right", "upper_lip_inner", "lower_lip_inner"),
    *("eye_left_inner", "eye_left_outer", "eye_right_inner", "eye_right_outer"),
)


@pytest.fixture(scope="module")
def ours(extension, tmp_path_factory):
    """The project's own head, as the worker makes it."""
    from model_runtime.heads.head import read_head

    path = tmp_path_factory.mktemp("head") / "head.npz"
    return read_head(extension.session.worker().call("head", {"output": str(path)})["output"])


def pieces(count: int, faces: np.ndarray) -> np.ndarray:
    """(V,) a number for every connected piece. Blender's own environments have numpy and no more."""
    label = np.arange(count)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, faces, label[faces].min(axis=1, keepdims=True))
        if np.array_equal(lowest, label):
            return label
        label = lowest[lowest]


def add(scene, name, ours, chosen, parent=None):
    """Some vertices of our head as an object."""
    place = np.cumsum(chosen) - 1
    faces = place[ours.faces[chosen[ours.faces].all(axis=1)]]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(ours.vertices[chosen].tolist(), [], faces.tolist())
    thing = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(thing)
    if parent is not None:
        thing.parent = parent
    return thing


@pytest.fixture
def dora(scene, ours):
    """Our head without shapes; its teeth and eyes beside it, the lower teeth at another place and size."""
    label = pieces(len(ours.vertices), ours.faces)
    skin = label == label[ours.landmarks["nose_tip"]]
    of = {name: np.isin(label, label[ours.faces[ours.materials == i]]) for i, name in enumerate(ours.material_names)}
    opened = np.linalg.norm(ours.deltas[CHANNELS.index("jawOpen")], axis=1) > 0.001
    lower = np.isin(label, label[of["teeth"] & opened])
    head = add(scene, "Dora", ours, skin)
    teeth = add(scene, "Lower", ours, lower, head)
    teeth.matrix_parent_inverse.identity()
    move = np.array([0.1, 0.0, 0.02])
    teeth.data.vertices.foreach_set("co", ((ours.vertices[lower] - move) / 2).astype(np.float32).ravel())
    teeth.location, teeth.scale = move, (2, 2, 2)
    add(scene, "Upper", ours, of["teeth"] & ~lower, head)
    add(scene, "Eyes", ours, of["eye_white"] & ~skin, head)
    head.location = (0, 1, 0)
    head.rotation_euler = (0, 0, 0.5)
    bpy.context.view_layer.update()
    bpy.context.view_layer.objects.active = head
    place = np.cumsum(skin) - 1
    for name in LANDMARKS:
        bpy.ops.kmtalk.mark_landmark(landmark=name, vertex=int(place[ours.landmarks[name]]))
    return head, np.flatnonzero(lower)


def shape(thing, name):
    points = np.empty(3 * len(thing.data.vertices), np.float32)
    thing.data.shape_keys.key_blocks[name].data.foreach_get("co", points)
    return points.reshape(-1, 3)


def test_parented_teeth_get_shapes_and_follow_the_take(dora, ours, line, scene):
    head, lower = dora
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}
    made = [channel for channel in ARKIT if channel != "tongueOut"]
    assert [block.name for block in head.data.shape_keys.key_blocks] == ["Basis", *made]
    assert "Dora has no tongue of its own, so it has no tongueOut." in bpy.context.window_manager.kmtalk.report
    teeth = bpy.data.objects["Lower"]
    moved = 2 * (shape(teeth, "jawOpen") - shape(teeth, "Basis"))
    wanted = ours.deltas[CHANNELS.index("jawOpen")][lower]
    assert np.linalg.norm(moved - wanted, axis=1).max() < 0.1 * np.linalg.norm(wanted, axis=1).max()
    assert "mouthSmileLeft" not in teeth.data.shape_keys.key_blocks, "only what moves them"
    assert bpy.data.objects["Upper"].data.shape_keys is None
    looks = [block.name for block in bpy.data.objects["Eyes"].data.shape_keys.key_blocks[1:]]
    assert looks == [channel for channel in ARKIT if channel.startswith("eyeLook")], "eyes of their own turn"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    frame = max(curve_of(head, "jawOpen").keyframe_points, key=lambda point: point.co[1]).co[0]
    scene.frame_set(round(frame))
    graph = bpy.context.evaluated_depsgraph_get()
    shown = teeth.evaluated_get(graph).data.shape_keys.key_blocks["jawOpen"].value
    assert shown == pytest.approx(head.data.shape_keys.key_blocks["jawOpen"].value, abs=1e-5)
    assert shown > 0.05


def test_selected_parts_count_and_what_cannot_change_is_refused_first(dora):
    head, _ = dora
    teeth = bpy.data.objects["Lower"]
    teeth.parent = None
    teeth.matrix_world = head.matrix_world @ teeth.matrix_basis
    twin = bpy.data.objects.new("Twin", teeth.data)
    bpy.context.view_layer.update()
    teeth.select_set(True)
    with pytest.raises(RuntimeError, match="Lower shares its mesh with other objects"):
        bpy.ops.kmtalk.make_shapes()
    assert head.data.shape_keys is None
    assert teeth.data.shape_keys is None
    bpy.data.objects.remove(twin)
    assert bpy.ops.kmtalk.make_shapes() == {"FINISHED"}
    assert "jawOpen" in teeth.data.shape_keys.key_blocks


def keyed(scene, name, shapes, parent):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    thing = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(thing)
    thing.parent = parent
    for block in ("Basis", *shapes):
        thing.shape_key_add(name=block, from_mix=False).value = 0.0
    return thing


def test_meshes_of_one_armature_are_linked_and_their_standing_still_is_said(scene, line):
    from bl_ext.user_default.kmtalk.scene.checks import fix_obstacle, obstacles

    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    scene.collection.objects.link(rig)
    head = keyed(scene, "Head", CHANNELS, rig)
    teeth = keyed(scene, "Teeth", ("jawOpen", "mouthPucker", "Gold"), rig)
    keyed(scene, "Hat", ("Tilt",), rig)
    scene.kmtalk.target = head
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    still = next(each for each in obstacles(scene, head) if each.kind == "parts")
    assert still.text == "Teeth do not follow Head, whose shape keys have the same names."
    fix_obstacle(scene, head, "parts")
    assert not any(each.kind == "parts" for each in obstacles(scene, head))
    assert {driver.data_path for driver in teeth.data.shape_keys.animation_data.drivers} == {
        'key_blocks["jawOpen"].value',
        'key_blocks["mouthPucker"].value',
    }
    frame = max(curve_of(head, "jawOpen").keyframe_points, key=lambda point: point.co[1]).co[0]
    scene.frame_set(round(frame))
    shown = teeth.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys.key_blocks["jawOpen"].value
    assert shown == pytest.approx(head.data.shape_keys.key_blocks["jawOpen"].value, abs=1e-5)
    with pytest.raises(RuntimeError, match="No other mesh of Head's character has free shape keys"):
        bpy.ops.kmtalk.link_parts()
