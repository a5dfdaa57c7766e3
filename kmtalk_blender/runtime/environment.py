"""Which Python runs the worker, and where model_runtime's source lies."""

import importlib.util
import os
import sys
from pathlib import Path

from ..errors import UserError
from .input_files import is_file

__all__ = ["has_packages", "interpreter", "process_environment", "source_folder"]

# One of the runtime's packages, which no Blender brings by itself.
MARKER_PACKAGE = "pocketsphinx"


def interpreter(chosen: str = "", installed: Path | None = None) -> Path:
    """The Python that runs the worker.

    In this order: `chosen` (the preferences), the environment variable KMTALK_PYTHON, `installed` (the interpreter of a
    runtime environment that the extension made), the Python that runs Blender. Raises UserError when a chosen one is
    no file.
    """
    for origin, path in (("the preferences", chosen), ("KMTALK_PYTHON", os.environ.get("KMTALK_PYTHON", ""))):
        if path:
            found = Path(path).expanduser()
            if not is_file(found):
                raise UserError(f"There is no interpreter at {found} ({origin}); choose a Python executable.")
            return found
    if installed is not None and installed.is_file():
        return installed
    return Path(sys.executable)


def has_packages(python: Path) -> bool:
    """False where the interpreter is Blender's own and lacks the runtime's packages. Others are only known to have
    them once they run."""
    return python != Path(sys.executable) or importlib.util.find_spec(MARKER_PACKAGE) is not None


def source_folder() -> Path:
    """The folder that holds model_runtime: the extension's own, or the one beside it in the source tree.

    Raises UserError when it is in neither.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package, package.parent):
        if (folder / "model_runtime" / "__init__.py").is_file():
            return folder
    raise UserError("A part of the extension is missing; install the extension again.")


def process_environment() -> dict[str, str]:
    """The worker's environment variables: this process's, without what would lead its Python to Blender's modules."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return inherited | {
        "PYTHONPATH": str(source_folder()),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        # Nothing is written beside the extension's files; compiling them anew takes 0.05 s.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
