"""batch: a manifest of lines becomes takes."""

from dataclasses import asdict
from pathlib import Path

import click

from model_runtime.batch import Shard, run_batch
from model_runtime.errors import InputError
from model_runtime.terminal import answer, json_option, progress_bar

__all__ = ["command"]


@click.command("batch", help="Make a take of every line of LINES (JSONL: audio, transcript, ... an object a line).")
@click.argument("lines", type=Path)
@click.option("-o", "--output", type=Path, required=True, help="Folder of the takes.")
@click.option("--shard", default="1/1", show_default=True, help="I/N: only the I-th of N parts.")
@click.option("--resume/--again", default=True, help="Keep the takes that are there (default), or make all anew.")
@json_option
def command(lines: Path, output: Path, shard: str, resume: bool, as_json: bool) -> None:
    """The command line's way to `run_batch`. Failed lines end in exit code 2, after all others were made."""
    with progress_bar() as report:
        summary = run_batch(lines, output, Shard.parse(shard), report, again=not resume)
    rate = summary.made / summary.seconds if summary.seconds else 0.0
    sentence = (
        f"{output}: {summary.made} made, {summary.kept} kept, {summary.failed} failed, {summary.noted} with notes; "
        f"{rate:.2f} lines a second."
    )
    answer(asdict(summary), as_json, sentence)
    if summary.failed:
        reason, count = max(summary.reasons.items(), key=lambda item: item[1])
        raise InputError(f"{summary.failed} of {summary.lines} lines failed, {count} of them: {reason}")
