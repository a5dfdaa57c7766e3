"""Models of the user's own: what is copied, what is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import bpy
import pytest
from stage import TREE

pytestmark = pytest.mark.one_blender


@pytest.fixture(scope="session")
def model(worker_python, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    command = [os.environ["KMTALK_PYTHON"], "-m", "tests.tiny_paper_model", str(folder)]
    subprocess.run(command, cwd=TREE, check=True)
    (folder / "CARD.md").write_text("# tiny\n")
    (folder / "other.txt").write_text("not part of a model")
    return folder


@pytest.fixture
def models(extension):
    """The module under test; importing it needs the extension's package."""
    from bl_ext.user_default.kmtalk.runtime import model_folder

    return model_folder


def test_a_model_is_copied_whole_with_its_licence_and_card(models, model, tmp_path):
    installed = models.install_model(model, tmp_path / "models")
    assert (installed.name, installed.licence) == ("tiny", "made up")
    assert sorted(path.name for path in installed.folder.iterdir()) == [
        *("CARD.md", "complete.onnx", "encode.onnx", "key_motions.onnx", "model.json", "space.npz")
    ]
    assert models.installed_models(tmp_path / "models") == [installed.folder]
    assert models.install_model(model, tmp_path / "models") == installed


def test_the_copy_performs(models, model, scene, head, line, tmp_path):
    scene.kmtalk.model = str(models.install_model(model, tmp_path / "models").folder)
    for name in ("motion001", "motion002", "motion003"):
        row = head.kmtalk.mapping.add()
        row.channel, row.shape = name, "jawOpen" if name == "motion001" else ""
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}


@pytest.mark.parametrize("name", ["../../outside", "..", "a/b", "/etc"])
def test_a_name_leads_nowhere(models, model, tmp_path, name):
    about = json.loads((model / "model.json").read_text())
    source = tmp_path / "source"
    source.mkdir()
    for path in model.iterdir():
        (source / path.name).write_bytes(path.read_bytes())
    (source / "model.json").write_text(json.dumps({**about, "id": name}))
    installed = models.install_model(source, tmp_path / "models")
    assert installed.folder.parent == tmp_path / "models"


def test_damage_and_other_models_are_refused(models, model, tmp_path):
    from bl_ext.user_default.kmtalk.errors import UserError

    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(UserError, match="is not a model"):
        models.install_model(source, tmp_path / "models")
    for path in model.iterdir():
        (source / path.name).write_bytes(path.read_bytes())
    (source / "complete.onnx").write_bytes(b"other")
    with pytest.raises(UserError, match="damaged"):
        models.install_model(source, tmp_path / "models")
    assert not (tmp_path / "models").exists()
    models.install_model(model, tmp_path / "models")
    (source / "complete.onnx").write_bytes((model / "complete.onnx").read_bytes())
    about = json.loads((model / "model.json").read_text())
    (source / "model.json").write_text(json.dumps({**about, "licence": "another"}))
    with pytest.raises(UserError, match="installed already"):
        models.install_model(source, tmp_path / "models")
    (source / "model.json").write_text(json.dumps({**about, "format": 99}))
    with pytest.raises(UserError, match="another version"):
        models.install_model(source, tmp_path / "models")


@pytest.mark.parametrize(
    ("networks", "said"),
    [({"../../outside": "0"}, "damaged"), ({"/etc/passwd": "0"}, "damaged"), (["encode"], "damaged"), ({}, "export")],
)
def test_networks_that_are_none_are_refused(models, model, tmp_path, networks, said):
    from bl_ext.user_default.kmtalk.errors import UserError

    about = json.loads((model / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**about, "networks": networks}))
    with pytest.raises(UserError, match=said):
        models.install_model(tmp_path, tmp_path / "models")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_card_that_is_a_link_brings_nothing_along(models, model, tmp_path):
    """A model comes from somebody else: whatever file of the user's it named would lie in the copy."""
    secret = tmp_path / "secret"
    secret.write_text("a key")
    source = tmp_path / "source"
    source.mkdir()
    names = ("complete.onnx", "encode.onnx", "key_motions.onnx", "model.json", "space.npz")
    for name in names:
        (source / name).write_bytes((model / name).read_bytes())
    (source / "CARD.md").symlink_to(secret)
    installed = models.install_model(source, tmp_path / "models")
    assert sorted(path.name for path in installed.folder.iterdir()) == list(names)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders there")
def test_a_description_that_is_a_pipe_is_none(models, tmp_path):
    """It would be read for ever."""
    from bl_ext.user_default.kmtalk.errors import UserError

    os.mkfifo(tmp_path / "model.json")
    with pytest.raises(UserError, match="is not a model"):
        models.install_model(tmp_path, tmp_path / "models")


def test_the_button_installs_into_the_extensions_own_folder_and_chooses_it(scene, model):
    assert bpy.ops.kmtalk.install_model(filepath=str(model)) == {"FINISHED"}
    installed = Path(scene.kmtalk.model)
    assert installed.is_relative_to(os.environ["BLENDER_USER_RESOURCES"])
    assert (installed / "complete.onnx").is_file()
