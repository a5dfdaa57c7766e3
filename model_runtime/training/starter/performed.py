"""Examples from artists' animation: channel weights and sound (the FACEGOOD takes, ARKit names)."""

from pathlib import Path

import numpy as np

from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, TEXT, Wanted, read_npz, texts
from model_runtime.speech.audio import read_audio
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import SECONDS, Example, make_example

__all__ = ["performed"]

# Time between the starts of two pieces of a take, s.
HOP_S = 1.5
ARRAYS = {"weights": Wanted(NUMBERS), "channels": Wanted(TEXT), "fps": Wanted(NUMBERS, 1), "split": Wanted(TEXT, 1)}


def performed(
    folder: Path | str, split: str, channels: tuple[str, ...], style: int, sample_weight: float
) -> list[Example]:
    """Pieces of the takes of one split, without phones: their language is not English."""
    examples = []
    for path in sorted(Path(folder).glob("*.npz")):
        arrays = read_npz(path, ARRAYS)
        if str(arrays["split"]) != split:
            continue
        names = list(texts(arrays["channels"]))
        if "jawOpen" not in names:
            raise InputError(f"{path} has no channel jawOpen; its channels need ARKit names.")
        weights = np.zeros((len(arrays["weights"]), len(channels)), np.float32)
        for column, name in enumerate(channels):
            if name in names:
                weights[:, column] = arrays["weights"][:, names.index(name)]
        fps = float(arrays["fps"])
        waveform = read_audio(path.with_suffix(".flac"))
        mel, features = log_mel(waveform), speech_features(waveform.samples)
        for start in np.arange(0, len(weights) / fps - SECONDS, HOP_S):
            example = make_example(path.stem, mel, features, None, weights, fps, style, sample_weight, float(start))
            examples.append(example)
    return examples
