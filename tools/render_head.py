"""Render poses of a head to one PNG sheet, to look at what its channels do.

    python tools/render_head.py HEAD.npz SHEET.png
    python tools/render_head.py HEAD.npz SHEET.png --view three-quarter --pose rest: --pose "AA: jawOpen=.7"
    python tools/render_head.py HEAD.npz SHEET.png --channels
    python tools/render_head.py HEAD.npz SHEET.png --turntable 8

A pose is a name, a colon and channel=weight pairs; `mouthSmile=1` stands for its left and its right channel.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import click
import numpy as np
from mathutils import Vector
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kmtalk_blender.scene.character.heads import head_material
from model_runtime.errors import InputError
from model_runtime.heads.head import Head, read_head


@dataclass(frozen=True)
class View:
    """A camera position. aside, above: degrees to the left of and above the face's axis. distance: metres from the
    camera to `target`. target: a point (x, y, z), metres."""

    aside: float
    above: float
    distance: float
    target: tuple[float, float, float]


VIEWS = {
    "front": View(0, 0, 0.66, (0, -0.06, -0.01)),
    "three-quarter": View(32, 4, 0.68, (0, -0.05, -0.01)),
    "side": View(90, 0, 0.8, (0, -0.01, -0.01)),
    "back": View(150, 10, 0.8, (0, -0.01, -0.02)),
    "below": View(20, -25, 0.6, (0, -0.05, -0.04)),
    "mouth": View(0, 0, 0.24, (0, -0.09, -0.08)),
    "mouth-side": View(38, 4, 0.24, (0, -0.09, -0.08)),
    "eye": View(8, 0, 0.2, (0.031, -0.09, 0.004)),
    "ear": View(65, 0, 0.32, (0.07, 0.01, -0.02)),
}
# Camera of a turntable, besides the angle: degrees above, distance (m), target (m).
TURNTABLE = (3, 0.85, (0, -0.01, -0.015))
# Area lamps: position (m), power (W), size (m).
# The third stands low, as a photographer's reflector: it lights the mouth from the front.
LAMPS = (
    ((-0.55, -0.75, 0.4), 9, 0.45),
    ((0.8, -0.6, 0.05), 3, 0.6),
    ((0.1, -1.0, -0.3), 2, 0.5),
    ((0.35, 0.7, 0.5), 8, 0.3),
)
SHEET_WIDTH = 1600  # largest width of the sheet, pixels


@click.command(help=__doc__)
@click.argument("head_file", type=click.Path(path_type=Path))
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--pose", "poses", multiple=True, help="name: channel=weight, channel=weight; may be given again.")
@click.option("--channels", is_flag=True, help="One picture for each channel at 1.")
@click.option("--view", "views", multiple=True, type=click.Choice(list(VIEWS)), help="May be given again.")
@click.option("--turntable", default=0, metavar="N", help="N pictures from all sides, instead of --view.")
@click.option("--size", default=320, show_default=True, help="Pixels of one picture.")
@click.option("--samples", default=16, show_default=True, help="Cycles samples a pixel.")
@click.option("--subdivide", default=0, show_default=True, help="Levels of subdivision.")
@click.option("--wire", is_flag=True, help="Show the quads.")
def main(
    head_file: Path,
    sheet: Path,
    poses: tuple[str, ...],
    channels: bool,
    views: tuple[str, ...],
    turntable: int,
    size: int,
    samples: int,
    subdivide: int,
    wire: bool,
) -> None:
    """Read, pose, render, paste together."""
    try:
        head = read_head(head_file)
        wanted = {name: {name: 1.0} for name in head.channels} if channels else {}
        wanted |= dict(parse_pose(head, text) for text in poses or (() if channels else ("rest:",)))
    except InputError as error:
        raise click.ClickException(str(error)) from error
    cameras = [View(360 * turn / turntable, *TURNTABLE) for turn in range(turntable)]
    cameras = cameras or [VIEWS[view] for view in views or ("front",)]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = make_mesh(head, subdivide, wire)
    light_and_film(size, samples)
    tiles = []
    with tempfile.TemporaryDirectory() as folder:
        for name, weights in wanted.items():
            points = head.vertices + sum(
                (head.deltas[head.channels.index(c)] * weight for c, weight in weights.items()), np.zeros((1, 3))
            )
            mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
            mesh.update()
            for view in cameras:
                tiles.append(take(view, Path(folder) / f"{len(tiles)}.png", name))
    paste(tiles, size).save(sheet)


def parse_pose(head: Head, text: str) -> tuple[str, dict[str, float]]:
    """Name and weights of a pose written `name: channel=weight, ...`. Raises InputError."""
    name, _, body = text.partition(":")
    weights = {}
    for pair in filter(None, (part.strip() for part in body.split(","))):
        channel, _, value = pair.partition("=")
        both = [channel] if channel in head.channels else [f"{channel}Left", f"{channel}Right"]
        try:
            weights |= dict.fromkeys(both, float(value))
        except ValueError as error:
            raise InputError(
                f"{pair!r} in pose {name!r} is not channel=weight; write for example jawOpen=.7."
            ) from error
        if not set(both) <= set(head.channels):
            raise InputError(f"The head has no channel {channel}; it has {', '.join(head.channels)}.")
    return name.strip(), weights


def make_mesh(head: Head, subdivide: int, wire: bool) -> bpy.types.Mesh:
    """The head as a mesh of quads in the scene, with its materials. subdivide: levels. wire: show the edges."""
    mesh = bpy.data.meshes.new("head")
    first = np.r_[True, head.polygons[1:] != head.polygons[:-1]]
    polygons: list[list[int]] = []
    for triangle, opens in zip(head.faces.tolist(), first, strict=True):
        if opens:
            polygons.append(triangle)
        else:
            polygons[-1] = [*polygons[-1], triangle[2]]
    mesh.from_pydata(head.vertices.tolist(), [], polygons)
    for name in head.material_names:
        mesh.materials.append(head_material(name))
    mesh.polygons.foreach_set("material_index", head.materials[first])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(polygons), bool))
    thing = bpy.data.objects.new("head", mesh)
    bpy.context.scene.collection.objects.link(thing)
    if subdivide:
        thing.modifiers.new("subdivide", "SUBSURF").render_levels = subdivide
    if wire:
        lines = bpy.data.objects.new("lines", mesh)
        bpy.context.scene.collection.objects.link(lines)
        lines.modifiers.new("wire", "WIREFRAME").thickness = 0.0003
        lines.modifiers["wire"].material_offset = len(head.material_names)
        mesh.materials.append(black())
    return mesh


def black() -> bpy.types.Material:
    """A black material without gloss."""
    material = bpy.data.materials.new("lines")
    material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (0, 0, 0, 1)
    shader.inputs["Roughness"].default_value = 1
    return material


def light_and_film(size: int, samples: int) -> None:
    """Add lamps, a camera and a grey world, and set up Cycles on one thread. size: pixels a side; samples: a pixel."""
    scene = bpy.context.scene
    for place, power, width in LAMPS:
        lamp = bpy.data.lights.new("lamp", "AREA")
        lamp.energy, lamp.size = power, width
        thing = bpy.data.objects.new("lamp", lamp)
        aim(thing, Vector(place), Vector((0, -0.05, -0.03)))
        scene.collection.objects.link(thing)
    scene.world = bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.24, 0.26, 0.29, 1)
    lens = bpy.data.cameras.new("camera")
    lens.lens = 85
    scene.camera = bpy.data.objects.new("camera", lens)
    scene.collection.objects.link(scene.camera)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 8
    scene.render.use_persistent_data = True
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.view_settings.view_transform = "Standard"


def aim(thing: bpy.types.Object, place: Vector, target: Vector) -> None:
    """Put a lamp or camera at `place`, pointing at `target`; both in metres."""
    thing.location = place
    thing.rotation_euler = (target - place).to_track_quat("-Z", "Y").to_euler()


def take(view: View, path: Path, name: str) -> Image.Image:
    """Render one picture of the scene and write `name` in its corner. path: temporary PNG."""
    aside, above = np.radians(view.aside), np.radians(view.above)
    direction = Vector((np.sin(aside) * np.cos(above), -np.cos(aside) * np.cos(above), np.sin(above)))
    scene = bpy.context.scene
    aim(scene.camera, Vector(view.target) + view.distance * direction, Vector(view.target))
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    with Image.open(path) as picture:
        tile = picture.convert("RGB")
    ImageDraw.Draw(tile).text((5, 4), name, fill=(255, 240, 120))
    return tile


def paste(tiles: list[Image.Image], size: int) -> Image.Image:
    """All pictures on one sheet, row by row. size: pixels a side of one picture."""
    columns = min(len(tiles), max(1, SHEET_WIDTH // size))
    sheet = Image.new("RGB", (size * columns, size * -(-len(tiles) // columns)))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (size * (number % columns), size * (number // columns)))
    return sheet


if __name__ == "__main__":
    main()
