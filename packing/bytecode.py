"""Compiles Python files for a target, so that a user's first start need not: a worker writes no files beside them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from model_runtime.errors import InputError

__all__ = ["compiled", "interpreter"]

# Runs in the target's Python. Compiled files name no time and no folder of this machine: the same source gives the same
# bytes. "checked": Python compares with the source, which people edit; "unchecked": it does not read the source.
COMPILE = """
import py_compile, sys
from pathlib import Path
root, mode = Path(sys.argv[1]), py_compile.PycInvalidationMode[sys.argv[2]]
for path in sorted(root.rglob("*.py")):
    try:
        py_compile.compile(str(path), dfile=path.relative_to(root).as_posix(), doraise=True, invalidation_mode=mode)
    except py_compile.PyCompileError:
        pass  # a template or a file for another Python
"""


def compiled(files: dict[str, bytes], python: str, checked: bool) -> dict[str, bytes]:
    """Name -> content of the compiled files of the Python files among `files`, for a Python version such as 3.11.

    checked: a changed source is noticed. Raises InputError when this machine has no such Python.
    """
    program = interpreter(python)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in files.items():
            if name.endswith(".py"):
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        mode = "CHECKED_HASH" if checked else "UNCHECKED_HASH"
        # -I -S: only what is compiled decides on the bytes, not what this machine has installed.
        subprocess.run([program, "-I", "-S", "-c", COMPILE, str(root), mode], check=True)
        return {
            str(PurePosixPath(path.relative_to(root).as_posix())): path.read_bytes()
            for path in sorted(root.rglob("*.pyc"))
        }


def interpreter(python: str) -> str:
    """The interpreter of a Python version such as 3.13. Raises InputError when this machine has none that runs."""
    if python == "{}.{}".format(*sys.version_info[:2]):
        return sys.executable
    name, root = f"python{python}", Path(__file__).resolve().parents[1]
    on_path = [Path(folder, name) for folder in os.get_exec_path()]
    installed = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/{name}"))
    for program in (root / f".venv-{python}" / "bin" / "python", *on_path, *installed):
        if program.is_file() and _version(program) == python:
            return str(program)
    raise InputError(f"Packing for Python {python} needs that Python; put {name} on the PATH.")


def _version(program: Path) -> str:
    """What a Python says of itself; nothing where it does not run, as a stand-in for versions that are switched off."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run([program, "-I", "-S", "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
