"""Emotion beside a take: what is seen on the face, the user's keys, and that nothing else changes."""

import os
import subprocess

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, curve_of, make_character

from model_runtime.channels import CHANNELS, GAZE

FRAMES = range(1, 215, 2)
VISEMES = tuple(
    f"viseme_{n}" for n in ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
)
SEEN = ("mouthSmileLeft", "cheekSquintLeft", "eyeSquintRight")


@pytest.fixture
def head(scene):
    """A character with all shapes of the face."""
    return make_character(scene, "Anna", (*CHANNELS, *GAZE))


def generate(scene, **settings):
    for name, value in settings.items():
        setattr(scene.kmtalk, name, value)
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}


def feel(target, **strengths):
    for name, value in strengths.items():
        setattr(target.kmtalk.emotion, name, value)
    assert bpy.ops.kmtalk.apply_emotion() == {"FINISHED"}


def shapes(target, names=(*CHANNELS, *GAZE), frames=FRAMES):
    """(F, S) values of shape keys, as seen at the frames."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        seen = target.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys
        found.append([seen.key_blocks[name].value for name in names])
    return np.array(found)


def trace():
    """All that a removal has to restore."""
    return {
        "objects": sorted(thing.name for thing in bpy.data.objects),
        "actions": sorted(action.name for action in bpy.data.actions),
        "tracks": {
            keys.name: [(track.name, track.mute, len(track.strips)) for track in keys.animation_data.nla_tracks]
            for keys in bpy.data.shape_keys
            if keys.animation_data
        },
        "sliders": {keys.name: [block.value for block in keys.key_blocks] for keys in bpy.data.shape_keys},
        "active": {
            keys.name: getattr(keys.animation_data.action, "name", "")
            for keys in bpy.data.shape_keys
            if keys.animation_data
        },
    }


def test_a_slider_is_seen_beside_the_take_and_removed_without_a_trace(scene, head, line):
    brow = head.data.shape_keys.key_blocks["eyeSquintRight"]
    brow.value = 0.1
    generate(scene)
    before = shapes(head)
    scene.frame_set(1)
    was = trace()
    feel(head, happy=1.0)
    smiled = shapes(head, SEEN, range(60, 120)) - before[0, [(*CHANNELS, *GAZE).index(name) for name in SEEN]]
    assert (smiled.max(axis=0) > 0.35).all()
    # Before, after and at the ends of the take all is as it was, also a slider that the user had set.
    beside = [1, 9, 11, 190, 215]
    np.testing.assert_allclose(shapes(head, SEEN, beside), np.tile(shapes_of(before), (len(beside), 1)), atol=0.02)
    # Changed sliders, applied again, replace the emotion: there is one strip.
    feel(head, happy=0.0, sad=0.6)
    assert len(emotion_tracks(head)) == 1
    assert shapes(head, ["cheekSquintLeft"], range(60, 120)).max() < 1e-6
    assert shapes(head, ["browInnerUp"], range(60, 120)).max() > 0.4
    assert bpy.ops.kmtalk.remove_emotion() == {"FINISHED"}
    np.testing.assert_allclose(shapes(head), before, atol=1e-6)
    scene.frame_set(1)
    assert trace() == was
    # It stays away until it is asked for again.
    generate(scene)
    assert not emotion_tracks(head)
    assert head.kmtalk.emotion.sad == pytest.approx(0.6)


def shapes_of(before):
    """The values of SEEN before the take starts."""
    return before[0, [(*CHANNELS, *GAZE).index(name) for name in SEEN]]


def emotion_tracks(target):
    tracks = target.data.shape_keys.animation_data.nla_tracks
    return [track for track in tracks if track.name.startswith("Emotion")]


def test_keys_of_a_slider_are_its_curve_and_stay_the_users(scene, head, line):
    head.location = (1, 0, 0)
    head.keyframe_insert("location", frame=1)
    for frame, strength in ((100, 0.0), (110, 1.0)):
        head.kmtalk.emotion.surprised = strength
        head.keyframe_insert("kmtalk.emotion.surprised", frame=frame)
    action, keys = head.animation_data.action, keys_of(head)
    generate(scene)
    scene.frame_set(33)
    feel(head)
    assert scene.frame_current == 33
    wide = shapes(head, ["browOuterUpLeft"], range(11, 190))[:, 0]
    take = shapes_without(head, "browOuterUpLeft", range(11, 190))
    np.testing.assert_allclose(wide[:89], take[:89], atol=0.02)
    assert wide[110:150].min() > 0.8
    assert head.animation_data.action == action
    assert keys_of(head) == keys


def shapes_without(target, name, frames):
    """The values of one shape while the emotion is muted."""
    (track,) = emotion_tracks(target)
    track.mute = True
    values = shapes(target, [name], frames)[:, 0]
    track.mute = False
    return values


def keys_of(target):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    curves = action_curves(target.animation_data.action, id_type="OBJECT")
    return [(c.data_path, c.array_index, [tuple(p.co) for p in c.keyframe_points]) for c in curves]


def test_it_comes_with_generate_and_goes_with_head_and_eyes(scene, head, line):
    brow = head.data.shape_keys.key_blocks["browInnerUp"]
    brow.value = 0.3
    brow.keyframe_insert("value", frame=1)
    head.kmtalk.emotion.afraid = 0.8
    generate(scene)
    assert len(emotion_tracks(head)) == 1
    assert shapes(head, ["eyeWideLeft"], range(60, 120)).max() > 0.4
    # The brow that the user keyed plays on below.
    assert shapes(head, ["browInnerUp"], range(1, 200)).min() > 0.28
    assert bpy.ops.kmtalk.add_life() == {"FINISHED"}
    assert len(emotion_tracks(head)) == 1
    generate(scene)
    # A blink of head and eyes closes the wide eye.
    frames = range(20, 180)
    lids, wide = shapes(head, ["eyeBlinkLeft", "eyeWideLeft"], frames).T
    assert lids.max() > 0.9
    assert wide[lids > 0.9].max() < 0.15
    assert wide.max() > 0.4
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    assert not emotion_tracks(head)
    assert shapes(head, ["eyeWideLeft", "browInnerUp"], [100]).tolist() == [[0.0, pytest.approx(0.3)]]


def test_a_completed_take_keeps_its_emotion(scene, head, line):
    head.kmtalk.emotion.happy = 1.0
    generate(scene, keys="KEY_MOTIONS")
    curve = curve_of(head, "jawOpen")
    point = max(curve.keyframe_points, key=lambda key: key.co.y)
    point.co.y = 0.9
    head.kmtalk.emotion.happy = 0.0
    head.kmtalk.emotion.angry = 1.0
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert len(emotion_tracks(head)) == 1
    assert shapes(head, ["browDownLeft"], range(60, 120)).max() > 0.8
    assert shapes(head, ["cheekSquintLeft"], range(60, 120)).max() < 1e-6


def test_a_face_without_the_shapes_says_so(scene, line):
    partly = make_character(scene, "Ben", CHANNELS)
    generate(scene)
    feel(partly, happy=1.0)
    report = bpy.context.window_manager.kmtalk.report
    assert "Ben has no shapes for eyeSquint, cheekSquint: they stay still." in report
    assert shapes(partly, ["mouthSmileLeft"], range(60, 120)).max() > 0.5
    assert bpy.ops.kmtalk.remove_emotion() == {"FINISHED"}
    make_character(scene, "Cid", VISEMES)
    generate(scene)
    scene.frame_set(1)
    was = trace()
    scene.kmtalk.target.kmtalk.emotion.disgusted = 1.0
    with pytest.raises(RuntimeError, match="Cid has none of the shapes that show an emotion"):
        bpy.ops.kmtalk.apply_emotion()
    assert trace() == was


LOUDER = """
import sys, wave
import numpy as np
from model_runtime.speech.audio import read_audio
samples = read_audio(sys.argv[1]).samples
samples = np.interp(np.arange(0, len(samples), 1.35), np.arange(len(samples)), samples)
with wave.open(sys.argv[2], "wb") as stream:
    stream.setnchannels(1), stream.setsampwidth(2), stream.setframerate(16000)
    stream.writeframes((np.clip(2 * samples, -1, 1) * 32767).astype("<i2").tobytes())
"""


def test_the_voice_suggests_how_strong_and_the_user_says_which(scene, head, tmp_path):
    louder = tmp_path / "louder.wav"
    subprocess.run([os.environ["KMTALK_PYTHON"], "-c", LOUDER, str(LINE), str(louder)], check=True, cwd=TREE)
    generate(scene, source="FILE", audio=str(LINE), frame=11)
    assert not bpy.ops.kmtalk.suggest_emotion.poll()
    generate(scene, audio=str(louder), frame=300)
    scene.frame_set(320)
    head.kmtalk.emotion.angry = 0.1
    head.kmtalk.emotion.sad = 0.1
    assert bpy.ops.kmtalk.suggest_emotion() == {"FINISHED"}
    report = bpy.context.window_manager.kmtalk.report
    assert "It fits happy, angry and afraid alike." in report
    assert head.kmtalk.emotion.angry > 0.8
    assert head.kmtalk.emotion.sad == head.kmtalk.emotion.happy == 0
    head.keyframe_insert("kmtalk.emotion.angry", frame=1)
    assert not bpy.ops.kmtalk.suggest_emotion.poll()
