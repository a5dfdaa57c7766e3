"""Devices: the CPU, and the accelerators for which the installed ONNX Runtime was built."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import onnxruntime

from model_runtime.errors import InputError

__all__ = ["CPU", "DEVICES", "Device", "cpu_instead", "find_device"]

NAME = re.compile(r"([a-z]+)(?::([0-9]{1,3}))?")
# Device -> (provider of ONNX Runtime, the package that has it).
DEVICES = {
    "cpu": ("CPUExecutionProvider", "onnxruntime"),
    "cuda": ("CUDAExecutionProvider", "onnxruntime-gpu"),
    "directml": ("DmlExecutionProvider", "onnxruntime-directml"),
    "coreml": ("CoreMLExecutionProvider", "onnxruntime on a Mac"),
}
# A small network, to try a device with.
TRIED = str(resources.files("model_runtime") / "weights" / "starter" / "complete.0.onnx")
# Names that earlier versions gave.
OTHER_NAMES = {"mps": "coreml"}


@dataclass(frozen=True)
class Device:
    """Where networks run. name: key of DEVICES. index: which of several. note: why it is not the one that was asked
    for, a sentence for the user; empty where it is."""

    name: str
    index: int = 0
    note: str = ""

    @property
    def providers(self) -> list[str | tuple[str, dict[str, str]]]:
        """For onnxruntime: the device first, then the CPU for what the device cannot compute."""
        if self.name == "cpu":
            return [DEVICES["cpu"][0]]
        provider = DEVICES[self.name][0]
        chosen = (provider, {"device_id": str(self.index)}) if self.name in ("cuda", "directml") else provider
        return [chosen, DEVICES["cpu"][0]]


CPU = Device("cpu")


@cache
def find_device(name: str) -> Device:
    """The device of that name: auto (CUDA where it works, else the CPU), cpu, cuda, cuda:1, directml, coreml.

    A device that does not work here becomes the CPU, with a note. Raises InputError for a name that is none.
    """
    known = NAME.fullmatch(name)
    kind = OTHER_NAMES.get(known[1], known[1]) if known else ""
    index = int(known[2] or 0) if known else 0
    if kind == "auto" and not index:
        return Device("cuda") if _works(Device("cuda")) else CPU
    if kind not in DEVICES or (kind == "cpu" and index):
        raise InputError(f"There is no device {name}; choose auto, {', '.join(DEVICES)}.")
    device = Device(kind, index)
    if _works(device):
        return device
    provider, package = DEVICES[kind]
    fix = (
        f"it needs the package {package}" if provider not in onnxruntime.get_available_providers() else "see its driver"
    )
    return Device("cpu", note=f"The device {name} does not work here, so the CPU was used; {fix}.")


def cpu_instead(device: Device) -> Device:
    """The CPU in place of a device that failed while it computed, with a note."""
    return Device(
        "cpu",
        note=f"The device {device.name} failed at its work, so the CPU was used; see its driver and its free memory.",
    )


def _works(device: Device) -> bool:
    """Whether a small network really runs on the device: ONNX Runtime falls back to the CPU by itself, and some drivers
    fail only when they compute."""
    provider, _ = DEVICES[device.name]
    if device.name == "cpu":
        return True
    if provider not in onnxruntime.get_available_providers():
        return False
    try:
        session = onnxruntime.InferenceSession(TRIED, providers=device.providers)
        given = session.get_inputs()
        # Sizes without a number are free; 2 is as good as any.
        sizes = [[size if isinstance(size, int) else 2 for size in each.shape] for each in given]
        session.run(None, {each.name: np.zeros(size, np.float32) for each, size in zip(given, sizes, strict=True)})
    # onnxruntime raises exceptions of several types of its own for a driver that is missing or too old.
    except Exception:
        return False
    return session.get_providers()[0] == provider
