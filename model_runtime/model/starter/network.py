"""KMTalk: encoder, key-motion decoder and completion network, joined (ECCV 2024, section 3)."""

from dataclasses import dataclass

from torch import Tensor, nn

from model_runtime.model.completion import Completion
from model_runtime.model.config import ModelConfig
from model_runtime.model.key_motion import KeyMotionDecoder, sample_steps
from model_runtime.model.phone_steps import MODEL_RATE
from model_runtime.model.starter.encoder import Encoder
from model_runtime.speech.features import ENCODERS

__all__ = ["KMTalk", "Voice"]


@dataclass(frozen=True)
class Voice:
    """A batch of what was said, B clips of S steps (50 a second).

    sound: (B, 2 S, FEATURE_DIM), see hearing. labels: (B, S) see inputs.phone_steps. style: (B, n) weights of the style
    vectors. has_sound: (B,) 1 or 0, whether the sound is to be used.
    """

    sound: Tensor
    labels: Tensor
    style: Tensor
    has_sound: Tensor


class KMTalk(nn.Module):
    """The three networks. Times are seconds; motion is K channels, meant for [0, 1] but not cut to it here.

    follows: whether it is given the phones beside the sound. ears: the recognisers that it listens through,
    see hearing.
    """

    def __init__(self, config: ModelConfig, follows: bool, ears: tuple[str, ...] = tuple(ENCODERS)) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config, follows, ears)
        self.key_motion = KeyMotionDecoder(config, MODEL_RATE)
        self.completion = Completion(config, MODEL_RATE)
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

    def draft(self, features: Tensor, times: Tensor) -> Tensor:
        """Motion (B, M, K) at times (B, M) read from the features alone, without keys: an aid in training only.

        It keeps the features close to the motion, so that the decoders have less to learn by heart.
        """
        return self.config.scale * sample_steps(self.drafting(features), times, MODEL_RATE)
