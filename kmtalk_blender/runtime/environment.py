"""The Python that runs the worker, its environment variables, and the folder of model_runtime."""

import importlib.util
import os
import sys
from pathlib import Path

from ..errors import UserError
from .input_files import is_file

__all__ = ["has_packages", "interpreter", "process_environment", "source_folder"]

# A package of the runtime that no Blender comes with.
MARKER_PACKAGE = "pocketsphinx"


def interpreter(chosen: str = "", installed: Path | None = None) -> Path:
    """The Python that runs the worker.

    In this order: `chosen` (the preferences), the environment variable KMTALK_PYTHON, `installed` (the interpreter of a
    runtime environment that the extension made), the Python that runs Blender. Raises UserError when a chosen one is
    not a file.
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
    """False when the interpreter is Blender's own and lacks the runtime's packages.

    Any other interpreter counts as having them: whether it does is known only when it runs.
    """
    return python != Path(sys.executable) or importlib.util.find_spec(MARKER_PACKAGE) is not None


def source_folder() -> Path:
    """The folder that contains model_runtime: lib/ of the extension, or the source tree.

    Raises UserError when neither does.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "lib", package.parent):
        if (folder / "model_runtime" / "__init__.py").is_file():
            return folder
    raise UserError("A part of the extension is missing; install the extension again.")


def process_environment() -> dict[str, str]:
    """The worker's environment variables: those of this process, without those for Blender's Python (PYTHON...)."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return inherited | {
        "PYTHONPATH": str(source_folder()),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        # No .pyc files in the extension's folder; compiling at each start takes 0.05 s.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
