"""The exported functions of a model's networks, run by ONNX Runtime."""

import numpy as np
import onnxruntime

from model_runtime.errors import InputError
from model_runtime.model.onnx_check import check_network
from model_runtime.speech.devices import CPU, Device, cpu_instead
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

        Where a device fails, the CPU goes on, and `device` says why. Raises InputError when the network does not fit
        its description, or asks for too much memory.
        """
        try:
            session = self._session(name)
            (output,) = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})
        # onnxruntime raises a type of its own for each kind of failure, all of them plain Exceptions.
        except Exception as error:
            if self.device.name != "cpu":
                self.device = cpu_instead(self.device)
                self._sessions.clear()
                return self.run(name, shape, given)
            reason = "is too large" if "emory" in str(error) else "is damaged or does not fit the model"
            raise InputError(f"The network {name} in {self._origin} {reason}; export the model again.") from error
        if output.shape != shape:
            raise InputError(f"The network {name} in {self._origin} does not fit the model; export the model again.")
        return output

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        if name not in self._sessions:
            self._sessions[name] = ort_session(self._networks[name], self._threads, self.device)
        return self._sessions[name]
