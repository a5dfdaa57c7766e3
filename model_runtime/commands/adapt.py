"""adapt: adapts a model to the face of one person, from a short capture."""

import click

from model_runtime.service.adapt_request import Request, run
from model_runtime.service.console import answer, json_option, language_option, progress_bar
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@click.command("adapt", help="Adapt MODEL to the face in CAPTURE (half a minute to three), as a new model folder DST.")
@click.argument("model")
@click.argument("capture")
@click.argument("dst")
@click.option("--audio", help="The sound of the capture, if it does not lie beside it.")
@language_option
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
@json_option
def command(model: str, capture: str, dst: str, audio: str | None, language: str, device: str, as_json: bool) -> None:
    """Run `run` from the command line."""
    request = Request(model=model, capture=capture, output=dst, audio=audio, language=language, device=device)
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    sentence = (
        f"{result['output']}: {result['seconds']:.0f} s of the face; its opening follows the sound with r "
        f"{result['before']:.2f} before, {result['after']:.2f} adapted; jaw and lips times {result['gain']:.2f}."
    )
    answer(result, as_json, " ".join([sentence, *result["notes"]]))
