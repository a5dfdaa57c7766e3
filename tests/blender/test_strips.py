"""What is heard of a strip, and what is said when nothing is."""

import bpy
import pytest
from stage import needs_strips, write_wav

pytestmark = needs_strips


@pytest.fixture
def strips(scene, tmp_path):
    """Makes sound strips of three seconds (90 frames)."""
    editor = scene.sequence_editor_create()
    path = write_wav(tmp_path / "tone.wav")

    def make(name="tone", channel=1, frame=11):
        return editor.strips.new_sound(name, str(path), channel, frame)

    return make


def heard(scene, strip, folder):
    from kmtalk_blender.scene.strips import heard_of

    return heard_of(scene, strip, folder)


def refused(scene, strip, folder):
    from kmtalk_blender.errors import UserError

    with pytest.raises(UserError) as error:
        heard(scene, strip, folder)
    return str(error.value)


def test_a_whole_strip_is_the_whole_file(scene, strips, tmp_path):
    found = heard(scene, strips(), tmp_path)
    assert (found.frame, found.start, found.end, found.speed) == (11, 0.0, None, 1.0)


def test_a_trimmed_strip_is_its_visible_part(scene, strips, tmp_path):
    strip = strips()
    strip.frame_offset_start, strip.frame_offset_end = 15, 30
    found = heard(scene, strip, tmp_path)
    assert found.frame == 26
    assert found.start == pytest.approx(0.5)
    assert found.end == pytest.approx(2.0)


def test_a_strip_that_starts_before_its_sound_speaks_when_the_sound_does(scene, strips, tmp_path):
    strip = strips()
    strip.frame_offset_start = -6
    found = heard(scene, strip, tmp_path)
    assert (found.frame, found.start) == (11, 0.0)


@pytest.mark.parametrize(("fps", "base", "rate"), [(24, 1.001, 23.976), (25, 1.0, 25.0), (60, 1.0, 60.0)])
def test_the_rate_is_the_scenes(scene, strips, tmp_path, fps, base, rate):
    scene.render.fps, scene.render.fps_base = fps, base
    strip = strips()
    strip.frame_offset_start = 12
    found = heard(scene, strip, tmp_path)
    assert found.fps == pytest.approx(rate, abs=1e-3)
    assert found.start == pytest.approx(12 / rate, abs=1e-4)


def test_a_meta_strip_clips_what_is_inside(scene, strips, tmp_path):
    strip = strips()
    meta = scene.sequence_editor.strips.new_meta("meta", 2, 11)
    strip.move_to_meta(meta)
    meta.frame_final_end = 80
    meta.frame_final_start = 20
    found = heard(scene, strip, tmp_path)
    assert found.frame == 20
    assert (found.start, found.end) == (pytest.approx(0.3), pytest.approx(2.3))


def test_a_packed_sound_is_written_out(scene, strips, tmp_path):
    strip = strips()
    strip.sound.pack()
    (tmp_path / "tone.wav").rename(tmp_path / "gone.wav")
    folder = tmp_path / "job"
    folder.mkdir()
    found = heard(scene, strip, folder)
    assert found.path.parent == folder
    assert found.path.read_bytes() == (tmp_path / "gone.wav").read_bytes()


def test_a_retimed_strip_has_its_speed(scene, strips, tmp_path):
    strip = strips()
    window = bpy.context.window_manager.windows[0]
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = scene
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    scene.sequence_editor.active_strip, strip.select = strip, True
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=200.0)
    found = heard(scene, strip, tmp_path)
    assert found.speed == pytest.approx(2.0, abs=0.05)
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.retiming_key_add(timeline_frame=30)
    assert "speed" in refused(scene, strip, tmp_path)


def test_what_is_not_heard_is_named(scene, strips, tmp_path):
    strip = strips()
    strip.mute = True
    assert refused(scene, strip, tmp_path) == "Strip tone is muted; unmute it."
    strip.mute = False
    scene.sequence_editor.channels[1].mute = True
    assert "Channel 1" in refused(scene, strip, tmp_path)
    scene.sequence_editor.channels[1].mute = False
    (tmp_path / "tone.wav").unlink()
    assert "missing" in refused(scene, strip, tmp_path)


def test_a_strip_in_a_muted_meta_is_named(scene, strips, tmp_path):
    strip = strips()
    meta = scene.sequence_editor.strips.new_meta("meta", 2, 11)
    strip.move_to_meta(meta)
    meta.mute = True
    assert refused(scene, strip, tmp_path) == "Meta strip meta around tone is muted; unmute it."


def test_the_strip_that_is_meant(scene, strips):
    from kmtalk_blender.errors import UserError
    from kmtalk_blender.scene.strips import chosen_strip

    with pytest.raises(UserError, match="no sound strip"):
        chosen_strip(scene)
    first, second = strips("first", 1), strips("second", 2)
    for strip in (first, second):
        strip.select = False
    scene.sequence_editor.active_strip = None
    with pytest.raises(UserError, match="select one"):
        chosen_strip(scene)
    second.select = True
    assert chosen_strip(scene) == second
    scene.sequence_editor.active_strip, first.select = first, True
    assert chosen_strip(scene) == first


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="before 5.0 the sequencer shows the scene of the window")
def test_the_sequencer_may_show_another_scene(scene, strips):
    from stage import action_of, make_character

    edit = bpy.data.scenes.new("Edit")
    edit.render.fps = 24
    edit.sequence_editor_create().strips.new_sound("elsewhere", strips("here").sound.filepath, 1, 7)
    head, window = make_character(scene, "Anna"), bpy.context.window_manager.windows[0]
    window.workspace.sequencer_scene = edit
    with bpy.context.temp_override(window=window):
        bpy.ops.kmtalk.generate()
    from kmtalk_blender.scene.baseline import take_info

    assert take_info(action_of(head))["strip"] == "elsewhere"
    assert take_info(action_of(head))["start"] == 7
