"""Sound files with a false rate, length or loudness are refused in one sentence, in little time and memory."""

import struct

import numpy as np
import pytest
import soundfile
from limited import GROWTH, limited, refused


def wav(rate: int, samples: np.ndarray, channels: int = 1) -> bytes:
    """A .wav of float or int16 samples, with `rate` and `channels` in its header."""
    kind, width = (3, 4) if samples.dtype == np.float32 else (1, 2)
    step = channels * width
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + samples.nbytes, b"WAVE", b"fmt ", 16, kind, channels, rate, 0, step, 0
    )
    head = head[:28] + struct.pack("<IHH", (rate * step) & 0xFFFFFFFF, step, 8 * width)
    return head + struct.pack("<4sI", b"data", samples.nbytes) + samples.tobytes()


NOISE = (3000 * np.sin(np.arange(4000) / 7)).astype(np.int16)


@pytest.mark.parametrize("rate", [1, 7, 3999, 768_001, 2**31 - 1])
def test_a_sound_of_an_impossible_rate(tmp_path, rate):
    (tmp_path / "a.wav").write_bytes(wav(rate, NOISE))
    refused("model_runtime.speech.audio:read_audio", tmp_path / "a.wav", words="samples a second")


@pytest.mark.parametrize("sample", [3e38, 1e30, -1e7, np.inf, np.nan])
def test_a_sound_of_impossible_loudness(tmp_path, sample):
    (tmp_path / "a.wav").write_bytes(wav(16000, np.full(16000, sample, np.float32)))
    refused("model_runtime.speech.audio:read_audio", tmp_path / "a.wav", words="full scale")


def test_a_sound_of_a_day_in_a_small_file(tmp_path):
    with soundfile.SoundFile(tmp_path / "day.flac", "w", 8000, 1) as sound:
        for _hour in range(24):
            sound.write(np.zeros(8000 * 3600, np.int16))
    assert (tmp_path / "day.flac").stat().st_size < 3 << 20
    refused("model_runtime.speech.audio:read_audio", tmp_path / "day.flac", words="24.0 hours")


def test_a_sound_whose_header_promises_a_day(tmp_path):
    soundfile.write(tmp_path / "a.flac", NOISE, 16000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    # The number of samples is a 36-bit field of FLAC's STREAMINFO; the two lines set all of its bits.
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    (tmp_path / "a.flac").write_bytes(content)
    refused("model_runtime.speech.audio:read_audio", tmp_path / "a.flac")


def test_a_slowed_sound_may_not_last_longer_either(tmp_path):
    with soundfile.SoundFile(tmp_path / "a.flac", "w", 8000, 1) as sound:
        sound.write(np.zeros(8000 * 400, np.int16))
    refused_slow = limited("model_runtime.speech.audio:read_audio", str(tmp_path / "a.flac"), 0.0, None, 0.01)
    assert "11.1 hours" in refused_slow.message


def test_a_sound_of_a_thousand_channels_is_read(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(16000, np.tile(NOISE[:2000, None], 1000), 1000))
    outcome = limited("model_runtime.speech.audio:read_audio", str(tmp_path / "a.wav"))
    assert not outcome.error
    assert outcome.grown < GROWTH


def test_data_that_calls_itself_raw(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"abc" * 1000)
    refused("model_runtime.speech.audio:read_audio", tmp_path / "a.raw", words="holds no sound")
