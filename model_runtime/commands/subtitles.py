"""subtitles: gives the words of a file of subtitles, or of a text file, for a part of its time."""

from dataclasses import dataclass

import click

from model_runtime.linguistics.transcript_file import find_transcript
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of subtitles. file: a text file, or subtitles (.srt, .vtt, .ass, ...). start, end: seconds."""

    file: str
    start: float = 0.0
    end: float | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Return text: the words whose cue's middle lies between start and end; all words of a text file. Raises
    InputError for a file that cannot be read."""
    said = find_transcript(None, request.file, request.start, request.end)
    report("subtitles", 1.0, "Done")
    return {"text": " ".join((said.text or "").split())}


@click.command("subtitles", help="Give the words of FILE: subtitles (.srt, .vtt, .ass, ...), or a text file.")
@click.argument("file")
@click.option("--start", type=float, default=0.0, help="Seconds.")
@click.option("--end", type=float, help="Seconds.")
@json_option
def command(file: str, start: float, end: float | None, as_json: bool) -> None:
    """Run `run` from the command line."""
    result = run(Request(file, start, end), ModelCache(), lambda *_: None)
    answer(result, as_json, result["text"])
