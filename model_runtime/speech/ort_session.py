"""A session of ONNX Runtime that gives equal numbers on any number of cores."""

from pathlib import Path

import onnxruntime

__all__ = ["ort_session"]


def ort_session(network: bytes | Path, threads: int) -> onnxruntime.InferenceSession:
    """Run `network` on the CPU with a fixed number of threads.

    Waiting threads sleep instead of spinning, as every core has work in a batch.
    """
    # Disable telemetry: Windows builds report sessions to the system's tracing, whatever the environment variables say.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
