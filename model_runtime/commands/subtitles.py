"""subtitles: gives the words of a file of subtitles, or of a text file, for a part of its time."""

from dataclasses import dataclass

import click

from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.listen import check_language_setting
from model_runtime.linguistics.transcript_file import find_transcript
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option, language_option
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of subtitles. file: a text file, or subtitles (.srt, .vtt, .ass, ...). start, end: seconds. language:
    of the words, a code such as de, or auto."""

    file: str
    start: float = 0.0
    end: float | None = None
    language: str = AUTO


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Return text, the words whose cue's middle lies between start and end (all words of a text file), and notes.
    Raises InputError for a file that cannot be read."""
    language = check_language_setting(request.language)
    said = find_transcript(None, request.file, request.start, request.end, language=language)
    report("subtitles", 1.0, "Done")
    return {"text": " ".join((said.text or "").split()), "notes": list(said.notes)}


@click.command("subtitles", help="Give the words of FILE: subtitles (.srt, .vtt, .ass, ...), or a text file.")
@click.argument("file")
@click.option("--start", type=float, default=0.0, help="Seconds.")
@click.option("--end", type=float, help="Seconds.")
@language_option
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    result = run(Request(**options), ModelCache(), lambda *_: None)  # type: ignore[arg-type]
    answer(result, as_json, "\n".join([result["text"], *result["notes"]]))
