"""head: a head that can move, as a file."""

from dataclasses import dataclass

import click

from model_runtime.errors import InputError
from model_runtime.heads.head import write_head
from model_runtime.requests import Report, check_output
from model_runtime.terminal import answer, json_option, progress_bar
from model_runtime.warm import Warm

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Which head: the project's own, or made of a FLAME model or of a mesh."""

    output: str
    flame: str | None = None
    mesh: str | None = None


def run(request: Request, warm: Warm, report: Report) -> dict:
    """Write the head. Gives output, the number of vertices and the names of the channels. Raises InputError."""
    output = check_output(request.output)
    if request.flame is not None or request.mesh is not None:
        raise InputError("Heads from FLAME models and meshes are not built in yet; leave out flame and mesh.")
    # Here, because making shapes brings scipy.
    from model_runtime.heads.demo_head import demo_head

    report("head", 0.0, "Shaping")
    head = demo_head()
    write_head(head, output)
    report("head", 1.0, "Done")
    return {"output": str(output), "vertices": len(head.vertices), "channels": list(head.channels)}


@click.command("head", help="Write a head (.npz) with one shape a channel.")
@click.option("-o", "--output", required=True, help="The head to write.")
@click.option("--flame", help="A FLAME model file.")
@click.option("--mesh", help="A mesh (.obj or .ply).")
@json_option
def command(as_json: bool, **options: object) -> None:
    """The command line's way to `run`."""
    with progress_bar() as report:
        result = run(Request(**options), Warm(), report)  # type: ignore[arg-type]
    answer(result, as_json, f"{result['output']}: {result['vertices']} vertices, {len(result['channels'])} channels.")
