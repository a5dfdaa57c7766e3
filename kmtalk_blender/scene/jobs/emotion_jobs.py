"""Emotions of takes: a request for each, then one write."""

from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.emotion_file import EmotionLayer, read_layer
from ...runtime.life_file import Life
from ..character.shape_map import check_target
from ..emotion.strengths import are_keyed, set_strengths, strengths_over
from ..emotion.tracks import takes_with_emotion
from ..life.tracks import read_written
from ..placement.report import Report
from ..placement.write_emotion import write_emotion
from ..sound.strips import AudioClip
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline
from ..takes.takes import find_take, takes_of
from .chosen_take import choose_take
from .line_sources import clip_of_take
from .requests import Request, emotion_request

__all__ = ["EmotionJob", "EmotionStep", "SuggestJob"]


def _strengths(target: bpy.types.Object, baseline: Baseline) -> np.ndarray:
    return strengths_over(bpy.context.scene, target, baseline.start, len(baseline.motion))


def _request(
    target: bpy.types.Object, baseline: Baseline, strengths: np.ndarray, folder: Path, life: Life | None = None
) -> Request:
    """The request for the emotion of a take. life: head and eyes that were just made; None: those there."""
    # What is seen under the emotion: the take, with lids and brows of its head and eyes where it has these.
    take, life = baseline.take, life or read_written(target, baseline.id)
    weights = baseline.motion.copy()
    if life is not None:
        moved = life.resampled(len(weights)).weights
        for column, name in enumerate(life.channels):
            if name in take.channels:
                weights[:, take.channels.index(name)] = moved[:, column]
    return emotion_request(take.with_weights(weights, baseline.keyed), strengths, folder)


class EmotionStep:
    """The last step of a take that is generated or completed: its emotion, when its character shows one."""

    def __init__(self, target: bpy.types.Object, folder: Path) -> None:
        self._target, self._folder = target.name, folder
        self.layer: EmotionLayer | None = None

    def request(self, baseline: Baseline, life: Life | None = None) -> Request | None:
        """The request for the emotion of a take; None when there is none. life: head and eyes that were just
        made."""
        target = bpy.data.objects.get(self._target)
        if target is None:
            return None
        there, strengths = baseline.id in takes_with_emotion(target), _strengths(target, baseline)
        if not there and not (target.kmtalk.emotion.use and strengths.any()):
            return None
        return _request(target, baseline, strengths, self._folder, life)

    def read(self, result: dict) -> None:
        """Read the layer."""
        self.layer = read_layer(result["output"])

    def write(self, target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
        """Write the emotion beside the written take. Returns sentences on what was left out."""
        if self.layer is None:
            return ()
        try:
            return tuple(write_emotion(target, baseline, self.layer))
        except UserError as error:
            return (f"The emotion was left out: {error}",)


class EmotionJob:
    """Applies the emotion of a character to a take (queue.Job)."""

    def __init__(self, target: bpy.types.Object, take: str, folder: Path) -> None:
        """take: id of a take of the character. Raises UserError with what is wrong."""
        self._chosen, self._folder = choose_take(target, take), folder
        self.title = self._chosen.baseline.label
        self._layer: EmotionLayer | None = None

    def first(self) -> Request:
        """The one request."""
        target, _ = self._chosen.found()
        baseline = self._chosen.baseline
        return _request(target, baseline, _strengths(target, baseline), self._folder)

    def next(self, result: dict) -> Request | None:
        """Read the layer."""
        self._layer = read_layer(result["output"])
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Write it. Raises UserError, with nothing changed, when the take is gone or no shape shows it."""
        target, action = self._chosen.found()
        assert self._layer is not None
        notes = tuple(write_emotion(target, load_baseline(action, self._chosen.take), self._layer))
        target.kmtalk.emotion.use = True
        shown = self._layer.weights.any()
        text = f"{target.name} {'shows its emotion' if shown else 'is neutral'} in {self.title}"
        if notes:
            text = f"{text}. {' '.join(notes)}"
        return Report(action.name, len(self._layer.weights), 0, 0, 0, text, notes=notes)


class SuggestJob:
    """Sets the sliders to what the voice of a take suggests, beside the character's other takes (queue.Job)."""

    def __init__(self, target: bpy.types.Object, take: str, folder: Path) -> None:
        """take: id of a take of the character. Raises UserError when its sound is missing, or sliders are keyed."""
        check_target(target)
        check_unkeyed(target)
        self._target = target.name
        baseline = load_baseline(find_take(target, take), take)
        self.title = baseline.label
        self._line = _part(clip_of_take(baseline, target, folder))
        self._others = []
        for placed in takes_of(target):
            if placed.id != take:
                try:
                    other = load_baseline(bpy.data.actions[placed.action], placed.id)
                    self._others.append(_part(clip_of_take(other, target, folder)))
                except UserError:
                    # A line without a sound tells nothing of the voice.
                    continue
        self._heard: dict = {}

    def first(self) -> Request:
        """The one request."""
        path, start, end = self._line
        return Request("suggest", {"audio": path, "start": start, "end": end, "others": self._others})

    def next(self, result: dict) -> Request | None:
        """Keep what was heard."""
        self._heard = result
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Set the sliders: those that are up and fit the voice, else the first that fits; the others go to 0."""
        target = bpy.data.objects.get(self._target)
        if target is None:
            raise UserError(f"{self._target} was deleted; nothing was set.")
        check_unkeyed(target)
        strength, fitting = float(self._heard["strength"]), list(self._heard["fitting"])
        chosen = [name for name in fitting if getattr(target.kmtalk.emotion, name) > 0] or fitting[:1]
        notes = tuple(self._heard["notes"])
        text = " ".join(notes)
        if chosen:
            set_strengths(target, dict.fromkeys(chosen, strength))
            text = f"{text} {target.name}: {', '.join(chosen)} {strength:g}; then press Apply Emotion."
        return Report(self.title, 0, 0, 0, 0, text, notes=notes)


def check_unkeyed(target: bpy.types.Object) -> None:
    """Raises UserError where keys move the sliders: what is set there would not last."""
    if are_keyed(target):
        raise UserError(f"The emotions of {target.name} have keys; remove these before the voice may set the sliders.")


def _part(clip: AudioClip) -> list:
    return [str(clip.path), clip.start, clip.end]
