"""Jobs that ask about the runtime itself: what it is, and whether it works."""

from pathlib import Path

import bpy

from ...runtime.check import Check
from ..placement.report import Report
from .requests import Request

__all__ = ["CheckJob", "InfoJob"]


class InfoJob:
    """What the runtime is and has; kept where panels read it (queue.Job)."""

    title = "Runtime"

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._answer: dict = {}

    def first(self) -> Request:
        """The one request."""
        return Request("info", {})

    def next(self, result: dict) -> Request | None:
        """Take in the answer."""
        self._answer = result
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Put it where panels read it."""
        state, answer = context.window_manager.kmtalk, self._answer
        state.device = str(answer.get("device", "cpu"))
        state.runtime = f"KMTalk {answer.get('version', '?')}, Python {answer.get('python', '?')}, {state.device}"
        state.models = ",".join(_names(answer.get("models", [])))
        return Report("", 0, 0, 0, 0, state.runtime)


class CheckJob:
    """Looks at the runtime, from the interpreter to a second of speech (queue.Job)."""

    title = "Runtime"

    def __init__(self, python: Path, folder: Path) -> None:
        """python: the interpreter that runs the worker. folder: where files go meanwhile."""
        self.check = Check(python, folder)

    def first(self) -> Request:
        """The first request."""
        return Request(*self.check.first())

    def next(self, result: dict) -> Request | None:
        """The following request, None at the end."""
        following = self.check.next(result)
        return None if following is None else Request(*following)

    def write(self, context: bpy.types.Context) -> Report:
        """Nothing is written; say that all is well."""
        return Report("", 0, 0, 0, 0, f"The runtime works: {self.check.findings[-1].text}")


def _names(listed: list) -> list[str]:
    """Names, from a list of names or of objects that have one."""
    return [str(item.get("name", "")) if isinstance(item, dict) else str(item) for item in listed]
