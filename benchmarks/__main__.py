"""python -m benchmarks [--minutes 1 --minutes 10 ...]: prints all measurements in one Markdown table."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.curves import keys_per_second
from benchmarks.heads import shapes_of_heads
from benchmarks.memory import peak_memory
from benchmarks.paper import paper_against_encoder
from benchmarks.speech import cold_start, completion, generation, processor


@dataclass(frozen=True)
class Part:
    """A group of measurements. rows: runs them and gives (what was measured, result) pairs."""

    name: str
    rows: Callable[[], list[tuple[str, str]]]


@click.command()
@click.option(
    "--minutes", multiple=True, type=float, default=(1.0, 10.0), show_default=True, help="Lengths for memory."
)
@click.option(
    "--head", "heads", multiple=True, type=Path, help="A mesh to make shapes for; landmarks in a .json beside."
)
@click.option("--only", help="Only the part of that name: speech, processor, completion, curves, heads, memory, paper.")
def main(minutes: tuple[float, ...], heads: tuple[Path, ...], only: str | None) -> None:
    """Measure and print."""
    parts = (
        Part("speech", lambda: [*cold_start(), *generation()]),
        Part("processor", processor),
        Part("completion", completion),
        Part("curves", keys_per_second),
        Part("heads", lambda: shapes_of_heads(heads)),
        Part("memory", lambda: peak_memory(minutes)),
        Part("paper", paper_against_encoder),
    )
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, {_busy()} at the start\n")
    print("| what | measured |\n|---|---|")
    for part in parts:
        if only in (None, part.name):
            for what, measured in part.rows():
                print(f"| {what} | {measured} |", flush=True)
    print(f"\nAt the end: {_busy()}.")


def _busy() -> str:
    """The machine's load average over one minute: measurements on a busy machine are slower."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
