"""Likeness: what the starter hears of a voice is the phones it says, at any loudness."""

import numpy as np

from model_runtime.acoustics import ACOUSTIC_RATE
from model_runtime.audio import Waveform
from model_runtime.linguistics.phones import SILENCE
from model_runtime.model.likeness import LIKENESSES, hear


def test_likenesses_are_probabilities_of_phones(line):
    heard = hear(line[0])[:, :LIKENESSES]
    assert heard.min() >= 0
    np.testing.assert_allclose(heard.sum(axis=1), 1, atol=1e-4)


def test_each_phone_of_the_line_has_a_likeness_of_its_own(line):
    """A phone's instances resemble each other more than the other phones: the likenesses tell which was said."""
    waveform, track = line
    heard = hear(waveform)[:, :LIKENESSES]
    said = [
        (phone.label, heard[round(phone.start * ACOUSTIC_RATE) : round(phone.end * ACOUSTIC_RATE)].mean(axis=0))
        for phone in track.phones
        if phone.label != SILENCE and phone.end - phone.start > 0.04
    ]
    repeated = {label for label, _ in said if sum(other == label for other, _ in said) > 1}
    right = []
    for index, (label, mean) in enumerate(said):
        if label in repeated:
            others = [(np.linalg.norm(mean - other), name) for k, (name, other) in enumerate(said) if k != index]
            right.append(min(others)[1] == label)
    assert np.mean(right) > 0.4


def test_a_quieter_recording_sounds_alike_where_somebody_speaks(line):
    waveform, track = line
    loud, quiet = hear(waveform), hear(Waveform(0.3 * waveform.samples))
    times = np.arange(len(loud)) / ACOUSTIC_RATE
    spoken = [(times > p.start) & (times < p.end) for p in track.phones if p.label != SILENCE]
    rows = np.any(spoken, axis=0)
    assert np.corrcoef(loud[rows, :LIKENESSES].ravel(), quiet[rows, :LIKENESSES].ravel())[0, 1] > 0.98
