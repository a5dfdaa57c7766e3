"""The worker process of this Blender: started on first use, kept running, ended with the extension."""

from pathlib import Path
from typing import Any

import bpy

from .errors import UserError
from .runtime.client import Client
from .runtime.environment import has_packages, interpreter
from .runtime.install import installed_python

__all__ = [
    "Session",
    "chosen_interpreter",
    "close",
    "installed_interpreter",
    "missing_runtime",
    "models_folder",
    "preferences",
    "worker",
]


class Session:
    """Holds the client: a running process cannot be kept in a property or in the scene."""

    client: Client | None = None


def worker() -> Client:
    """The client for the interpreter that the preferences name now. Raises UserError when there is no such file."""
    python = interpreter(chosen_interpreter(), installed_interpreter())
    if Session.client is None or Session.client.python != python:
        close()
        Session.client = Client(python)
    return Session.client


def missing_runtime() -> str:
    """Why nothing can be computed yet: one sentence, empty when the runtime is installed. Starts no process."""
    try:
        there = has_packages(interpreter(chosen_interpreter(), installed_interpreter()))
    except UserError as error:
        return str(error)
    return "" if there else "KMTalk's runtime is not installed yet; press Install Runtime."


def close() -> None:
    """End the worker."""
    if Session.client is not None:
        Session.client.close()
        Session.client = None


def preferences() -> Any:
    """KMTalk's preferences (`preferences.KMTalkPreferences`); None when it is not switched on as an extension."""
    addon = bpy.context.preferences.addons.get(__package__)
    return addon.preferences if addon else None


def chosen_interpreter() -> str:
    """The interpreter named in the preferences, or an empty string."""
    chosen = preferences()
    return bpy.path.abspath(chosen.python) if chosen is not None and chosen.python else ""


def models_folder() -> Path | None:
    """The folder of the user's models; None when KMTalk is not installed as an extension."""
    if not __package__.startswith("bl_ext."):
        return None
    try:
        return Path(bpy.utils.extension_path_user(__package__, path="models"))
    except ValueError as error:
        raise UserError("This Blender has no folder for extensions; name the model's folder instead.") from error


def installed_interpreter() -> Path | None:
    """The interpreter of the runtime environment that the extension made, or None."""
    if not __package__.startswith("bl_ext."):
        return None
    try:
        folder = Path(bpy.utils.extension_path_user(__package__, path="runtime"))
    except ValueError as error:
        raise UserError(
            "This Blender has no folder for extensions; choose an interpreter in the preferences."
        ) from error
    return installed_python(folder)
