"""generate: makes a take from a sound and, where given, its transcript or phones."""

import click

from model_runtime.emotion.settings import NEUTRAL
from model_runtime.schema import EMOTION_SETTINGS, SETTINGS
from model_runtime.service.console import (
    answer,
    heard_sentences,
    json_option,
    language_option,
    progress_bar,
    pronunciations_option,
    setting_options,
)
from model_runtime.service.model_cache import ModelCache
from model_runtime.service.take_request import Request, run

__all__ = ["Request", "command", "run"]


@click.command("generate", help="Make a take (.npz) of the voice in AUDIO.")
@click.argument("audio")
@click.option("-o", "--output", required=True, help="The take to write.")
@click.option("--transcript", help="What is said.")
@click.option("--transcript-file", help="A text file, or subtitles (.srt, .vtt, .ass, ...).")
@language_option
@pronunciations_option
@click.option("--textgrid", help="Phones with times (.TextGrid, .json, .csv, .lab, .ctm), instead of listening.")
@click.option("--tier", help="The TextGrid's tier of phones: its name, its number, or its speaker.")
@click.option("--start", type=float, default=0.0, help="Seconds within the file.")
@click.option("--end", type=float, help="Seconds within the file.")
@click.option("--speed", type=float, default=1.0, help="How fast the sound is played.")
@click.option("--model", default="starter", show_default=True, help="starter, or a model's folder.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, directml or coreml.")
@setting_options(SETTINGS)
@click.option(
    "--emotion",
    default=NEUTRAL,
    show_default=True,
    help=f"What the face shows: {NEUTRAL}, {', '.join(EMOTION_SETTINGS)}.",
)
@click.option("--emotion-strength", type=float, default=1.0, show_default=True, help="0 not at all to 1 fully.")
@click.option(
    "--features/--without-features",
    default=True,
    help="Keep in the take what was heard (default), which completing edits needs, or make it far smaller.",
)
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options)  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    sentence = f"{result['output']}: {result['frames']} frames, {result['key_frames']} key motions."
    answer(result, as_json, " ".join([sentence, *heard_sentences(result)]))
