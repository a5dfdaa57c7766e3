"""Moonshine: the recogniser's files are looked for, and a sentence says so where they are missing."""

import subprocess
import sys
from pathlib import Path

from recordings import LINE

TREE = Path(__file__).resolve().parents[1]


def test_a_package_without_the_recognisers_files_is_told(tmp_path):
    """Later versions of moonshine-voice come without them."""
    package = tmp_path / "moonshine_voice"
    package.mkdir()
    (package / "__init__.py").touch()
    run = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(TREE)!r}]; from model_runtime.cli import main; "
    command = f"sys.exit(main(['phones', {str(LINE)!r}, '-o', {str(tmp_path / 'a.TextGrid')!r}]))"
    result = subprocess.run([sys.executable, "-c", run + command], capture_output=True, text=True, timeout=120)
    assert result.returncode == 2
    assert "has no recogniser; install the runtime again" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "a.TextGrid").exists()
