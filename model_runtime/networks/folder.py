"""A trained model for torch: model.json and weights.safetensors, read, written, and exported for inference."""

import dataclasses
import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import is_file, read_bytes
from model_runtime.files.paths import make_folder
from model_runtime.model.config import ModelConfig
from model_runtime.model.description import (
    WEIGHTS,
    Description,
    install_again,
    model_folder,
    network_file,
    read_description,
    write_description,
)
from model_runtime.model.paper.config import PaperConfig
from model_runtime.networks.building import within_weights
from model_runtime.networks.export import export_networks
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.networks.starter.ensemble import Ensemble

__all__ = ["build_network", "export_model", "load_network", "save_model"]

# Errors that weights of another shape make torch raise.
MISFITS = (KeyError, TypeError, ValueError, RuntimeError, AttributeError, IndexError, MemoryError, SafetensorError)


def build_network(config: ModelConfig | PaperConfig) -> Ensemble | KMTalkNetwork:
    """A network with random weights."""
    return Ensemble(config) if isinstance(config, ModelConfig) else KMTalkNetwork(config)


def save_model(network: nn.Module, description: Description, folder: Path | str) -> None:
    """Write weights, exported functions and model.json into `folder` (made if missing), each whole or not at all.

    The digests in `description` are replaced. model.json comes last: a folder without it is no model.
    """
    folder = make_folder(folder)
    weights = save({name: tensor.contiguous().cpu() for name, tensor in network.state_dict().items()})
    write_atomic(folder / WEIGHTS, lambda stream: stream.write(weights))
    _write_export(network, dataclasses.replace(description, sha256=hashlib.sha256(weights).hexdigest()), folder)


def export_model(name: Path | str, folder: Path | str) -> Description:
    """Export the model `name` into `folder` (made if missing), for inference without torch; returns its description.

    Raises InputError as `load_network`.
    """
    network, description = load_network(name)
    return _write_export(network, description, make_folder(folder))


def load_network(name: Path | str) -> tuple[Ensemble | KMTalkNetwork, Description]:
    """The network of a model folder (`starter`: the one that ships) in torch, for evaluation mode, and its description.

    The files are data: nothing in them runs. Raises InputError when the weights are missing, damaged or of another
    network.
    """
    description, folder = read_description(name), model_folder(name)
    if not is_file(folder / WEIGHTS):
        raise InputError(f"{folder} holds no {WEIGHTS}; name the folder that the training wrote.")
    weights = read_bytes(folder / WEIGHTS, limits.MODEL_BYTES)
    if hashlib.sha256(weights).hexdigest() != description.sha256:
        raise InputError(f"The weights in {folder} are damaged or not those that it names; {install_again(name)}.")
    try:
        tensors = load(weights)
        with within_weights(tensors):
            network = build_network(description.config)
        network.load_state_dict(tensors)
    except InputError:
        raise
    except MISFITS as error:
        raise InputError(f"The weights in {folder} do not fit its description; train the model again.") from error
    if not all(tensor.isfinite().all() for tensor in network.state_dict().values()):
        raise InputError(f"The weights in {folder} hold values that are not numbers; train the model again.")
    return network.eval(), description


def _write_export(network: nn.Module, description: Description, folder: Path) -> Description:
    digests = {}
    for name, content in export_networks(network).items():
        write_atomic(folder / network_file(name), lambda stream, content=content: stream.write(content))  # type: ignore[misc]
        digests[name] = hashlib.sha256(content).hexdigest()
    description = dataclasses.replace(description, networks=digests)
    write_description(description, folder)
    return description
