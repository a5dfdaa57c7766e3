"""life: moves head, eyes, lids and brows with a take, beside its mouth."""

from dataclasses import dataclass

import click

from model_runtime.files.paths import check_output
from model_runtime.life.life_file import write_life
from model_runtime.life.performance import Life, life_of
from model_runtime.life.settings import LifeSettings, LifeSettingValues
from model_runtime.life.target import read_target
from model_runtime.progress import Report
from model_runtime.schema import LIFE_SETTINGS
from model_runtime.service.console import answer, json_option, progress_bar, setting_options
from model_runtime.service.model_cache import ModelCache
from model_runtime.speech.audio import read_audio
from model_runtime.take import read_take

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True, kw_only=True)
class Request(LifeSettingValues):
    """Parameters of life, with its settings. audio: the take's sound; None: stress is judged by the lengths of vowels.
    start, end: part of the audio file, seconds. speed: playback speed of the sound. target: .npz with the array
    `target`, what is looked at (life.target)."""

    take: str
    output: str
    audio: str | None = None
    start: float = 0.0
    end: float | None = None
    speed: float = 1.0
    target: str | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write LIFE.npz. Returns output, frames, counts {event: number} and notes. Raises InputError."""
    output = check_output(request.output)
    settings = LifeSettings(**{name: getattr(request, name) for name in LIFE_SETTINGS})
    report("read", 0.0, "Reading")
    take = read_take(request.take)
    waveform = None
    if request.audio is not None:
        waveform = read_audio(request.audio, request.start, request.end, request.speed)
    target = None if request.target is None else read_target(request.target, len(take.weights))
    report("life", 0.3, "Moving head and eyes")
    life = life_of(take, waveform, settings, target)
    report("write", 0.9, "Writing")
    write_life(life, output)
    report("write", 1.0, "Done")
    counts: dict[str, int] = {}
    for event in life.events:
        counts[event.label] = counts.get(event.label, 0) + 1
    return {"output": str(output), "frames": len(life.head), "counts": counts, "notes": notes_of(life)}


def notes_of(life: Life) -> list[str]:
    """Sentences on what could not be done."""
    held = life.held.nonzero()[0]
    if not len(held):
        return []
    if len(held) == len(life.held):
        return ["What is looked at lies behind the head or too high or low: the eyes look ahead."]
    first, last = held[0] / life.fps, held[-1] / life.fps
    return [
        f"From {first:.1f} to {last:.1f} s what is looked at lies behind the head or too high or low: the eyes hold "
        "their last direction there."
    ]


@click.command("life", help="Move head, eyes, lids and brows with TAKE, whose sound is AUDIO.")
@click.argument("take")
@click.argument("audio", required=False)
@click.option("-o", "--output", required=True, help="The file (.npz) to write.")
@click.option("--start", type=float, default=0.0, help="Seconds within the sound file.")
@click.option("--end", type=float, help="Seconds within the sound file.")
@click.option("--speed", type=float, default=1.0, help="How fast the sound is played.")
@click.option("--target", help="What is looked at (.npz): target, (x, y, z) a frame from between the eyes.")
@setting_options(LIFE_SETTINGS)
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options)  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    counted = ", ".join(f"{count} {label}" for label, count in sorted(result["counts"].items()))
    answer(result, as_json, " ".join([f"{result['output']}: {result['frames']} frames, {counted}.", *result["notes"]]))
