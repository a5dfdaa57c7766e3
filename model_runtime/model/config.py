"""What a model is made of: every size and choice, by name."""

from dataclasses import dataclass

__all__ = ["ModelConfig"]


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the encoder, the key-motion decoder and the completion network (our choice throughout).

    channels: output names. styles: names of the style vectors, the first is the default. width: d. depths: layers.
    reach: seconds that a key query attends to on either side. scale: usual size of a channel's motion, so that the
    networks work with numbers near 1. followers, listeners, performers: networks of an ensemble, see there.
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
