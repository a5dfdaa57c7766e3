"""emotion: shows an emotion with a take, beside what its mouth says."""

from dataclasses import dataclass

import click

from model_runtime.emotion.emotion_file import read_strengths, write_layer
from model_runtime.emotion.layer import layer_of, strengths_of
from model_runtime.emotion.settings import Emotions, EmotionValues
from model_runtime.files.paths import check_output
from model_runtime.progress import Report
from model_runtime.schema import EMOTION_SETTINGS
from model_runtime.service.console import answer, json_option, progress_bar, setting_options
from model_runtime.service.model_cache import ModelCache
from model_runtime.take import read_take

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True, kw_only=True)
class Request(EmotionValues):
    """Parameters of emotion, with the strength of each. strengths: .npz with strengths that change over the frames
    (emotion.emotion_file); in its place, the strengths of the parameters hold throughout."""

    take: str
    output: str
    strengths: str | None = None


def run(request: Request, _cache: ModelCache, report: Report) -> dict:
    """Write EMOTION.npz. Returns output, frames, channels (those that move) and emotions {name: largest strength}.
    Raises InputError."""
    output = check_output(request.output)
    emotions = Emotions(**{name: getattr(request, name) for name in EMOTION_SETTINGS})
    report("read", 0.0, "Reading")
    take = read_take(request.take)
    frames = len(take.weights)
    strengths = strengths_of(emotions, frames)
    if request.strengths is not None:
        strengths = read_strengths(request.strengths, frames)
    report("emotion", 0.3, "Moving the face")
    layer = layer_of(take, strengths)
    report("write", 0.9, "Writing")
    write_layer(layer, output)
    report("write", 1.0, "Done")
    moved = [name for name, moves in zip(layer.channels, layer.weights.any(axis=0), strict=True) if moves]
    return {"output": str(output), "frames": frames, "channels": moved, "emotions": layer.meta["emotion"]}


@click.command("emotion", help="Show an emotion with TAKE: what is added to its weights, in a file of its own.")
@click.argument("take")
@click.option("-o", "--output", required=True, help="The file (.npz) to write.")
@click.option("--strengths", help="Strengths that change over the take (.npz): strengths (T, E) of emotions (E).")
@setting_options(EMOTION_SETTINGS)
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options)  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    shown = ", ".join(f"{name} {strength:g}" for name, strength in result["emotions"].items()) or "neutral"
    answer(result, as_json, f"{result['output']}: {result['frames']} frames, {shown}.")
