"""Long recordings: bounds of memory growth, and windows whose output does not depend on distant parts of the sound."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from recordings import LINE, TEXT

from model_runtime.generate import generate
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.edges import place_edges
from model_runtime.linguistics.loudness import levels
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.performance import Performance
from model_runtime.settings import Settings
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio

FPS = 50  # frames a second
LENGTHS = (240, 720)  # lengths of the two recordings that `growth` compares, seconds


@pytest.fixture(scope="module")
def line() -> tuple[Waveform, PhoneTrack]:
    """The bundled line; its phones start at multiples of 1/128 s, so that shifting them by whole seconds is exact."""
    waveform = read_audio(LINE)
    found = find_phones(waveform, TEXT).phones
    spans = [Span(span.label, round(span.start * 128) / 128, round(span.end * 128) / 128) for span in found]
    whole = round(waveform.duration)
    spans[-1] = Span(spans[-1].label, spans[-1].start, float(whole))
    samples = np.resize(waveform.samples, whole * SAMPLE_RATE)
    return Waveform(samples), PhoneTrack(tuple(span for span in spans if span.end > span.start))


def repeated(line: tuple[Waveform, PhoneTrack], seconds: float) -> tuple[Waveform, PhoneTrack]:
    """The line, repeated to at least `seconds`."""
    waveform, phones = line
    count = int(np.ceil(seconds / waveform.duration))
    starts = [index * waveform.duration for index in range(count)]
    spans = tuple(Span(span.label, span.start + start, span.end + start) for start in starts for span in phones.phones)
    return Waveform(np.tile(waveform.samples, count)), PhoneTrack(spans)


def growth(work: Callable[[Waveform, PhoneTrack], object], line: tuple[Waveform, PhoneTrack]) -> float:
    """Growth of peak memory, bytes for each byte of waveform (64,000 a second) added to a recording of four minutes."""
    peaks, sizes = [], []
    for seconds in LENGTHS:
        waveform, phones = repeated(line, seconds)
        tracemalloc.start()
        work(waveform, phones)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(waveform.samples.nbytes)
    return (peaks[1] - peaks[0]) / (sizes[1] - sizes[0])


def test_a_recording_is_never_in_memory_at_its_own_rate(line, tmp_path):
    def read(waveform: Waveform, phones: PhoneTrack) -> None:
        read_audio(files[len(waveform.samples)])

    files = {}
    for seconds in LENGTHS:
        waveform, _ = repeated(line, seconds)
        files[len(waveform.samples)] = tmp_path / f"{seconds}.wav"
        soundfile.write(tmp_path / f"{seconds}.wav", np.repeat(waveform.samples, 3), 48000)
    # Two copies of the waveform at the end: its 16 kHz pieces, and the one array joined from them.
    assert growth(read, line) < 2.1


def test_loudness_and_edges_take_at_most_a_second_copy_of_the_sound(line):
    assert growth(lambda waveform, phones: levels(waveform), line) < 0.2
    assert growth(lambda waveform, phones: place_edges(phones, waveform), line) < 1.3


def test_what_is_heard_takes_less_than_four_times_the_sound(line, model):
    """The features take 2.6 times the waveform's bytes; the log-mel spectrum is computed in addition."""
    model.extract_features(line[0])  # loads the recognisers
    assert growth(lambda waveform, phones: model.extract_features(waveform), line) < 3.5


@pytest.mark.slow
def test_a_take_takes_less_than_four_times_its_sound(line, model):
    """Most of the memory holds the features; during their computation the take's motion does not exist yet."""
    model.extract_features(line[0])  # loads the recognisers
    assert growth(lambda waveform, phones: generate(waveform, phones, Settings(), model), line) < 3.5


def performance(model, waveform: Waveform, phones: PhoneTrack, start: int, end: int) -> np.ndarray:
    """Motion (T, K) of the part from `start` to `end` (seconds) alone, with features extracted from the whole sound."""
    spans = [span for span in phones.phones if span.end > start and span.start < end]
    part = tuple(Span(span.label, max(span.start - start, 0), min(span.end, end) - start) for span in spans)
    times = np.arange((end - start) * FPS + 1) / FPS
    keys = sorted({0, *(round(span.end * FPS) for span in part)})
    sound = model.extract_features(waveform)[start * 100 : end * 100 + 1]
    asked = Performance(sound, PhoneTrack(part), times[keys], None, times, model.style_vector(None))
    return model.perform(asked, lambda share: None)


def test_a_part_alone_moves_as_in_the_whole_to_the_last_bit(line, model):
    """Windows start at multiples of 30 s and have 4 s of context on both sides: more distant parts change nothing."""
    waveform, phones = repeated(line, 130)
    whole = performance(model, waveform, phones, 0, 130)
    # The part from 0 to 65 s differs from the whole only in its last window, which lacks the whole's later context.
    first = performance(model, waveform, phones, 0, 65)
    np.testing.assert_array_equal(first[: 60 * FPS], whole[: 60 * FPS])
    # A part that starts at a window's start has the same context as the whole from its second window on.
    second = performance(model, waveform, phones, 30, 130)
    np.testing.assert_array_equal(second[31 * FPS :], whole[61 * FPS :])


def test_the_seam_between_windows_leaves_no_trace(line, model):
    """The motion at a window's edge equals, within 0.005, the motion when the same moment is inside of a window."""
    waveform, phones = repeated(line, 70)
    whole, part = performance(model, waveform, phones, 0, 70), performance(model, waveform, phones, 6, 70)
    for seam in (30, 36):
        here, there = whole[(seam - 1) * FPS : (seam + 1) * FPS], part[(seam - 7) * FPS : (seam - 5) * FPS]
        np.testing.assert_allclose(here, there, atol=0.005)
