"""The extension's zips, built by build_addon.py as a maintainer runs it."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from model_runtime import __version__
from model_runtime.errors import InputError
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import write_head
from packing.archive import HEAD
from packing.bytecode import interpreter
from packing.targets import PYTHONS, TARGETS, Target

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
        *("model_runtime", "files.json", "packages.zip", "packages.json")
    }
    # What only training, compilers and editors read.
    assert not [name for name in names if name.endswith("weights.safetensors")]
    assert not [name for name in packages if name.endswith((".pyi", ".h", "en-us.lm.bin")) or "/tests/" in name]
    assert {"numpy", "scipy", "onnxruntime", "pocketsphinx", "soxr"} <= {name.split("/")[0] for name in packages}
    assert f'version = "{__version__}"' in manifest
    assert f'platforms = ["{about["platform"]}"]' in manifest
    assert 'blender_version_min = "4.2.0"\nblender_version_max = "5.1.0"' in manifest
    assert package.stat().st_size <= LARGEST


# Imports every module of the runtime, and prints those that want a package which is not there.
IMPORT_ALL = """
import importlib, pkgutil, sys
import model_runtime
for found in pkgutil.walk_packages(model_runtime.__path__, "model_runtime."):
    if not found.name.endswith("__main__"):
        try:
            importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            print(found.name, error.name)
"""
# Rooms of the runtime that only training, research and measuring read; packages that only those have.
NOT_INFERENCE = ("networks", "training", "evaluation")
FOR_TRAINING = {"torch", "transformers", "onnx", "safetensors", "accelerate"}


def unpacked(package: Path, folder: Path) -> Path:
    """The extension with its packages in `folder`, as they lie on a user's disk."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    with zipfile.ZipFile(folder / "lib" / "packages.zip") as archive:
        archive.extractall(folder / "packages")
    return folder


@pytest.fixture(scope="module", params=PYTHONS)
def installed(request, package, tmp_path_factory) -> tuple[Path, str]:
    """The zip of this machine's platform for each Python, on a user's disk; and that Python."""
    folder = tmp_path_factory.mktemp("installed")
    if request.param != "3.11":
        try:
            interpreter(request.param)
        except InputError as error:
            pytest.skip(str(error))
        result = build("--output", str(folder), "--target", Target.here().platform, request.param)
        assert result.returncode == 0, result.stderr
        package = next(folder.glob("*.zip"))
    return unpacked(package, folder / "user"), interpreter(request.param)


def test_a_python_that_does_not_run_is_passed_over(tmp_path, monkeypatch):
    """Version managers put a stand-in on the PATH for each version, that of a switched off one too."""
    folders = [tmp_path / "stand-in", tmp_path / "other", tmp_path / "real"]
    for folder, line in zip(folders, ("exit 127", "echo 3.9", "echo 3.99"), strict=True):
        folder.mkdir()
        (folder / "python3.99").write_text(f"#!/bin/sh\n{line}\n")
        (folder / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders[:2])))
    with pytest.raises(InputError, match=r"put python3\.99 on the PATH"):
        interpreter("3.99")
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    assert interpreter("3.99") == str(folders[2] / "python3.99")


def as_a_user(installed: tuple[Path, str], *arguments: str, status: int = 0, stream: str = "stdout") -> str:
    """What Python says with what `installed` gave, and nothing of this environment."""
    folder, python = installed
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder / 'lib'}{os.pathsep}{folder / 'packages'}"}
    command = [python, "-S", "-s", "-B", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=folder, check=False)
    assert result.returncode == status, result.stderr
    return getattr(result, stream)


def test_inference_imports_nothing_that_was_left_out(installed):
    """Some commands import modules only when they run, so that a missing part would show on a user's machine alone."""
    lines = as_a_user(installed, "-c", IMPORT_ALL).split("\n")
    missing = [line.split() for line in lines if line and line.split(".")[1] not in NOT_INFERENCE]
    assert [(module, name) for module, name in missing if name.split(".")[0] not in FOR_TRAINING] == []


def test_the_head_is_ready_made_and_the_same(installed, tmp_path):
    ready, made = tmp_path / "ready.npz", tmp_path / "made.npz"
    as_a_user(installed, "-m", "model_runtime", "head", "-o", str(ready))
    assert ready.read_bytes() == write_head(demo_head(), made).read_bytes()
    packed, command = installed[0] / HEAD, ("-m", "model_runtime", "head", "-o", str(tmp_path / "a.npz"))
    content = packed.read_bytes()
    for damaged in (b"", content[:-1000], content[:1000] + b"x" * 100 + content[1100:]):
        packed.write_bytes(damaged)
        said = as_a_user(installed, *command, status=2, stream="stderr")
        assert said.strip().endswith("is damaged; install the extension again.")
    packed.write_bytes(content)
    assert not (tmp_path / "a.npz").exists()


# Runs the command line, then prints which large libraries among the packages were never loaded.
NEVER_LOADED = """
import pathlib, sys
from model_runtime.cli import main
assert main(sys.argv[2:]) == 0
loaded = pathlib.Path("/proc/self/maps").read_text()
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.so*")):
    if path.stat().st_size > 1_000_000 and str(path) not in loaded:
        print("never loaded", path.name)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which libraries a process has loaded")
def test_every_large_library_of_the_zip_is_used(installed, tmp_path):
    """What no line needs makes the zip larger for nothing. scipy's parts for heads are imported by the heads."""
    code, packages = IMPORT_ALL + NEVER_LOADED, str(installed[0] / "packages")
    line = str(TREE / "assets" / "demo_line.flac")
    said = as_a_user(installed, "-c", code, packages, "generate", line, "-o", str(tmp_path / "take.npz"))
    assert [row for row in said.splitlines() if row.startswith("never loaded")] == []


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
def test_every_wheel_of_every_target_is_in_the_lock():
    result = build("--dry-run")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("onnxruntime-1.23.2-") == len(TARGETS)
    assert not re.search(r"^\s*(torch-|nvidia)", result.stdout, re.MULTILINE)
