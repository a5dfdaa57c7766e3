"""Environment variables for libraries, set before their import: no telemetry, no files left behind."""

import os
import tempfile

__all__ = ["keep_libraries_quiet", "keep_no_compiled_code"]


def keep_libraries_quiet() -> None:
    """Disable telemetry. `model_runtime` calls this on import, so it applies to every use of the package."""
    # onnxruntime 1.30 and later have a telemetry client. The pinned version has none, but another may be installed.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # huggingface_hub downloads a list of programs that may be running it, to report which one is.
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def keep_no_compiled_code() -> None:
    """Call before torch makes an optimizer or a network of transformers: torch then creates a folder for compiled code.

    Nothing is compiled here, so the cache folder is set to the system's folder for temporary files, which exists.
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
