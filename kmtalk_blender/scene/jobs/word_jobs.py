"""A job that inserts a word into a take, with the phones that the runtime finds for it."""

import bpy

from ...errors import UserError
from ..phones.phone_edits import insert_words
from ..placement.report import Report
from .requests import Request

__all__ = ["InsertWordJob"]


class InsertWordJob:
    """Requests the phones of the typed words and inserts them into the list; *Complete* then changes the motion."""

    def __init__(self, action: bpy.types.Action, index: int, text: str, seconds: float | None) -> None:
        """index, seconds: see `phone_edits.insert_words`. text: one word or several. Raises UserError without one."""
        if not text.strip():
            raise UserError("There is no word to insert; type one.")
        self.title, self.action, self.index, self.text, self.seconds = text, action.name, index, text, seconds
        self.words: list = []

    def first(self) -> Request:
        """The only request."""
        return Request("pronounce", {"text": self.text})

    def next(self, result: dict) -> None:
        """Keep the result."""
        self.words = [(word, tuple(labels)) for word, labels in result["words"]]

    def write(self, context: bpy.types.Context) -> Report:
        """Insert the words. Raises UserError when the take was deleted or has no room for them."""
        action = bpy.data.actions.get(self.action)
        if action is None:
            raise UserError(f"Take {self.action} was deleted; nothing was inserted.")
        place = insert_words(action, self.index, self.words, self.seconds)
        context.window_manager.kmtalk.phone_index = place
        return Report(action.name, 0, 0, 0, 0, f'"{self.text}" inserted; Complete changes the motion')
