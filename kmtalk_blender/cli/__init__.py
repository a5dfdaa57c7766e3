"""`blender -b FILE -c kmtalk generate|capture|complete|batch|export|info`: the extension without a window.

Exit code 0: done. 2: the input cannot be used, one line on stderr says why. 1: anything else.
"""

import json
import sys
from typing import Any

import bpy

from .. import session
from ..errors import UserError
from .arguments import parser

__all__ = ["register", "run", "unregister"]


def run(arguments: list[str]) -> int:
    """The command. Returns the exit code."""
    try:
        chosen = parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        result = chosen.run(chosen)
    except UserError as error:
        print(json.dumps({"error": str(error)}) if chosen.json else f"Error: {error}", file=sys.stderr)
        return 2
    finally:
        session.close()
    print(json.dumps(result) if chosen.json else result["text"])
    return int(result.get("code", 0))


# What Blender gave for the command, to take it back with: one item while it is registered.
COMMAND: list[Any] = []


def register() -> None:
    utilities: Any = bpy.utils  # the stubs say that it returns nothing
    COMMAND.append(utilities.register_cli_command("kmtalk", run))


def unregister() -> None:
    bpy.utils.unregister_cli_command(COMMAND.pop())
