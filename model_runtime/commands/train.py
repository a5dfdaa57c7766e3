"""train: trains the paper's network on prepared data, configured by a TOML file."""

import importlib.util
import sys

import click

from model_runtime.errors import InputError
from model_runtime.service.console import answer, json_option

__all__ = ["command"]


@click.command("train", help="Train the paper's network as a TOML file says.")
@click.argument("config")
@click.option("--resume", is_flag=True, help="Go on with a training that was stopped.")
@click.option("--allow-download", is_flag=True, help="Let the speech encoder be downloaded.")
@json_option
def command(config: str, resume: bool, allow_download: bool, as_json: bool) -> None:
    """Train, and print the folder and validation metrics of each model."""
    if importlib.util.find_spec("accelerate") is None:
        raise InputError("Training needs the package accelerate; install it into the runtime's environment.")
    # Imported here: they load torch, which takes seconds.
    from model_runtime.training.config_file import read_config
    from model_runtime.training.loop import end_processes
    from model_runtime.training.paper_training import train_paper

    trained = train_paper(read_config(config), resume, allow_download, progress=sys.stderr.isatty())
    end_processes()
    result = {
        "models": [
            {"model": str(each.model), "row": each.row, "explained": each.explained, "validation": each.validation}
            for each in trained
        ]
    }
    lines = []
    for each in trained:
        figures = ", ".join(f"{name} {value:.4g}" for name, value in each.validation.items())
        explained = f"; the basis expresses {each.explained:.2%} of the motion" if each.explained is not None else ""
        lines.append(f"{each.model}: {figures or 'no validation clips'}{explained}.")
    answer(result, as_json, "\n".join(lines))
