"""What jobs share that ask the worker for one head."""

from pathlib import Path

from ..runtime.head_file import Head, read_head
from .requests import Request

__all__ = ["HeadJob"]


class HeadJob:
    """Asks for a head and takes it in; what becomes of it is each job's own `write` (queue.Job)."""

    def __init__(self, title: str, folder: Path, source: dict[str, str]) -> None:
        """source: the request's parameters that say what the head is made of."""
        self.title, self._folder, self._source = title, folder, source
        self.head: Head | None = None

    def first(self) -> Request:
        """The one request."""
        return Request("head", {**self._source, "output": str(self._folder / "head.npz")})

    def next(self, result: dict) -> Request | None:
        """Take in the head."""
        self.head = read_head(result["output"])
        return None
