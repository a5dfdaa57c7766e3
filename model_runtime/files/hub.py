"""Access to the Hugging Face hub of pretrained models, offline unless a download is allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model_runtime.libraries import keep_no_compiled_code

__all__ = ["hub_options"]


@contextmanager
def hub_options(name: str, allow_download: bool) -> Iterator[dict[str, bool]]:
    """Keyword arguments for transformers' `from_pretrained` to load `name`, a local folder or a hub id.

    Inside the block the hub is offline unless `name` is a hub id and allow_download is set. HF_HUB_OFFLINE is set too,
    because transformers still sends other requests with local_files_only alone.
    """
    # Imported here: huggingface_hub comes with transformers, which is installed only for training.
    from huggingface_hub import constants

    keep_no_compiled_code()
    offline = Path(name).is_dir() or not allow_download
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or offline
    try:
        yield {"local_files_only": offline, "trust_remote_code": False}
    finally:
        constants.HF_HUB_OFFLINE = before
