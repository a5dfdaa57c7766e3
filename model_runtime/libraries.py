"""What libraries are told before they are imported: to report nothing, and to leave no files behind."""

import os
import tempfile

__all__ = ["keep_libraries_quiet", "keep_no_compiled_code"]


def keep_libraries_quiet() -> None:
    """Switch reports off. `model_runtime` calls this when it is imported, so it holds wherever it is used."""
    # onnxruntime 1.30 and later carry a telemetry client; the pinned version has none, another one may be installed.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # huggingface_hub fetches a list of programs that may be running it, to report which one is.
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def keep_no_compiled_code() -> None:
    """Before torch makes an optimizer or one of transformers' networks: it would make a folder for compiled code.

    Nothing here is compiled, so a folder that is there will do.
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())
