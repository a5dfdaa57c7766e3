"""The log of a training: one JSON object a line, and TensorBoard where it is installed."""

import importlib.util
import json
from pathlib import Path
from typing import TextIO

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import is_file, read_lines

__all__ = ["Log"]

FILE = "log.jsonl"


class Log:
    """Appends lines to log.jsonl in a training's folder. Drops lines after step `step`: those steps are repeated."""

    def __init__(self, folder: Path, step: int) -> None:
        path = folder / FILE
        kept = [line for line in _lines(path) if _step_of(line, path) <= step]
        text = "".join(f"{line}\n" for line in kept).encode()
        write_atomic(path, lambda stream: stream.write(text))
        self._stream: TextIO = path.open("a", encoding="utf-8")
        self._board = None
        if importlib.util.find_spec("tensorboard"):
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def write(self, step: int, **values: float) -> None:
        """Append a line: the step and its values."""
        self._stream.write(json.dumps({"step": step, **values}) + "\n")
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)

    def flush(self) -> None:
        """Write buffered lines to disk."""
        self._stream.flush()
        if self._board is not None:
            self._board.flush()

    def close(self) -> None:
        """Close the files."""
        self._stream.close()
        if self._board is not None:
            self._board.close()


def _lines(path: Path) -> list[str]:
    """The complete lines; a killed run may have left an incomplete last one."""
    if not is_file(path):
        return []
    lines = read_lines(path, limits.MANIFEST_BYTES)
    return [line.removesuffix("\n") for line in lines if line.endswith("\n")]


def _step_of(line: str, path: Path) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is damaged; delete it and resume again.") from error
