"""A real Blender with a window, driven from outside: real clicks and keys, pictures, and Python inside for reading."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
# Which of the Blenders that `make test-gui` knows.
ROOT = TREE / os.environ.get("KMTALK_BLENDER", ".blender")
SIZE = (1600, 900)
# Xvfb writes the number of a free display into the file.
START = """
Xvfb -displayfd 3 -screen 0 {width}x{height}x24 3> {folder}/display > /dev/null 2>&1 &
until [ -s {folder}/display ]; do sleep 0.1; done
export DISPLAY=:$(cat {folder}/display)
exec blender --factory-startup --window-geometry 0 0 {width} {height} --python {tree}/tests/gui/inside.py
"""


class Window:
    """One Blender in a chroot of tools/windowed_blender.sh. `pictures`: where screenshots go."""

    def __init__(self, pictures: Path, environment: dict[str, str]) -> None:
        self.pictures = pictures
        # Inside the chroot and outside, the tree lies at the same place.
        self.exchange = TREE / "out" / "gui-exchange"
        shutil.rmtree(self.exchange, ignore_errors=True)
        (self.exchange / "user").mkdir(parents=True)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self._number = 0
        variables = {
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "HOME": "/root",
            "BLENDER_USER_RESOURCES": str(self.exchange / "user"),
            "KMTALK_EXCHANGE": str(self.exchange),
            **environment,
        }
        script = START.format(width=SIZE[0], height=SIZE[1], folder=self.exchange, tree=TREE)
        self.log = (self.exchange / "log").open("w")
        self.process = subprocess.Popen(
            [
                str(TREE / "tools" / "windowed_blender.sh"),
                str(ROOT),
                *("env", *(f"{name}={value}" for name, value in variables.items()), "sh", "-c", script),
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
            time.sleep(0.02)
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
        inside = ROOT / "tmp" / f"{self.process.pid}-{name}.png"
        self._tool("import", "-window", "root", f"/tmp/{inside.name}")
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
        display = (self.exchange / "display").read_text().strip()
        subprocess.run(["chroot", str(ROOT), "env", f"DISPLAY=:{display}", *command], check=True, capture_output=True)
