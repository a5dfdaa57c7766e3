"""kmtalk.check_runtime: is everything there, and what helps when it is not."""

from pathlib import Path

import bpy

from .. import session
from ..runtime.check import Finding
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.runtime_jobs import CheckJob
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_check_runtime", "register", "unregister"]


class KMTALK_OT_check_runtime(JobOperator, bpy.types.Operator):
    """Look at interpreter, packages, model and device, and speak one second"""

    bl_idname = "kmtalk.check_runtime"
    bl_label = "Check Runtime"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    @classmethod
    def missing(cls, context: bpy.types.Context) -> str:
        """Nothing: what is missing is what it finds out."""
        return ""

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        return [QueuedJob("Runtime", self._job)]

    def ended(self, context: bpy.types.Context, jobs: list[QueuedJob]) -> str:
        """Report each thing, and show all of it in the window."""
        if jobs[0].state == "cancelled":
            return ""
        check = self._job_made.check
        if jobs[0].state == "failed":
            check.failed(jobs[0].text)
        for finding in check.findings:
            self.report({"INFO"} if finding.good else {"WARNING"}, f"{finding.name}: {finding.text}")
        if not bpy.app.background and context.window is not None:
            found = check.findings
            context.window_manager.popup_menu(lambda menu, _context: _draw(menu, found), title="KMTalk's Runtime")
        return ""

    def _job(self, _context: bpy.types.Context, folder: Path) -> CheckJob:
        self._job_made = CheckJob(session.worker().python, folder)
        return self._job_made


def _draw(menu: bpy.types.UIPopupMenu, findings: list[Finding]) -> None:
    for finding in findings:
        text = f"{finding.name}: {finding.text}"
        menu.layout.label(text=text, icon="CHECKMARK" if finding.good else "ERROR", translate=False)


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_check_runtime)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_check_runtime)
