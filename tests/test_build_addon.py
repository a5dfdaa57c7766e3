"""The extension's zip, built by build_addon.py as a user runs it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from model_runtime import __version__

TREE = Path(__file__).resolve().parent.parent


def build(*arguments: str) -> subprocess.CompletedProcess:
    """Run build_addon.py as a user does."""
    return subprocess.run(
        [sys.executable, str(TREE / "build_addon.py"), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    result = build("--output", str(folder), "--repository")
    assert result.returncode == 0, result.stderr
    return folder / f"kmtalk-{__version__}.zip"


def test_holds_the_extension_the_runtime_and_the_model_and_no_wheels(package):
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        manifest = archive.read("blender_manifest.toml").decode()
    runtime = {f"lib/model_runtime/{name}" for name in ("worker.py", "runtime.lock", "schema/settings.json")}
    assert {"__init__.py", "LICENSE"} | runtime <= set(names)
    assert "lib/model_runtime/weights/starter/weights.safetensors" in names
    # The worker's import path, lib/, holds model_runtime only and no module of the extension.
    assert {name.split("/")[1] for name in names if name.startswith("lib/")} == {"model_runtime"}
    assert not [name for name in names if name.endswith((".whl", ".pyc")) or "__pycache__" in name]
    assert f'version = "{__version__}"' in manifest
    assert package.stat().st_size < 40_000_000


def test_same_commit_same_bytes(package, tmp_path):
    assert build("--output", str(tmp_path)).returncode == 0
    assert (tmp_path / package.name).read_bytes() == package.read_bytes()


def test_repository_lists_the_package(package):
    folder = package.parent / "repository"
    index = (folder / "index.json").read_text()
    assert '"id": "kmtalk"' in index
    assert f'"version": "{__version__}"' in index
    assert (folder / package.name).read_bytes() == package.read_bytes()


def test_unknown_platform_is_refused_by_name(tmp_path):
    result = build("--output", str(tmp_path), "--offline", "amiga", "3.11")
    assert result.returncode == 2
    assert "amiga" in result.stderr
    assert "linux-x64" in result.stderr
    assert not list(tmp_path.iterdir())


def test_lock_pins_everything_with_hashes():
    lock = (TREE / "model_runtime" / "runtime.lock").read_text().replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.slow
def test_lists_the_wheels_of_a_platform(tmp_path):
    result = build("--offline", "windows-x64", "3.11", "--dry-run")
    if "No wheel" in result.stderr:
        pytest.skip("pip reaches no index with wheels for Windows")
    assert result.returncode == 0, result.stderr
    assert re.search(r"^torch-2\.13\.0-cp311-cp311-win_amd64\.whl$", result.stdout, re.MULTILINE)


@pytest.mark.slow
def test_names_the_wheels_that_are_missing():
    result = build("--offline", "macos-x64", "3.11", "--dry-run")
    assert result.returncode == 2
    assert "torch==2.13.0" in result.stderr
