"""App handlers and a timer: panels follow playhead and sequencer, takes follow strips, undo clears the report."""

import bpy

from .errors import UserError
from .operators.base import can_push_undo
from .scene.areas import redraw
from .scene.compat import selected_strips, window_strips
from .scene.options import options_of
from .scene.phones.timeline import follow
from .scene.placement.follow_strip import drifts, follow_strip

__all__ = ["register", "unregister"]

TIMER_INTERVAL = 0.3  # s


@bpy.app.handlers.persistent
def on_frame(scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Select the phone under the playhead."""
    if not bpy.app.background and bpy.context.scene == scene:
        follow(scene, bpy.context)


@bpy.app.handlers.persistent
def on_undo(_scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Clear the last report: what it describes may have been undone."""
    for manager in bpy.data.window_managers:
        manager.kmtalk.report = manager.kmtalk.failure = ""


def on_timer() -> float:
    """Move takes to their moved strips, and redraw the 3D views' sidebars when other strips are selected.

    Blender itself then redraws the sequencer's sidebar only.
    """
    follow_moved_strips()
    for manager in bpy.data.window_managers:
        scenes = [window_strips(window) for window in manager.windows]
        names = [strip.name for scene in scenes for strip in selected_strips(scene)]
        active = [getattr(getattr(scene.sequence_editor, "active_strip", None), "name", "") for scene in scenes]
        chosen = "\n".join([*active, "", *names])
        if manager.kmtalk.chosen_strips != chosen:
            manager.kmtalk.chosen_strips = chosen
            redraw(manager, ("VIEW_3D",))
    return TIMER_INTERVAL


def follow_moved_strips() -> None:
    """Move takes to their moved strips, once no strip is being dragged."""
    manager = bpy.context.window_manager
    if manager is None or manager.kmtalk.running or any(len(window.modal_operators) for window in manager.windows):
        return
    moved = [
        (target, drift)
        for scene in bpy.data.scenes
        if scene.kmtalk.follow
        for target in scene.objects
        if target.type == "MESH" and target.library is None
        for drift in drifts(target)
        if not drift.again
    ]
    now = "\n".join(f"{target.name} {drift.text}" for target, drift in moved)
    # Unchanged since the last call of the timer: the user is not dragging a strip now.
    settled, manager.kmtalk.moved_strips = now == manager.kmtalk.moved_strips, now
    if not moved or not settled:
        return
    for target, drift in moved:
        try:
            follow_strip(target, drift.take, options_of(bpy.context.scene))
        except UserError as error:
            manager.kmtalk.failure = str(error)
    if can_push_undo():
        bpy.ops.ed.undo_push(message="Follow Strips")


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
