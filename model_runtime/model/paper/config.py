"""Configuration of KMTalk's network: what Xu et al. (ECCV 2024) state, and every choice that they leave open."""

import math
from dataclasses import dataclass, field

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.model.config import check_names, check_sizes

__all__ = ["BASES", "KEYS", "LOG_MEL", "PaperConfig"]

# model_type of the small encoder that is trained from scratch.
LOG_MEL = "log-mel"

BASES = ("cross-modal", "selftalk", "faceformer")
KEYS = ("phones", "uniform", "random", "none")
PLACEMENTS = ("interpolation", "mask")


@dataclass(frozen=True)
class PaperConfig:
    """Stated: a speech encoder with a frozen convolutional front, key motions at phone boundaries by a decoder over the
    audio features, a completion network guided by audio, displacements as output. Everything marked is our choice.
    """

    # Names of the K outputs: weights of a motion space, an orthogonal basis of the displacements (our choice; decoders
    # of the field hold this linear map in their last layer).
    channels: tuple[str, ...]
    # Frames a second of the data.
    fps: float
    # The encoder: {"model_type": "log-mel"}, or a transformers configuration (stated: wav2vec 2.0).
    encoder: dict = field(default_factory=lambda: {"model_type": LOG_MEL})
    # Width d of everything after the encoder (our choice: SelfTalk's 512 for VOCASET, 1024 for BIWI).
    width: int = 512
    # Attention heads (our choice: SelfTalk's).
    heads: int = 4
    # Layers of the key-motion decoder and of the completion network (our choice: one each, as SelfTalk's decoder).
    key_layers: int = 1
    completion_layers: int = 1
    # Width of the feed-forward layers, in d (our choice: SelfTalk's).
    feed_forward: int = 2
    dropout: float = 0.1  # our choice
    # Attention window of a key query, s on either side (our choice; the paper does not give its mask).
    reach: float = 0.6
    # The completion network: the cross-modal one, or the decoder of a base that key motions are added to.
    base: str = "cross-modal"
    # Where the key frames are: phones (stated), and for ablation uniform, random, or none (direct regression).
    keys: str = "phones"
    # Share of the frames that are keys when they are uniform or random (stated for the ablation: 33 %).
    key_share: float = 1 / 3
    # Whether a decoder makes the key motions (stated); without, a linear layer reads them off the audio features.
    key_decoder: bool = True
    # Whether the completion reads the audio features (stated); without, it reads the key motions alone.
    audio_guidance: bool = True
    # Key motions as input of the completion (our choice): interpolated in time, or in place among zeros.
    placement: str = "interpolation"
    # Period of FaceFormer's positional encoding and attention bias, frames (FaceFormer: the frame rate).
    period: int = 30
    # Typical output, by which the last layers are multiplied, so that they work with numbers near 1 (our choice).
    scale: float = 0.3

    def __post_init__(self) -> None:
        for name, choices in (("base", BASES), ("keys", KEYS), ("placement", PLACEMENTS)):
            if getattr(self, name) not in choices:
                raise InputError(f"{name} is {getattr(self, name)}; choose one of {', '.join(choices)}.")
        if not isinstance(self.encoder, dict):
            raise InputError("encoder must be a table that describes the speech encoder.")
        check_names(self, {"channels": limits.CHANNELS})
        check_sizes(self, ("width", "feed_forward"), 1, limits.MODEL_WIDTH)
        check_sizes(self, ("heads",), 1, limits.MODEL_HEADS)
        check_sizes(self, ("key_layers", "completion_layers"), 1, limits.MODEL_LAYERS)
        check_sizes(self, ("period",), 1, limits.MODEL_PERIOD)
        numbers = (self.fps, self.dropout, self.key_share, self.scale, self.reach)
        if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
            raise InputError("fps, dropout, key_share, scale and reach must be numbers.")
        if not 1 <= self.fps <= 1000:
            raise InputError(f"fps is {self.fps}; it must lie from 1 to 1000.")
        if self.width % (2 * self.heads):
            raise InputError(f"width is {self.width}; it must be a multiple of twice the heads ({2 * self.heads}).")
        if not 0 <= self.dropout < 1 or not 0 < self.key_share <= 1:
            raise InputError("dropout must lie in [0, 1), key_share in (0, 1].")
        if not 0 < self.scale < math.inf or not 0 < self.reach < math.inf:
            raise InputError("scale and reach must be numbers above 0.")

    @property
    def autoregressive(self) -> bool:
        """Whether the completion reads its own past output (FaceFormer)."""
        return self.base == "faceformer"

    @property
    def reads_spectrum(self) -> bool:
        """Whether the encoder reads log-mel and loudness, not samples."""
        return self.encoder.get("model_type") == LOG_MEL
