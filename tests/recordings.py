"""Recordings for tests: the bundled line, and the shared data where it is installed."""

from pathlib import Path

import pytest

TREE = Path(__file__).parents[1]
LINE = TREE / "assets" / "demo_line.flac"
TEXT = (TREE / "assets" / "demo_line.txt").read_text(encoding="utf-8")
DATA = TREE.parent / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the recordings for tuning are not on this machine")
