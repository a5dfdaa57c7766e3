"""kmtalk.install_model: copy a model of the user into the extension's folder of models."""

import bpy
from bpy.props import StringProperty

from .. import session
from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..runtime.input_files import is_file
from ..runtime.model_folder import install_model
from .base import ActionOperator, Outcome, busy

__all__ = ["KMTALK_OT_install_model", "register", "unregister"]


class KMTALK_OT_install_model(ActionOperator, bpy.types.Operator):
    """Copy a trained model into KMTalk's list of models, and choose it"""

    bl_idname = "kmtalk.install_model"
    bl_label = "Install Model"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="Model", description="The model's folder, or a file in it", subtype="FILE_PATH")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        path = whole_path(self.filepath)
        folder = session.models_folder()
        if folder is None:
            raise UserError("KMTalk is not installed as an extension; name the model's folder as the model instead.")
        model = install_model(path.parent if is_file(path) else path, folder)
        context.scene.kmtalk.model = str(model.folder)
        return f"{model.name} is installed. Licence: {model.licence}"


register, unregister = registering((KMTALK_OT_install_model,))
