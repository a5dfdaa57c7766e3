"""Live: edits are filled in around by themselves, through the handlers and the state machine that the timer steps."""

import time

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, make_character

SHAPES = ("jawOpen", "mouthFunnel", "mouthClose")


class Clock:
    """A clock that a test moves on."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def spoken(scene, head, line):
    """A character with a take from frame 11."""
    bpy.ops.kmtalk.generate()
    return head


@pytest.fixture
def live(extension, spoken):
    """The state machine that Blender's handlers speak to, stepped by the test; Live is on."""
    from bl_ext.user_default.kmtalk.scene.live.completion import LiveCompletion

    known, clock = extension.live.Live.completion, Clock()
    extension.live.Live.completion = LiveCompletion(extension.session.worker, clock)
    extension.live.Live.completion.clock = clock
    settle(extension.live.Live.completion)
    bpy.context.scene.kmtalk.live = True
    settle(extension.live.Live.completion)
    yield extension.live.Live.completion
    extension.live.Live.completion.close()
    extension.live.Live.completion = known


def settle(live, seconds_each=0.05, busy=False):
    """Step until nothing is left to do. Returns how many takes were filled in."""
    written, end = 0, time.monotonic() + 60
    bpy.context.view_layer.update()
    while not live.idle(bpy.context):
        assert time.monotonic() < end
        live.clock.now += seconds_each
        written += live.step(bpy.context, busy).written
        bpy.context.view_layer.update()
        time.sleep(0.002)
    return written


def keys_of(head, shape="jawOpen"):
    """(n, 8) frame, value, handles, and selection and interpolation of the keys of a curve."""
    return np.array(
        [
            (*k.co, *k.handle_left, *k.handle_right, k.select_control_point, len(k.interpolation))
            for k in curve_of(head, shape).keyframe_points
        ]
    )


def played(head, frames):
    """(T, S) values of all shape keys of the evaluated mesh."""
    rows = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        evaluated = head.evaluated_get(bpy.context.evaluated_depsgraph_get())
        rows.append([block.value for block in evaluated.data.shape_keys.key_blocks])
    return np.array(rows)


def middle(head, shape="jawOpen"):
    return len(curve_of(head, shape).keyframe_points) // 2


def drag(head, index, value, shape="jawOpen"):
    """Put a key, as an animator does: it is selected, with handles of its own."""
    curve = curve_of(head, shape)
    key = curve.keyframe_points[index]
    key.select_control_point = key.select_left_handle = key.select_right_handle = True
    key.co.y = value
    curve.update()
    return key.co.x


def test_a_dragged_key_is_filled_in_around_and_stays_as_it_was_put(spoken, live):
    frames = np.arange(1, 200)
    before = played(spoken, frames)
    at = drag(spoken, middle(spoken), 0.9)
    put = next(row for row in keys_of(spoken) if row[0] == at)
    dragged = played(spoken, frames)
    assert settle(live) == 1
    kept = next(row for row in keys_of(spoken) if row[0] == at)
    assert np.array_equal(kept[[0, 1, 6, 7]], put[[0, 1, 6, 7]])
    # Blender aligns aligned handles anew with every update, here by a millionth.
    assert kept[2:6] == pytest.approx(put[2:6], abs=1e-5)
    after = played(spoken, frames)
    near, far = np.abs(frames - at) < 8, np.abs(frames - at) > 40
    assert np.abs(after - dragged)[near].max() > 0.02
    # Beyond the surroundings curves play as before, up to their nearest key within the tolerance of the keys.
    apart = np.abs(after - before)[far]
    assert apart.max() < bpy.context.scene.kmtalk.tolerance
    assert (apart < 1e-5).mean() > 0.97
    # Nothing else is selected, and nothing is left to do.
    assert sum(row[6] for row in keys_of(spoken)) == 1
    assert settle(live) == 0
    assert live.counts == {"Anna": 0}


def test_added_and_deleted_keys_are_filled_in(spoken, live):
    curve = curve_of(spoken, "jawOpen")
    keys = curve.keyframe_points
    at = round((keys[middle(spoken)].co.x + keys[middle(spoken) + 1].co.x) / 2) + 0.25
    added = keys.insert(at, 0.8)
    added.interpolation = "LINEAR"
    assert settle(live) == 1
    kept = next(key for key in curve_of(spoken, "jawOpen").keyframe_points if key.co.x == at)
    assert (kept.co.y, kept.interpolation) == (np.float32(0.8), "LINEAR")
    curve = curve_of(spoken, "jawOpen")
    gone = next(key for key in curve.keyframe_points if key.co.x == at)
    curve.keyframe_points.remove(gone)
    assert settle(live) == 1
    assert all(key.co.x != at for key in curve_of(spoken, "jawOpen").keyframe_points)
    assert live.counts == {"Anna": 0}


def test_edited_phones_are_spoken(spoken, live):
    before = played(spoken, range(11, 120))
    phones = action_of(spoken).kmtalk.phones
    vowel = max((p for p in phones if p.label not in ("SIL", "M", "B", "P")), key=lambda p: p.end - p.start)
    vowel.label = "M"
    assert settle(live) == 1
    assert "M" in [phone.label for phone in action_of(spoken).kmtalk.phones]
    assert np.abs(played(spoken, range(11, 120)) - before).max() > 0.05


def test_off_nothing_is_written_and_edits_are_counted(scene, spoken, live):
    scene.kmtalk.live = False
    drag(spoken, middle(spoken), 0.9)
    drag(spoken, middle(spoken) + 2, 0.8)
    action_of(spoken).kmtalk.phones[3].label = "M"
    before = keys_of(spoken)
    assert settle(live) == 0
    assert np.array_equal(keys_of(spoken), before)
    assert live.counts == {"Anna": 3}
    # Complete takes them all, and what is completed is no longer counted.
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    settle(live)
    assert live.counts == {"Anna": 0}
    # Switched on, it fills in what is not.
    drag(spoken, middle(spoken), 0.7)
    settle(live)
    assert live.counts == {"Anna": 1}
    scene.kmtalk.live = True
    assert settle(live) == 1
    assert live.counts == {"Anna": 0}


def test_a_restored_state_without_edits_is_left_alone(spoken, live, extension):
    key = curve_of(spoken, "jawOpen").keyframe_points[middle(spoken)]
    before, was = keys_of(spoken), key.co.y
    drag(spoken, middle(spoken), 0.9)
    # Undone before the drag was looked at.
    drag(spoken, middle(spoken), was)
    extension.live.on_undo(bpy.context.scene)
    assert settle(live) == 0
    assert np.array_equal(keys_of(spoken)[:, :2], before[:, :2])


def test_a_loaded_file_is_only_counted(scene, spoken, live, tmp_path):
    scene.kmtalk.live = False
    drag(spoken, middle(spoken), 0.9)
    scene.kmtalk.live = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "edited.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "edited.blend"))
    head = bpy.data.objects["Anna"]
    before = keys_of(head)
    assert settle(live) == 0
    assert np.array_equal(keys_of(head), before)
    assert live.counts == {"Anna": 1}
    # The next edit takes it along.
    drag(head, middle(head) + 1, 0.5)
    assert settle(live) == 1
    assert live.counts == {"Anna": 0}


def test_a_drag_that_goes_on_drops_what_it_overtook(spoken, live):
    index = middle(spoken)
    drag(spoken, index, 0.9)
    bpy.context.view_layer.update()
    live.clock.now += 0.2
    live.step(bpy.context, False)
    assert not live.idle(bpy.context)
    at = drag(spoken, index, 0.4)
    assert settle(live) == 1
    assert next(row for row in keys_of(spoken) if row[0] == at)[1] == np.float32(0.4)


def test_nothing_happens_while_blender_is_busy(spoken, live):
    drag(spoken, middle(spoken), 0.9)
    bpy.context.view_layer.update()
    before = keys_of(spoken)
    for _ in range(50):
        live.clock.now += 0.1
        assert not live.step(bpy.context, True).written
    assert np.array_equal(keys_of(spoken), before)
    assert settle(live) == 1


def test_too_slow_switches_off_with_a_sentence(scene, spoken, live):
    for count, value in enumerate((0.5, 0.6, 0.7, 0.8)):
        drag(spoken, middle(spoken), value)
        # The worker is warm; each look at it takes two seconds.
        assert settle(live, seconds_each=2.0) == (count < 3)
    assert not scene.kmtalk.live
    assert live.note.startswith("Live was switched off: filling in took")
    scene.kmtalk.live = True
    assert settle(live) == 1
    assert live.note == ""


def test_an_error_of_the_worker_switches_off_with_a_sentence(scene, spoken, live):
    scene.kmtalk.model = "/no/such/model"
    before = drag(spoken, middle(spoken), 0.9) and keys_of(spoken)
    assert settle(live) == 0
    assert not scene.kmtalk.live
    assert live.note.startswith("Live was switched off: ")
    assert "/no/such/model" in live.note
    assert np.array_equal(keys_of(spoken), before)


def test_two_characters_are_both_filled_in(scene, spoken, live):
    other = make_character(scene, "Bert")
    scene.kmtalk.source, scene.kmtalk.audio, scene.kmtalk.frame = "FILE", str(LINE), 40
    scene.kmtalk.transcript = (TREE / "assets" / "demo_line.txt").read_text()
    bpy.ops.kmtalk.generate()
    assert settle(live) == 0
    for head in (spoken, other):
        drag(head, middle(head), 0.9)
    assert settle(live) == 2
    assert live.counts == {"Anna": 0, "Bert": 0}


def test_switching_the_extension_off_leaves_nothing_behind(extension, spoken):
    extension.live.unregister()
    try:
        handlers = [f for name in dir(bpy.app.handlers) for f in _listed(getattr(bpy.app.handlers, name))]
        assert not [f for f in handlers if f.__module__ == extension.live.__name__]
        assert not bpy.app.timers.is_registered(extension.live.on_timer)
        assert extension.live.Live.completion is None
    finally:
        extension.live.register()


def _listed(handlers):
    return handlers if isinstance(handlers, list) else []
