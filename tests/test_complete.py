"""Complete: edited key motions stay, frames near them follow, and frames far from them do not change."""

import dataclasses

import numpy as np
import pytest

from model_runtime.complete import Keys, complete, read_keys
from model_runtime.errors import InputError
from model_runtime.files.npz import write_npz
from model_runtime.generate import generate
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.settings import Settings


@pytest.fixture(scope="module")
def take(model, line):
    return generate(*line, Settings(fps=30, jaw=1.2), model)


def own_keys(take) -> Keys:
    return Keys(take.key_frames.astype(np.int64), take.key_weights.copy(), take.channels)


def edited(take, key: int, channel: str, value: float) -> Keys:
    keys = own_keys(take)
    keys.key_weights[key, take.channels.index(channel)] = value
    return keys


def test_without_an_edit_nothing_changes(take, model):
    again = complete(take, own_keys(take), model)
    np.testing.assert_allclose(again.weights, take.weights, atol=1e-6)


@pytest.mark.weights
def test_an_edited_key_stays_exactly_and_its_neighbourhood_follows(take, model):
    apart = np.minimum(np.diff(take.key_frames)[:-1], np.diff(take.key_frames)[1:])
    key = int(np.flatnonzero(apart >= 3)[3]) + 1
    frame, column = int(take.key_frames[key]), take.channels.index("jawOpen")
    result = complete(take, edited(take, key, "jawOpen", 0.9), model)
    assert result.weights[frame, column] == np.float32(0.9)
    np.testing.assert_array_equal(result.weights[result.key_frames], result.key_weights)
    change = np.abs(result.weights - take.weights)
    assert change[frame - 1 : frame + 2, column].min() > 0.02
    far = np.abs(np.arange(len(take.weights)) - frame) > 2.5 * take.fps
    assert change[far].max() < 1e-5
    # No spike: the curve changes by at most the size of the edit (+ 0.15) from frame to frame.
    assert np.abs(np.diff(result.weights[:, column])).max() < 0.9 - take.weights[frame, column] + 0.15


def test_a_key_between_phone_boundaries_is_honoured(take, model):
    keys = own_keys(take)
    frame = next(f for f in range(20, 120) if f not in take.key_frames)
    at = int(np.searchsorted(keys.key_frames, frame))
    pose = take.weights[frame].copy()
    pose[take.channels.index("mouthFunnel")] = 0.75
    keys = Keys(np.insert(keys.key_frames, at, frame), np.insert(keys.key_weights, at, pose, axis=0), take.channels)
    result = complete(take, keys, model)
    np.testing.assert_array_equal(result.weights[frame], pose)
    assert frame in result.key_frames


@pytest.mark.weights
def test_few_keys_are_enough(take, model):
    """With most key motions deleted, the motion passes through the others and follows the voice between them."""
    kept = own_keys(take)
    kept = Keys(kept.key_frames[::6], kept.key_weights[::6], kept.channels)
    result = complete(take, kept, model)
    np.testing.assert_array_equal(result.weights[kept.key_frames], kept.key_weights)
    column = take.channels.index("jawOpen")
    assert np.corrcoef(result.weights[:, column], take.weights[:, column])[0, 1] > 0.8


def test_only_the_asked_channels_are_edited(take, model):
    keys = own_keys(take)
    jaw = Keys(keys.key_frames, keys.key_weights[:, [take.channels.index("jawOpen")]] * 0.5, ("jawOpen",))
    result = complete(take, jaw, model)
    column = take.channels.index("eyeBlinkLeft")
    np.testing.assert_array_equal(result.weights[:, column], take.weights[:, column])
    np.testing.assert_array_equal(
        result.weights[take.key_frames, take.channels.index("jawOpen")], jaw.key_weights[:, 0]
    )


def test_frames_outside_the_range_stay_and_the_seam_is_smooth(take, model):
    keys = own_keys(take)
    keys.key_weights[:, take.channels.index("jawOpen")] *= 0.3
    first, last = 60, 120
    inside = (keys.key_frames > first) & (keys.key_frames < last)
    keys = Keys(keys.key_frames[inside], keys.key_weights[inside], take.channels)
    result = complete(take, keys, model, first=first, last=last)
    np.testing.assert_array_equal(result.weights[:first], take.weights[:first])
    np.testing.assert_array_equal(result.weights[last + 1 :], take.weights[last + 1 :])
    np.testing.assert_array_equal(result.weights[keys.key_frames], keys.key_weights)


def test_locked_channels_stay(take, model):
    keys = own_keys(take)
    keys.key_weights[:] = np.clip(keys.key_weights + 0.2, 0, 1)
    result = complete(take, keys, model, locked=("mouthPucker",))
    column = take.channels.index("mouthPucker")
    np.testing.assert_array_equal(result.weights[:, column], take.weights[:, column])


@pytest.mark.weights
def test_a_corrected_phone_changes_the_motion_there(take, model):
    spans = list(take.phones.phones)
    index = next(i for i, p in enumerate(spans) if p.label in ("AY", "EH", "IY") and 1 < p.start < 4)
    spans[index] = Span("M", spans[index].start, spans[index].end)
    keys = Keys(np.array([0]), take.weights[:1].copy(), take.channels)
    result = complete(take, keys, model, phones=PhoneTrack(tuple(spans), take.phones.words))
    during = (take.times >= spans[index].start) & (take.times <= spans[index].end)
    column = take.channels.index("jawOpen")
    close = take.channels.index("mouthClose")
    opened = (take.weights[:, column] - take.weights[:, close])[during].mean()
    now = (result.weights[:, column] - result.weights[:, close])[during].mean()
    assert now < opened - 0.03


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (Keys(np.array([], int), np.zeros((0, 1), np.float32), ("jawOpen",)), "no key poses"),
        (Keys(np.array([5, 3]), np.zeros((2, 1), np.float32), ("jawOpen",)), "must ascend"),
        (Keys(np.array([99999]), np.zeros((1, 1), np.float32), ("jawOpen",)), "lie within the take"),
        (Keys(np.array([3]), np.full((1, 1), np.nan, np.float32), ("jawOpen",)), "not a number"),
        (Keys(np.array([3]), np.zeros((1, 1), np.float32), ("wings",)), "no channel wings"),
    ],
)
def test_keys_that_do_not_fit_are_refused(take, model, keys, message):
    with pytest.raises(InputError, match=message):
        complete(take, keys, model)


def test_a_keys_file_that_is_none_is_refused(tmp_path):
    path = write_npz(tmp_path / "keys.npz", {"key_frames": np.array([1.5])})
    with pytest.raises(InputError, match="lacks the arrays key_weights, channels"):
        read_keys(path)


def test_a_take_that_lost_its_sound_is_still_completed(take, model):
    deaf = dataclasses.replace(take, acoustics=np.zeros((0, 0), np.float16))
    result = complete(deaf, edited(deaf, 10, "jawOpen", 0.8), model)
    assert result.weights[take.key_frames[10], take.channels.index("jawOpen")] == np.float32(0.8)


def test_a_take_that_an_earlier_version_heard_is_still_completed(take, model):
    """Takes of version 0.1 hold only log-mel and loudness (41 columns), without a recogniser's features."""
    earlier = dataclasses.replace(take, acoustics=take.acoustics[:, -41:])
    result = complete(earlier, edited(earlier, 10, "jawOpen", 0.8), model)
    assert result.weights[take.key_frames[10], take.channels.index("jawOpen")] == np.float32(0.8)
    far = np.abs(np.arange(len(take.weights)) - take.key_frames[10]) > 2.5 * take.fps
    assert np.abs(result.weights - earlier.weights)[far].max() < 1e-5


def test_features_that_mean_something_else_now_are_not_taken_for_the_present_ones(take, model):
    """Takes of an earlier feature version have as many columns with another meaning; completion uses their phones and
    log-mel instead."""
    other = dataclasses.replace(take, meta={key: value for key, value in take.meta.items() if key != "hearing"})
    without = dataclasses.replace(take, acoustics=take.acoustics[:, -41:])
    results = [complete(each, edited(each, 10, "jawOpen", 0.8), model).weights for each in (take, other, without)]
    assert np.array_equal(results[1], results[2])
    assert not np.array_equal(results[0], results[1])


def test_an_edit_of_one_word_moves_no_pause_elsewhere(take, model):
    """The lip aperture in a pause does not depend on the widest opening of the line."""
    column = take.channels.index("jawOpen")
    keys = own_keys(take)
    keys.key_weights[-14:-4, column] = 0.9
    result = complete(take, keys, model)
    far = take.key_frames[-14] - np.arange(len(take.weights)) > 2.5 * take.fps
    assert far.any()
    assert np.abs(result.weights - take.weights)[far].max() < 1e-5
