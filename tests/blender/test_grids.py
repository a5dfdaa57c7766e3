"""A TextGrid of a dialogue: each character speaks its own tier, and a tier that nobody can know is asked for."""

import shutil

import bpy
import pytest
from stage import LINE, action_of, make_character, needs_strips, snapshot

HEAD = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n2\n'
TIER = '"IntervalTier"\n"{name} - phones"\n0\n1\n2\n0\n0.4\n"{first}"\n0.4\n1\n"{second}"\n'


@pytest.fixture
def dialogue(tmp_path):
    """A sound with a TextGrid of two speakers beside it."""
    sound = tmp_path / "scene_4.flac"
    shutil.copy(LINE, sound)
    anna, ben = TIER.format(name="Anna", first="M", second="AA1"), TIER.format(name="Ben", first="F", second="ʃ")
    (tmp_path / "scene_4.TextGrid").write_text(HEAD + anna + ben, encoding="utf-8")
    return sound


def labels(target):
    return [phone.label for phone in action_of(target).kmtalk.phones if phone.label != "SIL"]


def test_each_character_speaks_its_own_tier(scene, dialogue):
    for name, phones in (("Ben", ["F", "SH"]), ("Anna", ["M", "AA"])):
        character = make_character(scene, name)
        assert bpy.ops.kmtalk.generate(filepath=str(dialogue), frame=5) == {"FINISHED"}
        assert labels(character) == phones
        assert f'The tier "{name} - phones" was used' in bpy.context.window_manager.kmtalk.report


def test_a_character_of_another_name_is_a_question(scene, dialogue):
    make_character(scene, "Hero")
    before = snapshot()
    with pytest.raises(RuntimeError, match=r'several speakers \("Anna - phones", "Ben - phones"\).*Tier'):
        bpy.ops.kmtalk.generate(filepath=str(dialogue), frame=5)
    assert snapshot() == before


def test_the_operator_that_takes_a_grid_takes_a_tier(scene, dialogue):
    hero = make_character(scene, "Hero")
    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=5)
    grid = str(dialogue.with_suffix(".TextGrid"))
    with pytest.raises(RuntimeError, match="several speakers"):
        bpy.ops.kmtalk.import_textgrid(filepath=grid)
    assert bpy.ops.kmtalk.import_textgrid(filepath=grid, tier="Ben") == {"FINISHED"}
    assert labels(hero) == ["F", "SH"]


@needs_strips
def test_the_tier_of_a_strip(scene, dialogue):
    hero = make_character(scene, "Hero")
    strip = scene.sequence_editor_create().strips.new_sound("line", str(dialogue), 1, 11)
    strip.kmtalk.tier = "Anna"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert labels(hero) == ["M", "AA"]
    # The name of a strip says who speaks as well.
    strip.kmtalk.tier, strip.name = "", "ben_12"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert labels(hero) == ["F", "SH"]
