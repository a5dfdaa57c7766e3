"""The field's metrics against an independent implementation, and on motion with a known result."""

import numpy as np
import pytest
import torch

from model_runtime.errors import InputError
from model_runtime.evaluation.metrics import (
    face_dynamics_deviation,
    lip_vertex_error,
    mean_vertex_error,
    mouth_opening_correlation,
    mouth_opening_difference,
    mouth_timing,
    sound_lip_correlation,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_lip_vertex_error_agrees_with_torchmetrics(rng):
    oracle = pytest.importorskip("torchmetrics.functional.multimodal", reason="torchmetrics is not installed")
    lips = [3, 7, 8, 20, 31]
    for _ in range(20):
        truth, predicted = rng.normal(size=(2, 17, 40, 3))
        expected = oracle.lip_vertex_error(torch.from_numpy(predicted), torch.from_numpy(truth), lips)
        found = lip_vertex_error(predicted[:, lips], truth[:, lips]).mean()
        assert found == pytest.approx(float(expected), abs=1e-6)


def test_mean_vertex_error_is_the_length_of_a_shift(rng):
    truth = rng.normal(size=(5, 9, 3))
    assert np.allclose(mean_vertex_error(truth + np.array([3.0, 4.0, 0.0]), truth), 5)


def test_dynamics_deviation_is_signed_and_zero_for_the_same(rng):
    neutral = rng.normal(size=(9, 3))
    truth = neutral + rng.normal(size=(50, 9, 3))
    still = np.repeat(neutral[None], 50, axis=0)
    assert face_dynamics_deviation(truth, truth, neutral) == 0
    assert face_dynamics_deviation(still, truth, neutral) > 0
    assert face_dynamics_deviation(truth, still, neutral) < 0
    # A vertex that alternates between x = 0 and x = 2: squared displacement 0 or 4, standard deviation 2.
    swing = np.tile([[[0.0, 0, 0]], [[2.0, 0, 0]]], (5, 1, 1))
    assert face_dynamics_deviation(np.zeros_like(swing), swing, np.zeros((1, 3))) == pytest.approx(2)


@pytest.mark.parametrize("shift", [0, 2, 4])
def test_timing_finds_a_shift(shift):
    times = np.arange(120)
    truth = np.sin(times / 6) + 0.3 * np.sin(times / 17)
    late = np.sin((times - shift) / 6) + 0.3 * np.sin((times - shift) / 17)
    assert mouth_timing(late, truth, 30) == pytest.approx(shift * 1000 / 30, abs=8)


def test_timing_without_extrema_is_no_number():
    assert np.isnan(mouth_timing(np.zeros(40), np.zeros(40), 30))


def test_opening_difference():
    assert mouth_opening_difference(np.array([0.0, 1.0]), np.array([1.0, 3.0])) == 1.5


def test_opening_correlation_is_of_shape_not_size():
    truth = np.array([0.0, 1.0, 3.0, 1.0])
    assert mouth_opening_correlation(0.2 * truth + 1, truth) == pytest.approx(1)
    assert mouth_opening_correlation(-truth, truth) == pytest.approx(-1)
    assert np.isnan(mouth_opening_correlation(np.ones(4), truth))


def test_louder_clips_with_larger_lips_correlate(rng):
    loudness = [np.full(10, level) for level in (0.1, 0.2, 0.3, 0.5)]
    assert sound_lip_correlation(loudness, [2 * clip for clip in loudness]) == pytest.approx(1)
    assert sound_lip_correlation(loudness, [-clip for clip in loudness]) == pytest.approx(-1)
    assert np.isnan(sound_lip_correlation(loudness[:2], loudness[:2]))


@pytest.mark.parametrize(
    "measure", [lip_vertex_error, mean_vertex_error, mouth_opening_correlation, mouth_opening_difference]
)
def test_unequal_motions_are_refused(measure):
    with pytest.raises(InputError, match="same frames"):
        measure(np.zeros((4, 2, 3)), np.zeros((5, 2, 3)))
