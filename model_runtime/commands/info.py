"""info: versions, models, styles, device and data files of the installation."""

import platform
from dataclasses import dataclass

import click
import onnxruntime

from model_runtime import __version__
from model_runtime.files.data_files import DATA_FILES, data_digest
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """info has no parameters."""


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Versions, models, styles, the default device, and the number and SHA-256 of the data files.

    Raises InputError when a data file is damaged.
    """
    model = cache.model("starter", "auto")
    return {
        "version": __version__,
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "models": ["starter"],
        "device": model.device.name,
        "styles": list(model.styles),
        "data_files": sum(len(files.digests) for files in DATA_FILES),
        "data_sha256": data_digest(),
    }


@click.command("info", help="Show versions, models, styles and the device.")
@json_option
def command(as_json: bool) -> None:
    """Run `run` from the command line."""
    result = run(Request(), ModelCache(), lambda _stage, _fraction, _text: None)
    lines = (f"{name}: {', '.join(v) if isinstance(v, list) else v}" for name, v in result.items())
    answer(result, as_json, "\n".join(lines))
