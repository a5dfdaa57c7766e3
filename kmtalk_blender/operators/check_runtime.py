"""kmtalk.check_runtime: is everything there, and what helps when it is not."""

import bpy

from .. import session
from ..errors import UserError
from ..runtime.check import Finding, check_runtime
from .base import Reasoned, busy

__all__ = ["KMTALK_OT_check_runtime", "register", "unregister"]


class KMTALK_OT_check_runtime(Reasoned, bpy.types.Operator):
    """Look at interpreter, packages, model and device, and speak one second"""

    bl_idname = "kmtalk.check_runtime"
    bl_label = "Check Runtime"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Check, report each thing, and show all of it in the window."""
        try:
            findings = check_runtime(session.worker())
        except UserError as error:
            return self.refuse(error)
        for finding in findings:
            self.report({"INFO"} if finding.good else {"ERROR"}, f"{finding.name}: {finding.text}")
        if not bpy.app.background and context.window is not None:
            context.window_manager.popup_menu(lambda menu, _context: _draw(menu, findings), title="KMTalk's Runtime")
        return {"FINISHED"} if all(finding.good for finding in findings) else {"CANCELLED"}


def _draw(menu: bpy.types.UIPopupMenu, findings: list[Finding]) -> None:
    for finding in findings:
        icon = "CHECKMARK" if finding.good else "ERROR"
        menu.layout.label(text=f"{finding.name}: {finding.text}", icon=icon, translate=False)


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_check_runtime)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_check_runtime)
