"""The project's own head as a file for the zip: computed once a change, so that no user waits for it."""

import hashlib
import tempfile
from pathlib import Path

from model_runtime.files.atomic import write_atomic
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import write_head

__all__ = ["ready_head"]


def ready_head(root: Path, cache: Path) -> bytes:
    """HEAD.npz of the project's own head. cache: folder that keeps it until the runtime in the tree `root` changes."""
    digest = hashlib.sha256()
    runtime = root / "model_runtime"
    # All of it: the head's code calls functions of other rooms.
    for path in [*sorted(runtime.rglob("*.py")), runtime / "runtime.lock"]:
        digest.update(path.read_bytes())
    kept = cache / f"head-{digest.hexdigest()[:12]}.npz"
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as folder:
            content = write_head(demo_head(), Path(folder) / "head.npz").read_bytes()
        cache.mkdir(parents=True, exist_ok=True)
        write_atomic(kept, lambda stream: stream.write(content))
    return kept.read_bytes()
