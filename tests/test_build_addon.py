"""The extension's zips, built by build_addon.py as a maintainer runs it."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from model_runtime import __version__
from packing.targets import TARGETS, Target
from packing.wheels import list_wheels

TREE = Path(__file__).resolve().parent.parent
LARGEST = 150_000_000  # bytes


def build(*arguments: str) -> subprocess.CompletedProcess:
    """Run build_addon.py as a maintainer does."""
    return subprocess.run(
        [sys.executable, str(TREE / "build_addon.py"), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    """The zip of this machine's platform and Python 3.11, in a repository."""
    folder = tmp_path_factory.mktemp("dist")
    result = build("--output", str(folder), "--repository")
    assert result.returncode == 0, result.stderr
    return next((folder / "repository").glob(f"kmtalk-{__version__}-*-py3.11.zip"))


def test_holds_the_extension_the_runtime_the_models_and_the_packages(package):
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        manifest = archive.read("blender_manifest.toml").decode()
        about = json.loads(archive.read("lib/packages.json"))
        with archive.open("lib/packages.zip") as stream, zipfile.ZipFile(stream) as packed:
            packages = packed.namelist()
    runtime = {f"lib/model_runtime/{name}" for name in ("worker.py", "runtime.lock", "schema/settings.json")}
    networks = {
        f"lib/model_runtime/weights/{name}" for name in ("starter/encode.0.onnx", "speech/whisper_encoder.onnx")
    }
    assert {"__init__.py", "LICENSE"} | runtime | networks <= set(names)
    # The worker's import path, lib/, holds no module of the extension.
    assert {name.split("/")[1] for name in names if name.startswith("lib/")} == {
        *("model_runtime", "packages.zip", "packages.json")
    }
    # What only training, compilers and editors read.
    assert not [name for name in names if name.endswith("weights.safetensors")]
    assert not [name for name in packages if name.endswith((".pyi", ".h", "en-us.lm.bin")) or "/tests/" in name]
    assert {"numpy", "scipy", "onnxruntime", "pocketsphinx", "soxr"} <= {name.split("/")[0] for name in packages}
    assert f'version = "{__version__}"' in manifest
    assert f'platforms = ["{about["platform"]}"]' in manifest
    assert 'blender_version_min = "4.2.0"\nblender_version_max = "5.1.0"' in manifest
    assert package.stat().st_size <= LARGEST


def test_same_commit_same_bytes(package, tmp_path):
    assert build("--output", str(tmp_path)).returncode == 0
    assert (tmp_path / package.name).read_bytes() == package.read_bytes()


def test_repository_lists_the_package_for_its_blenders_only(package):
    [entry] = json.loads((package.parent / "index.json").read_text())["data"]
    assert entry["id"] == "kmtalk"
    assert entry["version"] == __version__
    assert entry["platforms"] == [Target.here().platform]
    assert (entry["blender_version_min"], entry["blender_version_max"]) == ("4.2.0", "5.1.0")


def test_a_zip_over_the_limit_is_refused_and_not_left_behind(tmp_path):
    result = build("--output", str(tmp_path), "--limit", "1000000")
    assert result.returncode == 2
    assert "more than 1" in result.stderr
    assert not list(tmp_path.glob("*"))


@pytest.mark.parametrize("target", [("amiga", "3.11"), ("linux-x64", "3.9")])
def test_unknown_targets_are_refused_by_name(tmp_path, target):
    result = build("--output", str(tmp_path), "--target", *target)
    assert result.returncode == 2
    assert (target[0] if target[0] == "amiga" else target[1]) in result.stderr
    assert "linux-x64" in result.stderr or "3.11" in result.stderr
    assert not list(tmp_path.iterdir())


def test_lock_pins_everything_with_hashes():
    lock = (TREE / "model_runtime" / "runtime.lock").read_text().replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.title)
def test_every_wheel_of_every_target_is_in_the_lock(target):
    names = list_wheels(target)
    assert [name for name in names if name.startswith("onnxruntime-1.23.2-")]
    assert not [name for name in names if name.startswith(("torch-", "nvidia"))]
