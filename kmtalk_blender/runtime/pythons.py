"""Find a Python that an environment for the runtime can be made from."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import UserError

__all__ = ["VERSIONS", "find_python", "version_of"]

# Versions for which every package of the lock has a wheel, preferred ones first; pocketsphinx has none for 3.14.
VERSIONS = ("3.13", "3.12", "3.11")
# venv needs ensurepip, which Debian keeps in a package of its own.
ASK = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
PATIENCE = 30  # s that a Python may take to say its version


def find_python(preferred: str = "") -> tuple[Path, str]:
    """A Python and its version: Blender's own where it fits, else one on the PATH or in the usual places.

    preferred: version such as 3.13 that is looked for first. Raises UserError when there is none.
    """
    own = "{}.{}".format(*sys.version_info[:2])
    if own == preferred or (not preferred and own in VERSIONS):
        return Path(sys.executable), own
    for version in sorted(VERSIONS, key=lambda version: version != preferred):
        if version == own:
            return Path(sys.executable), own
        for python in _usual_places(version):
            try:
                if python.is_file() and version_of(python) == version:
                    return python, version
            except (OSError, UserError):
                continue
    raise UserError(
        f"This Blender runs Python {own}, and no Python {VERSIONS[-1]} to {VERSIONS[0]} with venv was found; install "
        f"one (on Debian: python{VERSIONS[0]}-venv), or name one as Made From in the preferences."
    )


def version_of(python: Path) -> str:
    """The version of an interpreter, such as 3.11. Raises UserError when it is not a Python that can make venvs."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), "-I", "-c", ASK]
    try:
        run = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
            env=variables,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"{python} does not run as a Python with venv; choose another interpreter.") from error
    return run.stdout.strip()


def _usual_places(version: str) -> Iterator[Path]:
    """Where installers put a Python of that version."""
    name, home = f"python{version}", Path.home()
    found = shutil.which(name)
    if found:
        yield Path(found)
    if os.name == "nt":
        short = f"Python{version.replace('.', '')}"
        for variable, inside in (("LOCALAPPDATA", "Programs/Python"), ("PROGRAMFILES", "")):
            if os.environ.get(variable):
                yield Path(os.environ[variable], inside, short, "python.exe")
        return
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", home / ".local" / "bin"):
        yield Path(folder, name)
    yield Path("/Library/Frameworks/Python.framework/Versions", version, "bin", name)
    for folder, pattern in ((".pyenv/versions", f"{version}.*"), (".local/share/uv/python", f"cpython-{version}.*")):
        for path in sorted((home / folder).glob(pattern), reverse=True):
            yield path / "bin" / name
