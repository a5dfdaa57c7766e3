"""A network of the starter: encoder, key-motion decoder and completion network (Xu et al., ECCV 2024, section 3)."""

from dataclasses import dataclass

from torch import Tensor, nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.phone_steps import MODEL_RATE
from model_runtime.networks.completion import Completion
from model_runtime.networks.key_motion import KeyMotionDecoder, sample_steps
from model_runtime.networks.starter.encoder import Encoder
from model_runtime.speech.features import ENCODERS

__all__ = ["StarterNetwork", "Voice"]


@dataclass(frozen=True)
class Voice:
    """The input of the encoder, B clips of S steps (50 a second).

    sound: (B, 2 S, FEATURE_DIM) features at 100 Hz (speech.features).
    labels: (B, S) indices into PHONES (phone_steps).
    style: (B, n) weights of the style vectors.
    has_sound: (B,) 1 or 0, whether the sound is used.
    """

    sound: Tensor
    labels: Tensor
    style: Tensor
    has_sound: Tensor


class StarterNetwork(nn.Module):
    """Encoder, key-motion decoder and completion. Times: s. Motion: weights of K channels, not clipped to [0, 1].

    phone_conditioned: whether the encoder reads the phones besides the sound.
    encoders: names of the recognisers whose features are read (speech.features).
    """

    def __init__(
        self, config: ModelConfig, phone_conditioned: bool, encoders: tuple[str, ...] = tuple(ENCODERS)
    ) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config, phone_conditioned, encoders)
        self.key_motion = KeyMotionDecoder(config, MODEL_RATE)
        self.completion = Completion(config, MODEL_RATE)
        # The auxiliary head; the attribute is named as in the weights that ship.
        self.drafting = nn.Linear(config.width, len(config.channels))

    def encode(self, voice: Voice) -> Tensor:
        """Audio features (B, S, d)."""
        return self.encoder(voice.sound, voice.labels, voice.style, voice.has_sound)

    def key_motions(self, features: Tensor, key_times: Tensor, is_key: Tensor) -> Tensor:
        """Key motions (B, N, K) at key_times (B, N); is_key (B, N) is False where a batch is padded."""
        return self.key_motion(features, key_times, is_key)

    def complete(self, features: Tensor, keys: Tensor, key_times: Tensor, is_key: Tensor, times: Tensor) -> Tensor:
        """Full motion (B, M, K) at times (B, M), exact at the keys."""
        return self.completion(features, keys, key_times, is_key, times)

    def auxiliary_motion(self, features: Tensor, times: Tensor) -> Tensor:
        """Motion (B, M, K) at times (B, M) by the auxiliary head: a linear map of the features, for training only.

        Its loss makes the features predict the motion, so that the decoders memorise less.
        """
        return self.config.scale * sample_steps(self.drafting(features), times, MODEL_RATE)
