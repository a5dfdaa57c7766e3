"""What KMTalk does by itself: the list of phones follows the playhead; what was undone is no longer reported."""

import bpy

from .scene.phones import follow

__all__ = ["register", "unregister"]


@bpy.app.handlers.persistent
def on_frame(scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Select the phone under the playhead."""
    if not bpy.app.background and bpy.context.scene == scene:
        follow(scene, bpy.context)


@bpy.app.handlers.persistent
def on_undo(_scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Forget the last report: it may speak of what is gone."""
    for manager in bpy.data.window_managers:
        manager.kmtalk.report = manager.kmtalk.failure = ""


HANDLERS = (
    (bpy.app.handlers.frame_change_post, on_frame),
    (bpy.app.handlers.undo_post, on_undo),
    (bpy.app.handlers.redo_post, on_undo),
)


def register() -> None:
    for handlers, function in HANDLERS:
        handlers.append(function)


def unregister() -> None:
    for handlers, function in HANDLERS:
        handlers.remove(function)
