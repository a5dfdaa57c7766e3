"""python -m packing.torch_hashes: writes the hashes of the allowed torch wheels to model_runtime/runtime.lock.

Windows and macOS use the wheels of the general package index. Linux uses CPU builds only: if the lock had the hash of
the general Linux wheel, pip would prefer that wheel, with gigabytes of CUDA. A target for which pip finds no CPU build
gets no hash.
"""

import re
from pathlib import Path

from model_runtime.files.atomic import write_atomic
from packing.wheels import LOCK, Target, resolve

__all__ = ["pin_torch"]

TARGETS = [Target(name, python) for name in ("linux-x64", "windows-x64", "macos-arm64") for python in ("3.11", "3.13")]


def pin_torch(lock: Path) -> list[str]:
    """Replace the hashes of torch in the lock file; returns the file names of the allowed wheels."""
    text = lock.read_text()
    pin = re.search(r"^torch==[0-9.]+", text, re.MULTILINE)
    assert pin is not None, "the lock always names torch"
    wheels = {}
    for target in TARGETS:
        found = resolve([pin[0]], target) or {}
        wheels |= {name: digest for name, digest in found.items() if "+cpu" in name or target.platform != "linux-x64"}
    hashes = " \\\n    ".join(f"--hash=sha256:{digest}" for digest in sorted(wheels.values()))
    entry = re.compile(r"^torch==[^\n]*\n(?:    --hash[^\n]*\n)*", re.MULTILINE)
    write_atomic(lock, lambda stream: stream.write(entry.sub(f"{pin[0]} \\\\\n    {hashes}\n", text).encode()))
    return sorted(wheels)


if __name__ == "__main__":
    print("\n".join(pin_torch(LOCK)))
