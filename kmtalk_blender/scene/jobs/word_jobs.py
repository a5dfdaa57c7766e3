"""Jobs on words: insert one into a take, with the phones that the runtime finds for it; take those of a file."""

from pathlib import Path

import bpy

from ...errors import UserError
from ..phones.phone_edits import insert_words
from ..placement.report import Report
from ..sound.strips import AudioClip, find_strip
from .requests import Request

__all__ = ["InsertWordJob", "TakeWordsJob"]


class InsertWordJob:
    """Requests the phones of the typed words and inserts them into the list; *Complete* then changes the motion."""

    def __init__(
        self,
        action: bpy.types.Action,
        index: int,
        text: str,
        seconds: float | None,
        language: str = "",
        pronunciations: str = "",
    ) -> None:
        """index, seconds: see `phone_edits.insert_words`. text: one word or several. language: of the take, empty where
        it is not known. pronunciations: path of a list of them, or empty. Raises UserError without a word."""
        if not text.strip():
            raise UserError("There is no word to insert; type one.")
        self.title, self.action, self.index, self.text, self.seconds = text, action.name, index, text, seconds
        chosen = {"language": language, "pronunciations": pronunciations}
        self.params = {"text": text} | {name: value for name, value in chosen.items() if value}
        self.words: list = []
        self.sounds: list = []

    def first(self) -> Request:
        """The only request."""
        return Request("pronounce", self.params)

    def next(self, result: dict) -> None:
        """Keep the result."""
        self.words = [(word, tuple(labels)) for word, labels in result["words"]]
        self.sounds = result.get("sounds", [])

    def write(self, context: bpy.types.Context) -> Report:
        """Insert the words. Raises UserError when the take was deleted or has no room for them."""
        action = bpy.data.actions.get(self.action)
        if action is None:
            raise UserError(f"Take {self.action} was deleted; nothing was inserted.")
        place = insert_words(action, self.index, self.words, self.seconds, self.sounds)
        context.window_manager.kmtalk.phone_index = place
        return Report(action.name, 0, 0, 0, 0, f'"{self.text}" inserted; Complete changes the motion')


class TakeWordsJob:
    """Requests the words of a file beside a sound and copies them into the strip's transcript."""

    def __init__(self, scene: bpy.types.Scene, clip: AudioClip, path: Path, language: str) -> None:
        """clip: the audible part of a strip of `scene`. path: a text file or subtitles. language: what is spoken."""
        self.title, self.scene, self.clip, self.path, self.language = clip.name, scene.name, clip, path, language
        self.words, self.notes = "", list[str]()

    def first(self) -> Request:
        """The only request."""
        params = {"file": str(self.path), "start": self.clip.start, "language": self.language}
        return Request("subtitles", params | ({} if self.clip.end is None else {"end": self.clip.end}))

    def next(self, result: dict) -> None:
        """Keep the result."""
        self.words, self.notes = str(result["text"]), [str(note) for note in result["notes"]]

    def write(self, context: bpy.types.Context) -> Report:
        """Copy the words. Raises UserError when the strip was deleted."""
        scene = bpy.data.scenes.get(self.scene)
        if scene is None:
            raise UserError(f"Scene {self.scene} was deleted; no words were taken.")
        find_strip(scene, self.title).kmtalk.transcript = self.words
        return Report("", 0, 0, 0, 0, " ".join([f"Words of {self.path.name} taken", *self.notes]))
