"""complete: computes a take's frames again from edited key motions."""

from dataclasses import dataclass

import click

from model_runtime.complete import complete, read_keys
from model_runtime.files.paths import check_model, check_output
from model_runtime.linguistics.phone_lists import lists_of, track_of
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option, progress_bar
from model_runtime.service.model_cache import ModelCache
from model_runtime.take import read_take, write_take

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of complete. take, keys: paths of .npz files. first, last: frame range to compute. locked: channels
    that stay as they are. phones, words: corrected [label, start, end] in seconds; without words, the take's words.
    sounds: as of generate."""

    take: str
    keys: str
    output: str
    model: str = "starter"
    device: str = "auto"
    first: int | None = None
    last: int | None = None
    locked: list | None = None
    phones: list | None = None
    words: list | None = None
    sounds: list | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write the take. Returns output, frames (count), key_frames (count). Raises InputError."""
    output = check_output(request.output)
    check_model(request.model)
    report("read", 0.0, "Reading")
    take = read_take(request.take)
    phones = None
    if request.phones is not None:
        words = lists_of(take.phones)["words"] if request.words is None else request.words
        phones = track_of(request.phones, words, take.phones.duration, request.sounds)
    locked = tuple(str(name) for name in request.locked or ())
    keys = read_keys(request.keys)
    report("model", 0.1, "Loading")
    model = cache.model(request.model, request.device)
    report("motion", 0.4, "Completing")
    done = complete(
        take,
        keys,
        model,
        request.first,
        request.last,
        locked,
        phones,
        lambda share: report("motion", 0.4 + 0.5 * share, "Completing"),
    )
    report("write", 0.95, "Writing")
    write_take(done, output)
    report("write", 1.0, "Done")
    return {"output": str(output), "frames": len(done.weights), "key_frames": len(done.key_frames)}


@click.command("complete", help="Fill TAKE in again around given key motions.")
@click.argument("take")
@click.option("--keys", required=True, help="Key motions (.npz): key_frames, key_weights, channels.")
@click.option("-o", "--output", required=True, help="The take to write.")
@click.option("--model", default="starter", show_default=True, help="starter, or a model's folder.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, directml or coreml.")
@click.option("--first", type=int, help="The first frame to fill.")
@click.option("--last", type=int, help="The last frame to fill.")
@click.option("--lock", "locked", multiple=True, help="A channel that stays as it is; may be repeated.")
@json_option
def command(as_json: bool, locked: tuple[str, ...], **options: object) -> None:
    """Run `run` from the command line."""
    with progress_bar() as report:
        result = run(Request(locked=list(locked), **options), ModelCache(), report)  # type: ignore[arg-type]
    answer(result, as_json, f"{result['output']}: {result['frames']} frames, {result['key_frames']} key motions.")
