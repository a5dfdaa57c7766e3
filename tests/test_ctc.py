"""Phones by a CTC model: a real, tiny, random network, whose best path gives the expected phones."""

import json

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from model_runtime.datasets.ctc_phones import PhoneRecogniser
from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PHONES, SILENCE
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

VOCABULARY = {"<pad>": 0, "|": 1, "ɑː": 2, "m": 3, "tʃ": 4, "˥": 5}


@pytest.fixture
def folder(tmp_path):
    """Folder of a tiny random model with a vocabulary of espeak's phonemes."""
    torch.manual_seed(3)
    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(16,) * 7,
        num_conv_pos_embeddings=8,
        num_conv_pos_embedding_groups=2,
        vocab_size=len(VOCABULARY),
        pad_token_id=0,
    )
    model = Wav2Vec2ForCTC(config)
    # Large weights in the last layer make the random network's best label change over time.
    torch.nn.init.normal_(model.lm_head.weight, std=5.0)
    model.save_pretrained(tmp_path)
    (tmp_path / "vocab.json").write_text(json.dumps(VOCABULARY))
    return tmp_path


def voice(seconds: float) -> Waveform:
    return Waveform(np.random.default_rng(0).normal(0, 0.1, int(seconds * SAMPLE_RATE)).astype(np.float32))


@pytest.mark.parametrize("seconds", [0.1, 1.0, 23.0])
def test_phones_tile_the_sound(folder, seconds):
    track = PhoneRecogniser(str(folder), allow_download=False).find_phones(voice(seconds))
    ends = [span.end for span in track.phones]
    assert track.phones[0].start == 0
    assert ends[-1] == pytest.approx(seconds)
    assert [span.start for span in track.phones[1:]] == ends[:-1]
    assert all(span.end > span.start and span.label in PHONES for span in track.phones)
    assert {span.label for span in track.phones} <= {SILENCE, "AA", "M", "CH"}


def labels_of(recogniser: PhoneRecogniser, sound: Waveform) -> list[str]:
    """Labels of the model's best path over the whole sound at once, without blanks and repetitions."""
    samples = (sound.samples - sound.samples.mean()) / sound.samples.std()
    with torch.inference_mode():
        best = recogniser.model(torch.from_numpy(samples)[None]).logits[0].argmax(dim=-1).tolist()
    path = [index for place, index in enumerate(best) if not place or best[place - 1] != index]
    return [{2: "AA", 3: "M", 4: "CH"}[index] for index in path if index in (2, 3, 4)]


def test_what_the_model_names_is_what_stands_there(folder):
    """The phones have the labels of the model's best path, in its order."""
    recogniser = PhoneRecogniser(str(folder), allow_download=False)
    expected = labels_of(recogniser, voice(1.0))
    found = [span.label for span in recogniser.find_phones(voice(1.0)).phones if span.label != SILENCE]
    assert len(expected) > 3
    assert found == expected


def test_only_what_a_window_hears_with_all_of_its_context_counts(folder):
    """The network's output depends on 0.6 s of context on both sides, so outputs near a window's edges are wrong."""
    settings = {"feat_extract_norm": "layer", "conv_bias": True, "num_conv_pos_embeddings": 64}
    config = json.loads((folder / "config.json").read_text())
    model = Wav2Vec2ForCTC(Wav2Vec2Config(**{**config, **settings})).eval()
    torch.nn.init.zeros_(model.wav2vec2.encoder.layers[0].attention.out_proj.weight)
    torch.nn.init.normal_(model.lm_head.weight, std=5.0)
    with torch.no_grad():
        model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0.mul_(30)
    model.save_pretrained(folder)
    recogniser = PhoneRecogniser(str(folder), allow_download=False)
    expected = labels_of(recogniser, voice(24.0))
    found = [span.label for span in recogniser.find_phones(voice(24.0)).phones if span.label != SILENCE]
    assert len(expected) > 100
    assert found == expected


def test_a_model_that_is_not_here_is_not_downloaded(tmp_path):
    with pytest.raises(InputError, match="allow the download"):
        PhoneRecogniser("someone/some-phonemes", allow_download=False)
    with pytest.raises(InputError, match="not here"):
        PhoneRecogniser(str(tmp_path), allow_download=False)


def test_a_vocabulary_without_phonemes_is_refused(folder):
    (folder / "vocab.json").write_text(json.dumps({"<pad>": 0, "|": 1, "你": 2}))
    with pytest.raises(InputError, match="no phonemes"):
        PhoneRecogniser(str(folder), allow_download=False)
