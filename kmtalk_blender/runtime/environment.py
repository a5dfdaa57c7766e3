"""The Python that runs the worker, its environment variables, and the folder of model_runtime."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .input_files import is_file
from .packages import Packages

__all__ = ["Runtime", "find_runtime", "process_environment", "source_folder"]

# A package of the runtime that no Blender comes with.
MARKER_PACKAGE = "pocketsphinx"


@dataclass(frozen=True)
class Runtime:
    """What runs the worker. python: the interpreter. packages: those it uses in place of its own; None: its own."""

    python: Path
    packages: Packages | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """Options of the interpreter. With packages of ours it sees no others: neither Blender's nor the user's."""
        return () if self.packages is None else ("-S", "-s")

    @property
    def there(self) -> bool:
        """False when the interpreter is Blender's own and nothing gives it the runtime's packages.

        Any other interpreter counts as having them: whether it does is known only when it runs.
        """
        own = self.python == Path(sys.executable) and self.packages is None
        return not own or importlib.util.find_spec(MARKER_PACKAGE) is not None


def find_runtime(chosen: str = "", packages: Packages | None = None, installed: Path | None = None) -> Runtime:
    """What runs the worker.

    In this order: `chosen` (the interpreter of the preferences), the environment variable KMTALK_PYTHON, Blender's own
    Python with `packages` (those of the zip, when they fit), `installed` (the interpreter of an environment that the
    extension made), Blender's own Python. Raises UserError when a chosen one is not a file.
    """
    for origin, path in (("the preferences", chosen), ("KMTALK_PYTHON", os.environ.get("KMTALK_PYTHON", ""))):
        if path:
            found = Path(path).expanduser()
            if not is_file(found):
                raise UserError(f"There is no interpreter at {found} ({origin}); choose a Python executable.")
            return Runtime(found)
    if packages is not None:
        return Runtime(Path(sys.executable), packages)
    if installed is not None and installed.is_file():
        return Runtime(installed)
    return Runtime(Path(sys.executable))


def source_folder() -> Path:
    """The folder that contains model_runtime: lib/ of the extension, or the source tree.

    Raises UserError when neither does.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "lib", package.parent):
        if (folder / "model_runtime" / "__init__.py").is_file():
            return folder
    raise UserError("A part of the extension is missing; install the extension again.")


def process_environment(packages: Packages | None = None) -> dict[str, str]:
    """The worker's environment variables: those of this process, without those for Blender's Python (PYTHON...).

    packages: those of the zip, which are then imported from the folder they are unpacked in.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    folders = [source_folder(), *([packages.folder] if packages is not None else [])]
    return inherited | {
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        # No files in the extension's folder; what the zip holds is compiled already.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
