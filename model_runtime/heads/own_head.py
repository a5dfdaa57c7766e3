"""The project's own head: ready made in the zip, else computed from its design, which takes seconds."""

from importlib import resources
from pathlib import Path

from model_runtime.errors import InputError
from model_runtime.heads.head import Head, read_head

__all__ = ["READY", "own_head"]

# Where build_addon.py puts the head in the zip, within model_runtime. A source tree has no such file.
READY = "weights/head.npz"


def own_head() -> Head:
    """The head of `demo_head.demo_head`. Raises InputError when the ready made one is damaged."""
    path = Path(str(resources.files("model_runtime") / READY))
    if not path.exists():
        # Imported here: the design loads scipy, and a ready made head needs none of it.
        from model_runtime.heads.demo_head import demo_head

        return demo_head()
    try:
        return read_head(path)
    except InputError as error:
        raise InputError(f"{path} is damaged; install the extension again.") from error
