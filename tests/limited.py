"""Call something in a process of its own that may not take long nor much: what hangs or grows there harms no test."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "command", "limited"]

TREE = Path(__file__).parents[1]
# A guard, not a measure: what is meant takes a second, what is not never ends.
SECONDS = 60
# Bytes of address space: libraries take some gigabytes of it without using them.
SPACE = 8 << 30
# Takes a call from the arguments and what it is given from stdin; tells how it ended, and how the process grew.
PROGRAM = """
import json, resource, sys, types
from importlib import import_module
package = types.ModuleType("kmtalk_blender")
package.__path__ = [sys.argv[1] + "/kmtalk_blender"]
sys.modules["kmtalk_blender"] = package
module, name = sys.argv[2].split(":")
call = getattr(import_module(module), name)
given = json.load(sys.stdin)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    call(*given)
    ended, message = "", ""
except Exception as error:
    ended, message = type(error).__name__, str(error)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([ended, message, grown // 1024]))
"""


@dataclass(frozen=True)
class Outcome:
    """error: name of the exception, empty for a result. message: its text. grown: MiB that the process grew by."""

    error: str
    message: str
    grown: int


def limited(call: str, *arguments: object) -> Outcome:
    """`call` is "module:function", in model_runtime or, entered without Blender, kmtalk_blender.

    Fails when it takes longer than SECONDS or ends the process.
    """
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(TREE), call],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        preexec_fn=_limit,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return Outcome(*json.loads(run.stdout.splitlines()[-1]))


def command(*arguments: object, cwd: Path = TREE, **options: object) -> subprocess.CompletedProcess[str]:
    """`python -m model_runtime` with these arguments, within the same limits."""
    return subprocess.run(
        [sys.executable, "-m", "model_runtime", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        cwd=cwd,
        preexec_fn=_limit,
        timeout=SECONDS,
        check=False,
        **options,
    )


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
