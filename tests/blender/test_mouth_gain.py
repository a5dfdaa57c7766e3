"""The mouth gain: offered to drawn faces, applied when the user says so, and taken out again of what comes back."""

import bpy
import numpy as np
import pytest
from families import FAMILIES, spelled
from spoken_heads import build, gaps, made_line, through_file
from stage import action_of, curve_of, make_character

from model_runtime.channels import CHANNELS
from model_runtime.take import read_take

pytestmark = pytest.mark.one_blender

DRAWN = {name: list(FAMILIES[name]) for name in ("VRoid", "MMD", "VRM 1", "VRM 0, bare letters")} | {
    "MMD, copied": [f"{name}.001" for name in FAMILIES["MMD"]],
    "VRoid with ARKit's shapes": [*FAMILIES["VRoid"], *CHANNELS],
    "VRChat with MMD's vowels": [*FAMILIES["VRChat"], *"あいうえお"],
}
REAL = ("Ready Player Me", "Character Creator 3", "Daz Genesis 8, visemes", "MetaHuman mesh", "Preston Blair", "German")


def offered(target) -> str:
    from bl_ext.user_default.kmtalk.scene.character.mouth_gain import offer

    return offer(target)


@pytest.fixture(scope="module")
def made(worker_python, tmp_path_factory):
    """The take of a line, and the lips of the project's own head."""
    return made_line(tmp_path_factory.mktemp("gained"))


def import_line(scene, made, target, gain=None):
    """Map the head, answer the question with `gain`, and write the take onto it."""
    scene.kmtalk.target, scene.kmtalk.keys = target, "EVERY_FRAME"
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    if gain is not None:
        assert bpy.ops.kmtalk.set_mouth_gain(gain=gain) == {"FINISHED"}
    assert bpy.ops.kmtalk.import_take(filepath=str(made[0])) == {"FINISHED"}


def curves_of(target) -> dict[str, np.ndarray]:
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return {
        curve.data_path: np.array([point.co[1] for point in curve.keyframe_points])
        for curve in action_curves(action_of(target))
    }


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawn_face_is_asked_and_nothing_is_changed(scene, name):
    target = make_character(scene, "Aoi", DRAWN[name])
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert "1.6 times as far?" in offered(target)
    assert (target.kmtalk.mouth_gain, target.kmtalk.gain_answered) == (1.0, False)


@pytest.mark.parametrize("name", REAL)
def test_other_faces_are_not_asked(scene, name):
    target = make_character(scene, "Bert", list(FAMILIES[name]))
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert not offered(target)


@pytest.mark.parametrize("gain", [1.6, 1.0])
def test_the_answer_is_kept_with_the_character(scene, tmp_path, gain):
    make_character(scene, "Aoi", DRAWN["VRoid"])
    assert bpy.ops.kmtalk.set_mouth_gain(gain=gain) == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "aoi.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "aoi.blend"))
    target = bpy.data.objects["Aoi"]
    assert target.kmtalk.mouth_gain == pytest.approx(gain)
    assert not offered(target)
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert target.kmtalk.mouth_gain == pytest.approx(gain)


def test_a_preset_has_the_gain(scene, tmp_path):
    make_character(scene, "Aoi", DRAWN["VRoid"])
    assert bpy.ops.kmtalk.set_mouth_gain(gain=1.4) == {"FINISHED"}
    assert bpy.ops.kmtalk.save_mapping(filepath=str(tmp_path / "drawn.json")) == {"FINISHED"}
    sister = make_character(scene, "Mio", DRAWN["VRoid"])
    assert bpy.ops.kmtalk.load_mapping(filepath=str(tmp_path / "drawn.json")) == {"FINISHED"}
    assert sister.kmtalk.mouth_gain == pytest.approx(1.4)
    assert not offered(sister)
    text = (tmp_path / "drawn.json").read_text().replace("1.4", "40")
    (tmp_path / "drawn.json").write_text(text)
    with pytest.raises(RuntimeError, match="is not a mapping"):
        bpy.ops.kmtalk.load_mapping(filepath=str(tmp_path / "drawn.json"))
    assert sister.kmtalk.mouth_gain == pytest.approx(1.4)


def test_it_is_one_step_of_undo(extension):
    assert "UNDO" in bpy.types.KMTALK_OT_set_mouth_gain.bl_options


@pytest.mark.parametrize("name", ["VRoid", "MMD", "VRM 1", "ARKit"])
def test_the_mouth_opens_further_and_closes_as_before(scene, tmp_path, made, name):
    family = spelled(str) if name == "ARKit" else FAMILIES[name]
    path = tmp_path / "head.glb"
    target = through_file(build(scene, made[1], family), path)
    import_line(scene, made, target)
    take = read_take(made[0])
    frames = range(1, len(take.weights) + 1)
    before = gaps(target, made[1], frames)
    assert bpy.ops.kmtalk.set_mouth_gain(gain=1.6) == {"FINISHED"}
    assert bpy.ops.kmtalk.import_take(filepath=str(made[0])) == {"FINISHED"}
    after = gaps(target, made[1], frames)
    opened = before > 0.5 * before.max()
    assert np.median(after[opened] / before[opened]) > 1.3
    middles = [round((p.start + p.end) / 2 * take.fps) for p in take.phones.phones if p.label in ("P", "B", "M")]
    assert len(middles) >= 3
    assert (after[middles] < before[middles] + 1e-4).all()
    assert (before[middles] < 0.1 * before.max()).all()
    for block in target.data.shape_keys.key_blocks[1:]:
        assert (block.slider_min, block.slider_max) == (0.0, 1.0)


def test_values_stay_within_the_sliders(scene, made):
    target = build(scene, made[1], spelled(str))
    import_line(scene, made, target, gain=4.0)
    values = curves_of(target)
    assert max(each.max() for each in values.values()) == pytest.approx(1.0)
    assert min(each.min() for each in values.values()) >= 0.0
    plain = build(scene, made[1], spelled(str))
    import_line(scene, made, plain)
    unmoved = [path for path in values if "brow" in path or "eye" in path or "Smile" in path]
    assert unmoved
    for path in unmoved:
        assert np.allclose(values[path], curves_of(plain)[path], atol=1e-6)


def test_the_range_that_a_user_gave_a_slider_is_kept(scene, made):
    target = build(scene, made[1], spelled(str))
    jaw = target.data.shape_keys.key_blocks["jawOpen"]
    import_line(scene, made, target)
    plain = curves_of(target)['key_blocks["jawOpen"].value'].max()
    jaw.slider_max = plain + 0.05
    import_line(scene, made, target, gain=3.0)
    assert curves_of(target)['key_blocks["jawOpen"].value'].max() == pytest.approx(plain + 0.05, abs=1e-5)
    assert jaw.slider_max == pytest.approx(plain + 0.05)


@pytest.mark.parametrize("name", ["ARKit", "VRoid", "one's own words"])
@pytest.mark.parametrize("gain", [1.6, 3.0, 0.5])
def test_what_is_exported_has_no_gain(scene, tmp_path, made, name, gain):
    target = build(scene, made[1], spelled(str) if name == "ARKit" else FAMILIES[name])
    import_line(scene, made, target, gain=gain)
    written = curves_of(target)
    assert bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "out.npz")) == {"FINISHED"}
    took, given = read_take(tmp_path / "out.npz"), read_take(made[0])
    assert np.abs(took.weights - given.weights).max() < 2e-3
    assert bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "out.npz")) == {"FINISHED"}
    for path, values in curves_of(target).items():
        assert np.allclose(values, written[path], atol=2e-3)


def test_an_edit_stays_as_the_user_made_it_and_is_completed_around(scene, tmp_path, made):
    target = build(scene, made[1], spelled(str))
    import_line(scene, made, target, gain=1.6)
    curve = curve_of(target, "jawOpen")
    values = np.array([point.co[1] for point in curve.keyframe_points])
    at = int(values.argmax())
    frame = round(curve.keyframe_points[at].co[0])
    curve.keyframe_points[at].co[1] = 0.16
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    curve = curve_of(target, "jawOpen")
    assert curve.evaluate(frame) == pytest.approx(0.16, abs=1e-4)
    assert curve.evaluate(frame + 1) < 0.8 * values[at]
    far = [i for i in range(len(values)) if abs(i - at) > 40]
    assert np.allclose([curve.keyframe_points[i].co[1] for i in far], values[far], atol=0.03)
    assert bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "out.npz")) == {"FINISHED"}
    took = read_take(tmp_path / "out.npz")
    assert took.weights[frame - 1, took.channels.index("jawOpen")] == pytest.approx(0.16 / 1.6, abs=2e-3)


def test_an_edited_mouth_of_a_drawn_face_stays_and_its_neighbours_follow(scene, made):
    target = build(scene, made[1], FAMILIES["VRoid"])
    import_line(scene, made, target, gain=1.6)
    curve = curve_of(target, "Fcl_MTH_A")
    values = np.array([point.co[1] for point in curve.keyframe_points])
    at = int(values.argmax())
    frame = round(curve.keyframe_points[at].co[0])
    curve.keyframe_points[at].co[1] = 0.2
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    curve = curve_of(target, "Fcl_MTH_A")
    assert curve.evaluate(frame) == pytest.approx(0.2, abs=1e-4)
    assert curve.evaluate(frame + 1) < 0.8 * values[at]
    far = [i for i in range(len(values)) if abs(i - at) > 40]
    assert np.allclose([curve.keyframe_points[i].co[1] for i in far], values[far], atol=0.03)


def test_an_edit_that_was_made_before_the_gain_changes_is_kept(scene, made):
    target = build(scene, made[1], spelled(str))
    import_line(scene, made, target)
    curve = curve_of(target, "jawOpen")
    at = int(np.argmax([point.co[1] for point in curve.keyframe_points]))
    frame = round(curve.keyframe_points[at].co[0])
    curve.keyframe_points[at].co[1] = 0.9
    assert bpy.ops.kmtalk.set_mouth_gain(gain=1.6) == {"FINISHED"}
    assert curve_of(target, "jawOpen").evaluate(frame) == pytest.approx(0.9, abs=1e-4), "nothing changes by itself"
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert curve_of(target, "jawOpen").evaluate(frame) == pytest.approx(0.9, abs=1e-4)
