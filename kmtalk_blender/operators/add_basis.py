"""kmtalk.add_basis: shape keys for a model that was trained on one face only."""

import bpy
from bpy.props import StringProperty

from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..runtime.input_files import is_folder
from ..runtime.space_file import read_space
from ..scene.character.basis import add_basis
from .base import ActionOperator, Outcome, busy

__all__ = ["KMTALK_OT_add_basis", "register", "unregister"]


class KMTALK_OT_add_basis(ActionOperator, bpy.types.Operator):
    """Give the active mesh the shapes of a model that was trained on the same face"""

    bl_idname = "kmtalk.add_basis"
    bl_label = "Add Model Shapes"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Model", description="The model's folder", subtype="DIR_PATH")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Leave edit mode first (Tab)"
        active = context.view_layer.objects.active
        if active is None or active.type != "MESH":
            return "Select the mesh of the face first"
        return busy(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        self.filepath = self.filepath or context.scene.kmtalk.model
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        target = context.view_layer.objects.active
        if target is None:
            raise UserError("Select the mesh of the face first.")
        folder = whole_path(self.filepath)
        names = add_basis(target, read_space(folder))
        context.scene.kmtalk.target = target
        context.scene.kmtalk.model = str(folder if is_folder(folder) else folder.parent)
        return f"{target.name}: {len(names)} shapes of the model"


register, unregister = registering((KMTALK_OT_add_basis,))
