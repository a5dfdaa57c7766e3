"""Readers that need more than a path."""

from pathlib import Path

from model_runtime.emotion.emotion_file import read_strengths
from model_runtime.emotion.layer import EmotionLayer, layer_of, strengths_of
from model_runtime.emotion.settings import Emotions
from model_runtime.life.performance import Life, life_of
from model_runtime.life.settings import LifeSettings
from model_runtime.life.target import read_target
from model_runtime.take import read_take

__all__ = ["feel", "live", "look", "strong"]


def feel(path: Path) -> EmotionLayer:
    """The emotion of a take that was drawn."""
    take = read_take(path)
    return layer_of(take, strengths_of(Emotions(surprised=1.0, happy=0.5), len(take.weights)))


def strong(path: Path) -> object:
    """Strengths over three frames."""
    return read_strengths(str(path), 3)


def live(path: Path) -> Life:
    """The life of a take that was drawn."""
    return life_of(read_take(path), None, LifeSettings())


def look(path: Path) -> object:
    """What is looked at in three frames."""
    return read_target(str(path), 3)
