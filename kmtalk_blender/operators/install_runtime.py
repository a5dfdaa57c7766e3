"""kmtalk.install_runtime and kmtalk.remove_runtime: the Python environment that the extension makes for its runtime."""

import time
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from .. import session
from ..errors import UserError
from ..registering import registering
from ..runtime.environment import source_folder
from ..runtime.figures import DISK_MB, DOWNLOAD_MB
from ..runtime.install import Installation
from ..runtime.install_plan import plan_for
from ..runtime.virtual_environment import remove_environment
from ..runtime.whole_file import write_whole
from ..scene.areas import redraw
from .base import Outcome, PollReason, busy

__all__ = ["register", "unregister"]

TICK = 0.2  # s between two looks at the installation


def runtime_folder(old: bool = False) -> Path:
    """The folder of the environment. old: of KMTalk 0.1. Raises UserError when KMTalk is not an extension."""
    folder = session.user_folder()
    if folder is None:
        raise UserError("KMTalk is not installed as an extension; choose an interpreter in the preferences.")
    return folder / (session.OLD_ENVIRONMENT if old else session.ENVIRONMENT)


class KMTALK_OT_install_runtime(PollReason, bpy.types.Operator):
    """Make a Python environment for KMTalk; Blender's own is not changed"""

    bl_idname = "kmtalk.install_runtime"
    bl_label = "Install Runtime"
    bl_description = (
        "For a Blender whose Python the zip is not for: make a Python environment for KMTalk (up to "
        f"{DOWNLOAD_MB} MB to download, {DISK_MB} MB on the disk); Blender's own is not changed"
    )

    python: StringProperty(
        name="Made From",
        description="Python 3.11 to 3.13 that the environment is made from. Empty: one is looked for",
        subtype="FILE_PATH",
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def execute(self, context: bpy.types.Context) -> Outcome:
        """Run to the end, then return."""
        try:
            self._run(self._installation())
        except UserError as error:
            return self._failed(context, error)
        return self._done(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Start the installation and a timer that goes on with it."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self._running = self._installation()
        except UserError as error:
            return self._failed(context, error)
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        state = context.window_manager.kmtalk
        state.running, state.cancel, state.failure, state.report, state.fraction = True, False, "", "", 0.0
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Esc cancels; a timer event goes on with the installation."""
        state = context.window_manager.kmtalk
        if (event.type == "ESC" and event.value == "PRESS") or state.cancel:
            self.cancel(context)
            state.report = "Cancelled; the downloaded packages are kept for the next attempt."
            self.report({"INFO"}, state.report)
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        try:
            done = self._running.tick()
        except UserError as error:
            self._stop(context)
            return self._failed(context, error)
        self._show(context)
        if not done:
            return {"PASS_THROUGH"}
        self._stop(context)
        return self._done(context)

    def cancel(self, context: bpy.types.Context) -> None:
        """Called when the user cancels, or Blender ends the operator."""
        self._running.cancel()
        self._stop(context)

    def _show(self, context: bpy.types.Context) -> None:
        """Write the progress into wm.kmtalk, where the panels read it; redraw only when it changed."""
        state, fraction, text = context.window_manager.kmtalk, self._running.fraction, self._running.progress_text
        if (round(state.fraction, 3), state.text) == (round(fraction, 3), text):
            return
        state.fraction, state.text = fraction, text
        context.workspace.status_text_set(f"KMTalk: {text}   Esc: cancel")
        redraw(context.window_manager)

    def _installation(self) -> Installation:
        chosen = Path(bpy.path.abspath(self.python)) if self.python else None
        plan = plan_for(runtime_folder(), source_folder(), bpy.app.online_access, chosen, session.packages())
        # The worker may be running from the folder that will be replaced.
        session.close()
        self._running = Installation(plan)
        return self._running

    def _run(self, installation: Installation) -> None:
        try:
            while not installation.tick():
                time.sleep(TICK)
        except KeyboardInterrupt:
            # pip runs in a process group of its own, which Ctrl+C in the terminal does not reach.
            installation.cancel()
            raise

    def _done(self, context: bpy.types.Context) -> Outcome:
        state = context.window_manager.kmtalk
        state.report = "The runtime is installed"
        self.report({"INFO"}, f"{state.report} in {runtime_folder()}")
        return {"FINISHED"}

    def _failed(self, context: bpy.types.Context, error: UserError) -> Outcome:
        running = getattr(self, "_running", None)
        if running is not None:
            running.cancel()
            log = runtime_folder().with_name("install.log")
            write_whole(log, "\n".join(running.log).encode())
            error = UserError(f"{error} The full log is in {log}")
        context.window_manager.kmtalk.failure = str(error)
        return self.report_error(error)

    def _stop(self, context: bpy.types.Context) -> None:
        state = context.window_manager.kmtalk
        state.running = state.cancel = False
        context.window_manager.event_timer_remove(self._timer)
        context.workspace.status_text_set(None)
        redraw(context.window_manager)


class KMTALK_OT_remove_runtime(PollReason, bpy.types.Operator):
    """Delete the Python environment that Install Runtime made"""

    bl_idname = "kmtalk.remove_runtime"
    bl_label = "Remove Runtime"

    old: BoolProperty(name="Of KMTalk 0.1", description="Delete the one of KMTalk 0.1, which is not used any more")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def execute(self, context: bpy.types.Context) -> Outcome:
        """Delete the environment."""
        session.close()
        try:
            remove_environment(runtime_folder(self.old))
        except UserError as error:
            return self.report_error(error)
        self.report({"INFO"}, "The runtime is removed.")
        return {"FINISHED"}


CLASSES = (KMTALK_OT_install_runtime, KMTALK_OT_remove_runtime)


register, unregister = registering(CLASSES)
