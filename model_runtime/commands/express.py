"""express: retargets a take of a model with its own shape basis to the named channels of a head."""

import click

from model_runtime.errors import InputError
from model_runtime.files.paths import check_output
from model_runtime.service.console import answer, json_option

__all__ = ["command"]


@click.command("express", help="Say a take of a model with shapes of its own again in a head's channels.")
@click.argument("take")
@click.option("--model", required=True, help="The model's folder.")
@click.option("--head", required=True, help="A head (.npz) with the same vertices, as the command head writes it.")
@click.option("-o", "--output", required=True, help="The take to write.")
@json_option
def command(take: str, model: str, head: str, output: str, as_json: bool) -> None:
    """Retarget the take and write it."""
    # Imported here: they load torch, which takes seconds.
    from model_runtime.heads.head import read_head
    from model_runtime.heads.retarget import retarget
    from model_runtime.model.checkpoint import load_model
    from model_runtime.take import read_take, write_take

    target = check_output(output)
    space = load_model(model, "cpu").space
    if space is None:
        raise InputError(f"The model {model} speaks in named channels already; nothing is to be expressed.")
    found = retarget(read_take(take), space, read_head(head))
    write_take(found, target)
    result = {"output": output, "frames": len(found.weights), "channels": list(found.channels)}
    answer(result, as_json, f"{output}: {len(found.weights)} frames of {len(found.channels)} channels.")
