"""One clear sentence each, and the scene as it was."""

import os
import signal
import time

import bpy
import pytest
from stage import LINE, make_character, needs_strips, snapshot, write_wav


def refused(call, *words):
    """The call fails with these words in its one sentence, and changes nothing."""
    before = snapshot()
    with pytest.raises(RuntimeError) as error:
        call()
    sentence = str(error.value).strip()
    assert all(word in sentence for word in words), sentence
    assert "Traceback" not in sentence
    assert snapshot() == before


def speak(path):
    return lambda: bpy.ops.kmtalk.generate(filepath=str(path))


def test_no_character(scene, line):
    refused(bpy.ops.kmtalk.generate, "No character is chosen")


def test_a_character_without_shape_keys(scene, line):
    mesh = bpy.data.objects.new("Bare", bpy.data.meshes.new("Bare"))
    scene.collection.objects.link(mesh)
    scene.kmtalk.target = mesh
    refused(bpy.ops.kmtalk.generate, "Bare has no shape keys")


def test_a_character_whose_shapes_are_no_channels(scene, line):
    target = make_character(scene, "Odd")
    for index, block in enumerate(target.data.shape_keys.key_blocks[1:]):
        block.name = f"shape {index}"
    refused(bpy.ops.kmtalk.generate, "No shape key of Odd")


def test_a_mapping_to_shapes_that_are_gone(scene, head, line):
    row = head.kmtalk.mapping.add()
    row.channel, row.shape = "jawOpen", "Vanished"
    refused(bpy.ops.kmtalk.generate, "no shape key Vanished")


def test_a_character_in_edit_mode(scene, head, line):
    bpy.context.view_layer.objects.active = head
    bpy.ops.object.mode_set(mode="EDIT")
    refused(bpy.ops.kmtalk.generate, "edit mode")
    bpy.ops.object.mode_set(mode="OBJECT")


def test_a_linked_character(scene, line, tmp_path):
    make_character(scene, "Linked")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = ["Linked"]
    linked = wanted.objects[0]
    scene = bpy.context.scene
    scene.collection.objects.link(linked)
    scene.kmtalk.target = linked
    refused(speak(LINE), "linked", "library override")
    override = linked.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    scene.kmtalk.target = override
    assert bpy.ops.kmtalk.generate(filepath=str(LINE)) == {"FINISHED"}


@needs_strips
def test_a_muted_strip(scene, head, line):
    scene.sequence_editor.strips[0].mute = True
    refused(bpy.ops.kmtalk.generate, "muted")


@needs_strips
def test_a_missing_sound(scene, head, line):
    scene.sequence_editor.strips[0].sound.filepath = "/nowhere/gone.wav"
    refused(bpy.ops.kmtalk.generate, "missing", "gone.wav")


def test_files_that_are_no_sound(scene, head, tmp_path):
    refused(speak(tmp_path / "none.wav"), "no sound file")
    text = tmp_path / "text.wav"
    text.write_text("I am no sound at all, whatever my name says.")
    refused(speak(text), "text.wav")
    (tmp_path / "empty.wav").touch()
    refused(speak(tmp_path / "empty.wav"), "empty.wav")
    refused(speak(write_wav(tmp_path / "short.wav", seconds=0.05)), "short")


def test_silence_is_a_still_mouth(scene, head, tmp_path):
    import wave

    with wave.open(str(tmp_path / "silence.wav"), "wb") as stream:
        stream.setparams((1, 2, 16000, 0, "NONE", ""))
        stream.writeframes(bytes(2 * 16000))
    scene.kmtalk.blinks = scene.kmtalk.brows = False
    assert speak(tmp_path / "silence.wav")() == {"FINISHED"}
    for frame in range(1, 70, 4):
        scene.frame_set(frame)
        assert head.data.shape_keys.key_blocks["jawOpen"].value < 0.1


def test_no_strip_and_no_file(scene, head):
    refused(bpy.ops.kmtalk.generate, "sound")


def test_an_interpreter_that_is_none(scene, head, line, monkeypatch, tmp_path):
    monkeypatch.setenv("KMTALK_PYTHON", str(tmp_path / "python"))
    refused(bpy.ops.kmtalk.generate, "There is no interpreter")


def test_a_runtime_that_does_not_start(scene, head, line, monkeypatch, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no module named torch >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("KMTALK_PYTHON", str(broken))
    refused(bpy.ops.kmtalk.generate, "did not start", "no module named torch")


def test_a_worker_that_dies_half_way(scene, head, line, client):
    from bl_ext.user_default.kmtalk.scene import Line, Options
    from bl_ext.user_default.kmtalk.scene.jobs.generate_job import GenerateJob
    from bl_ext.user_default.kmtalk.scene.jobs.queue import JobQueue, QueuedJob

    spoken = Line(head.name, audio=str(LINE))
    queue = JobQueue([QueuedJob("line", lambda ctx, folder: GenerateJob(ctx, spoken, Options(), folder))], client)
    while queue.fraction == 0.0 and queue.current is not None:
        queue.tick(bpy.context)
        time.sleep(0.005)
    pid = client.pid
    os.kill(pid, signal.SIGKILL)
    while queue.current is not None:
        queue.tick(bpy.context)
        time.sleep(0.005)
    assert queue.jobs[0].state == "failed"
    assert "stopped" in queue.jobs[0].text
    assert "try again" in queue.jobs[0].text
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert client.pid != pid


def test_cancel_half_way(scene, head, line, client):
    from bl_ext.user_default.kmtalk.scene import Line, Options
    from bl_ext.user_default.kmtalk.scene.jobs.generate_job import GenerateJob
    from bl_ext.user_default.kmtalk.scene.jobs.queue import JobQueue, QueuedJob

    before = snapshot()
    spoken = Line(head.name, audio=str(LINE))
    queue = JobQueue([QueuedJob("line", lambda ctx, folder: GenerateJob(ctx, spoken, Options(), folder))], client)
    while queue.fraction == 0.0 and queue.current is not None:
        queue.tick(bpy.context)
        time.sleep(0.005)
    queue.cancel()
    assert queue.jobs[0].state == "cancelled"
    assert snapshot() == before
    assert client.call("info", {})["version"]


def test_a_character_that_vanishes_while_it_is_computed(scene, head, line, client):
    from bl_ext.user_default.kmtalk.errors import UserError
    from bl_ext.user_default.kmtalk.scene import Line, Options
    from bl_ext.user_default.kmtalk.scene.jobs.blocking import run
    from bl_ext.user_default.kmtalk.scene.jobs.generate_job import GenerateJob
    from bl_ext.user_default.kmtalk.scene.jobs.queue import QueuedJob

    spoken = Line(head.name, audio=str(LINE))
    job = QueuedJob("line", lambda ctx, folder: GenerateJob(ctx, spoken, Options(), folder))

    def remove(_fraction, _text):
        if "Anna" in bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects["Anna"])

    with pytest.raises(UserError, match="no object named Anna"):
        run(bpy.context, client, job, remove)
    assert len(bpy.data.actions) == 0


def test_takes_that_are_none(scene, head, tmp_path):
    for name, content in (("a.npz", b"PK no"), ("a.csv", b"x,y\n1,2\n"), ("a.json", b"{"), ("a.txt", b"")):
        (tmp_path / name).write_bytes(content)
        refused(lambda path=tmp_path / name: bpy.ops.kmtalk.import_take(filepath=str(path)), name)
    refused(lambda: bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "none.npz")), "Cannot read")


def test_operators_say_why_they_are_grey(scene, head):
    from bl_ext.user_default.kmtalk.operators.complete import KMTALK_OT_complete
    from bl_ext.user_default.kmtalk.operators.generate import KMTALK_OT_generate

    assert KMTALK_OT_complete.disabled_reason(bpy.context) == "Anna has no take; generate one first"
    assert KMTALK_OT_generate.disabled_reason(bpy.context) == ""
    scene.kmtalk.target = None
    assert "No character is chosen" in KMTALK_OT_generate.disabled_reason(bpy.context)
    for call in (bpy.ops.kmtalk.complete, bpy.ops.kmtalk.clear, bpy.ops.kmtalk.discard_edits):
        assert not call.poll()
