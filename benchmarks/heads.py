"""Quality of the shapes of heads and time to make them, for the project's own head and for the user's meshes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from model_runtime.heads.head import read_head
from model_runtime.heads.quality import Quality, measure

__all__ = ["shapes_of_heads"]


def shapes_of_heads(meshes: tuple[Path, ...]) -> list[tuple[str, str]]:
    """Measure each head in a new process. meshes: files with FLAME's topology, or with landmarks in a .json of the same
    name in the same folder."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "head.npz"
        for mesh in (None, *meshes):
            command = [sys.executable, "-m", "model_runtime", "head", "-o", str(output)]
            if mesh is not None:
                marks = mesh.with_suffix(".json")
                command += ["--mesh", str(mesh), *(["--landmarks", str(marks)] if marks.is_file() else [])]
            began = os.times()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took = sum(os.times()[2:4]) - sum(began[2:4])
            head = read_head(output)
            name = "our own head" if mesh is None else mesh.name
            rows.append((f"{name}: {len(head.vertices)} vertices, a new process", f"{took:.1f} s of one core"))
            rows.append((f"{name}: shapes", _said(measure(head))))
    return rows


def _said(quality: Quality) -> str:
    return (
        f"gap at rest {quality.rest:.4f}, at jawOpen 1 {quality.opened:.3f}, closed again {quality.closed:.4f}, lips "
        f"cross {quality.crossing:.4f} deeper than at rest (eye distances); left and right differ by "
        f"{100 * quality.symmetry:.2f} %; longest edge {quality.stretch:.1f} times ({quality.stretched_by}); the "
        f"skull moves {quality.skull:.0e}"
    )
