"""A session of ONNX Runtime that gives equal numbers on any number of cores, in bounded memory."""

from collections.abc import Callable, Hashable
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import TypeVar

import onnxruntime

from model_runtime import limits
from model_runtime.speech.devices import CPU, Device

__all__ = ["loaded_once", "ort_session"]

T = TypeVar("T")


def loaded_once(load: Callable[..., T]) -> Callable[..., T]:
    """`functools.cache` for several threads: whoever asks for what is being loaded waits for it."""
    lock, loaded = Lock(), cache(load)

    @wraps(load)
    def call(*args: Hashable) -> T:
        with lock:
            return loaded(*args)

    return call


def ort_session(network: bytes | Path, threads: int, device: Device = CPU) -> onnxruntime.InferenceSession:
    """Run `network` on the device, on the CPU with a fixed number of threads.

    Waiting threads sleep instead of spinning, as every core has work in a batch. On the CPU all sessions together take
    at most limits.MODEL_MEMORY.
    """
    # Disable telemetry: Windows builds report sessions to the system's tracing, whatever the environment variables say.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Errors arrive as exceptions; onnxruntime would write them to the terminal, too.
    options.log_severity_level = 4
    if device.name == "cpu":
        _share_memory()
        options.add_session_config_entry("session.use_env_allocators", "1")
    if device.name == "directml":
        # DirectML does not run with it.
        options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(network, options, providers=device.providers)


@loaded_once
def _share_memory() -> None:
    """One pool of memory for all sessions, bounded: a network of a few bytes may ask for any size."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    # Strategy 1: allocate as much as is asked for, not the next power of two.
    arena = onnxruntime.OrtArenaCfg({"max_mem": limits.MODEL_MEMORY, "arena_extend_strategy": 1})
    onnxruntime.create_and_register_allocator(memory, arena)
