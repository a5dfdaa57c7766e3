"""Head and eyes of takes: a request for each, then one write."""

from pathlib import Path

import bpy

from ...errors import UserError
from ...runtime.life_file import Life, read_life
from ...runtime.schema import LIFE_SETTINGS
from ..emotion.tracks import takes_with_emotion
from ..life.look_at import check_looked_at, places_of_target
from ..life.places import places_of
from ..life.tracks import takes_with_life
from ..placement.report import Report
from ..placement.write_life import not_written, write_life
from ..sound.strips import AudioClip
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline
from .chosen_take import choose_take
from .emotion_jobs import EmotionStep
from .line_sources import clip_of_take
from .requests import Request, life_request

__all__ = ["LifeJob", "LifeStep", "request_of_life"]


def request_of_life(target: bpy.types.Object, baseline: Baseline, clip: AudioClip | None, folder: Path) -> Request:
    """The request for the life of a take, with what the character looks at over its frames.

    Raises UserError when a bone or an object that should turn is missing or cannot.
    """
    places = places_of(target)
    check_looked_at(target, places)
    count = len(baseline.motion)
    looked_at = places_of_target(bpy.context.scene, target, places, baseline.start, count)
    settings = {name: getattr(target.kmtalk.life, name) for name in LIFE_SETTINGS}
    return life_request(baseline.take, clip, settings, looked_at, folder)


class LifeStep:
    """A last step of a take that is generated: its life, when its character has one. life: what was read."""

    def __init__(self, target: bpy.types.Object, clip: AudioClip | None, folder: Path) -> None:
        """clip: the take's sound, if there is one."""
        self._target, self._clip, self._folder = target.name, clip, folder
        self.life: Life | None = None
        self._notes: list[str] = []

    def request(self, baseline: Baseline) -> Request | None:
        """The request for the life of a take; None when the character has none, or something cannot turn."""
        target = bpy.data.objects.get(self._target)
        if target is None or not (target.kmtalk.life.use or takes_with_life(target)):
            return None
        try:
            return request_of_life(target, baseline, self._clip, self._folder)
        except UserError as error:
            # The mouth does not wait for the head.
            self._notes.append(not_written(target, baseline, error))
            return None

    def read(self, result: dict) -> None:
        """Read the life."""
        self.life = read_life(result["output"])
        self._notes += result.get("notes", [])

    def write(self, target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
        """Write the life beside the written take. Returns sentences on what was left out."""
        if self.life is None:
            return tuple(self._notes)
        try:
            return (*self._notes, *write_life(target, baseline, self.life))
        except UserError as error:
            return (*self._notes, not_written(target, baseline, error))


class LifeJob:
    """Adds head and eyes to a take, or makes them anew (queue.Job)."""

    def __init__(self, target: bpy.types.Object, take: str, folder: Path) -> None:
        """take: id of a take of the character. Raises UserError with what is wrong."""
        self._chosen, self._folder = choose_take(target, take), folder
        check_looked_at(target, places_of(target))
        baseline = self._chosen.baseline
        self.title = baseline.label
        self._notes: list[str] = []
        self._clip: AudioClip | None = None
        try:
            self._clip = clip_of_take(baseline, target, folder)
        except UserError:
            self._notes.append("Its sound is missing: stressed words are told by their lengths.")
        self._life: Life | None = None
        self._emotion = EmotionStep(target, folder)

    def first(self) -> Request:
        """The one request."""
        target, _ = self._chosen.found()
        return request_of_life(target, self._chosen.baseline, self._clip, self._folder)

    def next(self, result: dict) -> Request | None:
        """Read the life, then the take's emotion, which goes by the new blinks."""
        if self._life is not None:
            self._emotion.read(result)
            return None
        self._life = read_life(result["output"])
        self._notes += result.get("notes", [])
        target = self._chosen.character()
        if target is None or self._chosen.take not in takes_with_emotion(target):
            return None
        return self._emotion.request(self._chosen.baseline, self._life)

    def write(self, context: bpy.types.Context) -> Report:
        """Write it. Raises UserError, with nothing changed, when the take is gone or something cannot turn."""
        target, action = self._chosen.found()
        assert self._life is not None
        baseline = load_baseline(action, self._chosen.take)
        notes = (*self._notes, *write_life(target, baseline, self._life), *self._emotion.write(target, baseline))
        target.kmtalk.life.use = True
        text = f"{target.name} moves head and eyes in {self.title}"
        if notes:
            text = f"{text}. {' '.join(dict.fromkeys(notes))}"
        return Report(action.name, len(self._life.head), 0, 0, 0, text, notes=notes)
