"""Architectures: the kinds of network that a model folder may hold, with their features and their inference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_runtime.model.config import ModelConfig
from model_runtime.model.paper.config import PaperConfig
from model_runtime.model.paper.inference import ROW_SAMPLES, perform_paper, sample_rows
from model_runtime.model.paper.network import KMTalkNetwork
from model_runtime.model.starter.ensemble import Ensemble
from model_runtime.model.starter.inference import Performance, perform
from model_runtime.postprocess.config import PauseConfig, PostprocessConfig
from model_runtime.postprocess.pipeline import CAPTURE_RULES, STARTER_RULES, Rule
from model_runtime.speech.audio import Waveform
from model_runtime.speech.features import (
    FEATURE_DIM,
    FEATURE_VERSION,
    SoundLevels,
    extract_features,
    levels_of,
    no_levels,
)

__all__ = ["ARCHITECTURES", "Architecture"]


@dataclass(frozen=True)
class Architecture:
    """One kind of network.

    build: a network with random weights, from its configuration as JSON values.
    extract_features: the features of a waveform, (A, F) at 100 rows a second; its second argument may raise to stop.
    feature_dim: F.
    feature_version: name of the features, empty where they never changed.
    perform: the whole motion (T, K) float32 from a network and a performance; its third argument is called with the
        share done, in [0, 1].
    threads: torch threads during inference (`torch_threads`), None for torch's own number.
    levels: how loud and bright the sound is, from the features.
    rules, config: what the motion goes through after the networks, and its constants.
    needs_features: whether a take without features cannot be completed.
    """

    build: Callable[[dict], Any]
    extract_features: Callable[[Waveform, Callable[[], None]], np.ndarray]
    feature_dim: int
    feature_version: str
    perform: Callable[[Any, Performance, Callable[[float], None]], np.ndarray]
    levels: Callable[[np.ndarray], SoundLevels]
    rules: tuple[Rule, ...]
    config: PostprocessConfig
    threads: int | None = None
    needs_features: bool = False


def _starter(config: dict) -> Ensemble:
    lists = {name: tuple(config[name]) for name in ("channels", "styles")}
    return Ensemble(ModelConfig(**{**config, **lists}))


def _paper(config: dict) -> KMTalkNetwork:
    return KMTalkNetwork(PaperConfig(**{**config, "channels": tuple(config["channels"])}))


# Captures rest in every silence that is long enough.
RESTS_EVERYWHERE = PostprocessConfig(pauses=PauseConfig(longest_s=0.0, longest_digital_s=0.0))

ARCHITECTURES = {
    # One thread: the networks are too small to gain from more, and one thread adds in the same order on every machine.
    "starter": Architecture(
        _starter,
        extract_features,
        FEATURE_DIM,
        FEATURE_VERSION,
        perform,
        levels_of,
        STARTER_RULES,
        PostprocessConfig(),
        threads=1,
    ),
    "paper": Architecture(
        _paper,
        sample_rows,
        ROW_SAMPLES,
        "",
        perform_paper,
        no_levels,
        CAPTURE_RULES,
        RESTS_EVERYWHERE,
        needs_features=True,
    ),
}
