"""kmtalk.ask_runtime: what the runtime is and has."""

import bpy

from .. import session
from ..errors import UserError
from .base import Reasoned, busy

__all__ = ["KMTALK_OT_ask_runtime", "register", "unregister"]


class KMTALK_OT_ask_runtime(Reasoned, bpy.types.Operator):
    """Start the runtime and ask for its version, device, models and styles"""

    bl_idname = "kmtalk.ask_runtime"
    bl_label = "Show Runtime"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        state = context.window_manager.kmtalk
        try:
            answer = session.worker().call("info", {})
        except UserError as error:
            state.runtime = ""
            return self.refuse(error)
        state.device = str(answer.get("device", "cpu"))
        state.runtime = f"KMTalk {answer.get('version', '?')}, Python {answer.get('python', '?')}, {state.device}"
        state.models = ",".join(_names(answer.get("models", [])))
        state.styles = ",".join(_names(answer.get("styles", [])))
        self.report({"INFO"}, state.runtime)
        return {"FINISHED"}


def _names(listed: list) -> list[str]:
    """Names, from a list of names or of objects that have one."""
    return [str(item.get("name", "")) if isinstance(item, dict) else str(item) for item in listed]


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_ask_runtime)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_ask_runtime)
