"""Exported networks give the motion of the networks in torch, and run where torch is not."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from recordings import DATA, LINE, TEXT, TREE, needs_data
from transformers import HubertConfig, Wav2Vec2Config, WavLMConfig

from model_runtime.cli import main
from model_runtime.datasets.landmark_tracks import list_tracks
from model_runtime.generate import generate, raw_performance
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.checkpoint import Model, load_model
from model_runtime.model.description import Description, Style, read_description
from model_runtime.model.paper.config import BASES, PaperConfig
from model_runtime.model.performance import Performance
from model_runtime.networks.folder import load_network, save_model
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.networks.starter.network import Voice
from model_runtime.settings import Settings
from model_runtime.speech.audio import read_audio
from model_runtime.take import frame_count, read_take

STARTER = TREE / "model_runtime" / "weights" / "starter"
CONFIG = PaperConfig(channels=("motion001", "motion002", "motion003"), fps=30.0, width=32)
TINY = {
    **{"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
    **{"conv_dim": (16,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2},
}
ENCODERS = {kind.model_type: kind for kind in (Wav2Vec2Config, HubertConfig, WavLMConfig)}
# One second of phones, and ten seconds.
SHORT = PhoneTrack((Span("SIL", 0, 0.3), Span("M", 0.3, 0.5), Span("AA", 0.5, 1.0)))
LONG = PhoneTrack(tuple(Span("AA" if index % 2 else "M", index / 4, (index + 1) / 4) for index in range(40)))
# Largest difference of a weight between torch and ONNX Runtime, which add in another order.
CLOSE = 1e-5


class InTorch:
    """In place of the exported functions of the starter: the same functions of the network in torch."""

    def __init__(self, network) -> None:
        self.networks = network.networks

    def run(self, name: str, shape: tuple[int, ...], given: dict[str, np.ndarray]) -> np.ndarray:
        function, number = name.split(".")
        network = self.networks[int(number)]
        tensors = {key: torch.from_numpy(np.ascontiguousarray(array)) for key, array in given.items()}
        is_key = {} if function == "encode" else {"is_key": torch.ones_like(tensors["key_times"], dtype=torch.bool)}
        with torch.inference_mode():
            if function == "encode":
                return network.encode(Voice(**tensors)).numpy()
            return getattr(network, function)(**tensors, **is_key).numpy()


def performances(model: Model, path: Path, text: str) -> list[Performance]:
    """The sound with its phones; with doubtful phones; and completed through edited keys."""
    waveform = read_audio(path)
    phones, settings = find_phones(waveform, text), Settings(fps=25)
    frames = frame_count(waveform.duration, 25)
    keys, sound = key_frames(phones, 25, frames), model.extract_features(waveform)
    known = raw_performance(sound, phones, keys, frames, settings, model)
    doubtful = raw_performance(sound, dataclasses.replace(phones, unreliable=True), keys, frames, settings, model)
    poses = np.random.default_rng(0).random((len(keys), len(model.channels)), np.float32)
    return [known, doubtful, dataclasses.replace(known, keys=poses)]


def apart(model: Model, network, performance: Performance) -> float:
    """Largest difference of a weight between the exported networks and those in torch."""
    ours = model.perform(performance, lambda _share: None)
    theirs = model.kind.perform(InTorch(network), model.config, performance, lambda _share: None)
    return float(np.abs(ours - theirs).max())


@pytest.mark.weights
def test_the_starter_moves_as_in_torch(model):
    network, _ = load_network("starter")
    assert max(apart(model, network, each) for each in performances(model, LINE, TEXT)) < CLOSE


@needs_data
@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("corpus", ["grid", "people"])
def test_the_starter_moves_as_in_torch_on_every_development_clip(model, corpus):
    network, _ = load_network("starter")
    entries = list_tracks(DATA / corpus, "dev")
    assert entries
    for entry in entries:
        for performance in performances(model, entry.sound, entry.text):
            assert apart(model, network, performance) < CLOSE, entry


@pytest.mark.slow
@pytest.mark.weights
def test_the_exported_starter_is_that_of_its_weights(tmp_path):
    """Whoever exports it again gets the same bytes, and none of them tells where."""
    assert main(["export", "starter", str(tmp_path)]) == 0
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == sorted(path.name for path in STARTER.iterdir() if path.suffix in (".onnx", ".json"))
    for name in files:
        content = (tmp_path / name).read_bytes()
        assert content == (STARTER / name).read_bytes(), name
        assert str(TREE).encode() not in content


def written(folder: Path, config: PaperConfig = CONFIG) -> KMTalkNetwork:
    """Write a model of random weights, large in its output layer, so that its output shows differences."""
    torch.manual_seed(0)
    network = KMTalkNetwork(config).eval()
    torch.nn.init.normal_(network.completion.out.weight, std=0.5)
    described = Description(
        id="tiny",
        config=config,
        styles={"neutral": Style(())},
        gap=(0.0,) * len(config.channels),
        licence="made up",
        architecture="paper",
    )
    save_model(network, described, folder)
    return network


def in_torch(network: KMTalkNetwork, sound: np.ndarray, key_times: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(M, K) motion of a short sound, in one window: as many frames as the sound has, and one more."""
    frames = len(times)
    samples = np.zeros(round(frames / network.config.fps * 16000), np.float32)
    samples[: min(len(sound), len(samples))] = sound[: len(samples)]
    with torch.inference_mode():
        return network(torch.from_numpy(samples), frames, torch.from_numpy(key_times.astype(np.float32))).motion.numpy()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("keys", ["phones", "none"])
def test_every_base_of_the_paper_moves_as_in_torch(tmp_path, base, keys):
    check_paper(tmp_path, dataclasses.replace(CONFIG, base=base, keys=keys))


@pytest.mark.parametrize("kind", ENCODERS)
def test_speech_encoders_hear_as_in_torch(tmp_path, kind):
    encoder = ENCODERS[kind](**TINY).to_diff_dict() | {"model_type": kind}
    check_paper(tmp_path, dataclasses.replace(CONFIG, encoder=encoder))


def check_paper(folder: Path, config: PaperConfig) -> None:
    network, model = written(folder, config), load_model(folder, "cpu")
    rng = np.random.default_rng(0)
    for seconds, track in ((1.0, SHORT), (10.0, LONG)):
        sound = rng.normal(0, 0.1, round(seconds * 16000)).astype(np.float32)
        times = np.arange(round(seconds * config.fps) + 1) / config.fps
        key_times = times[key_frames(track, config.fps, len(times))]
        performance = Performance(sound.reshape(-1, 160), track, key_times, None, times, np.zeros(0, np.float32))
        ours = model.perform(performance, lambda _share: None)
        theirs = in_torch(network, sound, key_times, times)
        assert np.ptp(theirs) > 0.1
        assert np.abs(ours - theirs).max() < CLOSE * max(1.0, np.abs(theirs).max())


NO_TORCH = "import sys; sys.modules |= dict.fromkeys(['torch', 'transformers', 'safetensors', 'onnx', 'accelerate'])\n"


def without_torch(*arguments: object) -> subprocess.CompletedProcess:
    """Run the command line where torch and its companions cannot be imported."""
    code = NO_TORCH + f"from model_runtime.cli import main; sys.exit(main({[str(each) for each in arguments]!r}))"
    environment = os.environ | {"PYTHONPATH": str(TREE)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_users_own_model_runs_without_torch(tmp_path):
    encoder = ENCODERS["wav2vec2"](**TINY).to_diff_dict() | {"model_type": "wav2vec2"}
    written(tmp_path / "trained", dataclasses.replace(CONFIG, encoder=encoder))
    # What the training wrote is exported already; the weights for torch need not come along.
    assert main(["export", str(tmp_path / "trained"), str(tmp_path / "exported")]) == 0
    assert not (tmp_path / "exported" / "weights.safetensors").exists()
    take = tmp_path / "take.npz"
    run = without_torch("generate", LINE, "-o", take, "--fps", 30, "--model", tmp_path / "exported")
    assert run.returncode == 0, run.stderr
    model = load_model(tmp_path / "trained", "cpu")
    assert read_description(tmp_path / "exported").sha256 == model.sha256
    again = read_take(take)
    here = generate(read_audio(LINE), again.phones, Settings(fps=30), model)
    assert np.array_equal(again.weights, here.weights)


@pytest.mark.parametrize("command", ["info", "phones", "pronounce", "generate", "complete", "batch", "head", "express"])
def test_inference_needs_no_torch(tmp_path, command):
    assert without_torch(command, "--help").returncode == 0


def test_a_model_that_was_never_exported_says_how(tmp_path, capsys):
    written(tmp_path / "trained")
    (tmp_path / "old").mkdir()
    text = (tmp_path / "trained" / "model.json").read_text()
    described = text[: text.index(',\n "networks"')] + "}"
    (tmp_path / "old" / "model.json").write_text(described)
    assert main(["generate", str(LINE), "-o", str(tmp_path / "a.npz"), "--model", str(tmp_path / "old")]) == 2
    assert "python -m model_runtime export" in capsys.readouterr().err


@pytest.mark.weights
def test_a_device_that_fails_at_its_work_becomes_the_cpu(monkeypatch, tmp_path):
    """A driver may fail, or its memory be full, only when it computes."""
    from model_runtime.commands import generate as command
    from model_runtime.model import checkpoint, graphs
    from model_runtime.service.model_cache import ModelCache
    from model_runtime.speech import devices

    class Failing:
        def __init__(self, session) -> None:
            self.get_inputs = session.get_inputs

        def run(self, *_: object) -> None:
            raise RuntimeError("CUDA failure 2: out of memory")

    def session(network, threads, device):
        made = open_session(network, threads)
        return Failing(made) if device.name == "cuda" else made

    def asked(path: Path, device: str) -> dict:
        phones = [["M", 0.0, 0.3], ["AA", 0.3, 1.0]]
        request = command.Request(audio=str(LINE), output=str(path), fps=30.0, end=1.0, phones=phones, device=device)
        return command.run(request, ModelCache(), lambda *_: None)

    open_session = graphs.ort_session
    asked(tmp_path / "cpu.npz", "cpu")
    monkeypatch.setattr(graphs, "ort_session", session)
    # The device is there and opens sessions; the encoders of the sound run on the CPU here.
    monkeypatch.setattr(checkpoint, "find_device", lambda name: devices.Device("cuda"))
    monkeypatch.setattr(
        "model_runtime.speech.moonshine.ort_session", lambda network, threads, _=None: open_session(network, threads)
    )
    monkeypatch.setattr(
        "model_runtime.speech.whisper.ort_session", lambda network, threads, _=None: open_session(network, threads)
    )
    told = asked(tmp_path / "cuda.npz", "cuda")
    assert [note for note in told["notes"] if "cuda failed at its work, so the CPU was used" in note]
    assert np.array_equal(read_take(tmp_path / "cuda.npz").weights, read_take(tmp_path / "cpu.npz").weights)
