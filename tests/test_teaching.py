"""Pseudo-labels for the starter: speech counts in the loss; silences hardly do, as no recording shows their motion."""

from dataclasses import replace

import numpy as np
import torch

from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, lip_measures
from model_runtime.linguistics.phones import SILENCE
from model_runtime.networks.folder import load_network
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.example_augmentation import Augmentation
from model_runtime.training.examples import Example, make_example
from model_runtime.training.losses import Lips
from model_runtime.training.starter.objective import StarterConfig, StarterObjective
from model_runtime.training.starter.recorded import model_columns
from model_runtime.training.starter.teacher import PhonePriors, pseudo_label


def taught(line, network) -> Example:
    waveform, phones = line
    still = np.zeros((int(waveform.duration * 25), len(network.config.channels)), np.float32)
    example = make_example("line", log_mel(waveform), speech_features(waveform.samples), phones, still, 25.0, 0, 1.0)
    head = demo_head()
    gap = lip_measures(head).gap[model_columns(head, FitConfig())]
    return pseudo_label(network, [example], PhonePriors(), gap)[0]


def silent(example: Example) -> np.ndarray:
    inside = np.zeros(len(example.times), bool)
    for phone in example.phones.phones:
        if phone.label == SILENCE:
            inside |= (example.times >= phone.start) & (example.times < phone.end)
    return inside


def test_the_starters_channels_are_those_of_the_fit_whatever_else_the_head_has():
    head, network = demo_head(), load_network("starter")[0]
    columns = model_columns(head, FitConfig())
    assert tuple(head.channels[column] for column in columns) == network.phone_conditioned[0].config.channels
    assert len(columns) == 22


def test_what_a_silence_is_taught_as_weighs_next_to_nothing_in_training(line):
    network = load_network("starter")[0].phone_conditioned[0]
    example = taught(line, network)
    quiet = silent(example)
    assert 0.1 < quiet.mean() < 0.9
    head = demo_head()
    lips = Lips.of(lip_measures(head), model_columns(head, FitConfig()))

    def loss(changed: np.ndarray) -> float:
        """Loss of the example with all weights set to 1 in the frames `changed`, (T,) bool."""
        weights = np.where(changed[:, None], np.float32(1), example.weights)
        examples = [replace(example, weights=weights)] * 2
        # Completed motion follows given key motions, so none are given (set_keys = 0).
        config = StarterConfig(batch=2, set_keys=0.0)
        objective = StarterObjective(network, examples, {}, lips, config, Augmentation(), seed=0)
        torch.manual_seed(0)
        with torch.inference_mode():
            return float(objective.loss(next(objective.batches(0))))

    unchanged = loss(np.zeros_like(quiet))
    by_silence, by_sound = ((loss(frames) - unchanged) / frames.mean() for frames in (quiet, ~quiet))
    assert 0 < by_silence < 0.1 * by_sound


def test_rest_does_not_reach_into_the_sounds_of_a_phrase(line, model):
    """In free speech people neither begin nor end a phrase with closed lips; the training speaker does."""
    network = load_network("starter")[0].phone_conditioned[0]
    example = taught(line, network)
    gap = example.weights @ np.array(model.gap)
    sounds = ~silent(example)
    assert np.median(gap[~sounds]) > 0.8 * np.median(gap[sounds])
