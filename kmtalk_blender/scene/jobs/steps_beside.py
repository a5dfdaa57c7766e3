"""The last steps of a take: head and eyes, then its emotion, where its character has these."""

import dataclasses
from pathlib import Path

import bpy
import numpy as np

from ..sound.strips import AudioClip
from ..takes.baseline import Baseline
from .emotion_jobs import EmotionStep
from .life_jobs import LifeStep
from .requests import Request

__all__ = ["StepsBeside"]


class StepsBeside:
    """Requests what stands beside a take, one after the other, and writes it beside the written take."""

    def __init__(self, target: bpy.types.Object, clip: AudioClip | None, folder: Path) -> None:
        """clip: the take's sound, if there is one."""
        self._life, self._emotion = LifeStep(target, clip, folder), EmotionStep(target, folder)
        self._asked: LifeStep | EmotionStep | None = None
        self._baseline: Baseline | None = None

    @property
    def requested(self) -> bool:
        """True while the result of a step is awaited."""
        return self._asked is not None

    @property
    def made(self) -> bool:
        """True when there is something to write beside the take."""
        return self._life.life is not None or self._emotion.layer is not None

    def first(
        self, baseline: Baseline, motion: np.ndarray, key_frames: np.ndarray, spoken_anew: bool = True
    ) -> Request | None:
        """The first request; None when nothing stands beside the take. motion: (T, K) as it will be written.
        spoken_anew: False keeps head and eyes as they are."""
        self._baseline = dataclasses.replace(baseline, motion=motion, keyed=key_frames)
        request = self._life.request(self._baseline) if spoken_anew else None
        self._asked = self._life
        return request or self._then_emotion()

    def next(self, result: dict) -> Request | None:
        """Read the result that was awaited. Returns the next request, or None when all are there."""
        assert self._asked is not None
        self._asked.read(result)
        return self._then_emotion() if self._asked is self._life else None

    def write(self, target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
        """Write what stands beside the written take. Returns sentences on what was left out."""
        return (*self._life.write(target, baseline), *self._emotion.write(target, baseline))

    def _then_emotion(self) -> Request | None:
        assert self._baseline is not None
        request = self._emotion.request(self._baseline, self._life.life)
        self._asked = None if request is None else self._emotion
        return request
