"""Check the runtime, from the interpreter to a second of speech: what works, and what helps where it does not."""

import math
import struct
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .client import Client
from .take_file import read_take

__all__ = ["Finding", "check_runtime"]

RATE = 16000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. text: what was found, or the sentence that helps."""

    name: str
    good: bool
    text: str


def check_runtime(client: Client) -> list[Finding]:
    """Look at everything in order; the first thing that fails ends the list."""
    findings = [Finding("Interpreter", client.python.is_file(), str(client.python))]
    try:
        answer = client.call("info", {})
        findings += [
            Finding("Runtime", True, f"KMTalk {answer['version']}, Python {answer['python']}, torch {answer['torch']}"),
            Finding("Model", True, _model_text(answer)),
            Finding("Device", True, str(answer["device"])),
            Finding("One second of sound", True, _speak(client)),
        ]
    except UserError as error:
        findings.append(Finding("Runtime" if len(findings) == 1 else "One second of sound", False, str(error)))
    return findings


def _model_text(answer: dict) -> str:
    return f"starter and the {answer['data_files']} files it stands on are whole; styles {', '.join(answer['styles'])}"


def _speak(client: Client) -> str:
    with tempfile.TemporaryDirectory(prefix="kmtalk-") as folder:
        sound, output = Path(folder) / "check.wav", Path(folder) / "check.npz"
        samples = [int(9000 * math.sin(2 * math.pi * 140 * i / RATE)) for i in range(RATE)]
        with wave.open(str(sound), "wb") as stream:
            stream.setnchannels(1)
            stream.setsampwidth(2)
            stream.setframerate(RATE)
            stream.writeframes(struct.pack(f"<{RATE}h", *samples))
        phones = [["M", 0.0, 0.3], ["AA", 0.3, 1.0]]
        result = client.call("generate", {"audio": str(sound), "output": str(output), "fps": 30, "phones": phones})
        take = read_take(output)
    return f"{len(take.weights)} frames in {sum(result['seconds'].values()):.2f} s"
