"""KMTalk for Blender: lip-sync for sound strips.

Everything that imports bpy is in this package; model_runtime computes, in a process of its own.
"""

from . import cli, handlers, live, operators, panels, preferences, properties, session

__all__ = ["register", "unregister"]

MODULES = (properties, preferences, operators, panels, handlers, live, cli)


def register() -> None:
    """Add KMTalk to Blender."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Remove KMTalk from Blender and end its worker process."""
    session.close()
    for module in reversed(MODULES):
        module.unregister()
