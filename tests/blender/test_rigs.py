"""Characters that already have shapes: names of every convention, the table, presets, overrides, calibration."""

import json

import bpy
import numpy as np
import pytest
from stage import action_of, curve_of

from model_runtime.channels import CHANNELS

OCULUS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"]


def character(scene, shapes, name="Bert"):
    """A small mesh with shape keys of these names."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    target = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(target)
    for shape in ("Basis", *shapes):
        target.shape_key_add(name=shape, from_mix=False).value = 0.0
    scene.kmtalk.target = target
    return target


def posed(target, **weights):
    """Values of the shape keys for one frame with channels at these weights; a bare stem stands for both sides."""
    from bl_ext.user_default.kmtalk.scene.rigs import shape_map

    row = np.zeros((1, len(CHANNELS)), np.float32)
    for name, weight in weights.items():
        for channel in [name] if name in CHANNELS else [f"{name}Left", f"{name}Right"]:
            row[0, CHANNELS.index(channel)] = weight
    mapping = shape_map(target, CHANNELS)
    return dict(zip(mapping.shapes, mapping.values(row)[0], strict=True))


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


SPELLINGS = {
    "ARKit": lambda name: name,
    "ARKit with a prefix": lambda name: f"Face.M_F00_{name}",
    "ARKit with separators": lambda name: snake(name),
    "ARKit capitalised": lambda name: name[0].upper() + name[1:],
    "Faceit, sides as letters": lambda name: name.replace("Left", "_L").replace("Right", "_R"),
    "a colon": lambda name: f"head_lod0:{name}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_arkit_in_any_spelling(scene, spelling):
    spell = SPELLINGS[spelling]
    target = character(scene, [spell(name) for name in CHANNELS] + ["Angry", "mouthOpenWideOld"])
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    rows = {row.channel: row.shape for row in target.kmtalk.mapping}
    assert rows == {name: spell(name) for name in CHANNELS}
    assert target.kmtalk.mapping_mode == "DIRECT"


def test_channels_are_the_runtimes(extension):
    from bl_ext.user_default.kmtalk.scene.aliases import CHANNELS as OURS

    assert OURS == CHANNELS


def test_character_creator_moves_four_parts_of_a_funnel(scene):
    shapes = [
        *("Jaw_Open", "Jaw_Forward", "Jaw_L", "Jaw_R", "Mouth_Close", "Mouth_L", "Mouth_R", "V_Open", "V_Tight_O"),
        *(f"Mouth_{kind}_{place}_{side}" for kind in ("Funnel", "Pucker") for place in ("Up", "Down") for side in "LR"),
        *(f"Mouth_{kind}_{side}" for kind in ("Smile", "Frown", "Dimple", "Stretch", "Press") for side in "LR"),
        *(
            f"Mouth_{kind}_{side}"
            for kind in ("Down_Lower", "Up_Upper", "Roll_In_Upper", "Roll_In_Lower")
            for side in "LR"
        ),
        *("Mouth_Shrug_Upper", "Mouth_Shrug_Lower", "Cheek_Puff_L", "Cheek_Puff_R", "Tongue_Out"),
        *(
            f"{kind}_{side}"
            for kind in ("Eye_Blink", "Brow_Raise_Inner", "Brow_Raise_Outer", "Brow_Drop")
            for side in "LR"
        ),
    ]
    target = character(scene, shapes)
    bpy.ops.kmtalk.map_channels()
    assert {row.channel for row in target.kmtalk.mapping if row.shape} == set(CHANNELS)
    values = posed(target, mouthFunnel=0.5, mouthRollLower=0.25)
    assert all(values[f"Mouth_Funnel_{place}_{side}"] == 0.5 for place in ("Up", "Down") for side in "LR")
    assert values["Mouth_Roll_In_Lower_L"] == values["Mouth_Roll_In_Lower_R"] == 0.25
    assert values["Mouth_Roll_In_Upper_L"] == 0


def test_metahuman_controls(scene):
    names = [
        *("jawOpen", "jawFwd", "jawLeft", "jawRight", "mouthLeft", "mouthRight", "tongueOut"),
        *(
            f"mouth{kind}{place}{side}"
            for kind in ("Funnel", "LipsPurse", "LipsTogether")
            for place in "UD"
            for side in "LR"
        ),
        *(
            f"mouth{kind}{side}"
            for kind in ("CornerPull", "CornerDepress", "Dimple", "Stretch", "LipsPress")
            for side in "LR"
        ),
        *(
            f"mouth{kind}{side}"
            for kind in ("LowerLipDepress", "UpperLipRaise", "LowerLipRollIn", "UpperLipRollIn")
            for side in "LR"
        ),
        *(
            f"{kind}{side}"
            for kind in ("eyeBlink", "browRaiseIn", "browRaiseOuter", "browDown", "mouthCheekBlow")
            for side in "LR"
        ),
        *("jawChinRaiseDL", "jawChinRaiseDR", "jawChinRaiseUL", "jawChinRaiseUR"),
    ]
    target = character(scene, [f"CTRL_expressions_{name}" for name in names])
    bpy.ops.kmtalk.map_channels()
    assert {row.channel for row in target.kmtalk.mapping if row.shape} == set(CHANNELS)
    values = posed(target, mouthClose=0.4, mouthSmile=0.3)
    assert values["CTRL_expressions_mouthLipsTogetherUL"] == pytest.approx(0.4)
    assert values["CTRL_expressions_mouthCornerPullR"] == pytest.approx(0.3)


def test_ready_player_me_takes_its_movements_not_its_visemes(scene):
    target = character(scene, [f"viseme_{name}" for name in OCULUS] + list(CHANNELS) + ["mouthOpen", "mouthSmile"])
    bpy.ops.kmtalk.map_channels()
    assert target.kmtalk.mapping_mode == "DIRECT"
    assert posed(target, jawOpen=0.5)["jawOpen"] == 0.5


@pytest.mark.parametrize(
    ("names", "wide", "tight", "open_"),
    [
        ([f"viseme_{name}" for name in OCULUS], "viseme_I", "viseme_U", "viseme_aa"),
        (
            [
                f"vrc.v_{name}"
                for name in ["sil", "pp", "ff", "th", "dd", "kk", "ch", "ss", "nn", "rr", "aa", "e", "ih", "oh", "ou"]
            ],
            "vrc.v_ih",
            "vrc.v_ou",
            "vrc.v_aa",
        ),
        ([f"Fcl_MTH_{name}" for name in "AIUEO"], "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_A"),
        (list("AIUEO"), "I", "U", "A"),
        (["aa", "ih", "ou", "ee", "oh"], "ih", "ou", "aa"),
        (list("あいうえお"), "い", "う", "あ"),
    ],
)
def test_visemes_follow_the_motion(scene, names, wide, tight, open_):
    target = character(scene, [*names, "Blink", "Joy"])
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert target.kmtalk.mapping_mode == "VISEMES"

    def strongest(**weights):
        values = posed(target, **weights)
        return max(values, key=values.get), values

    assert strongest(jawOpen=0.65, mouthLowerDown=0.25)[0] == open_
    assert strongest(mouthPucker=0.8, mouthFunnel=0.3, jawOpen=0.15)[0] == tight
    assert strongest(mouthStretch=0.7, jawOpen=0.15, mouthLowerDown=0.25)[0] == wide
    closed = posed(target, jawOpen=0.4, mouthClose=0.4)
    opened = posed(target, jawOpen=0.4)
    assert closed[open_] < 0.05 < 0.2 < opened[open_], "closed lips keep the open viseme away"
    assert posed(target, eyeBlink=1)["Blink"] == pytest.approx(1, abs=0.1)
    assert all(0 <= value <= 1 for value in closed.values())


def test_generate_and_complete_write_through_visemes(scene, line):
    from bl_ext.user_default.kmtalk.scene.baseline import load_baseline
    from bl_ext.user_default.kmtalk.scene.rigs import shape_map
    from bl_ext.user_default.kmtalk.scene.visemes import seen

    target = character(scene, [f"viseme_{name}" for name in OCULUS])
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    baseline = load_baseline(action_of(target))
    channels, motion = baseline.take.channels, baseline.motion
    mapping = shape_map(target, channels)
    values = mapping.values(motion)
    wanted, made = ((weights @ seen(channels))[:, 0] for weights in (motion, values @ mapping.matrix))
    assert np.corrcoef(wanted, made)[0, 1] > 0.97, "the lips open and close as the motion says"
    assert np.abs(wanted - made).max() < 0.15 * wanted.max()
    shape = mapping.shapes[int(values.max(axis=0).argmax())]
    curve = curve_of(target, shape)
    point = curve.keyframe_points[int(values[:, mapping.shapes.index(shape)].argmax())]
    frame, height = point.co
    point.co[1] = 0.05
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    curve = curve_of(target, shape)
    assert curve.evaluate(frame) == pytest.approx(0.05, abs=1e-3)
    assert min(curve.evaluate(frame + step) for step in (-1, 1)) < 0.9 * height, "its neighbours bend with it"


def test_unknown_names_are_refused_and_nothing_is_written(scene):
    target = character(scene, ["Key 1", "Fat"])
    with pytest.raises(RuntimeError, match="No shape key of Bert has a name that is known"):
        bpy.ops.kmtalk.map_channels()
    assert len(target.kmtalk.mapping) == 0


def test_a_renamed_shape_is_named_and_mapped_again(scene, line):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    row = next(row for row in target.kmtalk.mapping if row.channel == "mouthPucker")
    row.gain = 0.5
    target.data.shape_keys.key_blocks["jawOpen"].name = "JAW_open"
    with pytest.raises(RuntimeError, match="Bert has no shape key jawOpen any more"):
        bpy.ops.kmtalk.generate()
    assert bpy.ops.kmtalk.map_channels(only_missing=True) == {"FINISHED"}
    assert posed(target, jawOpen=0.5)["JAW_open"] == 0.5
    assert posed(target, mouthPucker=1)["mouthPucker"] == 0.5, "what was edited stays"


def test_presets(scene, tmp_path):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    next(row for row in target.kmtalk.mapping if row.channel == "jawOpen").gain = 0.7
    path = tmp_path / "mine.json"
    assert bpy.ops.kmtalk.save_mapping(filepath=str(path)) == {"FINISHED"}
    assert json.loads(path.read_text())["mode"] == "DIRECT"
    other = character(scene, [name for name in CHANNELS if name != "tongueOut"], "Cleo")
    assert bpy.ops.kmtalk.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert posed(other, jawOpen=1)["jawOpen"] == pytest.approx(0.7)
    assert next(row.shape for row in other.kmtalk.mapping if row.channel == "tongueOut") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is no mapping of KMTalk"),
        ('{"kmtalk_mapping": 2, "mode": "DIRECT", "rows": []}', "is no mapping of KMTalk"),
        ('{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpne", "shape": "a"}]}', "jawOpne"),
        ('{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpen", "shape": "x"}]}', "has none of the"),
    ],
)
def test_bad_presets_change_nothing(scene, tmp_path, text, sentence):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    before = [(row.channel, row.shape) for row in target.kmtalk.mapping]
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.kmtalk.load_mapping(filepath=str(path))
    assert [(row.channel, row.shape) for row in target.kmtalk.mapping] == before


def test_mapping_of_a_library_override(scene, tmp_path):
    target = character(scene, [f"A_{name}" for name in CHANNELS], "Linked")
    bpy.ops.kmtalk.map_channels()
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), {target})
    bpy.data.objects.remove(target)
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["Linked"]
    override = wanted.objects[0].override_create()
    scene.collection.objects.link(override)
    scene.kmtalk.target = override
    assert override.override_library is not None
    assert posed(override, jawOpen=0.5)["A_jawOpen"] == 0.5, "the library's mapping holds"
    next(row for row in override.kmtalk.mapping if row.channel == "jawOpen").gain = 0.6
    assert posed(override, jawOpen=1)["A_jawOpen"] == pytest.approx(0.6)
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert posed(override, jawOpen=1)["A_jawOpen"] == 1


def test_calibration(scene):
    target = character(scene, CHANNELS)
    blocks = target.data.shape_keys.key_blocks
    bpy.ops.kmtalk.map_channels()
    blocks["mouthClose"].value = 0.2
    assert bpy.ops.kmtalk.calibrate(pose="CLOSED") == {"FINISHED"}
    assert posed(target)["mouthClose"] == pytest.approx(0.2)
    with pytest.raises(RuntimeError, match="jawOpen of Bert is at rest"):
        bpy.ops.kmtalk.calibrate(pose="OPEN")
    blocks["jawOpen"].value = 0.6
    assert bpy.ops.kmtalk.calibrate(pose="OPEN") == {"FINISHED"}
    assert posed(target, jawOpen=1)["jawOpen"] == pytest.approx(0.6)
    assert posed(target, jawOpen=0.5)["jawOpen"] == pytest.approx(0.3)
    assert posed(target, mouthClose=0.5)["mouthClose"] == pytest.approx(0.7)


def jaw_armature(scene):
    """An armature with one bone, like a jaw."""
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bone = armature.data.edit_bones.new("jaw")
    bone.head, bone.tail = (0, 0, 0), (0, -0.1, 0)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def test_a_jaw_bone_follows_the_take(scene, line):
    target = character(scene, [name for name in CHANNELS if not name.startswith("jaw")])
    armature = jaw_armature(scene)
    for channel, angle in (("jawOpen", 0.4), ("jawForward", -0.1)):
        done = bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="jaw", channel=channel, axis="0", angle=angle)
        assert done == {"FINISHED"}
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    curve = curve_of(target, "jawOpen")
    frame = max(curve.keyframe_points, key=lambda point: point.co[1]).co[0]
    scene.frame_set(round(frame))
    blocks = target.data.shape_keys.key_blocks
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    wanted = 0.4 * blocks["jawOpen"].value - 0.1 * blocks["jawForward"].value
    assert blocks["jawOpen"].value > 0.05
    assert evaluated.pose.bones["jaw"].rotation_euler[0] == pytest.approx(wanted, abs=1e-4)
    assert bpy.ops.kmtalk.free_jaw_bone(armature="Rig", bone="jaw") == {"FINISHED"}
    assert not armature.animation_data.drivers


def test_a_jaw_bone_that_cannot_follow_is_left_alone(scene):
    target = character(scene, ["mouthPucker"])
    armature = jaw_armature(scene)
    with pytest.raises(RuntimeError, match="Rig has no bone chin"):
        bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="chin")
    armature.pose.bones["jaw"].rotation_mode = "XYZ"
    armature.pose.bones["jaw"].keyframe_insert("rotation_euler", frame=1)
    with pytest.raises(RuntimeError, match="Bone jaw has keys or a driver"):
        bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="jaw")
    assert [block.name for block in target.data.shape_keys.key_blocks] == ["Basis", "mouthPucker"]
