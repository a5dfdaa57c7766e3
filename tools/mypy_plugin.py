"""A mypy plugin that adds to fake-bpy-module the types of Blender's API as the extension uses it.

- `kmtalk` on scenes, objects, actions, strips and the window manager is a property group of kmtalk_blender.properties;
  its type is Any.
- The attributes in NEVER_NONE are not None: in a running operator or a drawn panel the context always has them.
- `Object.data` is a mesh: the extension checks the type of an object before it uses the object's data.
"""

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.types import AnyType, NoneType, Type, TypeOfAny, UnionType, get_proper_type

__all__ = ["plugin"]

SETTINGS = "kmtalk"
OWNERS = ("bpy.types.Scene", "bpy.types.Object", "bpy.types.Action", "bpy.types.Strip", "bpy.types.WindowManager")
CONTEXT = ("preferences", "region", "scene", "screen", "view_layer", "window_manager", "workspace")
NEVER_NONE = (
    *(f"bpy.types.Context.{name}" for name in CONTEXT),
    *(f"bpy.types.{name}.layout" for name in ("Menu", "Panel", "UIPopupMenu")),
)
DATA = "bpy.types.Object.data"


class BlenderPlugin(Plugin):
    """The plugin that the module's docstring describes."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _add_settings if fullname in OWNERS else None

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        if fullname in NEVER_NONE:
            return _without_none
        if fullname == DATA:
            return lambda context: context.api.named_generic_type("bpy.types.Mesh", [])
        return None


def _add_settings(context: ClassDefContext) -> None:
    names = context.cls.info.names
    if SETTINGS not in names:
        variable = Var(SETTINGS, AnyType(TypeOfAny.explicit))
        variable.info = context.cls.info
        variable._fullname = f"{context.cls.fullname}.{SETTINGS}"
        variable.is_initialized_in_class = True
        names[SETTINGS] = SymbolTableNode(MDEF, variable)


def _without_none(context: AttributeContext) -> Type:
    found = get_proper_type(context.default_attr_type)
    if not isinstance(found, UnionType):
        return found
    return UnionType.make_union([item for item in found.items if not isinstance(get_proper_type(item), NoneType)])


def plugin(version: str) -> type[Plugin]:
    """Entry point of the plugin, called by mypy."""
    return BlenderPlugin
