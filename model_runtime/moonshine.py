"""Moonshine tiny: a recogniser of English that has heard 200,000 hours of it (Moonshine AI, MIT; arXiv:2410.15608).

The middle of its encoder is what the starter listens through, as wav2vec 2.0 is in the paper; its end and its decoder
write down the words where no transcript is given. The files come with the package moonshine-voice; nothing else of that
package runs. The threads are as many on every machine, so that equal sounds give equal numbers however many cores there
are.
"""

import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import groupby, product
from pathlib import Path

import numpy as np
import onnxruntime
from scipy.special import log_softmax

from model_runtime.audio import SAMPLE_RATE
from model_runtime.errors import InputError
from model_runtime.ort_outputs import with_outputs

__all__ = ["FEATURES", "Transcription", "encode", "transcribe"]

# Columns of a state of the encoder.
FEATURES = 288
# Threads of the encoder and of the decoder, whatever the machine has: the decoder's steps are too short to share.
ENCODING, DECODING = 2, 1
# Samples from one row of the encoder to the next, seen by one row, and before the middle of the first.
HOP, SEEN, MIDDLE = 384, 895, 447.5
# Rows encoded at a time, and what they see besides on either side: bounds the time and memory of long recordings.
CORE, CONTEXT = 480, 104
ROW_RATE = 100
# Rows interpolated at a time.
BLOCK = 6000
# What the loudest moments are brought to.
PEAK = 0.5
# Samples that the level is measured by, about: bounds the memory of long recordings.
MEASURED = 1_000_000
START, END = 1, 2
# Nobody says more tokens in a second.
TOKENS_PER_SECOND = 6.5
# Tokens that come again where they came before, twice over: the decoder went in circles, as it does on other languages.
CIRCLES = 12
ENCODER, DECODER = "encoder_model", "decoder_model_merged"
# What the decoder reads, and what the face is read from: the encoder's state after three, four and five of its six
# layers, which tells more of how a sound is made and less of what is meant (docs/experiments.md).
END_STATE = "last_hidden_state"
MIDDLE_STATES = tuple(f"/layers.{layer}/input_layernorm/LayerNormalization_output_0" for layer in (3, 4, 5))
LAYERS, HEADS, HEAD_SIZE = 6, 8, 36


@dataclass(frozen=True)
class Transcription:
    """text: as people write it, empty if it cannot be told. likelihood: mean natural logarithm of the tokens'
    probabilities, 0 is certain."""

    text: str
    likelihood: float


@dataclass(frozen=True)
class Networks:
    """The encoder, the decoder, and the text of each token."""

    encoder: onnxruntime.InferenceSession
    decoder: onnxruntime.InferenceSession
    tokens: tuple[bytes, ...]


def encode(samples: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """(A, FEATURES) float16 of samples (N,), 16 kHz: A = floor(seconds * 100) + 1 rows, row i at i / 100 s.

    out: where to write them, as in NumPy's functions.
    """
    encoder, level = _networks().encoder, _level(samples)
    count = -(-len(samples) // HOP)
    rows = np.empty((count, FEATURES), np.float16)
    for start in range(0, count, CORE):
        first, last = max(start - CONTEXT, 0), min(start + CORE + CONTEXT, count)
        piece = _piece(samples, first * HOP, (last - 1) * HOP + SEEN, level)
        middle = np.mean(_encoded(encoder, piece, MIDDLE_STATES), axis=0)
        rows[start : start + CORE] = middle[start - first : start - first + CORE]
    if out is None:
        out = np.empty((len(samples) * ROW_RATE // SAMPLE_RATE + 1, FEATURES), np.float16)
    for begin in range(0, len(out), BLOCK):
        wanted = np.arange(begin, min(begin + BLOCK, len(out))) * (SAMPLE_RATE / ROW_RATE)
        place = np.clip((wanted - MIDDLE) / HOP, 0, count - 1)
        low = np.minimum(place.astype(int), max(count - 2, 0))
        high = np.minimum(low + 1, count - 1)
        share = (place - low)[:, None].astype(np.float32)
        out[begin : begin + len(wanted)] = rows[low] * (1 - share) + rows[high] * share
    return out


def transcribe(samples: np.ndarray) -> Transcription:
    """What is said in samples (N,), 16 kHz, of up to half a minute."""
    networks = _networks()
    piece = _piece(samples, 0, max(SEEN, len(samples)), _level(samples))
    names = [
        f"{layer}.{side}.{kind}"
        for layer, side, kind in product(range(LAYERS), ("decoder", "encoder"), ("key", "value"))
    ]
    wanted = ["logits", *(f"present.{name}" for name in names)]
    past = {name: np.zeros((1, HEADS, 0, HEAD_SIZE), np.float32) for name in names}
    given = {
        # Of the samples: the decoder itself thins it out to the encoder's rows.
        "encoder_attention_mask": np.ones((1, len(piece)), np.int64),
        "encoder_hidden_states": _encoded(networks.encoder, piece, (END_STATE,)),
    }
    said, likelihoods = [START], []
    for index in range(int(len(piece) / SAMPLE_RATE * TOKENS_PER_SECOND) + 1):
        step = {"input_ids": np.array([said[-1:]], np.int64), "use_cache_branch": np.array([index > 0])}
        remembered = {f"past_key_values.{name}": value for name, value in past.items()}
        logits, *present = networks.decoder.run(wanted, given | step | remembered)
        said.append(int(logits[0, -1].argmax()))
        likelihoods.append(float(log_softmax(logits[0, -1].astype(np.float64)).max()))
        if said[-1] == END:
            break
        # The encoder's keys and values are worked out once, with the first token.
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
    """Whether some of the tokens are the same three times on end, CIRCLES of them or more repeated."""
    for period in range(1, len(tokens) // 3 + 1):
        again = (now == before for now, before in zip(tokens[period:], tokens, strict=False))
        longest = max(sum(run) for _, run in groupby(again))
        if longest >= max(CIRCLES, 2 * period):
            return True
    return False


def _level(samples: np.ndarray) -> tuple[float, float]:
    """The mean, and the factor that makes all recordings equally loud."""
    some = samples[:: 1 + len(samples) // MEASURED]
    mean = float(some.mean())
    return mean, PEAK / max(float(np.quantile(np.abs(some - mean), 0.999)), 1e-6)


def _piece(samples: np.ndarray, start: int, end: int, level: tuple[float, float]) -> np.ndarray:
    """(end - start,) float32 at the level, silence after the last sample."""
    mean, factor = level
    piece = (samples[start:end] - mean) * factor
    return np.pad(piece, (0, end - start - len(piece))).astype(np.float32)


def _encoded(encoder: onnxruntime.InferenceSession, samples: np.ndarray, states: tuple[str, ...]) -> np.ndarray:
    """(states, 1 + (N - SEEN) // HOP, FEATURES) float32."""
    given = {"input_values": samples[None], "attention_mask": np.ones((1, len(samples)), np.int64)}
    return np.concatenate(encoder.run(states, given))


@cache
def _networks() -> Networks:
    spec = find_spec("moonshine_voice")
    folder = Path(str(spec.origin)).parent / "assets" / "tiny-en" if spec else None
    if folder is None or not (folder / f"{ENCODER}.ort").is_file():
        raise InputError(
            f"{sys.executable} has no recogniser; install the runtime again, or moonshine-voice as in runtime.lock "
            "(later versions come without its files)."
        )
    # What Windows builds tell Microsoft's tracing about sessions is nobody's business.
    onnxruntime.disable_telemetry_events()

    def session(network: bytes | Path, threads: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # Waiting threads sleep: in a batch every core has work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

    encoder = with_outputs((folder / f"{ENCODER}.ort").read_bytes(), (END_STATE, *MIDDLE_STATES))
    return Networks(
        session(encoder, ENCODING),
        session(folder / f"{DECODER}.ort", DECODING),
        tuple(_tokens((folder / "tokenizer.bin").read_bytes())),
    )


def _tokens(data: bytes) -> list[bytes]:
    """The texts of the tokens: each after its length, in one byte or, from 128 on, in two."""
    texts, at = [], 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        texts.append(data[at : at + length])
        at += length
    return texts
