"""A session of ONNX Runtime that gives equal numbers on any number of cores."""

from pathlib import Path

import onnxruntime

from model_runtime.speech.devices import CPU, Device

__all__ = ["ort_session"]


def ort_session(
    network: bytes | Path, threads: int, device: Device = CPU, options: onnxruntime.SessionOptions | None = None
) -> onnxruntime.InferenceSession:
    """Run `network` on the device, on the CPU with a fixed number of threads. options: more of them.

    Waiting threads sleep instead of spinning, as every core has work in a batch.
    """
    # Disable telemetry: Windows builds report sessions to the system's tracing, whatever the environment variables say.
    onnxruntime.disable_telemetry_events()
    options = options or onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Errors arrive as exceptions; onnxruntime would write them to the terminal, too.
    options.log_severity_level = 4
    if device.name == "directml":
        # DirectML does not run with it.
        options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(network, options, providers=device.providers)
