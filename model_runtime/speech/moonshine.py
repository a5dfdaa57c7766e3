"""Moonshine tiny: an English speech recogniser trained on 200,000 hours (Moonshine AI, MIT; arXiv:2410.15608).

Middle states of its encoder are features of the starter, as those of wav2vec 2.0 are in the paper. Its whole encoder
and its decoder recognise words where no transcript is given. The files come with the package moonshine-voice; nothing
else of that package runs. The number of threads is fixed, so that equal waveforms give equal numbers on any number of
cores.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product

import numpy as np
import onnxruntime
from scipy.special import log_softmax

from model_runtime.files.data_files import MOONSHINE, checked_folder
from model_runtime.speech.audio import SAMPLE_RATE
from model_runtime.speech.node_outputs import with_outputs
from model_runtime.speech.ort_session import ort_session
from model_runtime.speech.windowed_encoder import SpeechEncoder, level, piece

__all__ = ["Transcription", "moonshine", "transcribe"]

# Columns of a state of the encoder.
FEATURES = 288
# Threads of the encoder, on every machine.
ENCODER_THREADS = 2
# Threads of the decoder, on every machine: its steps are too short for several.
DECODER_THREADS = 1
# Samples from one row of the encoder to the next.
HOP = 384
# Samples that one row covers.
SEEN = 895
# Token that starts a text.
START = 1
# Token that ends a text.
END = 2
# Tokens decoded for a second of waveform at most; nobody says more.
TOKENS_PER_SECOND = 6.5
# Repeated tokens (see `_in_circles`) from which on the decoder counts as looping, as on languages other than English.
CIRCLES = 12
# File names without ".ort".
ENCODER = "encoder_model"
DECODER = "decoder_model_merged"
# Names of encoder outputs: the last state, which the decoder reads, and the states after three, four and five of the
# six layers, which are averaged for the features. Middle states hold more of articulation and less of meaning
# (docs/experiments.md).
END_STATE = "last_hidden_state"
MIDDLE_STATES = tuple(f"/layers.{layer}/input_layernorm/LayerNormalization_output_0" for layer in (3, 4, 5))
# Layers of the decoder.
LAYERS = 6
# Attention heads of a layer.
HEADS = 8
# Columns of a head.
HEAD_SIZE = 36


@dataclass(frozen=True)
class Transcription:
    """text: written text, empty where nothing is recognised. likelihood: mean natural logarithm of the tokens'
    probabilities, 0 is certain."""

    text: str
    likelihood: float


@dataclass(frozen=True)
class Networks:
    """The encoder, the decoder, and each token's text as UTF-8 bytes."""

    encoder: onnxruntime.InferenceSession
    decoder: onnxruntime.InferenceSession
    tokens: tuple[bytes, ...]


def moonshine() -> SpeechEncoder:
    """Moonshine's encoder: rows are the mean of its MIDDLE_STATES, FEATURES columns."""
    return SpeechEncoder(
        prepare=_given,
        encode=lambda given: np.mean(np.concatenate(_networks().encoder.run(MIDDLE_STATES, given)), axis=0),
        columns=FEATURES,
        hop=HOP,
        seen=SEEN,
        middle=447.5,
        core=480,
        context=104,
    )


def transcribe(samples: np.ndarray) -> Transcription:
    """The text of samples (N,), 16 kHz, of up to half a minute."""
    networks = _networks()
    sound = piece(samples, 0, max(SEEN, len(samples)), level(samples))
    names = [
        f"{layer}.{side}.{kind}"
        for layer, side, kind in product(range(LAYERS), ("decoder", "encoder"), ("key", "value"))
    ]
    wanted = ["logits", *(f"present.{name}" for name in names)]
    past = {name: np.zeros((1, HEADS, 0, HEAD_SIZE), np.float32) for name in names}
    given = {
        # One value a sample: the decoder reduces the mask to the encoder's rows.
        "encoder_attention_mask": np.ones((1, len(sound)), np.int64),
        "encoder_hidden_states": networks.encoder.run((END_STATE,), _given(sound))[0],
    }
    said, likelihoods = [START], []
    for index in range(int(len(sound) / SAMPLE_RATE * TOKENS_PER_SECOND) + 1):
        step = {"input_ids": np.array([said[-1:]], np.int64), "use_cache_branch": np.array([index > 0])}
        remembered = {f"past_key_values.{name}": value for name, value in past.items()}
        logits, *present = networks.decoder.run(wanted, given | step | remembered)
        said.append(int(logits[0, -1].argmax()))
        likelihoods.append(float(log_softmax(logits[0, -1].astype(np.float64)).max()))
        if said[-1] == END:
            break
        # The keys and values of the encoder's rows are computed once, with the first token.
        past = {
            name: old if index and ".encoder." in name else new
            for (name, old), new in zip(past.items(), present, strict=True)
        }
    if _in_circles(said):
        return Transcription("", -np.inf)
    written = b"".join(networks.tokens[token] for token in said if token not in (START, END))
    text = re.sub(r"<[^>]*>", " ", written.decode(errors="replace")).replace("▁", " ").strip()
    return Transcription(text, float(np.mean(likelihoods)))


def _in_circles(tokens: list[int]) -> bool:
    """Whether a run of tokens occurs three times in a row, with CIRCLES repeated tokens or more."""
    for period in range(1, len(tokens) // 3 + 1):
        again = (now == before for now, before in zip(tokens[period:], tokens, strict=False))
        longest = max(sum(run) for _, run in groupby(again))
        if longest >= max(CIRCLES, 2 * period):
            return True
    return False


def _given(samples: np.ndarray) -> dict[str, np.ndarray]:
    """The encoder's inputs for samples (N,)."""
    return {"input_values": samples[None], "attention_mask": np.ones((1, len(samples)), np.int64)}


@cache
def _networks() -> Networks:
    """The networks, loaded once."""
    # Later versions of moonshine-voice come without these files.
    folder = checked_folder(MOONSHINE) / "assets" / "tiny-en"
    encoder = with_outputs((folder / f"{ENCODER}.ort").read_bytes(), (END_STATE, *MIDDLE_STATES))
    return Networks(
        ort_session(encoder, ENCODER_THREADS),
        ort_session(folder / f"{DECODER}.ort", DECODER_THREADS),
        tuple(_tokens((folder / "tokenizer.bin").read_bytes())),
    )


def _tokens(data: bytes) -> list[bytes]:
    """The tokens' texts. In the file each follows its length in bytes: one byte, or two bytes from 128 on."""
    texts, at = [], 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        texts.append(data[at : at + length])
        at += length
    return texts
