"""batch: makes a take for each line of a manifest."""

from dataclasses import asdict
from pathlib import Path

import click

from model_runtime.errors import InputError
from model_runtime.service.batch import Shard, run_batch
from model_runtime.service.console import answer, json_option, progress_bar, pronunciations_option

__all__ = ["command"]


@click.command("batch", help="Make a take of every line of LINES (JSONL: audio, transcript, ... an object a line).")
@click.argument("lines", type=Path)
@click.option("-o", "--output", type=Path, required=True, help="Folder of the takes.")
@click.option("--shard", default="1/1", show_default=True, help="I/N: only the I-th of N parts.")
@click.option("--resume/--again", default=True, help="Keep the takes that are there (default), or make all anew.")
@click.option(
    "--features/--without-features",
    default=True,
    help="Keep in the takes what was heard (default), which completing edits needs, or make them far smaller.",
)
@pronunciations_option
@json_option
def command(
    lines: Path, output: Path, shard: str, resume: bool, features: bool, pronunciations: str | None, as_json: bool
) -> None:
    """Run `run_batch` from the command line. Exit code 2 when lines failed, after all other lines were made, or when
    the disk is full, at once."""
    with progress_bar() as report:
        summary = run_batch(lines, output, Shard.parse(shard), report, not resume, features, pronunciations)
    rate = summary.made / summary.seconds if summary.seconds else 0.0
    sentence = (
        f"{output}: {summary.made} made, {summary.kept} kept, {summary.failed} failed, {summary.noted} with notes; "
        f"{rate:.2f} lines a second."
    )
    answer(asdict(summary), as_json, sentence)
    if summary.left:
        there = f"{summary.made + summary.kept} of {summary.lines} takes are there"
        raise InputError(f"The disk of {output} is full; {there}: make room and start the same command again.")
    if summary.failed:
        reason, count = max(summary.reasons.items(), key=lambda item: item[1])
        raise InputError(f"{summary.failed} of {summary.lines} lines failed, {count} of them: {reason}")
