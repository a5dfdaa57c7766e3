"""Readers that need more than a path."""

from pathlib import Path

from model_runtime.life.performance import Life, life_of
from model_runtime.life.settings import LifeSettings
from model_runtime.life.target import read_target
from model_runtime.take import read_take

__all__ = ["live", "look"]


def live(path: Path) -> Life:
    """The life of a take that was drawn."""
    return life_of(read_take(path), None, LifeSettings())


def look(path: Path) -> object:
    """What is looked at in three frames."""
    return read_target(str(path), 3)
