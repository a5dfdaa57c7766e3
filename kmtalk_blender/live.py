"""Live completion in Blender: the timer that steps it, handlers that tell it of changes, its state in wm.kmtalk."""

import time
from typing import Any

import bpy

from . import session
from .operators.base import can_push_undo
from .scene.areas import redraw
from .scene.live.completion import LiveCompletion

__all__ = ["Live", "register", "unregister"]

SOON, LATER = 0.03, 0.15  # s between two steps: while there is something to do, and else


class Live:
    """Holds the state machine: it cannot be kept in a property, and it ends with the extension."""

    completion: LiveCompletion | None = None


def on_timer() -> float:
    """One step, and its outcome for the panels."""
    completion, manager = Live.completion, bpy.context.window_manager
    if completion is None or manager is None or bpy.context.scene is None:
        return LATER
    if completion.idle(bpy.context):
        return LATER
    try:
        done = completion.step(bpy.context, busy(manager))
    finally:
        _show(manager, completion)
    if done.apart and can_push_undo():
        bpy.ops.ed.undo_push(message="KMTalk Live")
    if done.written:
        redraw(manager, ("VIEW_3D", "GRAPH_EDITOR", "DOPESHEET_EDITOR"))
    return SOON


def busy(manager: bpy.types.WindowManager) -> bool:
    """True while curves must not be written: another job, playback, a render, or an operator of Blender that may hold
    pointers to keys, such as a drag."""
    state: Any = manager
    rendering: Any = bpy.app.is_job_running("RENDER")  # type: ignore[func-returns-value]  # the stubs say nothing
    if state.kmtalk.running or rendering:
        return True
    return any(
        window.screen.is_animation_playing or any(_is_blenders(operator) for operator in window.modal_operators)
        for window in manager.windows
    )


def _is_blenders(operator: bpy.types.Operator) -> bool:
    """False for operators of add-ons: some of these run all day, and none holds pointers to keys."""
    return not hasattr(getattr(bpy.types, operator.bl_idname, None), "modal")


def _show(manager: Any, completion: LiveCompletion) -> None:
    """Write counts and note into wm.kmtalk, where the panel reads them; redraw only when they changed."""
    state = manager.kmtalk
    known = {item.name: item.count for item in state.pending}
    counts = {name: count for name, count in completion.counts.items() if count}
    if (known, state.live_note) == (counts, completion.note):
        return
    state.pending.clear()
    for name, count in counts.items():
        item = state.pending.add()
        item.name, item.count = name, count
    state.live_note = completion.note
    redraw(manager)


@bpy.app.handlers.persistent
def on_update(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    """An action was changed: keys, or the list of phones."""
    if Live.completion is not None and depsgraph.id_type_updated("ACTION"):
        Live.completion.changed()


@bpy.app.handlers.persistent
def on_undo(_scene: bpy.types.Scene, _depsgraph: object = None) -> None:
    """Undo or redo has restored another state."""
    if Live.completion is not None:
        Live.completion.undone()


@bpy.app.handlers.persistent
def on_load(_path: str) -> None:
    """Another file was loaded."""
    if Live.completion is not None:
        Live.completion.loaded()


HANDLERS = (
    (bpy.app.handlers.depsgraph_update_post, on_update),
    # An edit that a change of the frame follows at once is told of only here.
    (bpy.app.handlers.frame_change_post, on_update),
    (bpy.app.handlers.undo_post, on_undo),
    (bpy.app.handlers.redo_post, on_undo),
    (bpy.app.handlers.load_pre, on_load),
    (bpy.app.handlers.load_post, on_load),
)


def register() -> None:
    Live.completion = LiveCompletion(session.worker, time.monotonic)
    for handlers, function in HANDLERS:
        handlers.append(function)
    bpy.app.timers.register(on_timer, first_interval=LATER, persistent=True)


def unregister() -> None:
    if bpy.app.timers.is_registered(on_timer):
        bpy.app.timers.unregister(on_timer)
    for handlers, function in HANDLERS:
        handlers.remove(function)
    if Live.completion is not None:
        Live.completion.close()
        Live.completion = None
