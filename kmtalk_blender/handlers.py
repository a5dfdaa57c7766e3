"""What KMTalk does by itself: its panels follow the playhead and the sequencer; what was undone is not reported."""

import bpy

from .scene.areas import redraw
from .scene.compat import selected_strips, window_strips
from .scene.phones import follow

__all__ = ["register", "unregister"]

LOOK_AGAIN = 0.3


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


def on_timer() -> float:
    """Draw the sidebars of 3D views anew when other strips are selected: Blender does so for the sequencer's only."""
    for manager in bpy.data.window_managers:
        scenes = [window_strips(window) for window in manager.windows]
        names = [strip.name for scene in scenes for strip in selected_strips(scene)]
        active = [getattr(getattr(scene.sequence_editor, "active_strip", None), "name", "") for scene in scenes]
        chosen = "\n".join([*active, "", *names])
        if manager.kmtalk.chosen_strips != chosen:
            manager.kmtalk.chosen_strips = chosen
            redraw(manager, ("VIEW_3D",))
    return LOOK_AGAIN


HANDLERS = (
    (bpy.app.handlers.frame_change_post, on_frame),
    (bpy.app.handlers.undo_post, on_undo),
    (bpy.app.handlers.redo_post, on_undo),
)


def register() -> None:
    for handlers, function in HANDLERS:
        handlers.append(function)
    bpy.app.timers.register(on_timer, persistent=True)


def unregister() -> None:
    for handlers, function in HANDLERS:
        handlers.remove(function)
    if bpy.app.timers.is_registered(on_timer):
        bpy.app.timers.unregister(on_timer)
