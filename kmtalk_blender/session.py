"""The worker process of this Blender: started on first use, kept running, ended with the extension."""

from functools import cache
from pathlib import Path
from typing import Any

import bpy

from .errors import UserError
from .runtime.client import Client
from .runtime.environment import Runtime, find_runtime, source_folder
from .runtime.packages import Packages, packages_of
from .runtime.virtual_environment import environment_size, installed_python, lock_of

__all__ = [
    "ENVIRONMENT",
    "OLD_ENVIRONMENT",
    "Session",
    "close",
    "missing_runtime",
    "models_folder",
    "old_runtime_size",
    "packages",
    "preferences",
    "runtime",
    "user_folder",
    "worker",
]


ENVIRONMENT = "environment"  # the folder that Install Runtime makes among the user's files
OLD_ENVIRONMENT = "runtime"  # the one that KMTalk 0.1 made, with torch


class Session:
    """Holds the client: a running process cannot be kept in a property or in the scene."""

    client: Client | None = None


def worker() -> Client:
    """The client for the runtime that the preferences name now. Raises UserError when it is not there."""
    found = runtime()
    if Session.client is None or Session.client.runtime != found:
        close()
        Session.client = Client(found)
    return Session.client


def runtime() -> Runtime:
    """What runs the worker now. Raises UserError when the chosen interpreter is no file."""
    chosen, ours, folder = preferences(), packages(), user_folder()
    python = bpy.path.abspath(chosen.python) if chosen is not None and chosen.python else ""
    fitting = ours if ours is not None and not ours.unfit() else None
    installed = installed_python(folder / ENVIRONMENT, lock_of(source_folder())) if folder is not None else None
    return find_runtime(python, fitting, installed)


def missing_runtime() -> str:
    """Why nothing can be computed: one sentence, empty when the runtime is there. Starts no process."""
    try:
        if runtime().there:
            return ""
        ours = packages()
    except UserError as error:
        return str(error)
    return (ours.unfit() if ours is not None else "") or "KMTalk's runtime is not installed; press Install Runtime."


def packages() -> Packages | None:
    """The packages that came in the zip; None when this KMTalk is not installed as an extension."""
    folder = user_folder()
    return packages_of(source_folder(), folder) if folder is not None else None


def old_runtime_size() -> int:
    """Bytes of the environment that KMTalk 0.1 made; 0 where there is none."""
    folder = user_folder()
    if folder is None or not (folder / OLD_ENVIRONMENT).is_dir():
        return 0
    return _size(folder / OLD_ENVIRONMENT, (folder / OLD_ENVIRONMENT).stat().st_mtime_ns)


@cache
def _size(folder: Path, _changed_ns: int) -> int:
    """Counted once: a panel is drawn many times a second, and torch had thousands of files."""
    return environment_size(folder)


def close() -> None:
    """End the worker."""
    if Session.client is not None:
        Session.client.close()
        Session.client = None


def preferences() -> Any:
    """KMTalk's preferences (`preferences.KMTalkPreferences`); None when it is not switched on as an extension."""
    addon = bpy.context.preferences.addons.get(__package__)
    return addon.preferences if addon else None


def user_folder() -> Path | None:
    """The extension's folder among the user's files, which may not exist; None when KMTalk is not an extension."""
    if not __package__.startswith("bl_ext."):
        return None
    try:
        return Path(bpy.utils.extension_path_user(__package__, path=""))
    except ValueError as error:
        raise UserError(
            "This Blender has no folder for extensions; choose an interpreter in the preferences."
        ) from error


def models_folder() -> Path | None:
    """The folder of the user's models; None when KMTalk is not installed as an extension."""
    folder = user_folder()
    return folder / "models" if folder is not None else None
