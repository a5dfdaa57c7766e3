"""Features in a background thread: the same as without a thread, and stopped when the user cancels."""

import numpy as np
import pytest

from model_runtime.errors import Cancelled
from model_runtime.service.background_features import features_in_background
from model_runtime.speech.audio import Waveform


def test_what_is_heard_beside_is_what_is_heard(line, model):
    with features_in_background(model, line[0]) as heard:
        beside = heard.result()
    assert np.array_equal(beside, model.extract_features(line[0]))


def test_who_stops_ends_the_hearing(line, model):
    """Cancels the extraction for a sound of ten minutes in its first seconds."""
    long = Waveform(np.resize(line[0].samples, 600 * 16000))
    with pytest.raises(Cancelled), features_in_background(model, long) as heard:
        raise Cancelled
    assert isinstance(heard.exception(), Cancelled)
