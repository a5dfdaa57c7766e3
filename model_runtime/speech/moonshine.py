"""Moonshine tiny: a recogniser of English that has heard 200,000 hours of it (Moonshine AI, MIT; arXiv:2410.15608).

The middle of its encoder is what the starter listens through, as wav2vec 2.0 is in the paper; its end and its decoder
write down the words where no transcript is given. The files come with the package moonshine-voice; nothing else of that
package runs. The threads are as many on every machine, so that equal sounds give equal numbers however many cores there
are.
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
# Threads of the encoder and of the decoder, whatever the machine has: the decoder's steps are too short to share.
ENCODING, DECODING = 2, 1
# Samples from one row of the encoder to the next, and seen by one row.
HOP, SEEN = 384, 895
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


def moonshine() -> SpeechEncoder:
    """The encoder's middle states, FEATURES columns."""
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
    """What is said in samples (N,), 16 kHz, of up to half a minute."""
    networks = _networks()
    sound = piece(samples, 0, max(SEEN, len(samples)), level(samples))
    names = [
        f"{layer}.{side}.{kind}"
        for layer, side, kind in product(range(LAYERS), ("decoder", "encoder"), ("key", "value"))
    ]
    wanted = ["logits", *(f"present.{name}" for name in names)]
    past = {name: np.zeros((1, HEADS, 0, HEAD_SIZE), np.float32) for name in names}
    given = {
        # Of the samples: the decoder itself thins it out to the encoder's rows.
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


def _given(samples: np.ndarray) -> dict[str, np.ndarray]:
    return {"input_values": samples[None], "attention_mask": np.ones((1, len(samples)), np.int64)}


@cache
def _networks() -> Networks:
    # Later versions of the package come without these files.
    folder = checked_folder(MOONSHINE) / "assets" / "tiny-en"
    encoder = with_outputs((folder / f"{ENCODER}.ort").read_bytes(), (END_STATE, *MIDDLE_STATES))
    return Networks(
        ort_session(encoder, ENCODING),
        ort_session(folder / f"{DECODER}.ort", DECODING),
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
