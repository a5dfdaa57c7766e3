"""A model trained on a face of its own moves that face in Blender."""

import os
import subprocess
from pathlib import Path

import bpy
import numpy as np
import pytest
from stage import TREE, action_of, curve_of, snapshot


@pytest.fixture(scope="session")
def model(worker_python, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    command = [os.environ["KMTALK_PYTHON"], "-m", "tests.tiny_paper_model", str(folder)]
    subprocess.run(command, cwd=TREE, check=True)
    return folder


@pytest.fixture
def face(scene, model):
    """The model's face as an importer leaves it: turned so that Z is up, and ten times as large."""
    with np.load(model / "space.npz") as space:
        neutral = space["neutral"]
    mesh = bpy.data.meshes.new("Face")
    turned = 10 * neutral[:, [0, 2, 1]] * [1, -1, 1]
    mesh.from_pydata(turned.tolist(), [], [(i, i + 1, i + 2) for i in range(0, len(turned) - 2, 3)])
    target = bpy.data.objects.new("Face", mesh)
    scene.collection.objects.link(target)
    bpy.context.view_layer.objects.active = target
    return target


def test_the_models_shapes_become_shape_keys_in_the_meshs_axes(scene, face, model):
    assert bpy.ops.kmtalk.add_basis(filepath=str(model)) == {"FINISHED"}
    blocks = face.data.shape_keys.key_blocks
    assert [block.name for block in blocks] == ["Basis", "motion001", "motion002", "motion003"]
    with np.load(model / "space.npz") as space:
        shapes = space["shapes"]
    for block, shape in zip(blocks[1:], shapes, strict=True):
        moved = np.array([(a.co - b.co)[:] for a, b in zip(block.data, blocks[0].data, strict=True)])
        assert np.allclose(moved, 10 * shape[:, [0, 2, 1]] * [1, -1, 1], atol=1e-4)
        assert block.slider_min < 0
    assert scene.kmtalk.target == face
    assert Path(scene.kmtalk.model) == model


def test_a_line_moves_them_both_ways_and_an_edit_stays(scene, face, model, line):
    bpy.ops.kmtalk.add_basis(filepath=str(model))
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    curve = curve_of(face, "motion001")
    values = np.array([point.co.y for point in curve.keyframe_points])
    assert values.min() < 0 < values.max()
    assert not np.allclose(values, values[0])
    key = next(point for point in curve.keyframe_points if point.type == "KEYFRAME" and point.co.x > 40)
    frame, set_to = key.co.x, key.co.y - 1.5
    key.co.y = set_to
    curve.update()
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    after = curve_of(face, "motion001")
    assert after.evaluate(frame) == pytest.approx(set_to, abs=1e-4)
    assert action_of(face) is not None


def test_what_goes_below_zero_is_exported_and_edited_as_it_is(scene, face, model, line, tmp_path):
    """A key that is dragged below 0, and what the take has below 0 by itself."""
    bpy.ops.kmtalk.add_basis(filepath=str(model))
    bpy.ops.kmtalk.generate()
    curve = curve_of(face, "motion001")
    key = next(point for point in curve.keyframe_points if point.co.x > 40)
    frame, key.co_ui = key.co.x, (key.co.x, -1.5)
    curve.update()
    bpy.ops.kmtalk.complete()
    bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.npz"))
    from model_runtime.take import read_take

    take, curve = read_take(tmp_path / "take.npz"), curve_of(face, "motion001")
    column = take.weights[:, take.channels.index("motion001")]
    played = [curve.evaluate(11 + index) for index in range(len(column))]
    assert column.min() < -1.4
    assert column == pytest.approx(played, abs=1e-3)
    assert column[round(frame) - 11] == pytest.approx(-1.5, abs=1e-3)


def test_another_face_is_refused_and_left_alone(scene, face, model, head):
    bpy.context.view_layer.objects.active = head
    before = snapshot()
    with pytest.raises(RuntimeError, match="60"):
        bpy.ops.kmtalk.add_basis(filepath=str(model))
    assert snapshot() == before
    shuffled = [vertex.co[:] for vertex in face.data.vertices]
    chance = np.random.default_rng(1).permutation(len(shuffled))
    for vertex, index in zip(face.data.vertices, chance, strict=True):
        vertex.co = shuffled[index]
    bpy.context.view_layer.objects.active = face
    with pytest.raises(RuntimeError, match="another order"):
        bpy.ops.kmtalk.add_basis(filepath=str(model))
    assert face.data.shape_keys is None


def test_it_is_not_added_twice(scene, face, model, tmp_path):
    bpy.ops.kmtalk.add_basis(filepath=str(model))
    with pytest.raises(RuntimeError, match="already"):
        bpy.ops.kmtalk.add_basis(filepath=str(model))
    with pytest.raises(RuntimeError, match="is not a model"):
        bpy.ops.kmtalk.add_basis(filepath=str(tmp_path))
    (tmp_path / "space.npz").write_bytes(b"PK broken")
    with pytest.raises(RuntimeError, match="The face of the model"):
        bpy.ops.kmtalk.add_basis(filepath=str(tmp_path))
