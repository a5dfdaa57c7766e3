"""Configuration of the starter's networks; the field names are those of model.json."""

import math
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = ["ModelConfig", "check_names", "check_sizes"]


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the encoder, the key-motion decoder and the completion network (our choice throughout).

    channels: names of the K outputs.
    styles: names of the style vectors; the first is the default.
    width: d, numbers in a feature vector.
    encoder_depth, key_depth, completion_depth: layers.
    heads: of attention.
    reach: attention window of a key query, s on either side.
    dropout: probability in training.
    scale: typical weight of a channel, by which outputs are multiplied, so that the networks work with numbers near 1.
    followers: phone-conditioned networks of the ensemble.
    listeners: audio-only networks.
    performers: audio-only networks trained on artists' animation besides.
    """

    channels: tuple[str, ...]
    styles: tuple[str, ...]
    width: int = 160
    encoder_depth: int = 6
    key_depth: int = 2
    completion_depth: int = 4
    heads: int = 4
    reach: float = 0.6
    dropout: float = 0.1
    scale: float = 0.1
    followers: int = 1
    listeners: int = 1
    performers: int = 1

    def __post_init__(self) -> None:
        check_names(self, {"channels": limits.CHANNELS, "styles": limits.MODEL_STYLES})
        check_sizes(self, ("width",), 1, limits.MODEL_WIDTH)
        check_sizes(self, ("heads",), 1, limits.MODEL_HEADS)
        check_sizes(self, ("encoder_depth", "key_depth", "completion_depth"), 0, limits.MODEL_LAYERS)
        check_sizes(self, ("followers", "listeners", "performers"), 0, limits.MODEL_NETWORKS)
        if self.width % self.heads:
            raise InputError(f"width is {self.width}; it must be a multiple of the heads ({self.heads}).")
        numbers = (self.reach, self.dropout, self.scale)
        if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
            raise InputError("reach, dropout and scale must be numbers.")
        if not (0 < self.reach < math.inf and 0 <= self.dropout < 1 and 0 < self.scale < math.inf):
            raise InputError("reach and scale must be above 0, dropout in [0, 1).")


def check_names(config: object, names: dict[str, int]) -> None:
    """Raises InputError unless each field is a tuple of 1 to `names[field]` different texts."""
    for name, most in names.items():
        value = getattr(config, name)
        texts = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        if not texts or not 1 <= len(value) <= most or len(set(value)) < len(value):
            raise InputError(f"{name} must be 1 to {most} different names.")


def check_sizes(config: object, names: tuple[str, ...], least: int, most: int) -> None:
    """Raises InputError unless each field is a whole number from `least` to `most`."""
    for name in names:
        value = getattr(config, name)
        if type(value) is not int or not least <= value <= most:
            raise InputError(f"{name} is {value}; it must be a whole number from {least} to {most}.")
