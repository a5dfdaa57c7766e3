"""worker: serve requests from stdin (the contract stands in `model_runtime.protocol`)."""

import click

from model_runtime.worker import IDLE, serve

__all__ = ["command"]


@click.command("worker", help="Serve requests from stdin, one JSON object a line.")
@click.option("--idle", type=click.FloatRange(min=0, min_open=True), default=IDLE, show_default=True)
def command(idle: float) -> None:
    """End after `idle` seconds without a request."""
    serve(idle)
