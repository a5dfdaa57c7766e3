"""Runs inside the windowed Blender: executes Python from request files and writes the value of `answer` to a file."""

import json
import os
import traceback
from pathlib import Path

import bpy

FOLDER = Path(os.environ["KMTALK_EXCHANGE"])


def serve() -> float:
    """Execute all waiting request files; Blender's timer calls this again after the returned seconds."""
    for request in sorted(FOLDER.glob("*.py"), key=lambda path: int(path.stem)):
        names: dict = {}
        try:
            exec(request.read_text(), names)
            answer = {"answer": names.get("answer")}
        except Exception:
            answer = {"error": traceback.format_exc()}
        request.unlink()
        reply = FOLDER / f"{request.stem}.json"
        reply.with_suffix(".tmp").write_text(json.dumps(answer))
        reply.with_suffix(".tmp").rename(reply)
    return 0.02


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(serve, first_interval=0.5, persistent=True)
