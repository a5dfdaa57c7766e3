"""Runs a command without a network under strace and lists the paths it writes to and the network calls it makes."""

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
# Flags of open() that a call for reading only does not have.
TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
# Socket of the local name service cache, from which the C library asks for the user's name; usually it does not exist.
NAME_SERVICE = "/var/run/nscd/socket"
# Paths that are no files on the disk. /dev/shm/sem.*: semaphores between processes, deleted as soon as they are open.
NO_FILES = ("/dev/null", "/dev/tty", "/dev/shm/sem.")
FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")
TREE = Path(__file__).parents[1]
SECONDS = 900  # timeout of a watched command


@dataclass(frozen=True)
class Traces:
    """Result of a watched command. code: exit code. output: stdout and stderr together. written: paths that were
    created or opened for writing, also unsuccessfully. reached: socket calls to a network or another program, after
    the folder `begin` was made. left: paths in the user's folders at the end; they were empty before."""

    code: int
    output: str
    written: frozenset[Path]
    reached: tuple[str, ...]
    left: tuple[Path, ...]

    def outside(self, *named: Path) -> list[str]:
        """Written paths outside of the folders `named`, sorted."""
        return sorted(str(path) for path in self.written if not any(path.is_relative_to(folder) for folder in named))


def watch(
    command: Sequence[object],
    folder: Path,
    given: str = "",
    environment: Mapping[str, str] | None = None,
    begin: Path | None = None,
) -> Traces:
    """Run a command under strace, with empty user folders (home, caches, temporary files) in `folder`. given: text for
    stdin. begin: a folder that the command makes when what is tested begins; None: all of it is tested.

    Skips the test where strace is missing or not permitted.
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
    written, reached = _read(trace, begin)
    left = [path for place in places.values() for path in place.rglob("*")]
    return Traces(done.returncode, done.stdout, written, reached, tuple(left))


def _read(trace: Path, begin: Path | None) -> tuple[frozenset[Path], tuple[str, ...]]:
    written: set[Path] = set()
    reached: list[str] = []
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
        # In the other calls the last path is the written one: the first path of a link is its target.
        written.update(paths if call in MOVING else paths[-1:])
        if call.startswith("mkdir") and paths[-1:] == [begin]:
            reached = []
    assert begin is None or begin in written, f"the command never made {begin}"
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
    """Command prefix for an empty network namespace; empty where it is not permitted, and strace alone shows the
    calls."""
    for command in (("unshare", "--net"), ("unshare", "--net", "--map-root-user")):
        if _works(command):
            return command
    return ()


def _works(command: Sequence[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
