"""Architectures: the kinds of network that a model folder may hold, and how each hears and performs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_runtime.model.config import ModelConfig
from model_runtime.model.paper.config import PaperConfig
from model_runtime.model.paper.inference import ROW, heard_rows, perform_paper
from model_runtime.model.paper.network import PaperNetwork
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
    """build: a network with random weights from its configuration as JSON values. hear: what of a sound the network is
    given, (A, F) at 100 rows a second, from the sound and a function that may raise to stop. columns: F. hearing: the
    name of that, where it changed with versions. perform: the whole motion of a performance, (T, K) float32, from a
    network, the performance, and what is called with the share done. threads: of torch while it performs
    (`torch_threads`). levels: how loud and bright the sound is, from the features. needs_features: whether a take
    without them cannot be completed. rules, config: what its motion goes through, and their constants.
    """

    build: Callable[[dict], Any]
    hear: Callable[[Waveform, Callable[[], None]], np.ndarray]
    columns: int
    hearing: str
    perform: Callable[[Any, Performance, Callable[[float], None]], np.ndarray]
    levels: Callable[[np.ndarray], SoundLevels]
    rules: tuple[Rule, ...]
    config: PostprocessConfig
    threads: int | None = None
    needs_features: bool = False


def _starter(config: dict) -> Ensemble:
    lists = {name: tuple(config[name]) for name in ("channels", "styles")}
    return Ensemble(ModelConfig(**{**config, **lists}))


def _paper(config: dict) -> PaperNetwork:
    return PaperNetwork(PaperConfig(**{**config, "channels": tuple(config["channels"])}))


# Captures rest in every silence that is long enough.
RESTS_EVERYWHERE = PostprocessConfig(pauses=PauseConfig(longest_s=0.0, longest_digital_s=0.0))

ARCHITECTURES = {
    # So small that threads only wait for each other, on a busy machine for seconds; and with one the sums are taken in
    # the same order on every machine.
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
        _paper, heard_rows, ROW, "", perform_paper, no_levels, CAPTURE_RULES, RESTS_EVERYWHERE, needs_features=True
    ),
}
