"""Architectures: the kinds of network that a model folder may hold, with their features and their inference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_runtime.model.config import ModelConfig
from model_runtime.model.graphs import Graphs
from model_runtime.model.paper import inference as paper
from model_runtime.model.paper.config import PaperConfig
from model_runtime.model.performance import Performance
from model_runtime.model.starter import inference as starter
from model_runtime.postprocess.config import PauseConfig, PostprocessConfig
from model_runtime.postprocess.pipeline import CAPTURE_RULES, STARTER_RULES, Rule
from model_runtime.speech.audio import Waveform
from model_runtime.speech.devices import Device
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

    read_config: the configuration from the JSON values of model.json; raises InputError, or an error of Python, for
        values that are none.
    graph_names: names of the exported functions, from the configuration.
    extract_features: the features of a waveform, (A, F) at 100 rows a second; its second argument may raise to stop,
        its third is the device of the encoders.
    feature_dim: F.
    feature_version: name of the features, empty where they never changed.
    perform: the whole motion (T, K) float32 from functions, configuration and a performance; its last argument is
        called with the share done, in [0, 1].
    threads: of the CPU, during inference.
    levels: how loud and bright the sound is, from the features.
    rules, config: what the motion goes through after the networks, and its constants.
    needs_features: whether a take without features cannot be completed.
    """

    read_config: Callable[[dict], Any]
    graph_names: Callable[[Any], list[str]]
    extract_features: Callable[[Waveform, Callable[[], None], Device], np.ndarray]
    feature_dim: int
    feature_version: str
    perform: Callable[[Graphs, Any, Performance, Callable[[float], None]], np.ndarray]
    threads: int
    levels: Callable[[np.ndarray], SoundLevels]
    rules: tuple[Rule, ...]
    config: PostprocessConfig
    needs_features: bool = False


def _starter_config(config: dict) -> ModelConfig:
    lists = {name: tuple(config[name]) for name in ("channels", "styles")}
    return ModelConfig(**{**config, **lists})


def _paper_config(config: dict) -> PaperConfig:
    return PaperConfig(**{**config, "channels": tuple(config["channels"])})


# Captures rest in every silence that is long enough.
RESTS_EVERYWHERE = PostprocessConfig(pauses=PauseConfig(longest_s=0.0, longest_digital_s=0.0))

ARCHITECTURES = {
    "starter": Architecture(
        read_config=_starter_config,
        graph_names=starter.graph_names,
        extract_features=extract_features,
        feature_dim=FEATURE_DIM,
        feature_version=FEATURE_VERSION,
        perform=starter.perform,
        # The networks are too small to gain from more.
        threads=1,
        levels=levels_of,
        rules=STARTER_RULES,
        config=PostprocessConfig(),
    ),
    "paper": Architecture(
        read_config=_paper_config,
        graph_names=paper.graph_names,
        extract_features=paper.sample_rows,
        feature_dim=paper.ROW_SAMPLES,
        feature_version="",
        perform=paper.perform_paper,
        # A fixed number, so that sums have the same order on every machine.
        threads=2,
        levels=no_levels,
        rules=CAPTURE_RULES,
        config=RESTS_EVERYWHERE,
        needs_features=True,
    ),
}
