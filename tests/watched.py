"""Runs a command cut off from every network and looks, through strace, at what it tries to write and to reach."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

__all__ = ["Traces", "watch"]

WRITING = ("open", "openat", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "symlink", "symlinkat", "link", "linkat")
MOVING = ("rename", "renameat", "renameat2")
GOING = "chdir"
REACHING = ("socket", "connect", "bind", "sendto", "sendmsg")
# What a file that is opened to be read has none of.
TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
# The C library asks a program on the same machine for the user's name, through a file that is mostly not there.
NAME_SERVICE = "/var/run/nscd/socket"
# A lock between processes is a file of Linux's in memory that is gone as soon as it is open.
NO_FILES = ("/dev/null", "/dev/tty", "/dev/shm/sem.")
FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")
TREE = Path(__file__).parents[1]
SECONDS = 900


@dataclass(frozen=True)
class Traces:
    """code: the exit code. output: of stdout and stderr. written: paths that were made or opened to be written, also
    in vain. reached: calls that concern a network or another program. left: what lies in the user's folders, which
    were empty, at the end."""

    code: int
    output: str
    written: frozenset[Path]
    reached: tuple[str, ...]
    left: tuple[Path, ...]

    def outside(self, *named: Path) -> list[str]:
        """What was written to outside the named folders."""
        return sorted(str(path) for path in self.written if not any(path.is_relative_to(folder) for folder in named))


def watch(
    command: Sequence[object], folder: Path, given: str = "", environment: Mapping[str, str] | None = None
) -> Traces:
    """Run a command with folders of a user's that are empty and lie in `folder`. given: what it reads from stdin.

    Skips the test where strace is missing or may not watch.
    """
    tracer = [*_without_networks(), *_strace()]
    places = {name: folder / name for name in FOLDERS}
    for place in places.values():
        place.mkdir(parents=True)
    trace = folder / "trace"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "HF_", "MPL", "TORCH"))}
    added = {name: str(place) for name, place in places.items()} | dict(environment or {})
    done = subprocess.run(
        [*tracer, "-o", str(trace), *map(str, command)],
        cwd=TREE,
        env=kept | added | {"PYTHONDONTWRITEBYTECODE": "1"},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    written, reached = _read(trace)
    left = [path for place in places.values() for path in place.rglob("*")]
    return Traces(done.returncode, done.stdout, written, reached, tuple(left))


def _read(trace: Path) -> tuple[frozenset[Path], tuple[str, ...]]:
    written: set[Path] = set()
    reached = []
    current = str(TREE)
    for line in trace.read_text(errors="replace").splitlines():
        found = CALL.match(line)
        if found is None:
            continue
        call, rest = found.groups()
        if call in REACHING:
            if "AF_UNIX" not in rest or ("sun_path=" in rest and NAME_SERVICE not in rest):
                reached.append(line)
            continue
        if call.startswith("open") and not TO_WRITE.search(rest):
            continue
        paths = [Path(os.path.normpath(Path(base or current, name))) for base, name in PATH.findall(rest)]
        if call == GOING:
            current = str(paths[0])
            continue
        # A link's first name is what it leads to.
        written.update(paths if call in MOVING else paths[-1:])
    return frozenset(path for path in written if not str(path).startswith(NO_FILES)), tuple(reached)


@cache
def _strace() -> tuple[str, ...]:
    command = ("strace", "-f", "--seccomp-bpf", "-y", "-qq", "-s", "4096", "-e", "signal=none")
    calls = ("-e", f"trace={','.join((*WRITING, *MOVING, GOING, *REACHING))}")
    if not _works([*command, *calls, "-o", os.devnull]):
        pytest.skip("strace is not installed or may not watch here (make test SLOW=1 installs it where it can)")
    return (*command, *calls)


@cache
def _without_networks() -> tuple[str, ...]:
    """In a network of its own with nothing in it; strace alone tells what was tried where that is not allowed."""
    for command in (("unshare", "--net"), ("unshare", "--net", "--map-root-user")):
        if _works(command):
            return command
    return ()


def _works(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
