"""The demo's scene around the head: camera, lights, background, frame range and sound strip."""

from math import radians, tan
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

__all__ = ["add_neck", "set_stage"]

FPS = 25  # frames a second
SIZE = 720  # pixels a side of the picture
# Camera: field of view in degrees; the picture's height and its centre, both as shares of the head's height.
ANGLE = 16.0
SHOWN = 0.9
MIDDLE = 0.556
# Degrees that the camera goes round the head from its left to its right, from the first frame to the last.
ROUND = 7.0
# Place about which the head turns, the top of the neck, m from the middle between the eyes (x, y, z).
NECK = (0.0, 0.02, -0.12)
# Sun lamps: direction towards the lamp (x, y, z), strength (W/m2), colour, shadow. Lamps of angle 0 and a world that
# only the camera sees give little noise, so that few samples are enough. Lamps without a shadow imitate ambient light.
SUNS = (
    ((0.7, -1.0, 0.8), 2.4, (1.0, 0.94, 0.86), True),
    ((-0.9, -1.0, 0.1), 0.7, (0.78, 0.87, 1.0), False),
    ((0.0, -1.0, -0.3), 0.35, (1.0, 0.92, 0.88), False),
    ((0.0, -0.1, 1.0), 0.3, (0.9, 0.95, 1.0), False),
    ((-0.6, 1.0, 0.7), 2.5, (0.85, 0.92, 1.0), True),
)
BACKGROUND = (0.16, 0.2, 0.25)  # linear RGB


def set_stage(scene: bpy.types.Scene, head: bpy.types.Object, sound: Path) -> str:
    """Set up an empty scene around `head` with `sound` at frame 1; returns the name of the sound strip."""
    scene.render.fps, scene.render.fps_base = FPS, 1.0
    corners = np.array([head.matrix_world @ Vector(corner) for corner in head.bound_box])
    low, high = corners.min(axis=0), corners.max(axis=0)
    for sun in SUNS:
        _add_sun(scene, *sun)
    scene.world = bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (*BACKGROUND, 1.0)
    for ray in ("diffuse", "glossy", "transmission", "scatter"):
        setattr(scene.world.cycles_visibility, ray, False)
    _smooth(head)
    _make_opaque(head)
    _set_render(scene)
    strip = scene.sequence_editor_create().strips.new_sound(sound.stem, str(sound), 1, 1)
    scene.frame_start, scene.frame_end = 1, int(strip.frame_final_end)
    _add_camera(scene, low, high)
    # Playback drops frames to stay in time with the sound.
    scene.sync_mode = "AUDIO_SYNC"
    scene.use_audio_scrub = True
    return strip.name


def add_neck(scene: bpy.types.Scene, head: bpy.types.Object) -> bpy.types.Object:
    """An empty at the top of the head's neck, which carries the head: what the life of the takes turns."""
    neck = bpy.data.objects.new("Neck", None)
    neck.location = head.matrix_world @ Vector(NECK)
    neck.empty_display_size = 0.03
    scene.collection.objects.link(neck)
    bpy.context.view_layer.update()
    head.parent = neck
    head.matrix_parent_inverse = neck.matrix_world.inverted()
    return neck


def _add_camera(scene: bpy.types.Scene, low: np.ndarray, high: np.ndarray) -> None:
    """The camera, which goes slowly round the head over the scene's frames."""
    data = bpy.data.cameras.new("Camera")
    data.angle = radians(ANGLE)
    camera = bpy.data.objects.new("Camera", data)
    height = low[2] + (high[2] - low[2]) * MIDDLE
    distance = (high[2] - low[2]) * SHOWN / 2 / tan(radians(ANGLE) / 2)
    middle = (low + high) / 2
    camera.location = (0.0, low[1] - middle[1] - distance, 0.0)
    camera.rotation_euler = (radians(90), 0.0, 0.0)
    centre = bpy.data.objects.new("Camera Centre", None)
    centre.location = (middle[0], middle[1], height)
    camera.parent = centre
    for frame, turn in ((scene.frame_start, ROUND / 2), (scene.frame_end, -ROUND / 2)):
        centre.rotation_euler.z = radians(turn)
        centre.keyframe_insert("rotation_euler", index=2, frame=frame)
    scene.collection.objects.link(centre)
    scene.collection.objects.link(camera)
    scene.camera = camera


def _add_sun(scene: bpy.types.Scene, direction: tuple, strength: float, colour: tuple, shadow: bool) -> None:
    data = bpy.data.lights.new("Sun", "SUN")
    data.energy, data.color, data.angle = strength, colour, 0.0
    data.use_shadow = shadow
    sun = bpy.data.objects.new("Sun", data)
    sun.rotation_euler = Vector(direction).to_track_quat("Z", "Y").to_euler()
    scene.collection.objects.link(sun)


def _smooth(head: bpy.types.Object) -> None:
    modifier = head.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = 1


def _make_opaque(head: bpy.types.Object) -> None:
    """Take the light below the skin away: two samples a pixel cannot show it, and it costs a fifth of the time."""
    for material in head.data.materials:
        for node in material.node_tree.nodes:
            if node.type == "BSDF_PRINCIPLED":
                node.inputs["Subsurface Weight"].default_value = 0.0


def _set_render(scene: bpy.types.Scene) -> None:
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = SIZE
    render.use_persistent_data = True
    scene.cycles.samples, scene.cycles.use_denoising = 2, True
    scene.cycles.denoising_input_passes, scene.cycles.denoising_quality = "RGB", "FAST"
    scene.cycles.max_bounces = 0
    scene.view_settings.view_transform = "Standard"
