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

__all__ = ["Check", "Finding", "check_runtime"]

RATE = 16000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. text: what was found, or the sentence that helps."""

    name: str
    good: bool
    text: str


class Check:
    """Looks at everything in order, by requests for the worker that somebody else sends; what fails ends it.

    findings: what was found so far.
    """

    def __init__(self, python: Path, folder: Path) -> None:
        """python: the interpreter that runs the worker. folder: where files go meanwhile."""
        self._sound, self._output = folder / "check.wav", folder / "check.npz"
        self._about = "Runtime"
        self.findings = [Finding("Interpreter", python.is_file(), str(python))]

    def first(self) -> tuple[str, dict]:
        """The first request: its operation and parameters."""
        return "info", {}

    def next(self, result: dict) -> tuple[str, dict] | None:
        """Take in a result. Returns the following request, None at the end. Raises UserError when it is no use."""
        if self._about == "Runtime":
            self._describe(result)
            self._about = "One second of sound"
            _write_tone(self._sound)
            phones = [["M", 0.0, 0.3], ["AA", 0.3, 1.0]]
            return "generate", {"audio": str(self._sound), "output": str(self._output), "fps": 30, "phones": phones}
        frames, seconds = len(read_take(self._output).weights), sum(result["seconds"].values())
        self.findings.append(Finding(self._about, True, f"{frames} frames in {seconds:.2f} s"))
        return None

    def failed(self, reason: str) -> None:
        """What was looked at does not work."""
        self.findings.append(Finding(self._about, False, reason))

    def _describe(self, answer: dict) -> None:
        version = f"KMTalk {answer['version']}, Python {answer['python']}, torch {answer['torch']}"
        self.findings += [
            Finding("Runtime", True, version),
            Finding("Model", True, _model_text(answer)),
            Finding("Device", True, str(answer["device"])),
        ]


def _model_text(answer: dict) -> str:
    styles = ", ".join(answer["styles"])
    return f"KMTalk's own and the {answer['data_files']} files it stands on are whole; its styles are {styles}"


def check_runtime(client: Client) -> list[Finding]:
    """Look at everything in order, waiting for each; the first thing that fails ends the list."""
    with tempfile.TemporaryDirectory(prefix="kmtalk-") as folder:
        check = Check(client.python, Path(folder))
        try:
            request: tuple[str, dict] | None = check.first()
            while request is not None:
                request = check.next(client.call(*request))
        except UserError as error:
            check.failed(str(error))
    return check.findings


def _write_tone(path: Path) -> None:
    """One second of a hum, as a sound file."""
    samples = [int(9000 * math.sin(2 * math.pi * 140 * i / RATE)) for i in range(RATE)]
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(RATE)
        stream.writeframes(struct.pack(f"<{RATE}h", *samples))
