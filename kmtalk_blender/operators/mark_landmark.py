"""Operators of the landmarks of a face: mark one on the selected vertex, guess the others, show one."""

from typing import Any

import bpy
from bpy.props import EnumProperty, IntProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.landmarks import LANDMARKS, guess_marks, mark
from .base import ActionOperator, busy
from .make_shapes import NO_MESH, chosen_mesh, mesh_of

__all__ = ["register", "unregister"]

NAMES = tuple(
    (name, name.replace("_", " ").capitalize(), f"Position of the landmark {name.replace('_', ' ')}")
    for name in LANDMARKS
)


class KMTALK_OT_mark_landmark(ActionOperator, bpy.types.Operator):
    """Mark the selected vertex as this landmark. Left is the character's left"""

    bl_idname = "kmtalk.mark_landmark"
    bl_label = "Mark Landmark"
    bl_options = {"REGISTER", "UNDO"}

    landmark: EnumProperty(name="Landmark", description="The landmark that the vertex marks", items=NAMES)
    vertex: IntProperty(name="Vertex", description="Number of the vertex; -1: the selected one", default=-1)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context) or ("" if mesh_of(context) is not None else NO_MESH)

    def act(self, context: bpy.types.Context) -> str:
        target = chosen_mesh(context)
        mark(target, self.landmark, _selected(target) if self.vertex < 0 else self.vertex)
        return ""


class KMTALK_OT_guess_landmarks(ActionOperator, bpy.types.Operator):
    """Guess the missing landmarks from the marked ones; check each guess"""

    bl_idname = "kmtalk.guess_landmarks"
    bl_label = "Guess the Rest"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context) or ("" if mesh_of(context) is not None else NO_MESH)

    def act(self, context: bpy.types.Context) -> str:
        count = guess_marks(chosen_mesh(context))
        return f"{count} landmarks guessed; check each of them"


class KMTALK_OT_show_landmark(ActionOperator, bpy.types.Operator):
    """Select the vertex of this landmark"""

    bl_idname = "kmtalk.show_landmark"
    bl_label = "Show Landmark"
    bl_options = {"REGISTER", "UNDO"}

    landmark: EnumProperty(name="Landmark", description="The landmark to show", items=NAMES)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context) or ("" if mesh_of(context) is not None else NO_MESH)

    def act(self, context: bpy.types.Context) -> str:
        target = chosen_mesh(context)
        item = target.kmtalk.landmarks.get(self.landmark)
        if item is None or not 0 <= item.vertex < len(target.data.vertices):
            name = self.landmark.replace("_", " ").capitalize()
            raise UserError(f"{name} is not marked on {target.name}; mark it first.")
        editing = target.mode == "EDIT"
        if editing:
            bpy.ops.object.mode_set(mode="OBJECT")
        elements: tuple[Any, ...] = (target.data.polygons, target.data.edges, target.data.vertices)
        for kind in elements:
            kind.foreach_set("select", [False] * len(kind))
        target.data.vertices[item.vertex].select = True
        if editing:
            bpy.ops.object.mode_set(mode="EDIT")
        return ""


def _selected(target: bpy.types.Object) -> int:
    """The selected vertex. Raises UserError when there is none or more than one."""
    target.update_from_editmode()
    chosen = [vertex.index for vertex in target.data.vertices if vertex.select]
    if len(chosen) != 1:
        raise UserError(f"{len(chosen)} vertices of {target.name} are selected; select one in edit mode.")
    return chosen[0]


CLASSES = (KMTALK_OT_mark_landmark, KMTALK_OT_guess_landmarks, KMTALK_OT_show_landmark)


register, unregister = registering(CLASSES)
