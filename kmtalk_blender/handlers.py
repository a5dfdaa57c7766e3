"""What KMTalk does by itself: the list of phones follows the playhead."""

import bpy

from .scene.phones import follow

__all__ = ["register", "unregister"]


@bpy.app.handlers.persistent
def on_frame(scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Select the phone under the playhead."""
    if not bpy.app.background and bpy.context.scene == scene:
        follow(scene, bpy.context)


def register() -> None:
    bpy.app.handlers.frame_change_post.append(on_frame)


def unregister() -> None:
    bpy.app.handlers.frame_change_post.remove(on_frame)
