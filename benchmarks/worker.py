"""A worker as Blender starts it, and how long it takes to answer."""

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
    """The process; `hello` is the seconds from its start to its first word."""

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
        """Seconds until the result, and the result. Raises RuntimeError when there is none."""
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
