"""Features: one row for every hundredth of a second, nearly the same at any loudness."""

import numpy as np

from model_runtime.speech.audio import Waveform
from model_runtime.speech.features import ENCODER_DIM, FEATURE_DIM, extract_features
from model_runtime.speech.log_mel import ACOUSTIC_RATE


def features(waveform: Waveform) -> np.ndarray:
    return extract_features(waveform)[:, :ENCODER_DIM].astype(np.float64)


def test_every_hundredth_of_a_second_is_heard(line):
    waveform = line[0]
    assert extract_features(waveform).shape == (int(waveform.duration * ACOUSTIC_RATE) + 1, FEATURE_DIM)
    short = Waveform(waveform.samples[:1600])
    assert np.isfinite(extract_features(short)).all()


def test_a_quieter_recording_sounds_alike(line):
    waveform = line[0]
    quiet = Waveform(0.03 * waveform.samples)
    assert np.corrcoef(features(waveform).ravel(), features(quiet).ravel())[0, 1] > 0.999
