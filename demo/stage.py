"""The demo's scene around the head: camera, lights, background, frame range and sound strip."""

from math import radians, tan
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

__all__ = ["set_stage"]

FPS = 25  # frames a second
SIZE = 320  # pixels a side of the picture
# Camera: field of view in degrees; the picture's height and its centre, both as shares of the head's height.
ANGLE = 16.0
SHOWN = 0.84
MIDDLE = 0.52
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
    _add_camera(scene, low, high)
    for sun in SUNS:
        _add_sun(scene, *sun)
    scene.world = bpy.data.worlds.new("World")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (*BACKGROUND, 1.0)
    for ray in ("diffuse", "glossy", "transmission", "scatter"):
        setattr(scene.world.cycles_visibility, ray, False)
    _smooth(head)
    _set_render(scene)
    strip = scene.sequence_editor_create().strips.new_sound(sound.stem, str(sound), 1, 1)
    scene.frame_start, scene.frame_end = 1, int(strip.frame_final_end)
    # Playback drops frames to stay in time with the sound.
    scene.sync_mode = "AUDIO_SYNC"
    scene.use_audio_scrub = True
    return strip.name


def _add_camera(scene: bpy.types.Scene, low: np.ndarray, high: np.ndarray) -> None:
    data = bpy.data.cameras.new("Camera")
    data.angle = radians(ANGLE)
    camera = bpy.data.objects.new("Camera", data)
    height = low[2] + (high[2] - low[2]) * MIDDLE
    distance = (high[2] - low[2]) * SHOWN / 2 / tan(radians(ANGLE) / 2)
    camera.location = ((low[0] + high[0]) / 2, low[1] - distance, height)
    camera.rotation_euler = (radians(90), 0.0, 0.0)
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


def _set_render(scene: bpy.types.Scene) -> None:
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = SIZE
    render.use_persistent_data = True
    scene.cycles.samples, scene.cycles.use_denoising = 4, True
    scene.cycles.denoising_input_passes = "RGB"
    scene.cycles.max_bounces = 0
    scene.view_settings.view_transform = "Standard"
