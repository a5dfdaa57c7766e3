"""kmtalk.add_head: the head that KMTalk comes with."""

import bpy

from ..registering import registering
from ..scene.areas import frame_face
from ..scene.jobs.head_jobs import AddHeadJob
from ..scene.jobs.queue import QueuedJob
from .base import JobOperator, busy

__all__ = ["AddHeadOperator", "KMTALK_OT_add_head", "register", "unregister"]

NAME = "KMTalk Head"


class AddHeadOperator(JobOperator):
    """Base of operators that add a head and show it in the 3D view."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Leave edit mode first (Tab)"
        return busy(context)

    def ended(self, context: bpy.types.Context, jobs: list[QueuedJob]) -> str:
        """Show the new head in the 3D view when a user pressed the button; a script leaves the view as it is."""
        if self.options.is_invoke and jobs[0].state == "done":
            frame_face(context, context.scene.kmtalk.target)
        return ""


class KMTALK_OT_add_head(AddHeadOperator, bpy.types.Operator):
    """Add a head that can speak at the 3D cursor, or beside the object there, and make it the character"""

    bl_idname = "kmtalk.add_head"
    bl_label = "Add Head"
    bl_options = {"UNDO"}

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        return [QueuedJob(NAME, lambda _, folder: AddHeadJob(NAME, folder))]


register, unregister = registering((KMTALK_OT_add_head,))
