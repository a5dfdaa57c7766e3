"""A worker process, started as Blender starts it, and the time of its answers."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

__all__ = ["ASSETS", "LINE", "TEXT", "Worker"]

ASSETS = Path(__file__).resolve().parent.parent / "assets"
LINE = ASSETS / "demo_line.flac"
TEXT = (ASSETS / "demo_line.txt").read_text().strip()


class Worker:
    """A worker process as a context manager. hello: seconds from its start to its first message."""

    def __enter__(self) -> "Worker":
        self._asked = 0
        began = time.perf_counter()
        command = [sys.executable, "-m", "model_runtime", "worker"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._event()
        self.hello = time.perf_counter() - began
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.stdin.close()
        self._process.wait()

    def ask(self, op: str, **params: object) -> tuple[float, dict]:
        """Seconds until the result, and the result. Raises RuntimeError when the worker answers with an error."""
        self._asked += 1
        began = time.perf_counter()
        self._process.stdin.write(json.dumps({"id": self._asked, "op": op, "params": params}) + "\n")
        self._process.stdin.flush()
        while (event := self._event())["event"] == "progress":
            pass
        if event["event"] != "result":
            raise RuntimeError(event.get("message", event["event"]))
        return time.perf_counter() - began, event["result"]

    def _event(self) -> dict:
        return json.loads(self._process.stdout.readline())
