"""Key frames are at the phone boundaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import LINE, TEXT

from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.speech.audio import read_audio
from model_runtime.take import frame_count


def test_boundaries_rounded_ends_included_none_twice():
    track = PhoneTrack((Span("SIL", 0.0, 0.1), Span("M", 0.1, 0.11), Span("AA", 0.11, 0.52), Span("SIL", 0.52, 1.0)))
    keys = key_frames(track, 30.0, 31)
    assert keys.dtype == np.int32
    assert keys.tolist() == [0, 3, 16, 30]


def test_a_third_of_the_frames_of_speech():
    waveform = read_audio(LINE)
    frames = frame_count(waveform.duration, 30.0)
    keys = key_frames(find_phones(waveform, TEXT), 30.0, frames)
    assert 0.2 < len(keys) / frames < 0.5


@given(
    lengths=st.lists(st.floats(0.001, 2.0), min_size=1, max_size=40),
    fps=st.sampled_from([1.0, 23.976, 24.0, 25.0, 30.0, 60.0]),
    short=st.integers(-3, 3),
)
def test_always_ascending_from_first_to_last(lengths, fps, short):
    ends = np.cumsum(lengths)
    starts = [0.0, *ends[:-1]]
    track = PhoneTrack(tuple(Span("AA", float(a), float(b)) for a, b in zip(starts, ends, strict=True)))
    frames = max(1, frame_count(track.duration, fps) - short)
    keys = key_frames(track, fps, frames)
    assert keys[0] == 0
    assert keys[-1] == frames - 1
    assert (np.diff(keys) > 0).all()


def test_one_frame_has_one_key():
    assert key_frames(PhoneTrack((Span("SIL", 0.0, 0.001),)), 30.0, 1).tolist() == [0]


@pytest.mark.parametrize("fps", [24.0, 29.97])
def test_every_boundary_has_its_frame(fps):
    track = PhoneTrack(tuple(Span("AA", i * 0.1, (i + 1) * 0.1) for i in range(20)))
    keys = key_frames(track, fps, frame_count(2.0, fps))
    for span in track.phones:
        assert np.abs(keys / fps - span.start).min() <= 0.5 / fps + 1e-9
