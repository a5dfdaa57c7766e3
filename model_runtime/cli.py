"""The command line: `python -m model_runtime COMMAND`. Each command is a module of `model_runtime.commands`."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

import click

from model_runtime import __version__, commands
from model_runtime.service.console import guarded

__all__ = ["main"]


class Commands(click.Group):
    """Imports a command's module when the command is used: each brings in only what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the modules."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The attribute `command` of the module of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"{commands.__name__}.{cmd_name}").command


@click.group(cls=Commands, help="Speech makes a 3D face move.")
@click.version_option(__version__, prog_name="kmtalk")
def group() -> None:
    """The commands are found in their modules."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (None: that of the process). Gives the exit code: 0, 2 for bad input, 1 for other failures."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: group.main(given or ["--help"], prog_name="kmtalk", standalone_mode=False))
