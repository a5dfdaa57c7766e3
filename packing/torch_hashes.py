"""python -m packing.torch_hashes: pins the wheels of torch that the runtime may take, in model_runtime/runtime.lock.

Windows and macOS take the general index's wheels, Linux only a CPU build: with the general Linux wheel's hash in the
lock pip would prefer it, with gigabytes of CUDA. Where pip finds no CPU build for a target, that target is left out.
"""

import re
from pathlib import Path

from model_runtime.files.atomic import write_atomic
from packing.wheels import LOCK, Target, resolve

__all__ = ["pin_torch"]

TARGETS = [Target(name, python) for name in ("linux-x64", "windows-x64", "macos-arm64") for python in ("3.11", "3.13")]


def pin_torch(lock: Path) -> list[str]:
    """Replace the hashes of torch in the lock; the names of the wheels that it allows now."""
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
