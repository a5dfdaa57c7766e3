"""A trained model ready for inference: a folder with model.json and one ONNX file for each function of its networks."""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, read_bytes
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.description import (
    DESCRIPTION,
    SPACE,
    Description,
    install_again,
    model_folder,
    network_file,
    read_description,
)
from model_runtime.model.graphs import Graphs
from model_runtime.model.performance import Performance
from model_runtime.speech.audio import Waveform
from model_runtime.speech.devices import Device, find_device

__all__ = ["Model", "load_model", "model_state"]

# Half a second of phones, to try a model.
TRIED_PHONES = PhoneTrack((Span("M", 0.0, 0.25), Span("AA", 0.25, 0.5)))


@dataclass(frozen=True, kw_only=True)
class Model(Description):
    """A description with the functions of its networks. sha256 names the weights, also in takes."""

    graphs: Graphs

    @property
    def device(self) -> Device:
        """Where the networks run."""
        return self.graphs.device

    def extract_features(self, waveform: Waveform, checkpoint: Callable[[], None] = lambda: None) -> np.ndarray:
        """(A, feature_dim) features of a waveform, 100 rows a second. checkpoint may raise to stop."""
        return self.kind.extract_features(waveform, checkpoint, self.device)

    def perform(self, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
        """(T, K) float32 motion, not cut to the bounds. checkpoint may raise to stop.

        An adaptation changes the networks' motion by what it hears in the sound. Given key motions reach the networks
        without that change, so that the motion passes through them and an edit moves it as that of the model itself.
        """
        adaptation, keys = self.adaptation, performance.keys
        if adaptation is not None and keys is not None:
            keys = keys - adaptation.change(performance.sound, performance.key_times)
            performance = dataclasses.replace(performance, keys=keys)
        motion = self.kind.perform(self.graphs, self.config, performance, checkpoint)
        if adaptation is not None:
            motion = motion + adaptation.change(performance.sound, performance.times)
        if not np.isfinite(motion).all():
            raise InputError(f"The networks of {self.id} give values that are not numbers; train the model again.")
        return motion


def load_model(name: Path | str = "starter", device: str = "auto") -> Model:
    """The starter model that ships with KMTalk (`starter`), or the one in a folder.

    device: a name of `speech.devices`. The files are data: nothing in them runs. Raises InputError when the folder is
    no model, was made by another version, or its networks do not match their digests.
    """
    place = find_device(device)
    description = read_description(name)
    folder = model_folder(name)
    wanted = description.kind.graph_names(description.config)
    if not description.networks:
        raise InputError(
            f"The model in {folder} is not exported; run python -m model_runtime export {folder} FOLDER "
            "where torch is installed, and take that folder."
        )
    if set(wanted) != set(description.networks):
        raise InputError(f"The model in {folder} does not describe itself fully; export it again.")
    networks = {}
    for each in wanted:
        path = folder / network_file(each)
        content = read_bytes(path, limits.MODEL_BYTES) if is_file(path) else b""
        if hashlib.sha256(content).hexdigest() != description.networks[each]:
            raise InputError(f"{path} is missing, damaged or not the one that the model names; {install_again(name)}.")
        networks[each] = content
    model = Model(**_fields(description), graphs=Graphs(networks, str(folder), description.kind.threads, place))
    if name != "starter":
        # What came from elsewhere is tried at once, before it is chosen for a line.
        for phones in (TRIED_PHONES, None):
            model.perform(_trial(model, phones), lambda _share: None)
    return model


def model_state(name: Path | str) -> tuple[tuple[int, ...] | None, ...]:
    """Size, times and inode of each file of a model, None for a missing one: unequal after any of them changed."""
    folder = model_folder(name)
    try:
        files = sorted(path for path in folder.iterdir() if path.name in (DESCRIPTION, SPACE) or path.suffix == ".onnx")
    except OSError:
        files = []
    return tuple(_file_state(path) for path in files)


def _trial(model: Model, phones: PhoneTrack | None) -> Performance:
    """A performance of TRIED_PHONES, silent, that takes next to no time."""
    duration = TRIED_PHONES.duration
    return Performance(
        sound=np.zeros((round(duration * 100) + 1, model.feature_dim), np.float16),
        phones=phones,
        key_times=np.array([0.0, duration]),
        keys=None,
        times=np.array([0.0, duration / 2, duration]),
        style=model.style_vector(None),
    )


def _fields(description: Description) -> dict:
    return {each.name: getattr(description, each.name) for each in dataclasses.fields(description)}


def _file_state(path: Path) -> tuple[int, ...] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
