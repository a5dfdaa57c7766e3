"""Runs Blender's command line tool for extension packages, which the bpy module contains."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from model_runtime.errors import InputError

__all__ = ["generate_repository", "validate"]


def validate(package: Path) -> None:
    """Check a built package with Blender's validate command. Raises InputError with the command's output."""
    _run("validate", str(package))


def generate_repository(folder: Path) -> Path:
    """Write index.json for the packages in `folder`, which any web server can then serve as an extension repository."""
    _run("server-generate", "--repo-dir", str(folder))
    return folder / "index.json"


def _run(*arguments: str) -> None:
    # find_spec finds the module without loading Blender.
    spec = find_spec("bpy")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("Blender's package check comes with bpy; run this with .venv/bin/python (make test makes it).")
    scripts = Path(spec.submodule_search_locations[0]).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py")
    command = [sys.executable, "-B", str(next(scripts)), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise InputError(f"Blender refuses the package: {(result.stdout + result.stderr).strip()}")
