"""Runs calls and commands in child processes with limits of time and memory, so that a hanging call fails one test."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["GROWTH", "Outcome", "commands", "limited", "refused"]

TREE = Path(__file__).parents[1]
# Timeout of a child process, seconds. A good call takes about a second; a hanging one never ends.
SECONDS = 60
# Limit of the child's address space, bytes. Libraries reserve some gigabytes without using them.
SPACE = 8 << 30
# Largest growth in memory while a file of a few bytes is read, MiB.
GROWTH = 400
# Program of the child. Argument: module:function. stdin: the function's arguments as JSON. stdout: [exception's
# name, its message, growth in MiB].
PROGRAM = """
import json, resource, sys
from importlib import import_module
from tests.extension import without_blender
without_blender()
module, name = sys.argv[1].split(":")
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
# Program that runs the command lines from stdin (JSON), each for at most 60 s. stdout: [exit code, stdout, stderr] of
# each.
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
    """Result of a call. error: name of the exception, empty without one. message: the exception's text. grown: growth
    of the process, MiB."""

    error: str
    message: str
    grown: int


def limited(call: str, *arguments: object) -> Outcome:
    """Run `call`, "module:function" in model_runtime or in kmtalk_blender (imported without Blender), in a child.

    Fails when the call takes longer than SECONDS or ends the process.
    """
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, call],
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
    """Run a call in a child process, check that it raises a user error, and return the error's sentence."""
    outcome = limited(call, *map(str, arguments))
    assert outcome.error in ("InputError", "UserError"), outcome
    assert outcome.message.isprintable()
    assert words in outcome.message
    assert outcome.grown < GROWTH
    return outcome.message


def commands(lines: list[list[str]], prefix: tuple[str, ...] = ()) -> list[tuple[int, str, str]]:
    """Exit code, stdout and stderr of `python -m model_runtime` with each of the lines, one after the other.

    prefix: words before the interpreter's path, such as a program that drops rights. A line that takes more than 60 s
    ends with a TimeoutError.
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
