"""Reading audio: any sound file gives a 16 kHz mono waveform; any other file is refused in one sentence."""

import re
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from recordings import LINE

from model_runtime.errors import InputError
from model_runtime.speech.audio import SAMPLE_RATE, read_audio


def tone(rate, seconds=1.0, frequency=440.0):
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


def pitch(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return spectrum.argmax() * SAMPLE_RATE / len(samples)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_number_of_channels(tmp_path, rate, channels):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.repeat(tone(rate)[:, None], channels, axis=1), rate)
    waveform = read_audio(path)
    assert waveform.samples.dtype == np.float32
    assert waveform.samples.ndim == 1
    assert waveform.duration == pytest.approx(1.0, abs=0.001)
    assert pitch(waveform.samples) == pytest.approx(440, abs=2)
    assert np.abs(waveform.samples[2000:-2000]).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        *((".wav", kind) for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW")),
        *((".flac", kind) for kind in ("PCM_16", "PCM_24")),
        (".ogg", "VORBIS"),
        (".mp3", "MPEG_LAYER_III"),
    ],
)
def test_any_format_and_depth(tmp_path, suffix, subtype):
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, tone(44100, 2.0), 44100, subtype=subtype)
    waveform = read_audio(path)
    assert waveform.duration == pytest.approx(2.0, abs=0.08)
    assert pitch(waveform.samples[4000:20000]) == pytest.approx(440, abs=2)


def test_a_part_is_the_same_as_that_part_of_the_whole(tmp_path):
    whole = read_audio(LINE)
    copy = tmp_path / "line.wav"
    soundfile.write(copy, whole.samples, SAMPLE_RATE, subtype="FLOAT")
    part = read_audio(copy, 0.5, 1.25)
    np.testing.assert_allclose(part.samples, whole.samples[8000:20000], atol=1e-6)


def test_faster_is_shorter_and_higher(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(44100, 2.0), 44100)
    waveform = read_audio(path, 0.5, 1.5, speed=2.0)
    assert waveform.duration == pytest.approx(0.5, abs=0.001)
    assert pitch(waveform.samples) == pytest.approx(880, abs=3)


def test_the_same_file_gives_the_same_samples():
    assert read_audio(LINE, speed=1.1).samples.tobytes() == read_audio(LINE, speed=1.1).samples.tobytes()


def test_silence_is_a_sound(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(8000), 16000)
    assert not read_audio(path).samples.any()


def test_a_film_is_decoded_by_ffmpeg_or_refused(tmp_path):
    path = tmp_path / "a.m4a"
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg on this machine")
    subprocess.run([ffmpeg, "-v", "error", "-i", LINE, path], check=True)
    assert read_audio(path).duration == pytest.approx(read_audio(LINE).duration, abs=0.1)
    assert read_audio(path, 1.0, 2.0).duration == pytest.approx(1.0, abs=0.01)


def refused(path, *part, **speed):
    with pytest.raises(InputError) as caught:
        read_audio(path, *part, **speed)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_what_is_no_sound_is_refused(tmp_path):
    assert "no file" in refused(tmp_path / "none.wav")
    assert "folder" in refused(tmp_path)
    text = tmp_path / "text.wav"
    text.write_text("This is no sound at all.\n" * 50)
    assert "not a sound file" in refused(text)
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    assert "empty" in refused(empty)
    playlist = tmp_path / "list.wav"
    shutil.copy(LINE, tmp_path / "line.flac")
    playlist.write_text("ffconcat version 1.0\nfile 'line.flac'\n")
    assert "not a sound file" in refused(playlist)


def test_a_damaged_header_is_refused(tmp_path):
    damaged = tmp_path / "damaged.flac"
    damaged.write_bytes(b"fLaC" + bytes(range(256)) * 8)
    assert "not a sound file" in refused(damaged)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path, value):
    path = tmp_path / "a.wav"
    samples = tone(16000)
    samples[5000] = value
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    assert "not numbers" in refused(path)


def test_too_short_is_refused(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(16000, 0.09), 16000)
    assert "0.1 s" in refused(path)
    soundfile.write(path, np.zeros(0), 16000)
    assert "0.1 s" in refused(path) or "after its end" in refused(path)


@pytest.mark.parametrize(
    ("part", "speed"),
    [((-1.0,), 1.0), ((1.0, 0.5), 1.0), ((99.0,), 1.0), ((0.0, 99.0), 1.0), ((np.nan,), 1.0), ((0.0,), 0.0)],
)
def test_a_part_that_is_not_there_is_refused(part, speed):
    assert re.search(r"start|end|speed", refused(LINE, *part, speed=speed))
