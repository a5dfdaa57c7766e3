"""kmtalk.check_runtime: test every part of the runtime and say how to fix what fails."""

from pathlib import Path

import bpy

from .. import session
from ..registering import registering
from ..runtime.check import Finding
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.runtime_jobs import CheckJob
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_check_runtime", "register", "unregister"]


class KMTALK_OT_check_runtime(JobOperator, bpy.types.Operator):
    """Test interpreter, packages, model and device, and generate one second of motion"""

    bl_idname = "kmtalk.check_runtime"
    bl_label = "Check Runtime"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    @classmethod
    def missing(cls, context: bpy.types.Context) -> str:
        """Always empty: the operator itself finds out what is missing."""
        return ""

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        return [QueuedJob("Runtime", self._job)]

    def ended(self, context: bpy.types.Context, jobs: list[QueuedJob]) -> str:
        """Report each finding, and list them all in a pop-up menu."""
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
        self._job_made = CheckJob(session.worker().runtime, folder)
        return self._job_made


def _draw(menu: bpy.types.UIPopupMenu, findings: list[Finding]) -> None:
    for finding in findings:
        text = f"{finding.name}: {finding.text}"
        menu.layout.label(text=text, icon="CHECKMARK" if finding.good else "ERROR", translate=False)


register, unregister = registering((KMTALK_OT_check_runtime,))
