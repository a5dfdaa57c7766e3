"""export: writes a trained model for inference without torch."""

import importlib.util

import click

from model_runtime.errors import InputError
from model_runtime.files.paths import check_folder
from model_runtime.service.console import answer, json_option

__all__ = ["command"]


@click.command("export", help="Write a trained model for computers without torch, KMTalk in Blender among them.")
@click.argument("model")
@click.argument("folder")
@json_option
def command(model: str, folder: str, as_json: bool) -> None:
    """Export MODEL (a folder that a training wrote, or "starter") into FOLDER."""
    check_folder(folder)
    if importlib.util.find_spec("torch") is None:
        raise InputError("Exporting needs torch; install requirements/train.lock into the runtime's environment.")
    # Imported here: torch takes seconds to load, and the command's help does not need it.
    from model_runtime.networks.folder import export_model

    exported = export_model(model, folder)
    answer(
        {"model": folder, "id": exported.id, "networks": exported.networks},
        as_json,
        f"{folder}: the model {exported.id}, {len(exported.networks)} functions.",
    )
