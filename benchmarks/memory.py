"""Peak memory of generate for sounds of given lengths."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.worker import LINE

__all__ = ["peak_memory"]

# Program whose last line is its own peak memory (ru_maxrss). RUSAGE_CHILDREN in this process would give the largest of
# all children so far.
# On Linux from /proc: getrusage counts what the parent had when it started the process, too.
MEASURED = """
import pathlib, resource, sys
from model_runtime.cli import main
code = main(sys.argv[1:])
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
peak = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
print(*(peak or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
sys.exit(code)
"""


def peak_memory(minutes: tuple[float, ...]) -> list[tuple[str, str]]:
    """Run generate without a transcript in one process for each length; gives peak memory and speed."""
    rows = []
    samples, rate = soundfile.read(LINE, dtype="int16")
    unit = 1 if sys.platform == "darwin" else 1024
    for length in minutes:
        with tempfile.TemporaryDirectory() as folder:
            sound = Path(folder) / "long.flac"
            soundfile.write(sound, np.resize(samples, round(length * 60 * rate)), rate)
            command = [sys.executable, "-c", MEASURED, "generate", str(sound), "-o", f"{folder}/take.npz"]
            began = time.perf_counter()
            result = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds = time.perf_counter() - began
        peak = int(result.stdout.split()[-1]) * unit
        rows.append(
            (
                f"generate, cold, {length:g} min, no transcript",
                f"peak {peak / 1e6:.0f} MB, {length * 60 / seconds:.1f}x real time",
            )
        )
    return rows
