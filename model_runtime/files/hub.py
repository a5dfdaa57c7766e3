"""The hub of pretrained models: nothing is asked of it unless a download is allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model_runtime.libraries import keep_no_compiled_code

__all__ = ["hub_options"]


@contextmanager
def hub_options(name: str, allow_download: bool) -> Iterator[dict[str, bool]]:
    """What `from_pretrained` of transformers is given to load `name`, a local folder or a hub id.

    Within, the hub cannot be reached unless `name` is an id and allow_download is set: local_files_only alone leaves
    other requests open.
    """
    # Here, because transformers, which brings it, is only there where one trains.
    from huggingface_hub import constants

    keep_no_compiled_code()
    offline = Path(name).is_dir() or not allow_download
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or offline
    try:
        yield {"local_files_only": offline, "trust_remote_code": False}
    finally:
        constants.HF_HUB_OFFLINE = before
