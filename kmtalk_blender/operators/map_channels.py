"""kmtalk.map_channels and the operators of the mapping table: by name, by hand, load and save presets."""

import bpy
from bpy.props import BoolProperty, StringProperty

from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..scene.character.mapping import load_preset, map_channels, mapping_of, save_preset, write_mapping
from ..scene.character.mouth_gain import offer
from ..scene.character.shape_map import target_of
from .base import ActionOperator, Outcome, busy

__all__ = ["MappingOperator", "register", "unregister"]


class MappingOperator(ActionOperator):
    """An operator that needs a character with shape keys."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if busy(context):
            return busy(context)
        try:
            target = target_of(context)
        except UserError as error:
            return str(error)
        if target.type != "MESH" or target.data.shape_keys is None:
            return f"{target.name} has no shape keys; press Make Shapes"
        return f"{target.name} is linked; make a library override of it" if target.library is not None else ""


class KMTALK_OT_map_channels(MappingOperator, bpy.types.Operator):
    """Find by name which shape key each channel moves, and list them in the table"""

    bl_idname = "kmtalk.map_channels"
    bl_label = "Map Channels"
    bl_options = {"REGISTER", "UNDO"}

    only_missing: BoolProperty(
        name="Only Missing", description="Keep the rows whose shape keys are still there", default=False
    )

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        mapping = map_channels(target, self.only_missing)
        missing = {row.channel for row in mapping.rows} - mapping.mapped
        text = f"{target.name}: {mapping.title}, {len(mapping.mapped)} channels mapped"
        text = f"{text}, {len(missing)} not" if missing else text
        question = offer(target)
        return f"{text}. {question}" if question else text


class KMTALK_OT_clear_mapping(MappingOperator, bpy.types.Operator):
    """Clear the table; channels then move shape keys by name"""

    bl_idname = "kmtalk.clear_mapping"
    bl_label = "Forget Mapping"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        write_mapping(target, type(mapping_of(target))("DIRECT", ()))
        return ""


class KMTALK_OT_add_mapping_row(MappingOperator, bpy.types.Operator):
    """Add another shape key for the channel of the selected row"""

    bl_idname = "kmtalk.add_mapping_row"
    bl_label = "Add Row"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        settings = target_of(context).kmtalk
        rows, index = settings.mapping, settings.mapping_index
        row = rows.add()
        row.channel = rows[index].channel if 0 <= index < len(rows) - 1 else "jawOpen"
        settings.mapping_index = len(rows) - 1
        return ""


class KMTALK_OT_save_mapping(MappingOperator, bpy.types.Operator):
    """Write the table to a file, for other characters of the same kind"""

    bl_idname = "kmtalk.save_mapping"
    bl_label = "Save Preset"

    filepath: StringProperty(name="File", description="File to write", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        self.filepath = self.filepath or f"{target_of(context).name}.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        save_preset(target_of(context), whole_path(self.filepath))
        return f"Wrote {self.filepath}"


class KMTALK_OT_load_mapping(MappingOperator, bpy.types.Operator):
    """Load the table from a file"""

    bl_idname = "kmtalk.load_mapping"
    bl_label = "Load Preset"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="The preset", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        mapping, gone = load_preset(target, whole_path(self.filepath))
        text = f"{target.name}: {len(mapping.mapped)} channels mapped"
        if not gone:
            return text
        self.report({"WARNING"}, f"{text}; it has no shape key {', '.join(gone)}, left out")
        return ""


CLASSES = (
    KMTALK_OT_map_channels,
    KMTALK_OT_clear_mapping,
    KMTALK_OT_add_mapping_row,
    KMTALK_OT_save_mapping,
    KMTALK_OT_load_mapping,
)


register, unregister = registering(CLASSES)
