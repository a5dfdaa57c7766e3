"""A trained model on disk: a folder with model.json (its description) and weights.safetensors (its weights)."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import check_path, is_file, parse_json, read_bytes, read_text
from model_runtime.files.paths import make_folder
from model_runtime.heads.motion_space import MotionSpace, read_space, write_space
from model_runtime.model.architectures import ARCHITECTURES, Architecture
from model_runtime.model.building import within_weights
from model_runtime.model.paper.network import KMTalkNetwork
from model_runtime.model.starter.ensemble import Ensemble
from model_runtime.model.starter.inference import Performance
from model_runtime.model.torch_threads import torch_threads
from model_runtime.speech.audio import Waveform

__all__ = ["Model", "Style", "load_model", "model_state", "save_model"]

# Version of model.json.
FORMAT = 1
DESCRIPTION = "model.json"
WEIGHTS = "weights.safetensors"
SPACE = "space.npz"
DEVICE = re.compile(r"(auto|cpu|cuda|mps)(?::([0-9]{1,3}))?")
# Errors that a damaged or edited model.json makes the networks raise.
MISFITS = (
    *(KeyError, TypeError, ValueError, RuntimeError, AttributeError, IndexError, ArithmeticError, AssertionError),
    *(ImportError, MemoryError, SafetensorError),
)


@dataclass(frozen=True)
class Style:
    """A way of speaking that the user picks by name: weights of the style vectors, and gains of jaw and lips."""

    vector: tuple[float, ...]
    jaw: float = 1.0
    lips: float = 1.0


@dataclass(frozen=True)
class Model:
    """A network ready for inference.

    id: its name.
    sha256: of its weights.
    styles: by name; the first is the default.
    gap: (K,) distance in IOD (interocular distance) by which each channel at weight 1 opens the inner lips of the
        training head; negative where it closes them.
    licence: of the weights, a sentence for the user.
    architecture: key of ARCHITECTURES.
    space: displacements of the training face by each channel, None for the starter's channels.
    description_sha256: of model.json, which holds the digests of the other files; empty for a model not loaded.
    """

    network: Ensemble | KMTalkNetwork
    id: str
    sha256: str
    styles: dict[str, Style]
    gap: tuple[float, ...]
    licence: str
    architecture: str = "starter"
    space: MotionSpace | None = None
    description_sha256: str = ""

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest weight: [0, 1] for shapes that are on or off, none for a basis of displacements."""
        signed = self.space is not None and self.space.bounds[0] < 0
        return (-np.inf, np.inf) if signed else (0.0, 1.0)

    def extract_features(self, waveform: Waveform, checkpoint: Callable[[], None] = lambda: None) -> np.ndarray:
        """(A, feature_dim) features of a waveform, 100 rows a second. checkpoint may raise to stop."""
        return self.kind.extract_features(waveform, checkpoint)

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

    def perform(self, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
        """(T, K) float32 motion, not cut to the bounds. checkpoint may raise to stop."""
        with torch_threads(self.kind.threads):
            return self.kind.perform(self.network, performance, checkpoint)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the K output channels."""
        return self.network.config.channels

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


def save_model(model: Model, folder: Path | str) -> None:
    """Write model.json and weights.safetensors into `folder` (made if missing), each whole or not at all."""
    folder = make_folder(folder)
    weights = save({name: tensor.contiguous().cpu() for name, tensor in model.network.state_dict().items()})
    description = {
        "format": FORMAT,
        "id": model.id,
        "architecture": model.architecture,
        "hearing": model.feature_version,
        "space_sha256": None,
        "licence": model.licence,
        "config": dataclasses.asdict(model.network.config),
        "styles": {name: dataclasses.asdict(style) for name, style in model.styles.items()},
        "gap": list(model.gap),
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    if model.space is not None:
        write_space(model.space, folder / SPACE)
        description["space_sha256"] = _digest(folder / SPACE)
    write_atomic(folder / WEIGHTS, lambda stream: stream.write(weights))
    text = json.dumps(description, indent=1).encode()
    write_atomic(folder / DESCRIPTION, lambda stream: stream.write(text))


def load_model(name: Path | str = "starter", device: str = "auto") -> Model:
    """The starter model that ships with KMTalk (`starter`), or the one in a folder.

    device: auto (a GPU where there is one), cpu, cuda, mps. The files are data: nothing in them runs. Raises InputError
    when the folder is no model, was made by another version, or its weights do not match their digest.
    """
    place = _device(device)
    folder = _folder(name)
    again = "install the extension again" if name == "starter" else "install the model again"
    check_path(folder)
    for file in (DESCRIPTION, WEIGHTS):
        if not is_file(folder / file):
            raise InputError(f"{folder} is not a model folder: {file} is missing.")
    text = read_text(folder / DESCRIPTION, limits.MODEL_DESCRIPTION_BYTES)
    description = parse_json(text, str(folder / DESCRIPTION))
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise InputError(f"The model in {folder} was made by another version of KMTalk; export it again.")
    space = None
    if description.get("space_sha256") is not None:
        if _digest(folder / SPACE) != description["space_sha256"]:
            raise InputError(f"{folder / SPACE} is missing or damaged; {again}.")
        space = read_space(folder / SPACE)
    weights = read_bytes(folder / WEIGHTS, limits.MODEL_BYTES)
    digest = hashlib.sha256(weights).hexdigest()
    if digest != description.get("sha256"):
        raise InputError(f"The weights in {folder} are damaged or not those that it names; {again}.")
    architecture = description.get("architecture", "starter")
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        raise InputError(f"The model in {folder} is a {architecture}, which this version of KMTalk does not know.")
    if description.get("hearing", "") != ARCHITECTURES[architecture].feature_version:
        raise InputError(
            f"The model in {folder} takes the sound features of another version of KMTalk; train it again."
        )
    try:
        tensors = load(weights)
        with within_weights(tensors):
            network = ARCHITECTURES[architecture].build(description["config"])
        network.load_state_dict(tensors)
        model = Model(
            network=network.eval(),
            id=str(description["id"])[: limits.LABEL_LETTERS],
            sha256=digest,
            styles={
                str(key): Style(tuple(map(float, style["vector"])), float(style["jaw"]), float(style["lips"]))
                for key, style in description["styles"].items()
            },
            gap=tuple(map(float, description["gap"])),
            licence=str(description["licence"]),
            architecture=architecture,
            space=space,
            description_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        _check(model)
    except InputError:
        raise
    except MISFITS as error:
        raise InputError(f"The model in {folder} does not describe itself fully; export it again.") from error
    if not model.styles:
        raise InputError(f"The model in {folder} names no style; export it again.")
    model.network.to(place)
    return model


def model_state(name: Path | str) -> tuple[tuple[int, ...] | None, ...]:
    """Size, times and inode of each model file, None for a missing one: unequal after any of the files changed."""
    return tuple(_file_state(_folder(name) / file) for file in (DESCRIPTION, WEIGHTS, SPACE))


def _folder(name: Path | str) -> Path:
    return Path(str(resources.files("model_runtime") / "weights" / "starter")) if name == "starter" else Path(name)


def _file_state(path: Path) -> tuple[int, ...] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def _check(model: Model) -> None:
    """Raises ValueError when styles, gap or space do not fit the network, or a weight is not finite."""
    numbers = [*model.gap, *(number for style in model.styles.values() for number in (*style.vector, style.jaw))]
    numbers += [style.lips for style in model.styles.values()]
    vectors = {len(style.vector) for style in model.styles.values()}
    known = len(model.network.config.styles) if isinstance(model.network, Ensemble) else 0
    if not np.isfinite(numbers).all() or len(model.gap) != len(model.channels) or not vectors <= {known}:
        raise ValueError("styles or gap")
    if model.space is not None and model.space.names != model.channels:
        raise ValueError("the space is of another model")
    # NumPy: torch would start threads for each of hundreds of small tensors.
    if not all(np.isfinite(tensor.float().numpy()).all() for tensor in model.network.state_dict().values()):
        raise ValueError("weights that are not finite")


def _digest(path: Path) -> str | None:
    """sha256 of a file, None where there is none."""
    return hashlib.sha256(read_bytes(path, limits.MODEL_BYTES)).hexdigest() if is_file(path) else None


def _device(name: str) -> torch.device:
    """The device of that name. Raises InputError when it is not there."""
    known = DEVICE.fullmatch(name)
    kind = known[1] if known else ""
    if kind == "auto":
        kind = "cuda" if torch.cuda.is_available() else "cpu"
    counts = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }
    if known is None or int(known[2] or 0) >= counts.get(kind, 0):
        raise InputError(f"There is no device {name} here; choose auto or cpu.")
    return torch.device(kind if known[2] is None else f"{kind}:{int(known[2])}")
