"""suggest: which emotions a voice may have, and how strong, against other lines of the same speaker."""

from dataclasses import dataclass

import click

from model_runtime.emotion.voice import Heard, compare, measure
from model_runtime.errors import InputError
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option, progress_bar
from model_runtime.service.model_cache import ModelCache
from model_runtime.speech.audio import read_audio

__all__ = ["Request", "command", "run"]

# Other lines that are read at most: more tell no more of a usual voice.
MOST_OTHERS = 12


@dataclass(frozen=True, kw_only=True)
class Request:
    """Parameters of suggest. audio: the line. start, end: part of it, seconds. others: other lines of the same speaker,
    recorded alike: paths, or [path, start, end or null]."""

    audio: str
    start: float = 0.0
    end: float | None = None
    others: list | None = None


def run(request: Request, _cache: ModelCache, report: Report) -> dict:
    """Returns arousal (-1 to 1), strength (0 to 1), fitting {emotion: chance}, and notes. Raises InputError."""
    others = [_part(other) for other in request.others or ()][:MOST_OTHERS]
    report("audio", 0.0, "Reading")
    voice = measure(read_audio(request.audio, request.start, request.end))
    usual = []
    for index, (path, start, end) in enumerate(others):
        report("audio", (index + 1) / (len(others) + 1), "Listening")
        usual.append(measure(read_audio(path, start, end)))
    heard = compare(voice, usual)
    report("audio", 1.0, "Done")
    return {
        "arousal": round(heard.arousal, 3),
        "strength": heard.strength,
        "fitting": heard.fitting,
        "notes": [_sentence(heard, bool(others))],
    }


def _part(other: object) -> tuple[str, float, float | None]:
    """A path with its part. Raises InputError for anything else."""
    if isinstance(other, str):
        return other, 0.0, None
    if isinstance(other, list) and len(other) == 3:
        path, start, end = other
        if isinstance(path, str) and isinstance(start, int | float) and isinstance(end, int | float | None):
            return path, float(start), None if end is None else float(end)
    raise InputError('Each of "others" must be a path, or [path, start, end].')


def _sentence(heard: Heard, compared: bool) -> str:
    if not compared:
        return "A voice tells its emotion only beside other lines of the same speaker, recorded alike; give some."
    if not heard.fitting:
        return "The voice is as in the speaker's other lines: no emotion is suggested."
    how = "louder, higher or faster" if heard.arousal > 0 else "softer, lower or slower"
    *first, last = heard.fitting
    return (
        f"The voice is {how} than in the speaker's other lines: strength {heard.strength:g}. "
        f"It fits {', '.join(first)} and {last} alike."
    )


@click.command("suggest", help="Suggest an emotion, and how strong, from the voice in AUDIO.")
@click.argument("audio")
@click.option("--other", "others", multiple=True, help="Another line of the same speaker; may be given again.")
@click.option("--start", type=float, default=0.0, help="Seconds within the file.")
@click.option("--end", type=float, help="Seconds within the file.")
@json_option
def command(as_json: bool, others: tuple[str, ...], **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options, others=list(others))  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    answer(result, as_json, " ".join(result["notes"]))
