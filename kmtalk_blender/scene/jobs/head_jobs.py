"""Jobs that request one head from the worker: their base class, and those that add it to the scene."""

from pathlib import Path

import bpy

from ...errors import UserError
from ...runtime.head_file import Head, read_head
from ...runtime.input_files import is_file
from ..character.heads import add_head
from ..compat import shape_keys_of
from ..placement.report import Report
from .requests import Request

__all__ = ["AddHeadJob", "FlameJob", "HeadJob", "with_notes"]


class HeadJob:
    """Requests and reads a head; each subclass writes it in its own way (queue.Job)."""

    def __init__(self, title: str, folder: Path, source: dict[str, str]) -> None:
        """source: parameters of the request that say what the head is made of."""
        self.title, self._folder, self._source = title, folder, source
        self._head: Head | None = None

    @property
    def head(self) -> Head:
        """The head that the worker made; there is one from `next` on."""
        assert self._head is not None
        return self._head

    def first(self) -> Request:
        """The one request."""
        return Request("head", {**self._source, "output": str(self._folder / "head.npz")})

    def next(self, result: dict) -> Request | None:
        """Read the head."""
        self._head = read_head(result["output"])
        return None


class AddHeadJob(HeadJob):
    """Adds a head to the scene: KMTalk's own, or one made of another source."""

    def __init__(self, title: str, folder: Path, source: dict[str, str] | None = None) -> None:
        """title: name of the new object. source: None for KMTalk's own head."""
        super().__init__(title, folder, source or {})

    def write(self, context: bpy.types.Context) -> Report:
        """Add the head. Raises UserError, with nothing written, when not in object mode."""
        target = add_head(context, self.head, self.title)
        count = len(shape_keys_of(target).key_blocks) - 1
        return Report("", 0, 0, 0, 0, with_notes(f"{target.name}: {count} shape keys", self.head))


class FlameJob(AddHeadJob):
    """Adds a head made of a FLAME model's file."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Raises UserError when there is no such file."""
        if not is_file(path):
            raise UserError(f"There is no file {path}; choose a FLAME model.")
        super().__init__(path.stem, folder, {"flame": str(path)})


def with_notes(text: str, head: Head) -> str:
    """The sentence on a head that was made, and those on channels that it could not get."""
    return f"{text}. {' '.join(head.notes)}" if head.notes else text
