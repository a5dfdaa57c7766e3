"""A real Blender with a window, driven from outside by clicks, keys and Python, with screenshots."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
# Folder of the chroot with the Blender version to test; `make test-gui` sets KMTALK_BLENDER.
ROOT = TREE / os.environ.get("KMTALK_BLENDER", ".blender")
SIZE = (1600, 900)  # width and height of the display, pixels
# Xvfb writes the number of a free display into the file.
START = """
Xvfb -displayfd 3 -screen 0 {width}x{height}x24 3> {folder}/display > /dev/null 2>&1 &
until [ -s {folder}/display ]; do sleep 0.1; done
export DISPLAY=:$(cat {folder}/display)
exec blender --factory-startup --window-geometry 0 0 {width} {height} --python {tree}/tests/gui/inside.py
"""
# Python command and data path of the button under the mouse, as Blender copies them to the clipboard; and the region's
# x, y (pixels from the bottom left), width and height.
UNDER_THE_MOUSE = """
import bpy
manager, answer = bpy.context.window_manager, [[], []]
window = manager.windows[-1]
area = next(area for area in window.screen.areas if area.type == "{area}")
region = next(region for region in area.regions if region.type == "{region}")
with bpy.context.temp_override(window=window, area=area, region=region):
    for copy in (bpy.ops.ui.copy_python_command_button, bpy.ops.ui.copy_data_path_button):
        manager.clipboard = ""
        if copy.poll():
            copy()
            answer[0].append(manager.clipboard)
answer[1] = [window.x + region.x, window.y + region.y, region.width, region.height]
"""
# Answers of a window that is not blocked while it works, at least.
ANSWERS = 4
# Grid on which buttons are searched for: row distance in pixels, and columns as shares of the region's width.
ROW = 8
COLUMNS = (0.55, 0.3, 0.75, 0.12, 0.9)
# Seconds that the mouse rests at each point, for the first to the third try.
PATIENCE = ("0.03", "0.1", "0.2")
# Pixels from the file browser's top to its first file; the column names are above.
FIRST_FILE = 35


class Window:
    """A Blender in a chroot of tools/windowed_blender.sh. pictures: folder of the screenshots. environment: variables
    of the process."""

    def __init__(self, pictures: Path, environment: dict[str, str]) -> None:
        self.home = Path(environment["HOME"])
        # The tree has the same path inside and outside of the chroot.
        self.exchange = TREE / "out" / f"gui-exchange{ROOT.name}"
        shutil.rmtree(self.exchange, ignore_errors=True)
        (self.exchange / "user").mkdir(parents=True)
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
            # What the tests' own environment names as the runtime is not the user's.
            env={name: value for name, value in os.environ.items() if name != "KMTALK_PYTHON"},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        version = self.python("import bpy\nanswer = bpy.app.version_string.split()[0]")
        self.pictures = pictures / str(version)
        self.pictures.mkdir(parents=True, exist_ok=True)

    def python(self, code: str, seconds: float = 60.0) -> object:
        """Run code inside Blender and return its variable `answer`. seconds: timeout."""
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
        """Wait until a Python expression inside Blender is true; returns its value. seconds: timeout."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.python(f"import bpy\nanswer = {expression}")
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}")

    def click(self, x: float, y: float) -> None:
        """Click at pixels from the top left of the display."""
        across, down = str(round(x)), str(round(y))
        # The edge of a region accepts a click only after the mouse has moved on it.
        self._tool("xdotool", "mousemove", across, down, "sleep", "0.2", "mousemove", str(round(x) - 1), down)
        self._tool("xdotool", "sleep", "0.1", "mousemove", across, down, "sleep", "0.1", "click", "1")
        time.sleep(0.3)

    def click_until(self, place: tuple[float, float], expression: str, tries: int = 5, seconds: float = 10.0) -> None:
        """Click until a Python expression inside Blender is true: under load a window misses some clicks. seconds: wait
        after each click."""
        for _ in range(tries):
            self.click(*place)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if self.python(f"import bpy\nanswer = bool({expression})"):
                    return
                time.sleep(0.05)
        raise AssertionError(f"clicking at {place} never made it true: {expression}")

    def button(self, does: str, area: str = "VIEW_3D", region: str = "UI") -> tuple[float, float]:
        """Position of the button whose Python command or data path holds `does`, pixels from the display's top left.

        The mouse scans the region in the topmost window. If the button is not found, the scan repeats more slowly: a
        region may still slide open, and under load Blender notices the mouse late.
        """
        probe = UNDER_THE_MOUSE.format(area=area, region=region)
        for patience in PATIENCE:
            x, y, width, height = self.python(probe)[1]
            top = SIZE[1] - y - height
            for column in COLUMNS:
                found = []
                for row in range(max(0, top) + ROW // 2, min(SIZE[1], top + height), ROW):
                    self._tool("xdotool", "mousemove", str(round(x + column * width)), str(row), "sleep", patience)
                    if any(does in said for said in self.python(probe)[0]):
                        found.append(row)
                    elif found:
                        break
                if found:
                    return x + column * width, sum(found) / len(found)
        self.picture(f"without {does}")
        raise AssertionError(f"there is no button in {area} that does {does}")

    def open_tab(self, name: str, area: str = "VIEW_3D") -> None:
        """Open the sidebar's tab `name` by clicks on the tabs, from the last one up."""
        x, y, width, height = self.python(UNDER_THE_MOUSE.format(area=area, region="UI"))[1]
        opened = f"'{name}' in [r.active_panel_category for a in bpy.context.window.screen.areas for r in a.regions]"
        # From the bottom up, without the area's corner, where a click would split the area. Clicks beside tabs do
        # nothing.
        rows = range(SIZE[1] - y - 6 * ROW, SIZE[1] - y - height, -3 * ROW)
        for row in [*rows, *rows, *rows]:
            self.click(x + width - ROW, row)
            if self.python(f"import bpy\nanswer = {opened}"):
                # Under load an earlier click may take effect late and open another tab: check again.
                time.sleep(1)
                if self.python(f"import bpy\nanswer = {opened}"):
                    return
        raise AssertionError(f"there is no tab {name}")

    def bring_in(self) -> None:
        """Move the topmost window into the display, as there is no window manager."""
        name = "Blender File View"
        self._tool("xdotool", "search", "--sync", "--name", name, "windowmove", "200", "120")
        # Wait until Blender has the new position.
        self.until("bpy.context.window_manager.windows[-1].x == 200")

    def first_file(self) -> tuple[float, float]:
        """Position of the first file in the file browser, pixels from the display's top left."""
        region = UNDER_THE_MOUSE.format(area="FILE_BROWSER", region="WINDOW")
        self.until("bpy.context.window_manager.windows[-1].screen.areas[0].spaces[0].params is not None")
        x, y, _, height = self.python(region)[1]
        return x + 100, SIZE[1] - y - height + FIRST_FILE

    def answers_while(self, expression: str, picture: str = "", seconds: float = 120.0) -> int:
        """Number of answers of Blender while a Python expression inside is true; 0 if the window is blocked meanwhile.
        picture: name of a screenshot that is taken meanwhile, after ANSWERS: it takes as long as a short job.
        seconds: timeout."""
        answers, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.python(f"import bpy\nanswer = bool({expression})"):
                return answers
            answers += 1
            if picture and answers == ANSWERS:
                self.picture(picture)
        raise AssertionError(f"always true: {expression}")

    def move(self, x: float, y: float) -> None:
        """Move the mouse to pixels from the display's top left."""
        self._tool("xdotool", "mousemove", str(round(x)), str(round(y)))
        time.sleep(0.2)

    def key(self, *names: str) -> None:
        """Press keys, named as in xdotool."""
        self._tool("xdotool", "key", *names)
        time.sleep(0.3)

    def picture(self, name: str) -> Path:
        """Take a screenshot of the whole display; returns its path."""
        path = self.pictures / f"{name}.png"
        inside = ROOT / "tmp" / f"{self.process.pid}-{name}.png"
        self._tool("import", "-window", "root", f"/tmp/{inside.name}")
        shutil.move(inside, path)
        return path

    def close(self) -> None:
        """End Blender and its virtual display."""
        try:
            os.killpg(self.process.pid, 15)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
        self.log.close()

    def _tool(self, *command: str) -> None:
        display = (self.exchange / "display").read_text().strip()
        subprocess.run(["chroot", str(ROOT), "env", f"DISPLAY=:{display}", *command], check=True, capture_output=True)
