"""Export the functions of a network as ONNX graphs, one a function, with the weights inside.

The numbers of steps, keys and frames stay free; a batch is always one recording.
"""

import copy
import io
import logging
import warnings
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from typing import Any, cast

import torch
from torch import Tensor, nn

from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.networks.sounds import SoundNetwork
from model_runtime.networks.starter.ensemble import Ensemble
from model_runtime.networks.starter.network import StarterNetwork, Voice
from model_runtime.speech.features import FEATURE_DIM
from model_runtime.speech.log_mel import BANDS

__all__ = ["export_networks", "export_sounds"]

# Version of ONNX's operators.
OPERATORS = 20
# Sizes of the example that is traced: different, so that none is taken for another.
STEPS, KEYS, FRAMES, SAMPLES = 61, 17, 43, 16000
DYNAMIC = torch.export.Dim.DYNAMIC


class _Function(nn.Module):
    """A function of a network as a module, as the exporter wants it."""

    def __init__(self, network: nn.Module, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.network, self.function = network, function

    def forward(self, *given: Tensor) -> Tensor:
        return self.function(*given)


def export_networks(network: nn.Module) -> dict[str, bytes]:
    """Name of each function -> its ONNX file, for an Ensemble (starter) or a KMTalkNetwork (paper)."""
    network = copy.deepcopy(network).cpu().eval().requires_grad_(False)
    if isinstance(network, Ensemble):
        return {
            f"{name}.{index}": content
            for index, each in enumerate(network.networks)
            for name, content in _starter(cast(StarterNetwork, each)).items()
        }
    assert isinstance(network, KMTalkNetwork)
    return _paper(network)


def export_sounds(network: SoundNetwork) -> bytes:
    """The ONNX file of the network that hears sounds: features (1, A, columns) -> output, as `SoundNetwork.forward`."""
    network = copy.deepcopy(network).cpu().eval().requires_grad_(False)
    return _export(network, network.forward, {"features": torch.randn(1, STEPS, len(network.mean))}, {"features": 1})


def _starter(network: StarterNetwork) -> dict[str, bytes]:
    config = network.config
    sound, labels = torch.randn(1, 2 * STEPS, FEATURE_DIM), torch.zeros(1, STEPS, dtype=torch.long)
    style, has_sound = torch.ones(1, len(config.styles)), torch.ones(1)
    features, keys = torch.randn(1, STEPS, config.width), torch.randn(1, KEYS, len(config.channels))
    key_times, times = torch.linspace(0, 1, KEYS)[None], torch.linspace(0, 1, FRAMES)[None]

    def encode(sound: Tensor, labels: Tensor, style: Tensor, has_sound: Tensor) -> Tensor:
        return network.encode(Voice(sound, labels, style, has_sound))

    def key_motions(features: Tensor, key_times: Tensor) -> Tensor:
        return network.key_motions(features, key_times, _all(key_times))

    def complete(features: Tensor, keys: Tensor, key_times: Tensor, times: Tensor) -> Tensor:
        return network.complete(features, keys, key_times, _all(key_times), times)

    given = {"sound": sound, "labels": labels, "style": style, "has_sound": has_sound}
    return {
        "encode": _export(network, encode, given, {"sound": 1, "labels": 1}),
        "key_motions": _export(
            network, key_motions, {"features": features, "key_times": key_times}, {"features": 1, "key_times": 1}
        ),
        "complete": _export(
            network,
            complete,
            {"features": features, "keys": keys, "key_times": key_times, "times": times},
            {"features": 1, "keys": 1, "key_times": 1, "times": 1},
        ),
    }


def _paper(network: KMTalkNetwork) -> dict[str, bytes]:
    config, channels = network.config, len(network.config.channels)
    times = torch.arange(STEPS) / config.fps
    sound = {"spectrum": torch.randn(150, BANDS + 1)} if config.reads_spectrum else {"samples": torch.randn(SAMPLES)}
    features = torch.randn(STEPS, config.width)
    key_times, keys = torch.linspace(0, STEPS / config.fps, KEYS), torch.randn(KEYS, channels)
    has_keys = network.key_motion is not None
    placed = {"keys": keys, "key_times": key_times} if has_keys else {}

    def encode(sound: Tensor, times: Tensor) -> Tensor:
        return network.reduce(network.encoder.encode(sound, times))  # type: ignore[operator]

    def with_keys(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """The function of (first, keys, key_times, others) for a network without keys: of (first, others)."""
        return function if has_keys else lambda first, *others: function(first, None, times[:0], *others)

    made = {"encode": _export(network, encode, {**sound, "times": times}, {**dict.fromkeys(sound, 0), "times": 0})}
    if has_keys:
        given = {"features": features, "key_times": key_times}
        made["key_motions"] = _export(network, network.key_motions, given, dict.fromkeys(given, 0))
    wanted = torch.linspace(0, 1, FRAMES)
    if not config.autoregressive:
        given = {"features": features, **placed, "times": wanted}
        made["complete"] = _export(network, with_keys(network.complete), given, dict.fromkeys(given, 0))
        return made
    given = {"features": features, **placed, "times": times, "past": torch.randn(STEPS, channels)}
    made["step"] = _export(network, with_keys(network.step), given, dict.fromkeys(given, 0))
    given = {"grid": torch.randn(STEPS, channels), **placed, "times": wanted}
    made["finish"] = _export(network, with_keys(network.finish), given, dict.fromkeys(given, 0))
    return made


def _all(key_times: Tensor) -> Tensor:
    return torch.ones_like(key_times, dtype=torch.bool)


def _export(
    network: nn.Module, function: Callable[..., Tensor], given: dict[str, Tensor], free: dict[str, int]
) -> bytes:
    """The ONNX file of a function. given: inputs by name, an example. free: which dimension of which input may vary."""
    shapes = tuple({free[name]: DYNAMIC} if name in free else {} for name in given)
    with _quiet():
        program = torch.onnx.export(
            _Function(network, function),
            tuple(given.values()),
            dynamo=True,
            input_names=list(given),
            output_names=["output"],
            # torch sees the arguments as one list, `given` of _Function.forward.
            dynamic_shapes=(shapes,),
            opset_version=OPERATORS,
            verbose=False,
        )
    assert program is not None
    model: Any = program.model_proto
    # Only what is computed: where the project lay on disk, and the code's lines, stay out of the file.
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.ClearField("metadata_props")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    return model.SerializeToString(deterministic=True)


@contextmanager
def _quiet() -> Any:
    """Without the exporter's messages: it describes its own steps."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
