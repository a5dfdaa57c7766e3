"""Feature extraction in a background thread while the aligner finds the phones.

The two are independent of each other, and the aligner uses one core only.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import numpy as np

from model_runtime.errors import Cancelled
from model_runtime.model.checkpoint import Model
from model_runtime.speech.audio import Waveform

__all__ = ["features_in_background"]


@contextmanager
def features_in_background(model: Model, waveform: Waveform) -> Iterator[Future[np.ndarray]]:
    """The model's features of the waveform, (A, F), as a Future. Leaving the block, also by an error or a cancelled
    request, stops the extraction, and the Future then holds Cancelled."""
    began, stopped = Event(), Event()

    def checkpoint() -> None:
        began.set()
        if stopped.is_set():
            raise Cancelled

    with ThreadPoolExecutor(1) as beside:
        try:
            heard = beside.submit(model.extract_features, waveform, checkpoint)
            heard.add_done_callback(lambda _: began.set())
            # The aligner holds Python's global interpreter lock most of the time and could keep the thread from
            # starting: wait until the extraction has started.
            began.wait()
            yield heard
        finally:
            stopped.set()
