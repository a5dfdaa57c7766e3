"""Jobs about the runtime itself: show its version and models, and test it."""

from pathlib import Path

import bpy

from ...runtime.check import Check
from ...runtime.environment import Runtime
from ..placement.report import Report
from .requests import Request

__all__ = ["CheckJob", "InfoJob"]


class InfoJob:
    """Gets version, device and models of the runtime for the panels (queue.Job)."""

    title = "Runtime"

    def __init__(self) -> None:
        """No request is sent yet."""
        self._answer: dict = {}

    def first(self) -> Request:
        """The one request."""
        return Request("info", {})

    def next(self, result: dict) -> Request | None:
        """Keep the answer."""
        self._answer = result
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Write the answer into wm.kmtalk, where panels read it."""
        state, answer = context.window_manager.kmtalk, self._answer
        state.device = str(answer.get("device", "cpu"))
        state.runtime = f"KMTalk {answer.get('version', '?')}, Python {answer.get('python', '?')}, {state.device}"
        state.models = ",".join(_names(answer.get("models", [])))
        return Report("", 0, 0, 0, 0, state.runtime)


class CheckJob:
    """Tests the runtime, from the interpreter to one second of motion (queue.Job)."""

    title = "Runtime"

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        """runtime: what runs the worker. folder: for the files of the test."""
        self.check = Check(runtime, folder)

    def first(self) -> Request:
        """The first request."""
        return Request(*self.check.first())

    def next(self, result: dict) -> Request | None:
        """Use a result. Returns the next request, None at the end."""
        following = self.check.next(result)
        return None if following is None else Request(*following)

    def write(self, context: bpy.types.Context) -> Report:
        """Write nothing; report that the runtime works."""
        return Report("", 0, 0, 0, 0, f"The runtime works: {self.check.findings[-1].text}")


def _names(listed: list) -> list[str]:
    """Names, from a list of names or of objects with a name."""
    return [str(item.get("name", "")) if isinstance(item, dict) else str(item) for item in listed]
