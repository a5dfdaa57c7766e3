"""Make an object of a head file: mesh, materials, shape keys."""

from typing import Any

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.head_file import Head
from .calibration import rest_at
from .new_shape import new_shape
from .placing import free_place

__all__ = ["add_head", "head_material"]

# Colour (linear RGB) and roughness of each material; unknown names get those of the skin.
LOOKS = {
    "skin": ((0.62, 0.36, 0.26), 0.5),
    "lips": ((0.46, 0.15, 0.13), 0.38),
    # Light as wet flesh is: the inside of the mouth is lit by what its walls give back.
    "mouth": ((0.52, 0.15, 0.13), 0.5),
    "teeth": ((0.97, 0.94, 0.87), 0.2),
    "tongue": ((0.86, 0.38, 0.34), 0.4),
    "eye_white": ((0.82, 0.82, 0.8), 0.15),
    "iris": ((0.1, 0.2, 0.26), 0.15),
    "pupil": ((0.004, 0.004, 0.004), 0.1),
    "gums": ((0.72, 0.32, 0.3), 0.35),
    "brow": ((0.05, 0.025, 0.014), 0.7),
    "hair": ((0.075, 0.036, 0.018), 0.75),
    "lashes": ((0.012, 0.008, 0.006), 0.6),
}
# Share of the light that scatters beneath the surface, and how far red, green and blue of it go, m.
FLESH = (0.12, (0.01, 0.004, 0.002))
SCATTERING = {
    **dict.fromkeys(("skin", "lips", "tongue", "gums"), FLESH),
    "teeth": (0.3, (0.004, 0.0036, 0.003)),
}


def add_head(context: bpy.types.Context, head: Head, name: str = "KMTalk Head") -> bpy.types.Object:
    """Add a head to the active collection: polygons, materials, smooth shading, one shape key for each channel.

    It is placed at the 3D cursor, or beside the object there, and becomes the active object and the panel's character.
    Raises UserError outside of object mode.
    """
    if context.mode != "OBJECT":
        raise UserError("A head can only be added in object mode; leave the other mode first (Tab).")
    place = free_place(context, head.vertices.min(axis=0), head.vertices.max(axis=0))
    mesh = bpy.data.meshes.new(name)
    polygons, materials = _polygons(head)
    mesh.from_pydata(head.vertices.tolist(), [], polygons)
    for material in head.material_names:
        mesh.materials.append(head_material(material))
    mesh.polygons.foreach_set("material_index", materials)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(polygons), bool))
    mesh.update()
    target = bpy.data.objects.new(name, mesh)
    target.location = place
    collection = context.collection or context.scene.collection
    collection.objects.link(target)
    _add_shapes(target, head)
    if head.resting:
        rest_at(target, head.resting)
    for other in context.selected_objects:
        other.select_set(False)
    target.select_set(True)
    context.view_layer.objects.active = target
    context.scene.kmtalk.target = target
    return target


def _add_shapes(target: bpy.types.Object, head: Head) -> None:
    for channel, delta in zip(head.channels, head.deltas, strict=True):
        new_shape(target, channel).data.foreach_set("co", (head.vertices + delta).astype(np.float32).ravel())
    target.active_shape_key_index = 0


def _polygons(head: Head) -> tuple[list[list[int]], np.ndarray]:
    """Polygons, merged of the triangles with the same polygon number, and the material of each."""
    groups: dict[int, list[int]] = {}
    for triangle, polygon in enumerate(head.polygons.tolist()):
        groups.setdefault(polygon, []).append(triangle)
    polygons: list[list[int]] = []
    materials: list[int] = []
    for triangles in groups.values():
        loop = _outline([head.faces[triangle].tolist() for triangle in triangles])
        for corners in loop if loop else [head.faces[triangle].tolist() for triangle in triangles]:
            polygons.append(corners)
            materials.append(int(head.materials[triangles[0]]))
    return polygons, np.array(materials, np.int32)


def _outline(triangles: list[list[int]]) -> list[list[int]]:
    """The outline of the triangles of a polygon, as a list with one loop; empty when there is no single loop."""
    edges = {(t[i], t[(i + 1) % 3]) for t in triangles for i in range(3)}
    border = dict(edge for edge in edges if (edge[1], edge[0]) not in edges)
    start = next(iter(border))
    loop, corner = [start], border.get(start)
    while corner is not None and corner != start and len(loop) <= len(border):
        loop.append(corner)
        corner = border.get(corner)
    return [loop] if corner == start and len(loop) == len(border) == len(triangles) + 2 else []


def head_material(name: str) -> bpy.types.Material:
    """The material of a part of a head, by its name in the head file; made if the file has none."""
    full = f"KMTalk {name}"
    if full in bpy.data.materials:
        return bpy.data.materials[full]
    colour, roughness = LOOKS.get(name, LOOKS["skin"])
    material = bpy.data.materials.new(full)
    if material.node_tree is None:
        material.use_nodes = True
    material.diffuse_color = (*colour, 1.0)
    material.roughness = roughness
    tree = material.node_tree
    assert tree is not None
    shader: Any = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    if name in SCATTERING:
        weight, radius = SCATTERING[name]
        shader.inputs["Subsurface Weight"].default_value = weight
        shader.inputs["Subsurface Radius"].default_value = radius
    return material
