"""The recognisers' files are looked for, and a sentence says so where they are missing."""

import subprocess
import sys
from pathlib import Path

import pytest
from recordings import LINE

from model_runtime.whisper import PACKAGE

TREE = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("package", "command", "told"),
    [
        # Later versions of it come without them.
        ("moonshine_voice", ("phones", "a.TextGrid"), "has no recogniser; install the runtime again"),
        (PACKAGE, ("generate", "a.npz"), f"has no {PACKAGE}; install the runtime again"),
    ],
)
def test_a_package_without_the_recognisers_files_is_told(package, command, told, tmp_path):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    output = tmp_path / command[1]
    arguments = [command[0], str(LINE), "-o", str(output)]
    run = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(TREE)!r}]; from model_runtime.cli import main; "
    result = subprocess.run(
        [sys.executable, "-c", f"{run}sys.exit(main({arguments!r}))"], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not output.exists()
