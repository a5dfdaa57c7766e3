"""A real Blender with a window, driven from outside: real clicks and keys, pictures, and Python inside for reading."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
ROOT = TREE / ".blender"
DISPLAY = ":77"
SIZE = (1600, 900)


class Window:
    """One Blender in the chroot of tools/windowed_blender.sh. `pictures`: where screenshots go."""

    def __init__(self, pictures: Path, environment: dict[str, str]) -> None:
        self.pictures = pictures
        # Inside the chroot and outside, the tree lies at the same place.
        self.exchange = TREE / "out" / "gui-exchange"
        shutil.rmtree(self.exchange, ignore_errors=True)
        self.exchange.mkdir(parents=True)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self._number = 0
        variables = [f"{name}={value}" for name, value in environment.items()]
        script = (
            f"Xvfb {DISPLAY} -screen 0 {SIZE[0]}x{SIZE[1]}x24 >/dev/null 2>&1 & sleep 2; "
            f"exec blender --factory-startup --window-geometry 0 0 {SIZE[0]} {SIZE[1]} "
            f"--python {TREE}/tests/gui/inside.py"
        )
        self.log = (self.exchange / "log").open("w")
        self.process = subprocess.Popen(
            [
                str(TREE / "tools" / "windowed_blender.sh"),
                str(ROOT),
                *("env", f"DISPLAY={DISPLAY}", "LIBGL_ALWAYS_SOFTWARE=1", "HOME=/root"),
                *(f"KMTALK_EXCHANGE={self.exchange}", *variables, "sh", "-c", script),
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.python("import bpy")

    def python(self, code: str, seconds: float = 60.0) -> object:
        """Run code inside; the value that it gives to `answer`."""
        self._number += 1
        request, reply = self.exchange / f"{self._number}.py", self.exchange / f"{self._number}.json"
        request.with_suffix(".part").write_text(code)
        request.with_suffix(".part").rename(request)
        end = time.monotonic() + seconds
        while not reply.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"Blender did not answer:\n{(self.exchange / 'log').read_text()[-3000:]}")
            time.sleep(0.05)
        answer = json.loads(reply.read_text())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["answer"]

    def until(self, expression: str, seconds: float = 60.0) -> object:
        """Wait until an expression inside is true; its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.python(f"import bpy\nanswer = {expression}")
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}")

    def click(self, x: float, y: float) -> None:
        """Click at pixels from the top left of the window."""
        self._tool("xdotool", "mousemove", str(round(x)), str(round(y)), "sleep", "0.3", "click", "1")
        time.sleep(0.3)

    def click_until(self, place: tuple[float, float], expression: str, tries: int = 5, seconds: float = 10.0) -> None:
        """Click until an expression inside is true: a window under load misses a click now and then."""
        for _ in range(tries):
            self.click(*place)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if self.python(f"import bpy\nanswer = bool({expression})"):
                    return
                time.sleep(0.05)
        raise AssertionError(f"clicking at {place} never made it true: {expression}")

    def move(self, x: float, y: float) -> None:
        """Move the mouse there."""
        self._tool("xdotool", "mousemove", str(round(x)), str(round(y)))
        time.sleep(0.2)

    def key(self, *names: str) -> None:
        """Press keys, as xdotool names them."""
        self._tool("xdotool", "key", *names)
        time.sleep(0.3)

    def picture(self, name: str) -> Path:
        """A screenshot of the whole window."""
        path = self.pictures / f"{name}.png"
        inside = ROOT / "tmp" / f"{name}.png"
        self._tool("import", "-window", "root", f"/tmp/{name}.png")
        shutil.move(inside, path)
        return path

    def close(self) -> None:
        """End Blender and its display."""
        try:
            os.killpg(self.process.pid, 15)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
        self.log.close()

    def _tool(self, *command: str) -> None:
        subprocess.run(["chroot", str(ROOT), "env", f"DISPLAY={DISPLAY}", *command], check=True, capture_output=True)
