"""Shape keys of every family of tools are found by name, and the mouth opens; what is no face is none."""

import bpy
import numpy as np
import pytest
from families import FAMILIES, NOT_FACES
from stage import make_character

from model_runtime.channels import CHANNELS

pytestmark = pytest.mark.one_blender

# Families that hold a few shapes only, in the words of a language.
FEW = ("one's own words", "German", "French", "Spanish", "Russian", "Chinese", "Korean")


def moved(target, family, channel: str) -> float:
    """How far `channel` moves when a take moves it alone: by the shape keys that the mapping gives it."""
    from bl_ext.user_default.kmtalk.scene.character.shape_map import shape_map

    mapped = shape_map(target, CHANNELS)
    weights = np.zeros((1, len(CHANNELS)))
    weights[0, CHANNELS.index(channel)] = 1.0
    values = mapped.values(weights)[0]
    moves = {name.split("|")[-1]: channels for name, channels in family.items()}
    return sum(
        value * moves.get(shape, {}).get(channel, 0.0) for shape, value in zip(mapped.shapes, values, strict=True)
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_the_jaw_of_every_family_opens(scene, name):
    family = FAMILIES[name]
    target = make_character(scene, "head", list(family))
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert moved(target, family, "jawOpen") > 0.3
    if any("eyeBlinkLeft" in channels for channels in family.values()):
        assert moved(target, family, "eyeBlinkLeft") > 0.3


@pytest.mark.parametrize("name", FAMILIES)
def test_no_shape_is_taken_for_another(scene, name):
    """Every row leads to a shape key that moves its channel, or to one of the same place of the face."""
    family = FAMILIES[name]
    target = make_character(scene, "head", list(family))
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    if target.kmtalk.mapping_mode == "VISEMES":
        return
    wrong = [
        (row.channel, row.shape)
        for row in target.kmtalk.mapping
        if row.shape and family[row.shape] and row.channel not in family[row.shape] and row.channel != "mouthClose"
    ]
    assert not wrong


@pytest.mark.parametrize("name", NOT_FACES)
def test_what_is_no_face_is_not_mapped(scene, name):
    make_character(scene, "thing", NOT_FACES[name])
    from bl_ext.user_default.kmtalk.scene.character.mapping import identify

    assert not identify(NOT_FACES[name]).mapped


@pytest.mark.parametrize("name", [*FEW[:2], "Russian", "Chinese", next(iter(FAMILIES))])
def test_names_come_through_a_gltf(scene, tmp_path, name):
    family = FAMILIES[name]
    target = make_character(scene, "head", list(family))
    for block in target.data.shape_keys.key_blocks[1:]:
        # A shape that moves nothing is not exported.
        block.data[0].co.z += 0.1
    path = str(tmp_path / "head.glb")
    bpy.ops.object.select_all(action="DESELECT")
    target.select_set(True)
    bpy.ops.export_scene.gltf(filepath=path, use_selection=True)
    bpy.data.objects.remove(target)
    bpy.ops.import_scene.gltf(filepath=path)
    imported = next(each for each in bpy.context.selected_objects if each.type == "MESH")
    scene.kmtalk.target = imported
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert moved(imported, family, "jawOpen") > 0.3
