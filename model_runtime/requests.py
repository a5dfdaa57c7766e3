"""Requests: the parameters of an operation, checked, as one frozen dataclass an operation."""

import difflib
import math
import os
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from model_runtime import limits
from model_runtime.atomic import check_file
from model_runtime.errors import InputError
from model_runtime.input_files import check_path, is_file

__all__ = ["Report", "check_folder", "check_model", "check_output", "make_folder", "request_from"]

# Stage, share of the whole request that is done (0 to 1), text for the user. May raise Cancelled.
Report = Callable[[str, float, str], None]

KINDS = {str: "text", float: "a number", int: "a whole number", bool: "true or false", list: "a list"}
Wanted = TypeVar("Wanted")
# As long as what a file's name gets while it is written.
WHILE_WRITTEN = ".{}.12345678"


def request_from(kind: type[Wanted], params: dict[str, Any]) -> Wanted:
    """An instance of the dataclass `kind` filled from JSON values; null stands for the default.

    Raises InputError for a parameter that is unknown, missing or of another type.
    """
    wanted = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
    given = {name: value for name, value in params.items() if value is not None}
    for name in given:
        if name not in wanted:
            near = difflib.get_close_matches(name[: limits.LABEL_LETTERS], wanted, 1)
            fix = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(wanted)}."
            raise InputError(f'There is no parameter "{name}"; {fix}')
    for name, field in wanted.items():
        if field.default is MISSING and name not in given:
            raise InputError(f'The parameter "{name}" is missing; give it as {KINDS[_plain(hints[name])]}.')
    return kind(**{name: _checked(name, value, _plain(hints[name])) for name, value in given.items()})


def check_output(path: str, suffixes: tuple[str, ...] = ()) -> Path:
    """`path`, if a file can be written there. Raises InputError before any work is done in vain."""
    output = check_path(path)
    if suffixes and output.suffix.lower() not in [suffix.lower() for suffix in suffixes]:
        raise InputError(f"Cannot write {output}; its name must end in {' or '.join(suffixes)}.")
    try:
        folder = check_file(output).parent
        if not folder.is_dir():
            raise InputError(f"Cannot write {output}: the folder {folder} does not exist; make it first.")
    # RuntimeError: links that lead to each other.
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"Cannot write {output}: {reason}; give another name.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"Cannot write {output}: nothing may be written in {folder}; choose another folder.")
    return output


def check_folder(path: Path | str) -> Path:
    """`path`, if a folder is or can be made there. Raises InputError before any work is done in vain."""
    folder = check_path(path)
    try:
        above = (folder.absolute(), *folder.absolute().parents)
        # A link that leads nowhere is in the way all the same.
        there = next(each for each in above if each.exists() or each.is_symlink())
    except OSError as error:
        raise InputError(f"Cannot make the folder {folder}: {error.strerror or error}; choose another.") from error
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"Cannot make the folder {folder}: nothing may be made in {there}; choose another.")
    return folder


def check_model(name: str) -> None:
    """Raises InputError when `name` is neither the starter nor a folder with a model: before what takes long."""
    if name != "starter" and not is_file(check_path(name) / "model.json"):
        raise InputError(f"{name} is not a model folder: model.json is missing.")


def make_folder(path: Path | str) -> Path:
    """The folder, made with those above it where it is missing. Raises InputError when it cannot be."""
    folder = check_path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {folder}: {error.strerror or error}; choose another.") from error
    return folder


def _plain(hint: Any) -> type:
    """The type without "or None"."""
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return typing.get_origin(hint) or hint


def _checked(name: str, value: object, kind: type) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 2**53 else value
    if isinstance(value, str) and not _is_text(value):
        raise InputError(f'The parameter "{name}" holds characters that are no text; give plain text.')
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f'The parameter "{name}" must be {KINDS[kind]}.')
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f'The parameter "{name}" must be a finite number.')
    return value


def _is_text(value: str) -> bool:
    """Whether it can be written as UTF-8 and read by other programs: no lone surrogates, no zero character."""
    try:
        return b"\0" not in value.encode("utf-8")
    except UnicodeEncodeError:
        return False
