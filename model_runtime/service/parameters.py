"""Checks the JSON parameters of an operation and fills the operation's request dataclass."""

import difflib
import math
import types
import typing
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = ["request_from"]

KINDS = {str: "text", float: "a number", int: "a whole number", bool: "true or false", list: "a list"}
Wanted = TypeVar("Wanted")


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


def _plain(hint: Any) -> type:
    """The class of a type hint, without "| None" and without type arguments."""
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
    """Whether `value` can be encoded as UTF-8 (no lone surrogates) and holds no zero character."""
    try:
        return b"\0" not in value.encode("utf-8")
    except UnicodeEncodeError:
        return False
