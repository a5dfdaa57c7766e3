"""The paper's network, its ablations and plug-ins, with a tiny random encoder of each kind."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import HubertConfig, HubertModel, Wav2Vec2Config, Wav2Vec2Model, WavLMConfig, WavLMModel

from model_runtime.complete import Keys, complete
from model_runtime.errors import InputError
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.motion_space import MotionSpace
from model_runtime.linguistics.key_choice import choose_keys
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.checkpoint import load_model
from model_runtime.model.description import Description, Style
from model_runtime.model.paper.config import BASES, PaperConfig
from model_runtime.networks.folder import save_model
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.networks.paper.speech_encoder import build_encoder, load_encoder
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform

TINY = {
    **{"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
    **{"conv_dim": (16,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2},
}
SPEECH = {
    "wav2vec2": (Wav2Vec2Config, Wav2Vec2Model),
    "hubert": (HubertConfig, HubertModel),
    "wavlm": (WavLMConfig, WavLMModel),
}
CONFIG = PaperConfig(channels=("motion001", "motion002", "motion003"), fps=30.0, width=32)
KEY_TIMES = torch.tensor([0.0, 0.2, 0.5, 29 / 30])


def sound(seconds: float = 1.0) -> torch.Tensor:
    return torch.randn(int(16000 * seconds), generator=torch.Generator().manual_seed(0))


def network(**changes) -> KMTalkNetwork:
    """A random network with large weights in its output layer too (std 0.5), so that its output shows differences."""
    torch.manual_seed(0)
    made = KMTalkNetwork(dataclasses.replace(CONFIG, **changes))
    torch.nn.init.normal_(made.completion.out.weight, std=0.5)
    return made.eval()


@pytest.mark.parametrize("kind", SPEECH)
def test_pretrained_encoders_load_from_a_folder_and_give_a_row_a_frame(tmp_path, kind):
    torch.manual_seed(0)
    configuration, model = SPEECH[kind]
    pretrained = model(configuration(**TINY)).eval()
    pretrained.save_pretrained(tmp_path)
    description, encoder = load_encoder(str(tmp_path), allow_download=False)
    times = torch.arange(30) / 30
    features = encoder.eval()(sound(), times)
    assert features.shape == (30, 32)
    assert not any(p.requires_grad for p in encoder.speech.feature_extractor.parameters())
    assert any(p.requires_grad for p in encoder.speech.encoder.parameters())
    # An encoder built from the description, with the same weights, computes the same features.
    again = build_encoder(description).eval()
    again.load_state_dict(encoder.state_dict())
    assert torch.equal(again(sound(), times), features)
    # At the times of the encoder's own rows nothing is resampled: the features equal the pretrained model's.
    samples = sound()
    rows = pretrained(((samples - samples.mean()) / samples.std(correction=0))[None]).last_hidden_state[0]
    own = (torch.arange(len(rows)) * 320 + 200) / 16000
    assert torch.allclose(encoder(samples, own), rows, atol=1e-4)


def test_an_encoder_that_is_not_here_is_not_downloaded(tmp_path):
    with pytest.raises(InputError, match="allow the download"):
        load_encoder("someone/some-encoder", allow_download=False)
    with pytest.raises(InputError, match="not here"):
        load_encoder(str(tmp_path), allow_download=False)
    with pytest.raises(InputError, match="no speech encoder"):
        build_encoder({"model_type": "bert"})


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("placement", ["interpolation", "mask"])
def test_motion_passes_through_its_keys(base, placement):
    made = network(base=base, placement=placement)
    with torch.inference_mode():
        features = made.encode(sound(), 30)
        keys = torch.tensor([[0.1, -0.5, 2.0], [0.7, 0.0, -1.0], [0.3, 0.3, 0.3], [-0.9, 1.0, 0.0]])
        times = torch.arange(30) / 30
        motion = made.complete(features, keys, KEY_TIMES, times)
        other = made.complete(features, keys + 0.1, KEY_TIMES, times)
    assert torch.allclose(motion[[0, 6, 15, 29]], keys, atol=1e-5)
    assert (motion[10] - other[10]).abs().max() > 1e-3


@pytest.mark.parametrize("base", BASES)
def test_direct_regression_has_no_keys(base):
    made = network(base=base, keys="none")
    with torch.inference_mode():
        found = made(sound(), 30, torch.zeros(0))
    assert found.keys is None
    assert found.motion.shape == (30, 3)
    assert found.motion.abs().max() > 0


def test_without_audio_guidance_the_completion_hears_nothing():
    keys = torch.zeros(4, 3)
    for heard in (True, False):
        made = network(audio_guidance=heard)
        with torch.inference_mode():
            times = torch.arange(30) / 30
            a = made.complete(torch.randn(30, 32), keys, KEY_TIMES, times)
            b = made.complete(torch.randn(30, 32), keys, KEY_TIMES, times)
        assert torch.allclose(a, b) != heard


def test_without_the_key_decoder_keys_are_read_off_one_frame():
    made = network(key_decoder=False)
    with torch.inference_mode():
        features = made.encode(sound(), 30)
        keys = made.key_motions(features, KEY_TIMES)
        features[20:] = 0
        changed = made.key_motions(features, KEY_TIMES)
    assert torch.equal(keys[:3], changed[:3])
    assert not torch.equal(keys[3], changed[3])


def test_teacher_forcing_with_its_own_past_is_autoregression():
    made = network(base="faceformer")
    with torch.inference_mode():
        features = made.encode(sound(), 30)
        keys, times = made.key_motions(features, KEY_TIMES), torch.arange(30) / 30
        spoken = made.complete(features, keys, KEY_TIMES, times)
        forced = made.complete(features, keys, KEY_TIMES, times, truth=spoken)
    assert torch.allclose(spoken, forced, atol=1e-4)


def test_it_learns_one_clip():
    made = network().train()
    truth = torch.sin(torch.arange(30)[:, None] / 4 + torch.arange(3)) * 0.5
    optimizer = torch.optim.Adam(made.parameters(), 3e-3)
    losses = []
    for _ in range(80):
        found = made(sound(), 30, KEY_TIMES)
        loss = (found.motion - truth).square().mean() + (found.keys - truth[[0, 6, 15, 29]]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.2 * losses[0]


def test_key_frames_of_the_ablations():
    track = PhoneTrack((Span("SIL", 0, 0.31), Span("AA", 0.31, 0.6), Span("M", 0.6, 1)))
    assert choose_keys("phones", 1 / 3, track, 30, 31, 0).tolist() == [0, 9, 18, 30]
    assert choose_keys("uniform", 1 / 3, track, 30, 31, 0).tolist() == [0, 3, 7, 10, 13, 17, 20, 23, 27, 30]
    drawn = choose_keys("random", 1 / 3, track, 30, 31, 1)
    assert drawn[0] == 0
    assert drawn[-1] == 30
    assert np.array_equal(drawn, choose_keys("random", 1 / 3, track, 30, 31, 1))
    assert not np.array_equal(drawn, choose_keys("random", 1 / 3, track, 30, 31, 2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"base": "gpt"}, "base"), ({"keys": "all"}, "keys"), ({"width": 30}, "width"), ({"dropout": 1.0}, "dropout")],
)
def test_impossible_choices_are_refused(changes, said):
    with pytest.raises(InputError, match=said):
        dataclasses.replace(CONFIG, **changes)


def save(folder: Path) -> None:
    """Write a model of random weights."""
    head = demo_head()
    shapes = np.random.default_rng(0).normal(size=(3, len(head.vertices), 3)).astype(np.float32) * 1e-3
    space = MotionSpace(head.vertices, CONFIG.channels, shapes, head.lips, head.upper_face, (-1.0, 1.0), 0.9)
    described = Description(
        id="tiny",
        config=CONFIG,
        styles={"neutral": Style(())},
        gap=(0.0,) * 3,
        licence="the user's own",
        architecture="paper",
        space=space,
    )
    save_model(network(), described, folder)


def test_a_model_folder_performs_and_completes(tmp_path):
    save(tmp_path)
    loaded = load_model(tmp_path, "cpu")
    assert loaded.space.names == CONFIG.channels
    assert loaded.licence == "the user's own"
    waveform = Waveform(sound(2.0).numpy() * 0.1)
    track = PhoneTrack((Span("SIL", 0, 0.5), Span("AA", 0.5, 1.2), Span("M", 1.2, 2.0)))
    take = generate(waveform, track, Settings(fps=25), loaded)
    assert take.channels == CONFIG.channels
    assert take.weights.shape == (51, 3)
    assert take.weights.min() < 0
    again = generate(waveform, track, Settings(fps=25), load_model(tmp_path, "cpu"))
    assert np.array_equal(take.weights, again.weights)
    # Unchanged key motions change nothing; edited ones stay exact, also outside of the training data's range.
    same = complete(take, Keys(take.key_frames, take.key_weights, take.channels), loaded)
    assert np.allclose(same.weights, take.weights, atol=1e-5)
    edited = take.key_weights.copy()
    edited[1] += [-1.5, 0.5, 0.0]
    changed = complete(take, Keys(take.key_frames, edited, take.channels), loaded)
    assert np.allclose(changed.weights[take.key_frames], edited, atol=1e-6)


def test_long_sounds_are_seamless(tmp_path):
    save(tmp_path)
    loaded = load_model(tmp_path, "cpu")
    seconds = 55
    spans = tuple(Span("AA" if i % 2 else "M", i / 4, (i + 1) / 4) for i in range(seconds * 4))
    take = generate(Waveform(sound(seconds).numpy() * 0.1), PhoneTrack(spans), Settings(fps=30), loaded)
    steps = np.abs(np.diff(take.weights, axis=0)).max(axis=1)
    # Frames (30 a second) at which windows begin or end: 4 s before and after 24 s and 48 s.
    seams = [frame + near for frame in (600, 840, 1320, 1560) for near in (-1, 0)]
    assert steps[seams].max() <= np.delete(steps, seams).max()


def test_damage_is_one_sentence(tmp_path):
    save(tmp_path)
    space = (tmp_path / "space.npz").read_bytes()
    (tmp_path / "space.npz").write_bytes(space[:-1])
    with pytest.raises(InputError, match=r"space\.npz is missing or damaged"):
        load_model(tmp_path)
    (tmp_path / "space.npz").write_bytes(space)
    about = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(about.replace('"paper"', '"later"'))
    with pytest.raises(InputError, match="does not know"):
        load_model(tmp_path)
