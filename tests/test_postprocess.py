"""Post-processing rules: each architecture names its own rules, and every constant has a unit and a source."""

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.architectures import ARCHITECTURES
from model_runtime.postprocess.config import PostprocessConfig
from model_runtime.postprocess.context import Adjustments, Context
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.pipeline import CAPTURE_RULES, STARTER_RULES, apply_rules
from model_runtime.speech.features import SoundLevels
from model_runtime.speech.log_mel import BANDS

CHANNELS = ("jawOpen", "mouthClose", "mouthLowerDownLeft")
TRACK = PhoneTrack((Span("SIL", 0.0, 1.0), Span("AA", 1.0, 2.0), Span("SIL", 2.0, 2.8), Span("P", 2.8, 3.2)), ())
FPS = 30.0


def context(phones: PhoneTrack = TRACK, loudness: float = 0.5, rows: int = 321, pauses: float = 1.0) -> Context:
    levels = SoundLevels(np.zeros((rows, BANDS), np.float16), np.full(rows, loudness, np.float16))
    times = np.arange(round(phones.duration * FPS) + 1) / FPS
    return Context(phones, levels, times, FPS, Adjustments(np.ones(len(CHANNELS)), 0.0, pauses), PostprocessConfig())


def motion(frames: int = 97) -> Motion:
    return Motion(np.full((frames, 3), 0.3, np.float32), CHANNELS, np.array([0.3, -0.3, 0.1]))


def leaves(config: object):
    for each in fields(config):
        value = getattr(config, each.name)
        yield from leaves(value) if is_dataclass(value) else [(each.name, each.metadata)]


def test_every_constant_has_a_unit_and_a_source():
    constants = list(leaves(PostprocessConfig()))
    assert len(constants) > 40
    for name, about in constants:
        assert about["unit"], name
        assert about["source"], name


def test_silences_are_classified_by_their_place_their_length_and_their_sound():
    first, between = context().silences
    assert (first.first, first.pause, first.digital) == (True, False, False)
    assert (between.pause, between.silent_gap) == (True, False)
    first, between = context(loudness=-1.5).silences
    assert (first.digital, between.digital, between.silent_gap, between.pause) == (True, True, True, False)
    doubtful = PhoneTrack(TRACK.phones, (), True)
    assert not any(silence.pause for silence in context(doubtful).silences)
    assert not any(silence.digital for silence in context(rows=0).silences)


@pytest.mark.parametrize("rules", [STARTER_RULES[3:6], CAPTURE_RULES], ids=["starter", "captures"])
def test_lips_meet_at_a_bilabial_and_nothing_that_follows_parts_them(rules):
    made = apply_rules(rules, motion(), context())
    during = (context().times >= 2.8) & (context().times <= 3.2)
    assert made.aperture[during].min() < 1e-6


def test_a_model_without_a_jaw_goes_through_gains_alone():
    brows = Motion(np.full((97, 1), 0.5), ("browInnerUp",), np.zeros(1))
    asked = context()
    scaled = Context(
        asked.phones, asked.levels, asked.times, FPS, Adjustments(np.array([0.5]), 0.0, 1.0), PostprocessConfig()
    )
    for architecture in ARCHITECTURES.values():
        np.testing.assert_array_equal(apply_rules(architecture.rules, brows, scaled).weights, 0.25)


def test_a_rule_leaves_the_motion_that_it_is_given():
    given = motion()
    kept = given.weights.copy()
    apply_rules(CAPTURE_RULES, given, context(pauses=0.0))
    np.testing.assert_array_equal(given.weights, kept)
