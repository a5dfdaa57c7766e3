"""capture: makes a take from a captured performance and, where given, the sound that was recorded with it."""

import click

from model_runtime.service.capture_request import Request, run
from model_runtime.service.console import (
    answer,
    heard_sentences,
    json_option,
    language_option,
    progress_bar,
    pronunciations_option,
)
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@click.command("capture", help="Make a take (.npz) of CAPTURE: Live Link Face's .csv or take folder, and others.")
@click.argument("capture")
@click.option("-o", "--output", required=True, help="The take to write.")
@click.option("--fps", type=float, default=30.0, show_default=True, help="Frames a second of the take.")
@click.option("--start", type=float, default=0.0, help="Seconds within the capture.")
@click.option("--end", type=float, help="Seconds within the capture.")
@click.option("--rate", type=float, help="Frames a second of the timecodes (29.97, 60, ...), if the file hides it.")
@click.option("--from", "zero", help="Timecode at which the take begins, to line up two devices.")
@click.option("--audio", help="The sound that was recorded with it.")
@click.option("--sound-start", type=float, default=0.0, help="Seconds within the sound at which the capture begins.")
@click.option("--transcript", help="What is said.")
@click.option("--transcript-file", help="A text file, or subtitles (.srt, .vtt, .ass, ...).")
@language_option
@pronunciations_option
@click.option("--textgrid", help="Phones of the sound with times, instead of listening.")
@click.option("--tier", help="The TextGrid's tier of phones: its name, its number, or its speaker.")
@click.option("--model", default="starter", show_default=True, help="starter, or a model's folder.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options)  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    sentence = f"{result['output']}: {result['frames']} frames, {result['key_frames']} key motions."
    answer(result, as_json, " ".join([sentence, *heard_sentences(result)]))
