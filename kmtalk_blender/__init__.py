"""KMTalk for Blender: sound strips speak. Everything that imports bpy lives here; model_runtime computes."""

from . import cli, handlers, operators, panels, preferences, properties, session

__all__ = ["register", "unregister"]

MODULES = (properties, preferences, operators, panels, handlers, cli)


def register() -> None:
    """Add KMTalk to Blender."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Take KMTalk away, and end its worker."""
    session.close()
    for module in reversed(MODULES):
        module.unregister()
