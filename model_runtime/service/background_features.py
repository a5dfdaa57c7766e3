"""What a model hears of a sound, worked out in a thread of its own while the phones are found.

Neither needs the other, and finding phones keeps one core busy.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

import numpy as np

from model_runtime.errors import Cancelled
from model_runtime.speech.audio import Waveform

if TYPE_CHECKING:
    from model_runtime.model.checkpoint import Model

__all__ = ["features_in_background"]


@contextmanager
def features_in_background(model: "Model", waveform: Waveform) -> Iterator[Future[np.ndarray]]:
    """What the model hears, in the end; an error within, or a user who stops, ends the hearing too."""
    began, stopped = Event(), Event()

    def checkpoint() -> None:
        began.set()
        if stopped.is_set():
            raise Cancelled

    with ThreadPoolExecutor(1) as beside:
        try:
            heard = beside.submit(model.extract_features, waveform, checkpoint)
            heard.add_done_callback(lambda _: began.set())
            # The aligner keeps Python's lock for most of its time: only what runs before it begins runs beside it.
            began.wait()
            yield heard
        finally:
            stopped.set()
