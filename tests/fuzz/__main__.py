"""Every reader against files that nobody meant: a result or one sentence, in little time and memory.

    python -m tests.fuzz --minutes 60 [--target take] [--seed 1]

Each target runs in a separate process. A finding is any exception but InputError and UserError, more than SLOW seconds,
or a growth of more than LARGE bytes. Findings are printed, their files kept in out/fuzz, and the exit code is 1 when
there is one. Hypothesis draws the files: valid files with damaged bytes, valid files with a few extreme values, and
random bytes.
"""

import argparse
import faulthandler
import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.extension import extension_module

from .targets import TREE, targets

FOUND = TREE / "out" / "fuzz"
SLOW = 10.0  # processor seconds for one file, which do not depend on the machine's load
HANGS = 120.0  # seconds on one file after which the process is ended
LARGE = 600 << 20  # bytes by which a process may grow
ROUND = 50  # files between two checks of the time limit


@dataclass
class Report:
    """Result of one target. executions: number of files read. findings: description of a finding -> its count."""

    executions: int = 0
    findings: dict[str, int] = field(default_factory=dict)


def fuzz(name: str, seconds: float, number: int, folder: Path) -> Report:
    """Read files drawn for the target `name` for `seconds`. number: seed. folder: for the files."""
    refused = _refusals()
    target, report = targets(folder)[name](), Report()
    ends, began = time.monotonic() + seconds, _memory()

    def once(content: Any) -> None:
        if time.monotonic() > ends:
            return
        faulthandler.dump_traceback_later(HANGS, exit=True)
        started, before = _worked(), _memory()
        found = ""
        try:
            target.read(content)
        except refused as error:
            message = str(error)
            found = "" if message.isprintable() and 0 < len(message) < 2000 else f"no sentence: {message[:80]!r}"
        # Any other exception is a finding.
        except BaseException as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            found = f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"
        faulthandler.cancel_dump_traceback_later()
        if not found and _worked() - started > SLOW:
            found = "slow"
        if not found and _memory() > max(before, began + LARGE):
            found = f"large: {(_memory() - began) >> 20} MiB"
        report.executions += 1
        if found:
            report.findings[found] = report.findings.get(found, 0) + 1
            _keep(name, found, content)

    while time.monotonic() < ends:
        number += 1
        drawn = given(target.contents)(once)
        limits = settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(limits(drawn))()
    return report


def _worked() -> float:
    """Processor seconds of this process and of its ended children."""
    return sum(os.times()[:4])


def _refusals() -> tuple[type[Exception], ...]:
    """The exceptions by which a reader may refuse a file, in the runtime and in the extension."""
    return import_module("model_runtime.errors").InputError, extension_module("errors").UserError


def _memory() -> int:
    """Peak memory of this process, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _keep(name: str, found: str, content: Any) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else repr(content).encode(errors="backslashreplace")
    digest = hashlib.sha256(name.encode() + found.encode()).hexdigest()[:12]
    (FOUND / f"{name.replace(' ', '-')}-{digest}").write_bytes(data)


def run_all(names: list[str], seconds: float, number: int) -> Iterator[tuple[str, Report]]:
    """Run each target in a separate process for its share of `seconds`. number: seed."""
    for name in names:
        command = [sys.executable, "-m", "tests.fuzz", "--inside", name, "--seconds", str(seconds / len(names))]
        run = subprocess.run([*command, "--seed", str(number)], cwd=TREE, capture_output=True, text=True, check=False)
        last = run.stdout.strip().splitlines()[-1:]
        if run.returncode == 0 and last:
            yield name, Report(**json.loads(last[0]))
        else:
            yield name, Report(0, {f"the process ended with {run.returncode}: {run.stderr.strip()[-600:]}": 1})


def main(arguments: list[str]) -> int:
    """Run the targets and print their reports; returns the exit code: 0, or 1 when there are findings."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--target", action="append", default=[], help="only these")
    parser.add_argument("--seed", type=int, default=0, help="of the files that are drawn")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.0, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kmtalk-fuzz-") as folder:
        if chosen.inside:
            logging.disable()
            report = fuzz(chosen.inside, chosen.seconds, chosen.seed * 1_000_000, Path(folder))
            print(json.dumps(vars(report)))
            return 0
        names = chosen.target or list(targets(Path(folder)))
    executions, bad = 0, 0
    for name, report in run_all(names, 60 * chosen.minutes, chosen.seed):
        executions, bad = executions + report.executions, bad + len(report.findings)
        print(f"{name:20} {report.executions:8} executions, {len(report.findings)} findings", flush=True)
        for found, count in report.findings.items():
            print(f"    {count} x {found}", flush=True)
    print(f"{'all':20} {executions:8} executions, {bad} findings")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
