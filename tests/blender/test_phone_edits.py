"""Sounds and words of a take are changed, inserted and deleted in its list; completing moves the face by that list."""

import re
from itertools import pairwise

import bpy
import numpy as np
import pytest
from stage import action_of

INTERVAL = re.compile(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "([^"]+)"')


@pytest.fixture
def take(scene, head, line):
    """The list of phones of the demo line's take."""
    bpy.ops.kmtalk.generate()
    return action_of(head).kmtalk.phones


def listed(head):
    return [
        (phone.label, round(phone.start, 3), round(phone.end, 3), phone.word) for phone in action_of(head).kmtalk.phones
    ]


def words(head, tmp_path):
    """The words as a TextGrid says them, with their times."""
    path = tmp_path / "words.TextGrid"
    bpy.ops.kmtalk.export_textgrid(filepath=str(path))
    tier = path.read_text().split('name = "words"')[1].split('name = "phones"')[0]
    return [(text, float(start), float(end)) for start, end, text in INTERVAL.findall(tier)]


def place(head, word, label=None):
    """Where the first sound of a word, or that sound of it, is in the list."""
    phones = enumerate(action_of(head).kmtalk.phones)
    return next(index for index, phone in phones if phone.word == word and label in (None, phone.label))


def tiles(head):
    """The phones follow each other without a gap, from 0 to the end."""
    phones = listed(head)
    assert phones[0][1] == 0
    assert all(before[2] == after[1] for before, after in pairwise(phones))
    assert all(start < end for _, start, end, _ in phones)
    return True


def motion(head):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

    return load_baseline(action_of(head)).motion


def test_after_a_phone_is_changed_the_words_stay(scene, head, take, tmp_path):
    before, was = words(head, tmp_path), motion(head)
    take[place(head, "voice", "OY")].label = "M"
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert not np.array_equal(motion(head), was)
    after = words(head, tmp_path)
    assert [word for word, _, _ in after] == [word for word, _, _ in before]
    assert [start for _, start, _ in after] == pytest.approx([start for _, start, _ in before], abs=1e-4)
    assert "M" in [phone.label for phone in action_of(head).kmtalk.phones if phone.word == "voice"]
    assert scene.kmtalk.heard.startswith("hello my name is kim")
    with pytest.raises(RuntimeError, match=r"Nothing in .* was edited"):
        bpy.ops.kmtalk.complete()


def test_a_boundary_between_words_moves_both(scene, head, take, tmp_path):
    index = place(head, "voice")
    start = take[index].start + 0.05
    bpy.ops.kmtalk.move_boundary(index=index, seconds=start)
    bpy.ops.kmtalk.complete()
    spoken = {word: (a, b) for word, a, b in words(head, tmp_path)}
    assert spoken["voice"][0] == pytest.approx(start, abs=1e-3)
    assert spoken["any"][1] == pytest.approx(start, abs=1e-3)


def test_a_sound_is_inserted_into_its_word_and_deleted_again(scene, head, take):
    before, index = listed(head), place(head, "mouth", "AW")
    bpy.ops.kmtalk.insert_phone(index=index, label="P")
    assert len(listed(head)) == len(before) + 1
    label, start, end, word = listed(head)[index + 1]
    assert (label, word) == ("P", "mouth")
    assert start == pytest.approx((before[index][1] + before[index][2]) / 2, abs=1e-3)
    assert end == before[index][2]
    assert tiles(head)
    was = motion(head)
    bpy.ops.kmtalk.complete()
    assert not np.array_equal(motion(head), was)
    assert listed(head)[index + 1][0] == "P"
    bpy.ops.kmtalk.delete_phone(index=index + 1)
    assert listed(head) == before
    bpy.ops.kmtalk.complete()
    assert listed(head) == before


def test_a_word_is_inserted_with_its_sounds(scene, head, take, tmp_path):
    index = place(head, "put")
    if take[index - 1].label != "SIL":
        bpy.ops.kmtalk.insert_phone(index=index - 1, label="SIL")
    silence = next(
        i for i, phone in enumerate(action_of(head).kmtalk.phones) if phone.label == "SIL" and phone.start > 0.5
    )
    row = action_of(head).kmtalk.phones[silence]
    start, end = row.start, row.end
    assert bpy.ops.kmtalk.insert_word(index=silence, word="Now", seconds=start) == {"FINISHED"}
    assert tiles(head)
    inserted = [entry for entry in listed(head) if entry[3] == "now"]
    assert [label for label, _, _, _ in inserted] == ["N", "AW"]
    assert inserted[0][1] == pytest.approx(start, abs=1e-3)
    assert inserted[-1][2] <= round(end, 3)
    bpy.ops.kmtalk.complete()
    assert "now" in [word for word, _, _ in words(head, tmp_path)]
    assert "now" in scene.kmtalk.heard.split()


def test_a_word_is_deleted_and_silent_then(scene, head, take, tmp_path):
    before = words(head, tmp_path)
    bpy.ops.kmtalk.delete_word(index=place(head, "voice", "OY"))
    assert tiles(head)
    bpy.ops.kmtalk.complete()
    after = words(head, tmp_path)
    assert [word for word, _, _ in after] == [word for word, _, _ in before if word != "voice"]
    start, end = next((a, b) for word, a, b in before if word == "voice")
    middle = (start + end) / 2
    assert next(label for label, a, b, _ in listed(head) if a <= middle < b) == "SIL"


def test_the_same_word_twice_is_two_words(scene, head, take, tmp_path):
    index = place(head, "kim")
    last = max(i for i, phone in enumerate(take) if phone.word == "kim")
    bpy.ops.kmtalk.insert_word(index=last, word="kim")
    bpy.ops.kmtalk.complete()
    spoken = [word for word, _, _ in words(head, tmp_path)]
    assert spoken.count("kim") == 2
    bpy.ops.kmtalk.delete_word(index=index)
    assert [phone.word for phone in action_of(head).kmtalk.phones if phone.word == "kim"]
    bpy.ops.kmtalk.complete()
    assert [word for word, _, _ in words(head, tmp_path)].count("kim") == 1


def test_the_selected_sound_at_the_playhead(scene, head, take):
    """Without an index and a time, as the buttons do it."""
    state, index = bpy.context.window_manager.kmtalk, place(head, "mouth", "AW")
    phone = take[index]
    scene.frame_set(round(11 + (phone.start + 0.06) * 30))
    state.phone_index = index
    at = (scene.frame_current - 11) / 30
    bpy.ops.kmtalk.insert_phone()
    assert listed(head)[index + 1][:2] == ("AH", round(at, 3))
    assert state.phone_index == index + 1
    bpy.ops.kmtalk.delete_phone()
    state.new_word = "oh"
    assert bpy.ops.kmtalk.insert_word() == {"FINISHED"}
    assert "oh" in [word for _, _, _, word in listed(head)]


def test_changes_of_the_list_are_steps_of_undo(extension):
    for name in ("insert_phone", "insert_word", "delete_phone", "delete_word"):
        assert "UNDO" in getattr(bpy.types, f"KMTALK_OT_{name}").bl_options


@pytest.mark.parametrize(
    ("operator", "chosen", "message"),
    [
        ("insert_phone", {"index": 3, "label": "QQ"}, "QQ is not a known phone"),
        ("insert_phone", {"index": 9999}, "No phone of the list"),
        ("insert_word", {"index": 0, "word": "  "}, "no word to insert"),
        ("insert_word", {"index": 0, "word": "?!"}, "no word in"),
        ("insert_word", {"index": 0, "word": "supercalifragilisticexpialidocious"}, "no room"),
        ("delete_word", {"index": 0}, "belongs to no word"),
    ],
)
def test_what_cannot_be_done_changes_nothing(scene, head, take, operator, chosen, message):
    before = listed(head)
    with pytest.raises(RuntimeError, match=message):
        getattr(bpy.ops.kmtalk, operator)(**chosen)
    assert listed(head) == before


def test_the_last_sound_of_a_take_stays(scene, head, take):
    while len(action_of(head).kmtalk.phones) > 1:
        bpy.ops.kmtalk.delete_phone(index=0)
    assert tiles(head)
    with pytest.raises(RuntimeError, match="at least one phone"):
        bpy.ops.kmtalk.delete_phone(index=0)
