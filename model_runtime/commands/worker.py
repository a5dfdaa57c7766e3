"""worker: serves requests from stdin; `model_runtime.protocol` describes the messages."""

import click

from model_runtime.worker import IDLE, serve

__all__ = ["command"]


@click.command("worker", help="Serve requests from stdin, one JSON object a line.")
@click.option("--idle", type=click.FloatRange(min=0, min_open=True), default=IDLE, show_default=True)
def command(idle: float) -> None:
    """Serve requests; end after `idle` seconds without one."""
    serve(idle)
