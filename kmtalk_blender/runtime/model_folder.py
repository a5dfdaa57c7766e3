"""Models of the user: check their files, and copy them into the extension's folder of models."""

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .. import limits
from ..errors import UserError
from .environment import source_folder
from .input_files import is_file, is_folder, open_file, read_bytes, read_json

__all__ = ["OWN", "InstalledModel", "check_model", "install_model", "installed_models", "styles_of"]

OWN = "starter"  # the model that comes with KMTalk
OWN_FOLDER = Path("model_runtime", "weights", "starter")  # its folder

# The files of a model.
ABOUT = "model.json"
SPACE = "space.npz"
CARD = "CARD.md"
FORMAT = 1  # version of the files
NETWORK = re.compile(r"[a-z_]{1,40}(\.[0-9]{1,4})?")  # name of an exported network; its file ends in .onnx
NETWORKS = 1000  # networks of a model at most
LONGEST_NAME = 60  # characters of a model's folder


@dataclass(frozen=True)
class InstalledModel:
    """A model's folder, its name and the licence of its weights."""

    folder: Path
    name: str
    licence: str


def check_model(folder: Path) -> InstalledModel:
    """Check a model's folder: its files have the digests that model.json names. No code of it runs.

    Raises UserError with what is wrong.
    """
    if not is_file(folder / ABOUT):
        raise UserError(f"{folder} is not a model; choose the folder that holds {ABOUT}.")
    about = read_json(folder / ABOUT, limits.MODEL_DESCRIPTION_BYTES)
    try:
        name, licence, version = str(about["id"]), str(about["licence"]), about.get("format")
        named = {**_networks(about), SPACE: about.get("space_sha256")}
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise UserError(f"{folder / ABOUT} is damaged; get the model again.") from error
    if version != FORMAT:
        raise UserError(f"The model in {folder} was made by another version of KMTalk; export it again.")
    if len(named) == 1:
        raise UserError(
            f"The model in {folder} is not exported; run python -m model_runtime export where it was trained, and "
            "choose the folder that this writes."
        )
    for file, digest in named.items():
        if digest is not None and _digest(folder / file) != digest:
            raise UserError(f"{folder / file} is missing or damaged; get the model again.")
    return InstalledModel(folder, name, licence)


def install_model(folder: Path, models: Path) -> InstalledModel:
    """Copy a model into the folder `models`, completely or not at all. Returns the copy.

    Raises UserError when it is not a model, another model has its name, or the disk is full.
    """
    model = check_model(folder)
    # The name comes from the model's file: only letters that cannot form a path to elsewhere.
    target = models / (re.sub(r"[^\w+-]+", "-", model.name[:LONGEST_NAME]).strip("-") or "model")
    if is_folder(target):
        if is_file(target / ABOUT) and _about(target) == _about(folder):
            return check_model(target)
        raise UserError(f"Another model named {model.name} is installed already; delete {target} first.")
    try:
        models.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".model-", dir=models))
    except OSError as error:
        raise UserError(f"Cannot write {models} ({error.strerror}).") from error
    try:
        about = read_json(folder / ABOUT, limits.MODEL_DESCRIPTION_BYTES)
        for file in (ABOUT, *_networks(about), SPACE, CARD):
            # The card has no digest: if it were a symbolic link, any file of the user could be copied.
            if is_file(folder / file) and not (file == CARD and (folder / file).is_symlink()):
                shutil.copyfile(folder / file, temporary / file)
        check_model(temporary)
        temporary.chmod(0o755)
        temporary.rename(target)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise UserError(f"Cannot copy the model to {models} ({error.strerror}).") from error
    except UserError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return InstalledModel(target, model.name, model.licence)


def installed_models(models: Path) -> list[Path]:
    """The folders of models in `models`, sorted by name."""
    return sorted(path.parent for path in models.glob(f"[!.]*/{ABOUT}"))


def styles_of(model: str) -> tuple[str, ...]:
    """The styles of a model, its default first; empty when the model cannot be read.

    model: starter, or the folder of another model.
    """
    folder = source_folder() / OWN_FOLDER if model == OWN else Path(model)
    try:
        return tuple(str(style) for style in read_json(folder / ABOUT, limits.MODEL_DESCRIPTION_BYTES)["styles"])
    except (UserError, TypeError, KeyError):
        return ()


def _networks(about: dict) -> dict[str, str]:
    """File -> SHA-256 of each exported network. Raises ValueError for a name that could lead to another folder."""
    networks = about.get("networks", {})
    if len(networks) > NETWORKS or not all(NETWORK.fullmatch(name) for name in networks):
        raise ValueError("networks")
    return {f"{name}.onnx": str(digest) for name, digest in networks.items()}


def _digest(path: Path) -> str | None:
    if not is_file(path):
        return None
    found = hashlib.sha256()
    with open_file(path, limits.MODEL_BYTES) as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _about(folder: Path) -> bytes:
    return read_bytes(folder / ABOUT, limits.MODEL_DESCRIPTION_BYTES)
