"""The one worker of this Blender: started on first use, warm after, ended with the extension."""

from pathlib import Path

import bpy

from .errors import UserError
from .runtime.client import Client
from .runtime.environment import interpreter
from .runtime.install import installed_python

__all__ = ["Session", "close", "models_folder", "worker"]


class Session:
    """Holds the client. A process is no data of the file, so it can live neither in a property nor in the scene."""

    client: Client | None = None


def worker() -> Client:
    """The client, for the interpreter that the preferences name now. Raises UserError when they name none."""
    python = interpreter(chosen_interpreter(), installed_interpreter())
    if Session.client is None or Session.client.python != python:
        close()
        Session.client = Client(python)
    return Session.client


def close() -> None:
    """End the worker."""
    if Session.client is not None:
        Session.client.close()
        Session.client = None


def chosen_interpreter() -> str:
    """The interpreter named in the preferences, or an empty string."""
    addon = bpy.context.preferences.addons.get(__package__)
    return (
        bpy.path.abspath(addon.preferences.python) if addon and addon.preferences and addon.preferences.python else ""
    )


def models_folder() -> Path | None:
    """Where the models that the user installed lie; None when KMTalk is not installed as an extension."""
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
