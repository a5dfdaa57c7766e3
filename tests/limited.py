"""Call something in a process of its own that may not take long nor much: what hangs or grows there harms no test."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["GROWTH", "Outcome", "commands", "limited", "refused"]

TREE = Path(__file__).parents[1]
# A guard, not a measure: what is meant takes a second, what is not never ends.
SECONDS = 60
# Bytes of address space: libraries take some gigabytes of it without using them.
SPACE = 8 << 30
# MiB that reading a file of a few bytes may take, whatever it says.
GROWTH = 400
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
# Takes command lines from stdin; each ends by itself or is ended.
COMMANDS = """
import contextlib, io, json, signal, sys
from model_runtime.cli import main
def late(*_):
    raise TimeoutError("it waits for ever")
signal.signal(signal.SIGALRM, late)
told = []
for line in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    signal.alarm(60)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(line)
    signal.alarm(0)
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
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


def refused(call: str, *arguments: object, words: str = "") -> str:
    """The sentence with which a call in a process of its own refuses what it is given."""
    outcome = limited(call, *map(str, arguments))
    assert outcome.error in ("InputError", "UserError"), outcome
    assert outcome.message.isprintable()
    assert words in outcome.message
    assert outcome.grown < GROWTH
    return outcome.message


def commands(lines: list[list[str]], prefix: tuple[str, ...] = ()) -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of `python -m model_runtime` with each of the lines, one after the other.

    prefix: words before the interpreter's, of a program that starts it otherwise. What waits for ever is told so.
    """
    run = subprocess.run(
        [*prefix, sys.executable, "-c", COMMANDS],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        preexec_fn=_limit,
        timeout=SECONDS * 10,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return [tuple(each) for each in json.loads(run.stdout.splitlines()[-1])]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
