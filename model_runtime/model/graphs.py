"""The exported functions of a model's networks, run by ONNX Runtime."""

from functools import cache

import numpy as np
import onnxruntime

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.model.onnx_check import check_network
from model_runtime.speech.devices import CPU, Device
from model_runtime.speech.ort_session import ort_session

__all__ = ["Graphs"]


class Graphs:
    """Functions by name, each one ONNX graph with one output; a graph is made ready when it first runs.

    Not thread-safe.
    """

    def __init__(self, networks: dict[str, bytes], origin: str, threads: int, device: Device = CPU) -> None:
        """networks: name -> content of the file. origin: the folder, for messages. threads: of the CPU.

        Raises InputError for a file that is no network, or holds more than data.
        """
        for name, content in networks.items():
            check_network(content, f"{name}.onnx in {origin}")
        self._networks, self._origin, self._threads, self.device = dict(networks), origin, threads, device
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}

    def run(self, name: str, shape: tuple[int, ...], given: dict[str, np.ndarray]) -> np.ndarray:
        """The output of a function, of `shape`; arrays that the function does not read are left out.

        Raises InputError when the network does not fit its description, or asks for too much memory.
        """
        try:
            session = self._session(name)
            (output,) = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})
        # onnxruntime raises a type of its own for each kind of failure, all of them plain Exceptions.
        except Exception as error:
            reason = "is too large" if "emory" in str(error) else "is damaged or does not fit the model"
            raise InputError(f"The network {name} in {self._origin} {reason}; export the model again.") from error
        if output.shape != shape:
            raise InputError(f"The network {name} in {self._origin} does not fit the model; export the model again.")
        return output

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        if name not in self._sessions:
            options = onnxruntime.SessionOptions()
            if self.device.name == "cpu":
                _bound_memory()
                options.add_session_config_entry("session.use_env_allocators", "1")
            self._sessions[name] = ort_session(self._networks[name], self._threads, self.device, options)
        return self._sessions[name]


@cache
def _bound_memory() -> None:
    """Bound what all networks of models may allocate together: a file of a few bytes may ask for any size."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    # Strategy 1: allocate as much as is asked for, not the next power of two.
    arena = onnxruntime.OrtArenaCfg({"max_mem": limits.MODEL_MEMORY, "arena_extend_strategy": 1})
    onnxruntime.create_and_register_allocator(memory, arena)
