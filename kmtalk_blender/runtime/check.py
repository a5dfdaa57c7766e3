"""Test the runtime, from the interpreter to one second of motion, and say how to fix what fails."""

import math
import struct
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .client import Client
from .environment import Runtime, source_folder
from .own_files import first_changed
from .take_file import read_take

__all__ = ["Check", "Finding", "check_runtime"]

RATE = 16000  # samples a second of the test sound


@dataclass(frozen=True)
class Finding:
    """One part that was tested. good: it works. text: what was found, or a sentence that says how to fix it."""

    name: str
    good: bool
    text: str


class Check:
    """Tests the parts in order. It makes the requests for the worker, the caller sends them; a failure ends it.

    findings: the results so far.
    """

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        """runtime: what runs the worker. folder: for the files of the test."""
        self._sound, self._output = folder / "check.wav", folder / "check.npz"
        self._about = "Runtime"
        self.findings = [Finding("Interpreter", runtime.python.is_file(), str(runtime.python))]
        if (changed := first_changed(source_folder())) is not None:
            text = f"{changed} is missing or changed; install the extension again."
            self.findings.append(Finding("Extension", False, text))
        packages = runtime.packages
        # Packages that are missing or cut off are unpacked again with the first request; changed content shows here.
        if packages is not None and packages.whole() and (damaged := packages.first_damaged()):
            text = f"{damaged} is damaged; delete the folder {packages.folder}, which is then unpacked again."
            self.findings.append(Finding("Packages", False, text))

    def first(self) -> tuple[str, dict]:
        """The first request: its operation and parameters."""
        return "info", {}

    def next(self, result: dict) -> tuple[str, dict] | None:
        """Use a result. Returns the next request, None at the end. Raises UserError when the result is not usable."""
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
        """Note that the part under test does not work."""
        self.findings.append(Finding(self._about, False, reason))

    def _describe(self, answer: dict) -> None:
        version = f"KMTalk {answer['version']}, Python {answer['python']}"
        if answer.get("onnxruntime"):
            version += f", ONNX Runtime {answer['onnxruntime']}"
        self.findings += [
            Finding("Runtime", True, version),
            Finding("Model", True, _model_text(answer)),
            Finding("Device", True, str(answer["device"])),
        ]


def _model_text(answer: dict) -> str:
    styles = ", ".join(answer["styles"])
    return f"The model and its {answer['data_files']} data files are complete; styles: {styles}"


def check_runtime(client: Client) -> list[Finding]:
    """Test the parts in order, waiting for each; the first failure ends the list."""
    with tempfile.TemporaryDirectory(prefix="kmtalk-") as folder:
        check = Check(client.runtime, Path(folder))
        try:
            request: tuple[str, dict] | None = check.first()
            while request is not None:
                request = check.next(client.call(*request))
        except UserError as error:
            check.failed(str(error))
    return check.findings


def _write_tone(path: Path) -> None:
    """Write one second of a tone at 140 Hz as a sound file."""
    samples = [int(9000 * math.sin(2 * math.pi * 140 * i / RATE)) for i in range(RATE)]
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(RATE)
        stream.writeframes(struct.pack(f"<{RATE}h", *samples))
