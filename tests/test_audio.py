"""Reading audio: any sound file gives a 16 kHz mono waveform; any other file is refused in one sentence."""

import re
import shutil
import subprocess
import sys

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from recordings import LINE

from model_runtime.errors import InputError
from model_runtime.linguistics.align import align_speech
from model_runtime.linguistics.decoders import Decoders
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


FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
# File name -> options of ffmpeg that make it.
FILMS = {
    "a.m4a": [],
    "a.mp4": [],
    "a.mov": [],
    "a.aac": [],
    "a.webm": [],
    "a.mkv": [],
    "a.caf": [],
    "a.mpg": ["-c:a", "mp2"],
    "a.flv": ["-ar", "44100"],
    "a.ac3": [],
    "flac.ogg": ["-c:a", "flac"],
    "a.wv": [],
    "a.tta": [],
    "a.wma": [],
    "a.3gp": ["-ar", "8000", "-ac", "1", "-c:a", "aac"],
    "a.dts": ["-strict", "-2"],
    "a.ts": [],
    "a.opus": ["-c:a", "libopus"],
    "a.amr": ["-ar", "8000", "-c:a", "libopencore_amrnb"],
    "surround.ac3": ["-ac", "6"],
    "misnamed.wav": ["-c:a", "aac", "-f", "mp4"],
}


def made(folder, name, options):
    path = folder / name
    subprocess.run([FFMPEG, "-v", "error", "-i", LINE, *options, path], check=True)
    return path


@pytest.fixture(params=["av", "ffmpeg"])
def decoder(request, monkeypatch, tmp_path):
    """The package av alone, or ffmpeg alone."""
    if request.param == "av":
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "ffmpeg").symlink_to(FFMPEG)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setitem(sys.modules, "av", None)


@pytest.mark.parametrize("name", FILMS)
def test_films_and_what_libsndfile_does_not_read(tmp_path, decoder, name):
    path = made(tmp_path, name, FILMS[name])
    whole = read_audio(LINE)
    found = read_audio(path)
    assert found.duration == pytest.approx(whole.duration, abs=0.13)
    # Speech begins at the same time; where no container says how long a codec's own delay is, later by that.
    delay = 0.08 if name in ("a.wma", "a.aac", "a.dts", "a.mpg", "a.ts", "a.amr") else 0.03
    loud = [np.flatnonzero(np.abs(each.samples) > 0.1)[0] / SAMPLE_RATE for each in (whole, found)]
    assert loud[1] == pytest.approx(loud[0], abs=delay)
    assert read_audio(path, 1.0, 2.0).duration == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile 'b.wv'\n", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:5,\nb.wv\n#EXT-X-ENDLIST\n"],
)
def test_a_playlist_opens_no_other_file(tmp_path, decoder, text):
    made(tmp_path, "b.wv", [])
    (tmp_path / "list.wav").write_text(text)
    assert "not a sound file" in refused(tmp_path / "list.wav")


def test_without_a_decoder_the_sentence_names_what_is_missing(tmp_path, monkeypatch):
    path = made(tmp_path, "a.m4a", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "av", None)
    assert "install ffmpeg or the Python package av" in refused(path)


def test_what_comes_before_the_damage_is_read(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    content = bytearray(LINE.read_bytes())
    content[-3000:-2000] = bytes(1000)
    (tmp_path / "damaged.flac").write_bytes(content)
    (tmp_path / "cut.flac").write_bytes(LINE.read_bytes()[:-20_000])
    whole = read_audio(LINE)
    for name, least in (("damaged.flac", 5.0), ("cut.flac", 4.0)):
        found = read_audio(tmp_path / name)
        assert least < found.duration < whole.duration
        assert np.array_equal(found.samples, whole.samples[: len(found.samples)])
        assert any(f"{name} is damaged from {found.duration:.1f} s on" in note for note in found.notes)


def test_damage_in_the_middle_costs_what_is_damaged(tmp_path, decoder, monkeypatch):
    content = bytearray(LINE.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(range(200)) * 2
    path = tmp_path / "damaged.flac"
    path.write_bytes(content)
    whole = read_audio(LINE)
    found = read_audio(path)
    assert found.duration > 5.5
    assert found.notes[0].endswith("what could be read behind it is used.")
    if sys.modules.get("av", True) is not None:
        # What comes after the damage comes at its time.
        np.testing.assert_allclose(found.samples[-16000:], whole.samples[-16000:], atol=1e-3)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "av", None)
    found = read_audio(path)
    assert 2 < found.duration < 3.2
    assert np.array_equal(found.samples, whole.samples[: len(found.samples)])
    assert found.notes[0].endswith("only what comes before is used.")


@pytest.mark.parametrize("length", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\2\0\0\0", b"\0\x7d\0\0", b"\0\0\0\7"])
def test_a_wav_from_a_pipe_whose_length_is_unknown(tmp_path, length):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(16000, 2.0), 16000)
    content = bytearray(path.read_bytes())
    whole = read_audio(path)
    content[4:8] = content[40:44] = length
    path.write_bytes(content)
    assert np.array_equal(read_audio(path).samples, whole.samples)
    assert read_audio(path, 0.5, 1.5).duration == pytest.approx(1.0)


@pytest.mark.parametrize("behind", [b"LIST\4\0\0\0abcd" * 3000, b"id3 \4\0\0\0abcd" * 3000, bytes(40_000)])
def test_what_stands_behind_the_sound_of_a_wav_is_no_sound(tmp_path, behind):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(16000, 1.0), 16000)
    path.write_bytes(path.read_bytes() + behind)
    assert read_audio(path).duration == 1.0


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("header", ["1", "0"])
def test_joined_mp3_files_speak_to_their_end(tmp_path, count, header):
    one = made(tmp_path, "one.mp3", ["-write_xing", header])
    alone = read_audio(one)
    (tmp_path / "joined.mp3").write_bytes(one.read_bytes() * count)
    joined = read_audio(tmp_path / "joined.mp3")
    assert joined.duration == pytest.approx(count * alone.duration, abs=0.1)
    last = read_audio(tmp_path / "joined.mp3", (count - 1) * alone.duration)
    assert np.abs(last.samples).max() == pytest.approx(np.abs(alone.samples).max(), abs=0.05)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".opus", ".aiff"])
def test_joined_files_of_other_formats_speak_to_their_end(tmp_path, suffix, monkeypatch):
    one = made(tmp_path, f"one{suffix}", ["-c:a", "libopus"] if suffix in (".ogg", ".opus") else [])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "av", None)
    alone = read_audio(one)
    (tmp_path / f"joined{suffix}").write_bytes(one.read_bytes() * 3)
    joined = read_audio(tmp_path / f"joined{suffix}")
    assert joined.duration == pytest.approx(3 * alone.duration, abs=0.01)
    part = read_audio(tmp_path / f"joined{suffix}", alone.duration + 1.0, alone.duration + 2.0)
    np.testing.assert_allclose(part.samples[100:-100], alone.samples[16100:31900], atol=0.02)


def test_joined_mp3_files_of_different_kinds(tmp_path, monkeypatch):
    kinds = [[], ["-write_xing", "0"], ["-ac", "2"], ["-ar", "8000"], ["-q:a", "4"]]
    files = [made(tmp_path, f"{index}.mp3", options) for index, options in enumerate(kinds)]
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "av", None)
    for order in (files, files[1:] + files[:1]):
        (tmp_path / "joined.mp3").write_bytes(b"".join(file.read_bytes() for file in order))
        alone = sum(read_audio(file).duration for file in files)
        assert read_audio(tmp_path / "joined.mp3").duration == pytest.approx(alone, abs=0.3)


def test_films_whose_channels_cancel_speak(tmp_path, decoder):
    for name in ("a.m4a", "a.wv"):
        found = read_audio(made(tmp_path, name, ["-af", "pan=stereo|c0=c0|c1=-1*c0"]))
        assert np.abs(found.samples).max() == pytest.approx(np.abs(read_audio(LINE).samples).max(), abs=0.1)
        assert "cancel each other" in found.notes[0]


def test_one_of_two_voices_whose_channels_cancel(tmp_path):
    sound = tone(16000, 2.0)
    other = np.where(np.arange(len(sound)) < 16000, sound, -sound)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, other], axis=1), 16000)
    assert np.abs(read_audio(tmp_path / "a.wav").samples[20000:]).max() == pytest.approx(0.5, abs=0.02)


def test_of_several_sounds_the_first_is_used_and_said(tmp_path, decoder):
    options = ["-f", "lavfi", "-i", "sine=300:duration=2", "-map", "0:a", "-map", "1:a"]
    found = read_audio(made(tmp_path, "a.mov", options))
    assert found.notes == ("a.mov holds 2 sounds; the first one is used, as Blender does.",)
    assert found.duration == pytest.approx(read_audio(LINE).duration, abs=0.1)


SILENCE = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=6"]


@pytest.mark.parametrize("name", ["a.mov", "a.mp4", "a.mkv", "a.ts"])
@pytest.mark.parametrize("silent", [1, 2])
def test_of_several_sounds_the_first_that_is_not_silent_is_used(tmp_path, decoder, name, silent):
    maps = ["-map", "1:a", *(["-map", "1:a"] if silent == 2 else []), "-map", "0:a"]
    found = read_audio(made(tmp_path, name, [*SILENCE, *maps]))
    assert found.notes == (
        f"{name} holds {silent + 1} sounds; number {silent + 1} is used, as those before it are silent, though Blender "
        "plays the first one.",
    )
    assert np.abs(found.samples).max() == pytest.approx(np.abs(read_audio(LINE).samples).max(), abs=0.1)


def test_of_several_silent_sounds_the_first_is_used(tmp_path, decoder):
    found = read_audio(made(tmp_path, "a.mov", [*SILENCE, "-map", "1:a", "-map", "1:a"]))
    assert "the first one is used" in found.notes[0]


@pytest.mark.parametrize("name", ["a.m4a", "a.mka", "a.ogg", "a.opus"])
def test_what_comes_after_damage_comes_at_its_time(tmp_path, decoder, name):
    options = {"a.ogg": ["-c:a", "libvorbis"], "a.opus": ["-c:a", "libopus"], "a.mka": ["-c:a", "flac"]}
    path = made(tmp_path, name, options.get(name, []))
    whole = read_audio(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(range(200)) * 2
    path.write_bytes(content)
    found = read_audio(path)
    assert found.duration == pytest.approx(whole.duration, abs=0.001)
    np.testing.assert_allclose(found.samples[-16000:], whole.samples[-16000:], atol=0.05)


# Of a film, a phone, a studio, an answering machine: what is at the same time as in the sound itself, to 5 ms.
EXACT = {
    **{f"{name}.wav": ["-c:a", name] for name in ("pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw")},
    **{f"{name}.wav": ["-c:a", name] for name in ("pcm_mulaw", "adpcm_ms", "adpcm_ima_wav")},
    "rf64.wav": ["-rf64", "always"],
    "telephone.wav": ["-ar", "8000", "-c:a", "pcm_mulaw"],
    "studio.wav": ["-ar", "192000", "-c:a", "pcm_s24le"],
    "ulaw.aifc": ["-c:a", "pcm_mulaw", "-f", "aiff"],
    "a.w64": [],
    "delay.mp3": [],
    "priming.m4a": [],
    "priming.mp4": ["-ar", "44100"],
    "lossless.m4a": ["-c:a", "alac"],
    "preskip.opus": ["-c:a", "libopus"],
    "preskip.webm": ["-c:a", "libopus"],
    "a.mkv": ["-c:a", "aac"],
    **{f"centre51.{suffix}": ["-af", "pan=5.1|FC=c0"] for suffix in ("wav", "flac", "m4a")},
    "centre71.wav": ["-af", "pan=7.1|FC=c0"],
}


@pytest.mark.parametrize("name", EXACT)
def test_speech_is_where_it_is_in_the_sound_itself(tmp_path, decoder, name):
    whole = read_audio(LINE).samples
    found = read_audio(made(tmp_path, name, EXACT[name]))
    size = 1 << (len(whole) + len(found.samples)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(found.samples, size) * np.conj(np.fft.rfft(whole, size)), size)
    late = int(alike.argmax())
    assert min(late, size - late) / SAMPLE_RATE < 0.005
    assert alike.max() > 0.9 * np.linalg.norm(whole) * np.linalg.norm(found.samples)
    assert found.notes == ()


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.aiff", "a.m4a"])
@pytest.mark.parametrize("size", [12, 44, 60, 200])
def test_a_file_of_a_header_alone_is_refused(tmp_path, name, size):
    path = made(tmp_path, name, [])
    path.write_bytes(path.read_bytes()[:size])
    assert re.search("not a sound file|holds", refused(path))


def test_an_m4a_whose_end_is_missing_is_refused(tmp_path, decoder):
    path = made(tmp_path, "a.m4a", [])
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    assert "not a sound file" in refused(path)


def test_a_film_without_a_sound(tmp_path, decoder):
    path = tmp_path / "a.mp4"
    subprocess.run([FFMPEG, "-v", "error", "-f", "lavfi", "-i", "color=s=64x64:r=25:d=1", path], check=True)
    assert "holds no sound; choose" in refused(path)


def test_channels_that_cancel_speak(tmp_path):
    sound = tone(16000)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, -sound], axis=1), 16000)
    found = read_audio(tmp_path / "a.wav")
    assert np.abs(found.samples).max() == pytest.approx(0.5, abs=0.02)
    assert "cancel each other" in found.notes[0]
    soundfile.write(tmp_path / "b.wav", np.stack([sound, 0 * sound], axis=1), 16000)
    found = read_audio(tmp_path / "b.wav")
    assert not found.notes
    assert np.abs(found.samples).max() == pytest.approx(0.25, abs=0.02)


def test_very_quiet_speech_is_understood_and_noise_is_not_amplified(tmp_path):
    whole = read_audio(LINE)
    soundfile.write(tmp_path / "quiet.wav", whole.samples * 1e-3, SAMPLE_RATE)
    quiet = read_audio(tmp_path / "quiet.wav")
    assert "very quiet" in quiet.notes[0]
    said = align_speech(quiet, None, lambda *_: None, Decoders(), "quiet.wav")
    assert "name" in said.heard
    noise = np.random.default_rng(0).normal(0, 5e-4, 4 * SAMPLE_RATE)
    soundfile.write(tmp_path / "noise.wav", noise, SAMPLE_RATE, subtype="PCM_24")
    assert np.abs(read_audio(tmp_path / "noise.wav").samples).max() < 0.01


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
    assert "holds no sound" in refused(path)


@pytest.mark.parametrize(
    ("part", "speed"),
    [((-1.0,), 1.0), ((1.0, 0.5), 1.0), ((99.0,), 1.0), ((0.0, 99.0), 1.0), ((np.nan,), 1.0), ((0.0,), 0.0)],
)
def test_a_part_that_is_not_there_is_refused(part, speed):
    assert re.search(r"start|end|speed", refused(LINE, *part, speed=speed))
