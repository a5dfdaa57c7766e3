"""The description of a trained model: model.json in its folder."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import check_path, is_file, parse_json, read_bytes, read_text
from model_runtime.heads.motion_space import MotionSpace, read_space, write_space
from model_runtime.model.adaptation import Adaptation, read_adaptation
from model_runtime.model.architectures import ARCHITECTURES, Architecture
from model_runtime.model.config import ModelConfig
from model_runtime.model.paper.config import PaperConfig

__all__ = [
    *("DESCRIPTION", "SPACE", "WEIGHTS", "Description", "Style", "file_digest", "model_folder", "network_file"),
    *("read_description", "write_description"),
]

# Version of model.json.
FORMAT = 1
DESCRIPTION = "model.json"
# The weights for torch, from which the networks were exported.
WEIGHTS = "weights.safetensors"
SPACE = "space.npz"
# Errors that a damaged or edited model.json raises.
MISFITS = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


@dataclass(frozen=True)
class Style:
    """A way of speaking that the user picks by name: weights of the style vectors, and gains of jaw and lips."""

    vector: tuple[float, ...]
    jaw: float = 1.0
    lips: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Description:
    """A trained model without its networks.

    id: its name.
    config: of its networks.
    styles: by name; the first is the default.
    gap: (K,) distance in IOD (interocular distance) by which each channel at weight 1 opens the inner lips of the
        training head; negative where it closes them.
    licence: of the weights, a sentence for the user.
    architecture: key of ARCHITECTURES.
    space: displacements of the training face by each channel, None for the starter's channels.
    sha256: of WEIGHTS; empty for a model that is not saved.
    networks: SHA-256 of each exported function's file, by name; empty for a model that is not exported.
    description_sha256: of model.json; empty for a model not loaded.
    adaptation: to one person's face, or None.
    """

    id: str
    config: ModelConfig | PaperConfig
    styles: dict[str, Style]
    gap: tuple[float, ...]
    licence: str
    architecture: str = "starter"
    space: MotionSpace | None = None
    sha256: str = ""
    networks: dict[str, str] = field(default_factory=dict)
    description_sha256: str = ""
    adaptation: Adaptation | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest weight: [0, 1] for shapes that are on or off, none for a basis of displacements."""
        signed = self.space is not None and self.space.bounds[0] < 0
        return (-np.inf, np.inf) if signed else (0.0, 1.0)

    @property
    def feature_dim(self) -> int:
        """Number of feature columns."""
        return self.kind.feature_dim

    @property
    def feature_version(self) -> str:
        """Name of the features: features of another version have other columns. `hearing` in model.json and takes."""
        return self.kind.feature_version

    @property
    def kind(self) -> Architecture:
        """Its kind of network: the features, the rules that its motion goes through, and their constants."""
        return ARCHITECTURES[self.architecture]

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the K output channels."""
        return self.config.channels

    def style_vector(self, name: str | None) -> np.ndarray:
        """(n,) weights of the style vectors. Raises InputError for an unknown style."""
        return np.array(self.style(name).vector, np.float32)

    def style(self, name: str | None) -> Style:
        """The style of that name; None: the default. Raises InputError for an unknown style."""
        if name is None:
            return next(iter(self.styles.values()))
        if name not in self.styles:
            raise InputError(f"The model {self.id} has no style {name}; choose one of {', '.join(self.styles)}.")
        return self.styles[name]


def model_folder(name: Path | str) -> Path:
    """The folder of the model: `starter` ships with KMTalk, any other name is a folder."""
    return Path(str(resources.files("model_runtime") / "weights" / "starter")) if name == "starter" else Path(name)


def network_file(name: str) -> str:
    """The file name of an exported function."""
    return f"{name}.onnx"


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file, None where there is none."""
    return hashlib.sha256(read_bytes(path, limits.MODEL_BYTES)).hexdigest() if is_file(path) else None


def read_description(name: Path | str) -> Description:
    """Read model.json, and the space that it names. Raises InputError when the folder is no model, was made by another
    version, or does not fit its digests."""
    folder = model_folder(name)
    check_path(folder)
    if not is_file(folder / DESCRIPTION):
        fix = f"; {install_again(name)}" if name == "starter" else ""
        raise InputError(f"{folder} is not a model folder: {DESCRIPTION} is missing{fix}.")
    try:
        text = read_text(folder / DESCRIPTION, limits.MODEL_DESCRIPTION_BYTES)
        values = parse_json(text, str(folder / DESCRIPTION))
    except InputError as error:
        if name != "starter":
            raise
        raise InputError(f"{folder / DESCRIPTION} is damaged; {install_again(name)}.") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise InputError(f"The model in {folder} was made by another version of KMTalk; export it again.")
    architecture = values.get("architecture", "starter")
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        raise InputError(f"The model in {folder} is a {architecture}, which this version of KMTalk does not know.")
    if values.get("hearing", "") != ARCHITECTURES[architecture].feature_version:
        raise InputError(
            f"The model in {folder} takes the sound features of another version of KMTalk; train it again."
        )
    space = None
    if values.get("space_sha256") is not None:
        if file_digest(folder / SPACE) != values["space_sha256"]:
            raise InputError(f"{folder / SPACE} is missing or damaged; {install_again(name)}.")
        space = read_space(folder / SPACE)
    try:
        description = Description(
            id=str(values["id"])[: limits.LABEL_LETTERS],
            config=ARCHITECTURES[architecture].read_config(values["config"]),
            styles={
                str(key): Style(tuple(map(float, style["vector"])), float(style["jaw"]), float(style["lips"]))
                for key, style in values["styles"].items()
            },
            gap=tuple(map(float, values["gap"])),
            licence=str(values["licence"]),
            architecture=architecture,
            space=space,
            sha256=str(values["sha256"])[: limits.LABEL_LETTERS],
            networks={str(key): str(digest) for key, digest in values.get("networks", {}).items()},
            description_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        if values.get("adaptation") is not None:
            sizes = description.feature_dim, len(description.channels)
            adaptation = read_adaptation(values["adaptation"], *sizes)
            description = dataclasses.replace(description, adaptation=adaptation)
        _check(description)
    except InputError:
        raise
    except MISFITS as error:
        raise InputError(f"The model in {folder} does not describe itself fully; export it again.") from error
    if not description.styles:
        raise InputError(f"The model in {folder} names no style; export it again.")
    return description


def write_description(description: Description, folder: Path) -> None:
    """Write model.json and, where there is one, the space into `folder`, each whole or not at all."""
    space_sha256 = None
    if description.space is not None:
        write_space(description.space, folder / SPACE)
        space_sha256 = file_digest(folder / SPACE)
    values = {
        "format": FORMAT,
        "id": description.id,
        "architecture": description.architecture,
        "hearing": description.feature_version,
        "space_sha256": space_sha256,
        "licence": description.licence,
        "config": dataclasses.asdict(description.config),
        "styles": {name: dataclasses.asdict(style) for name, style in description.styles.items()},
        "gap": list(description.gap),
        "sha256": description.sha256,
        "networks": description.networks,
    }
    if description.adaptation is not None:
        values["adaptation"] = description.adaptation.as_json()
    text = json.dumps(values, indent=1).encode()
    write_atomic(folder / DESCRIPTION, lambda stream: stream.write(text))


def install_again(name: Path | str) -> str:
    """What to do when a file of the model is damaged."""
    return "install the extension again" if name == "starter" else "install the model again"


def _check(description: Description) -> None:
    """Raises ValueError when styles, gap or space do not fit the configuration."""
    styles = description.styles.values()
    numbers = [*description.gap, *(number for each in styles for number in (*each.vector, each.jaw, each.lips))]
    known = len(description.config.styles) if isinstance(description.config, ModelConfig) else 0
    if {len(each.vector) for each in styles} - {known}:
        raise ValueError("styles")
    if not np.isfinite(numbers).all() or len(description.gap) != len(description.channels):
        raise ValueError("gap")
    if description.space is not None and description.space.names != description.channels:
        raise ValueError("the space is of another model")
