"""Checkpoints of a running training: folders of safetensors and JSON, each written whole or not at all."""

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.optim import Optimizer

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import is_file, read_bytes, read_json

__all__ = ["Progress", "find_checkpoint", "load_weights", "read_progress", "restore", "write_checkpoint"]

FORMAT = 1
STATE = "state.json"
WEIGHTS = "weights.safetensors"
AVERAGE = "average.safetensors"
OPTIMIZER = "optimizer.safetensors"


@dataclass(frozen=True)
class Progress:
    """The place of a training.

    step: optimizer steps done.
    epoch, batch: of the next batch.
    learned: LoopConfig.learned().
    fingerprint: Objective.fingerprint.
    """

    step: int
    epoch: int
    batch: int
    learned: dict
    fingerprint: str


def find_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint in a training's folder, None without one."""
    return max(folder.glob("step-*"), default=None)


def write_checkpoint(
    folder: Path, progress: Progress, module: nn.Module, average: nn.Module | None, optimizer: Optimizer, kept: int
) -> Path:
    """Write step-<number>/ into `folder` and remove all but the newest `kept`.

    Raises InputError, leaving the earlier checkpoints as they are, when the disk is full.
    """
    path = folder / f"step-{progress.step:09d}"
    temporary = Path(tempfile.mkdtemp(prefix=".step-", dir=folder))
    try:
        _write_tensors(temporary / WEIGHTS, module.state_dict())
        if average is not None:
            _write_tensors(temporary / AVERAGE, average.state_dict())
        _write_tensors(temporary / OPTIMIZER, _optimizer_tensors(optimizer))
        state = json.dumps({"format": FORMAT, **asdict(progress)}, indent=1, sort_keys=True).encode()
        write_atomic(temporary / STATE, lambda stream: stream.write(state))
        temporary.chmod(0o755)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    for old in sorted(folder.glob("step-*"))[:-kept]:
        shutil.rmtree(old)
    # Unfinished checkpoints of a run that was killed.
    for rest in folder.glob(".step-*"):
        shutil.rmtree(rest)
    return path


def read_progress(path: Path) -> Progress:
    """The place of a checkpoint in its training. Raises InputError when it is damaged or of another version."""
    try:
        state = read_json(path / STATE)
    except InputError as error:
        raise InputError(f"The checkpoint {path} cannot be read; delete that folder and resume again.") from error
    if not isinstance(state, dict) or state.pop("format", None) != FORMAT:
        raise InputError(f"The checkpoint {path} was made by another version of KMTalk; train again in a new folder.")
    try:
        return Progress(**state)
    except TypeError as error:
        raise InputError(f"The checkpoint {path} is damaged; delete that folder and resume again.") from error


def restore(path: Path, module: nn.Module, average: nn.Module | None, optimizer: Optimizer) -> None:
    """Load a checkpoint into module, average and optimizer. Raises InputError when they do not fit it."""
    _load_into(path, WEIGHTS, module)
    if average is not None:
        _load_into(path, AVERAGE, average)
    state: dict[int, dict[str, Tensor]] = {}
    try:
        for name, tensor in _read_tensors(path / OPTIMIZER).items():
            index, key = name.split(".")
            state.setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    except InputError:
        raise
    except (ValueError, KeyError, RuntimeError) as error:
        raise InputError(f"The checkpoint {path} is damaged; delete that folder and resume again.") from error


def load_weights(path: Path, module: nn.Module) -> None:
    """Load the averaged weights of a checkpoint, or its weights without an average. Raises InputError as `restore`."""
    _load_into(path, AVERAGE if is_file(path / AVERAGE) else WEIGHTS, module)


def _load_into(path: Path, name: str, module: nn.Module) -> None:
    try:
        module.load_state_dict(_read_tensors(path / name))
    except RuntimeError as error:
        raise InputError(f"The checkpoint {path} is of another network; resume with the settings it had.") from error


def _optimizer_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    """Every state tensor as `<parameter's index>.<key>`."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{key}": torch.as_tensor(value) for index, each in state.items() for key, value in each.items()}


def _write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    # Copied: safetensors refuses tensors that share memory.
    data = save({name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()})
    write_atomic(path, lambda stream: stream.write(data))


def _read_tensors(path: Path) -> dict[str, Tensor]:
    try:
        return load(read_bytes(path, limits.MODEL_BYTES))
    except (InputError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        folder = path.parent
        raise InputError(f"The checkpoint {folder} cannot be read; delete that folder and resume again.") from error
