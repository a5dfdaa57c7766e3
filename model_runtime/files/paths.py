"""Checks of output paths and model names, made before any long work starts."""

import os
from pathlib import Path

from model_runtime.errors import InputError
from model_runtime.files.atomic import check_file
from model_runtime.files.input_files import check_path, is_file

__all__ = ["check_folder", "check_model", "check_output", "make_folder"]


def check_output(path: str, suffixes: tuple[str, ...] = ()) -> Path:
    """`path`, if a file can be written there and its name ends in one of `suffixes`. Raises InputError otherwise."""
    output = check_path(path)
    if suffixes and output.suffix.lower() not in [suffix.lower() for suffix in suffixes]:
        raise InputError(f"Cannot write {output}; its name must end in {' or '.join(suffixes)}.")
    try:
        folder = check_file(output).parent
        if not folder.is_dir():
            raise InputError(f"Cannot write {output}: the folder {folder} does not exist; make it first.")
    # RuntimeError: a cycle of symbolic links.
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"Cannot write {output}: {reason}; give another name.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"Cannot write {output}: nothing may be written in {folder}; choose another folder.")
    return output


def check_folder(path: Path | str) -> Path:
    """`path`, if it is a writable folder or one can be made there. Raises InputError otherwise."""
    folder = check_path(path)
    try:
        above = (folder.absolute(), *folder.absolute().parents)
        # A broken symbolic link blocks the path too.
        there = next(each for each in above if each.exists() or each.is_symlink())
    except OSError as error:
        raise InputError(f"Cannot make the folder {folder}: {error.strerror or error}; choose another.") from error
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"Cannot make the folder {folder}: nothing may be made in {there}; choose another.")
    return folder


def check_model(name: str) -> None:
    """Raises InputError when `name` is neither "starter" nor a folder with a model.json."""
    if name != "starter" and not is_file(check_path(name) / "model.json"):
        raise InputError(f"{name} is not a model folder: model.json is missing.")


def make_folder(path: Path | str) -> Path:
    """The folder, created with its parents if it is missing. Raises InputError when it cannot be created."""
    folder = check_path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {folder}: {error.strerror or error}; choose another.") from error
    return folder
