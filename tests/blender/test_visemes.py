"""Characters with whole mouth shapes: the values that look most like the motion, written and completed."""

import bpy
import numpy as np
import pytest
from characters import MICROSOFT, OCULUS, character, posed
from stage import action_of, curve_of

pytestmark = pytest.mark.one_blender


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
        (MICROSOFT, "y_iy_ih_ix_06", "w_uw_07", "aa_02"),
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
    from bl_ext.user_default.kmtalk.scene.character.shape_map import shape_map
    from bl_ext.user_default.kmtalk.scene.character.visemes import seen
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

    scene.kmtalk.keys = "EVERY_FRAME"
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
