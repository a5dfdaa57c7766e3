"""Shape keys of every convention are recognised by their names."""

import bpy
import pytest
from characters import MICROSOFT, OCULUS, character, posed

from model_runtime.channels import CHANNELS

pytestmark = pytest.mark.one_blender


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
    from bl_ext.user_default.kmtalk.scene.character.shape_names import CHANNELS as OURS

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


def test_unknown_names_are_refused_and_nothing_is_written(scene):
    target = character(scene, ["Key 1", "Fat"])
    with pytest.raises(RuntimeError, match="No shape key of Bert has a known name"):
        bpy.ops.kmtalk.map_channels()
    assert len(target.kmtalk.mapping) == 0


@pytest.mark.parametrize("name", ["Exp{}", "exp{:03d}", "Expression_{}", "Shape{}"])
def test_numbered_expressions_are_pointed_to_make_shapes(scene, name):
    target = character(scene, [name.format(number) for number in range(1, 51)])
    with pytest.raises(RuntimeError, match=r"are numbered expressions .*; press Make Shapes"):
        bpy.ops.kmtalk.map_channels()
    assert len(target.kmtalk.mapping) == 0


@pytest.mark.parametrize("prefix", ["", "!ex-"])
def test_mpfb_face_units_come_before_its_visemes(scene, prefix):
    names = [prefix + name for name in (*CHANNELS, "noseSneerLeft", *MICROSOFT, *(f"viseme_{n}" for n in OCULUS))]
    target = character(scene, ["$md-caucasian", *names])
    bpy.ops.kmtalk.map_channels()
    assert target.kmtalk.mapping_mode == "DIRECT"
    assert {row.channel: row.shape for row in target.kmtalk.mapping} == {name: prefix + name for name in CHANNELS}
