"""A session of ONNX Runtime that gives equal numbers on machines of any number of cores."""

from pathlib import Path

import onnxruntime

__all__ = ["ort_session"]


def ort_session(network: bytes | Path, threads: int) -> onnxruntime.InferenceSession:
    """The network, run by as many threads on every machine; waiting ones sleep: in a batch every core has work."""
    # Windows builds report sessions to the system's tracing, whatever the environment says.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
