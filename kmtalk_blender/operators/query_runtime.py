"""kmtalk.ask_runtime: show version, device and models of the runtime."""

import bpy

from ..registering import registering
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.runtime_jobs import InfoJob
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_ask_runtime", "register", "unregister"]


class KMTALK_OT_ask_runtime(JobOperator, bpy.types.Operator):
    """Start the runtime and ask for its version, device and models"""

    bl_idname = "kmtalk.ask_runtime"
    bl_label = "Show Runtime"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        context.window_manager.kmtalk.runtime = ""
        return [QueuedJob("Runtime", lambda _context, _folder: InfoJob())]


register, unregister = registering((KMTALK_OT_ask_runtime,))
