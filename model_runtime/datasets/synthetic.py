"""Synthetic English speech with known phone times, for training: phones and voices that the recordings lack.

The free programs flite and espeak-ng speak, and give the start of each phone.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime.datasets.espeak_process import NO_LIBRARY, NO_VOICE
from model_runtime.datasets.espeak_times import phone_starts
from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["Voice", "sentences", "speak", "voices"]

# Default rate of espeak-ng.
WORDS_A_MINUTE = 175
# flite's names of phones that differ from ARPAbet.
FLITE_PHONES = {"pau": SILENCE, "ax": "AH", "axr": "ER", "ix": "IH", "dx": "T", "nx": "N", "hv": "HH", "ux": "UW"}
# Silence added before and after speech of espeak-ng, s; flite adds its own.
PADDING = 0.2


@dataclass(frozen=True)
class Voice:
    """A synthetic voice.

    engine: "flite" or "espeak".
    name: of the voice in the engine; for espeak with its variant, as "en-US+f1".
    rate: speed, 0.4 to 2.5, relative to the engine's default.
    pitch: for flite the mean fundamental frequency, Hz; for espeak 0 to 99, with 50 for the voice's default; None: the
        voice's default.
    """

    engine: str
    name: str
    rate: float = 1.0
    pitch: float | None = None


FLITE_VOICES = (
    *(Voice("flite", "slt"), Voice("flite", "slt", 1.2, 150), Voice("flite", "slt", 0.85, 205)),
    *(Voice("flite", "rms"), Voice("flite", "rms", 1.25), Voice("flite", "awb"), Voice("flite", "awb", 0.85, 110)),
    *(Voice("flite", "awb", 1.2, 150), Voice("flite", "kal16"), Voice("flite", "kal16", 1.15, 120)),
)
# No variants with an echo: it fills the closures of stops, whose silence marks closed lips.
ESPEAK_VOICES = (
    *(Voice("espeak", "en-US"), Voice("espeak", "en-US+m1", 0.9), Voice("espeak", "en-US+m3", 1.1, 40)),
    *(Voice("espeak", "en-US+m7", 0.95), Voice("espeak", "en-US+Mario", 1.05), Voice("espeak", "en-US+Denis")),
    *(Voice("espeak", "en-US+f1"), Voice("espeak", "en-US+linda", 1.15), Voice("espeak", "en-US+aunty", 0.9, 60)),
    *(Voice("espeak", "en-US+Annie"), Voice("espeak", "en-US+anika", 1.1, 35), Voice("espeak", "en-US+Gene2", 0.85)),
    *(Voice("espeak", "en", 1.0, 35), Voice("espeak", "en+m6", 1.1), Voice("espeak", "en+steph", 0.95)),
    *(Voice("espeak", "en+belinda", 1.05), Voice("espeak", "en-GB-x-rp", 0.9), Voice("espeak", "en-GB-x-rp+m4", 1.1)),
    *(Voice("espeak", "en-GB-x-rp+f1", 1.0, 40), Voice("espeak", "en-GB-x-rp+Andrea", 0.9, 40)),
    *(Voice("espeak", "en-GB-scotland+m3"), Voice("espeak", "en-GB-scotland+f1", 1.05, 55)),
    *(Voice("espeak", "en-GB-x-gbclan+m1", 1.15), Voice("espeak", "en-GB-x-gbclan+grandma", 1.05)),
    *(Voice("espeak", "en-029+f1", 0.9, 45), Voice("espeak", "en-029+m6")),
)


def voices() -> tuple[Voice, ...]:
    """The voices for training: no whispers, no robots, none under a non-commercial licence."""
    return FLITE_VOICES + ESPEAK_VOICES


def sentences() -> tuple[str, ...]:
    """About 450 English sentences that contain every phone often and in many contexts."""
    text = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)


def speak(text: str, voice: Voice) -> tuple[Waveform, PhoneTrack]:
    """Speech of `text` in a voice, and its phones, which tile the duration; the same at every call.

    The waveform begins and ends with silence. Raises InputError for a text without words, a voice that does not exist,
    or when flite or espeak-ng is not installed.
    """
    if not text.strip() or "\0" in text:
        raise InputError("There is no text to speak; give a sentence.")
    if not 0.4 <= voice.rate <= 2.5:
        raise InputError(f"The rate of a voice must lie between 0.4 and 2.5, not {voice.rate}.")
    if voice.engine == "flite":
        samples, rate, starts = _flite(text, voice)
    elif voice.engine == "espeak":
        samples, rate, starts = _espeak(text, voice)
    else:
        raise InputError(f'There is no engine "{voice.engine}"; choose flite or espeak.')
    waveform = Waveform(soxr.resample(samples, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else samples)
    phones = _tiled(starts, waveform.duration)
    if all(phone.label == SILENCE for phone in phones):
        raise InputError(f'"{text}" holds no words to speak; give a sentence.')
    return waveform, PhoneTrack(phones)


def _tiled(starts: list[tuple[str, float]], duration: float) -> tuple[Span, ...]:
    """Phones from `starts` (label, seconds), each up to the next; neighbouring silences are one."""
    if not starts or starts[0] != (SILENCE, 0.0):
        starts = [(SILENCE, 0.0), *starts]
    kept = [starts[0]]
    for label, start in starts[1:]:
        if not (label == SILENCE and kept[-1][0] == SILENCE):
            kept.append((label, start))
    ends = [start for _, start in kept[1:]] + [duration]
    return tuple(Span(label, start, end) for (label, start), end in zip(kept, ends, strict=True) if end > start)


def _flite(text: str, voice: Voice) -> tuple[np.ndarray, int, list[tuple[str, float]]]:
    """Samples (N,) float32, their rate, and (label, start in seconds) of each phone."""
    program = shutil.which("flite")
    if program is None:
        raise InputError("flite is not installed; install the package flite.")
    listed = subprocess.run([program, "-lv"], capture_output=True, text=True, check=True).stdout.split()
    if voice.name not in listed:
        raise InputError(f'flite has no voice "{voice.name}"; choose one that "flite -lv" lists.')
    command = [program, "-voice", voice.name, "-psdur", "--setf", f"duration_stretch={1 / voice.rate:.6f}"]
    if voice.pitch is not None:
        command += ["--setf", f"int_f0_target_mean={voice.pitch:.3f}"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.wav"
        run = subprocess.run([*command, "-t", text, "-o", str(file)], capture_output=True, text=True, check=True)
        samples, rate = soundfile.read(io.BytesIO(file.read_bytes()), dtype="float32")
    starts, start = [], 0.0
    for field in run.stdout.split():
        name, end = field.rsplit(":", 1)
        starts.append((_flite_phone(name), start))
        start = float(end)
    return samples, rate, starts


def _flite_phone(name: str) -> str:
    label = FLITE_PHONES.get(name, name.upper())
    if label not in PHONES:
        raise InputError(f'flite says a sound "{name}" that has no ARPAbet phone; leave this text out.')
    return label


def _espeak(text: str, voice: Voice) -> tuple[np.ndarray, int, list[tuple[str, float]]]:
    """Samples (N,) float32, their rate, and (label, start in seconds) of each phone."""
    pitch = 50 if voice.pitch is None else round(voice.pitch)
    request = {"text": text, "voice": voice.name, "wpm": round(WORDS_A_MINUTE * voice.rate), "pitch": pitch}
    command = [sys.executable, str(Path(__file__).with_name("espeak_process.py"))]
    run = subprocess.run(command, input=json.dumps(request).encode(), capture_output=True, check=False)
    if run.returncode == NO_LIBRARY:
        raise InputError("espeak-ng is not installed; install the package espeak-ng.")
    if run.returncode == NO_VOICE:
        raise InputError(f'espeak-ng has no voice "{voice.name}"; choose one that "espeak-ng --voices=en" lists.')
    if run.returncode != 0:
        raise InputError(f'espeak-ng cannot speak "{text}"; leave this text out.')
    header, _, sound = run.stdout.partition(b"\n")
    answer = json.loads(header)
    samples = np.frombuffer(sound, dtype="<i2").astype(np.float32) / 32768
    starts = phone_starts(answer["phonemes"], samples, answer["rate"])
    padding = np.zeros(round(PADDING * answer["rate"]), np.float32)
    padded = np.concatenate([padding, samples, padding])
    return padded, answer["rate"], [(label, start + PADDING) for label, start in starts]
