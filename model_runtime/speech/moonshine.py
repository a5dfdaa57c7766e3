"""Moonshine tiny: an English speech recogniser trained on 200,000 hours (Moonshine AI, MIT; arXiv:2410.15608).

Middle states of its encoder are features of the starter, as those of wav2vec 2.0 are in the paper. Its whole encoder
and its decoder recognise words where no transcript is given. The files are made by packing.speech_weights.

The number of threads is fixed, so that equal waveforms give equal numbers on any number of cores.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product

import numpy as np
import onnxruntime

from model_runtime.files.data_files import speech_file
from model_runtime.speech.audio import SAMPLE_RATE
from model_runtime.speech.devices import CPU, Device
from model_runtime.speech.ort_session import loaded_once, ort_session
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
ENCODER = "moonshine_encoder.onnx"
DECODER = "moonshine_decoder.onnx"
TOKENS = "moonshine_tokens.bin"
# Outputs of the encoder: the last state, which the decoder reads; and the mean of the states after three, four and five
# of the six layers, for the features.
END_STATE = "last_hidden_state"
STATES = "states"
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


def moonshine() -> SpeechEncoder:
    """Moonshine's encoder: rows are the mean of its states after three, four and five layers, FEATURES columns."""
    return SpeechEncoder(
        prepare=_given,
        encode=lambda given, device: _encoder(device).run((STATES,), given)[0][0],
        columns=FEATURES,
        hop=HOP,
        seen=SEEN,
        middle=447.5,
        core=480,
        context=104,
    )


def transcribe(samples: np.ndarray) -> Transcription:
    """The text of samples (N,), 16 kHz, of up to half a minute."""
    decoder = _decoder()
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
        "encoder_hidden_states": _encoder(CPU).run((END_STATE,), _given(sound))[0],
    }
    said, likelihoods = [START], []
    for index in range(int(len(sound) / SAMPLE_RATE * TOKENS_PER_SECOND) + 1):
        step = {"input_ids": np.array([said[-1:]], np.int64), "use_cache_branch": np.array([index > 0])}
        remembered = {f"past_key_values.{name}": value for name, value in past.items()}
        logits, *present = decoder.run(wanted, given | step | remembered)
        said.append(int(logits[0, -1].argmax()))
        # The largest value of the logarithm of the softmax.
        chances = logits[0, -1].astype(np.float64)
        likelihoods.append(-float(np.log(np.exp(chances - chances.max()).sum())))
        if said[-1] == END:
            break
        # The keys and values of the encoder's rows are computed once, with the first token.
        past = {
            name: old if index and ".encoder." in name else new
            for (name, old), new in zip(past.items(), present, strict=True)
        }
    if _in_circles(said):
        return Transcription("", -np.inf)
    written = b"".join(_tokens()[token] for token in said if token not in (START, END))
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


@loaded_once
def _encoder(device: Device) -> onnxruntime.InferenceSession:
    """The encoder, loaded once for each device."""
    return ort_session(speech_file(ENCODER), ENCODER_THREADS, device)


@loaded_once
def _decoder() -> onnxruntime.InferenceSession:
    """The decoder, loaded once."""
    return ort_session(speech_file(DECODER), DECODER_THREADS)


@cache
def _tokens() -> tuple[bytes, ...]:
    """Each token's text as UTF-8 bytes. In the file each follows its length: one byte, or two bytes from 128 on."""
    data = speech_file(TOKENS).read_bytes()
    texts, at = [], 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        texts.append(data[at : at + length])
        at += length
    return tuple(texts)
