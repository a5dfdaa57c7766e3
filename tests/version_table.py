"""Table of tested versions: `pytest -p tests.version_table` adds its run as a row of out/versions.md.

`make test` runs all parts with this plugin; a part that runs again replaces its row.
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
from pathlib import Path

import pytest

__all__ = ["pytest_configure", "pytest_terminal_summary"]

TREE = Path(__file__).resolve().parents[1]
ROWS = TREE / "out" / "versions"
COLUMNS = ("part", "Blender", "Python", "system", "tests", "passed", "skipped", "failed", "commit")
COMMIT = pytest.StashKey[str]()
HEAD = """# Tested with

The test run writes this table itself: `make test SLOW=1 GUI=1 MATRIX=1` makes `out/versions.md`.

"""


def pytest_configure(config: pytest.Config) -> None:
    """Note the commit at the start of the run, as the files may change during it."""
    config.stash[COMMIT] = _said("git", "-C", str(TREE), "describe", "--always", "--dirty")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write this run's row, and the table of all rows in the folder."""
    counts = {name: len(terminalreporter.stats.get(name, ())) for name in ("passed", "skipped", "failed", "error")}
    part, blender = _part(config)
    row = {
        "part": part,
        "Blender": blender,
        "Python": platform.python_version(),
        "system": _system(),
        "tests": config.option.markexpr or "all",
        "passed": str(counts["passed"]),
        "skipped": str(counts["skipped"]),
        "failed": str(counts["failed"] + counts["error"]),
        "commit": config.stash[COMMIT],
    }
    ROWS.mkdir(parents=True, exist_ok=True)
    name = f"{part}-{blender}-{row['Python']}".replace(" ", "_")
    # Whole at once: the two window tests run, and read all rows, at the same time.
    part_file = ROWS / f"{name}.part"
    part_file.write_text(json.dumps(row), encoding="utf-8")
    part_file.replace(ROWS / f"{name}.json")
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROWS.glob("*.json"))]
    lines = [COLUMNS, ["---"] * len(COLUMNS), *([row[column] for column in COLUMNS] for row in rows)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    ROWS.with_suffix(".md").write_text(HEAD + table, encoding="utf-8")


def _part(config: pytest.Config) -> tuple[str, str]:
    """(tested part, version of Blender or "-"), from the arguments of pytest: the tests may run in other processes."""
    folders = {part for argument in config.args for part in Path(argument).parts}
    if "blender" in folders:
        return "extension", importlib.metadata.version("bpy")
    if "gui" in folders:
        folder = TREE / os.environ.get("KMTALK_BLENDER", ".blender")
        package = _said("chroot", str(folder), "dpkg-query", "-W", "-f", "${Version}", "blender")
        return "extension in a window", package.partition("+")[0]
    return ("runtime" if importlib.util.find_spec("torch") else "runtime without torch"), "-"


def _system() -> str:
    if platform.system() == "Linux":
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.machine()}"
    return platform.platform(terse=True)


def _said(*command: str) -> str:
    """The output of a command, or "-" when the command is missing or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "-"
