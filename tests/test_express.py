"""Retargeting: motion in a model's own shape basis, expressed in named channels."""

import dataclasses

import numpy as np
import pytest

from model_runtime.errors import InputError
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.motion_space import space_from_data, space_from_rig
from model_runtime.heads.retarget import retarget
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.take import Take

MOVED = ("jawOpen", "mouthFunnel", "mouthSmileLeft", "browInnerUp")


@pytest.fixture(scope="module")
def head():
    whole = demo_head()
    columns = [whole.channels.index(name) for name in MOVED]
    return dataclasses.replace(whole, channels=MOVED, deltas=whole.deltas[columns])


@pytest.fixture(scope="module")
def spoken(head):
    """(weights (40, 4) in the head's channels, a basis's motion space, the same motion as a take in that space); the
    basis's face is Y up and 1.2 times as large."""
    times = np.linspace(0, 5, 40)[:, None]
    weights = (0.4 + 0.4 * np.sin(times * np.array([1.0, 2, 3, 4]))).astype(np.float32)
    displacement = space_from_rig(head).displacement(weights)

    def turned(points: np.ndarray) -> np.ndarray:
        return 1.2 * points[..., [0, 2, 1]] * np.float32([1, 1, -1])

    clips = [turned(displacement)]
    space = space_from_data(turned(head.vertices), lambda: iter(clips), 4, head.lips, head.upper_face)
    phones = PhoneTrack((Span(SILENCE, 0.0, 1.3),))
    take = Take(
        space.coefficients(clips[0]),
        space.names,
        30.0,
        np.array([0, 39], np.int32),
        phones,
        np.zeros((0, 0), np.float16),
    )
    return weights, space, take


def test_the_same_motion_in_named_channels(head, spoken):
    weights, space, take = spoken
    found = retarget(take, space, head)
    assert found.channels == MOVED
    assert np.abs(found.weights - weights).max() < 0.01
    assert found.key_frames.tolist() == [0, 39]


def test_what_no_channel_can_do_stays_within_bounds(head, spoken):
    _weights, space, take = spoken
    found = retarget(dataclasses.replace(take, weights=-2 * take.weights), space, head)
    assert found.weights.min() >= 0
    assert found.weights.max() <= 1


def test_other_faces_and_takes_are_refused(head, spoken):
    _weights, space, take = spoken
    shuffled = np.random.default_rng(0).permutation(len(head.vertices))
    with pytest.raises(InputError, match="another order"):
        retarget(take, space, dataclasses.replace(head, vertices=head.vertices[shuffled]))
    with pytest.raises(InputError, match="vertices"):
        retarget(take, space, dataclasses.replace(head, vertices=head.vertices[:-1]))
    with pytest.raises(InputError, match="the model that made it"):
        retarget(dataclasses.replace(take, channels=("a", "b", "c", "d")), space, head)
