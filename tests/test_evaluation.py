"""Models are compared with recorded faces: what the figures of `evaluate` mean, and that they tell good from bad."""

import json
import shutil
from functools import cache

import numpy as np
import pytest
from recordings import DATA, needs_data

from model_runtime.cli import main
from model_runtime.datasets.landmark_tracks import LandmarkTrack, list_tracks, read_track
from model_runtime.evaluation.closures import closure_scores, closures
from model_runtime.evaluation.intervals import mean_interval
from model_runtime.evaluation.lip_scores import lip_curves, score_track
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import Head
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.description import model_folder
from model_runtime.take import Take

FPS = 25.0


@cache
def our_head() -> Head:
    return demo_head()


def take_of(gap: np.ndarray, phones: PhoneTrack, fps: float = FPS) -> Take:
    """A take whose jaw opens the lips of our head by gap (T,), IOD."""
    jaw = np.linspace(0, 1, 101)
    probe = Take(jaw[:, None].astype(np.float32), ("jawOpen",), fps, np.array([0, 100]), phones, np.zeros((0, 0)))
    weights = np.interp(gap, lip_curves(probe, our_head())[0], jaw)
    return Take(weights[:, None].astype(np.float32), ("jawOpen",), fps, np.array([0]), phones, np.zeros((0, 0)))


def face_of(gap: np.ndarray, fps: float = FPS) -> LandmarkTrack:
    """A recorded face with that lip gap (T,), IOD, and a mouth as wide all the time."""
    xy = np.zeros((len(gap), 4, 2))
    xy[:, 0, 1], xy[:, 3, 0] = gap, 0.5 + 1e-3 * gap
    return LandmarkTrack(xy, (13, 14, 61, 291), fps)


@needs_data
def test_the_face_itself_scores_full_marks_and_half_of_it_half():
    (entry, *_rest) = [each for each in list_tracks(DATA / "people", "dev") if each.speaker == "webcam"]
    track = read_track(entry)
    duration = (len(track.gap) - 1) / track.fps
    said = PhoneTrack((Span("SIL", 0.0, 1.0), Span("AA", 1.0, duration)))
    own = score_track(take_of(track.gap, said, track.fps), our_head(), track, said)
    for measure in ("r_gap", "r_before", "r_speech", "amplitude", "p95_ratio", "p99_ratio", "speed_ratio"):
        assert getattr(own, measure) == pytest.approx(1, abs=0.02), measure
    assert (own.closure_precision, own.closure_recall, own.closure_f1) == (1, 1, 1)
    assert max(own.rms_before, own.rms_speech) < 0.005
    half = score_track(take_of(track.gap / 2, said, track.fps), our_head(), track, said)
    for measure in ("amplitude", "p95_ratio", "p99_ratio", "speed_ratio"):
        assert getattr(half, measure) == pytest.approx(0.5, abs=0.02), measure
    assert half.r_gap == pytest.approx(1, abs=0.01)
    assert half.rms_speech > 0.03


def test_before_the_first_word_is_apart_from_speech():
    times = np.arange(0, 3, 1 / FPS)
    face = 0.1 + 0.05 * np.sin(2 * np.pi * times)
    # Right in speech, which begins after 1 s; the other way round before.
    said = PhoneTrack((Span("SIL", 0.0, 1.0), Span("AA", 1.0, 2.9), Span("SIL", 2.9, 3.0)))
    shown = np.where(times < 1, 0.2 - face, face)
    score = score_track(take_of(shown, said), our_head(), face_of(face), said)
    assert score.r_before < -0.9 < 0.99 < score.r_speech
    assert score.rms_before > 10 * score.rms_speech
    # No lead-in: nothing to tell of it.
    whole = PhoneTrack((Span("AA", 0.0, 3.0),))
    score = score_track(take_of(shown, whole), our_head(), face_of(face), whole)
    assert np.isnan([score.r_before, score.rms_before]).all()


def test_closures_are_told_from_those_of_the_face():
    times = np.arange(0, 4, 1 / FPS)

    def gap(*shut: float) -> np.ndarray:
        return np.where(np.abs(times[:, None] - np.array(shut)).min(axis=1) < 0.05, 0.0, 0.15)

    face = closures(times, gap(0.5, 1.5, 2.5))
    assert len(face) == 3
    assert closure_scores(face, face) == (1, 1, 1)
    # A frame late is no fault; half a second is one; a closure that is not there costs precision, a missing one recall.
    assert closure_scores(closures(times, gap(0.54, 1.54, 2.54)), face) == (1, 1, 1)
    assert closure_scores(closures(times, gap(1.0, 2.0)), face) == (0, 0, 0)
    assert closure_scores(closures(times, gap(0.5, 1.0, 1.5, 2.5)), face)[:2] == (0.75, 1)
    assert closure_scores(closures(times, gap(0.5)), face)[:2] == (1, pytest.approx(1 / 3))
    # Lips that never part are one closure, which matches one of the face's.
    assert closure_scores(closures(times, 0 * times), face)[:2] == (1, pytest.approx(1 / 3))
    # One noisy frame within a closure is no opening.
    noisy = np.where(times == times[12], 0.2, 0.0)
    assert len(closures(times, noisy)) == 1
    precision, recall, f1 = closure_scores([], face)
    assert np.isnan(precision)
    assert (recall, f1) == (0, 0)


def test_intervals_hold_the_mean_and_narrow_with_clips():
    values = np.random.default_rng(1).normal(0.5, 0.1, (1, 200, 1))
    low, high = mean_interval(values)
    assert low[0] < values.mean() < high[0]
    # 95 % of a mean's samples lie within 1.96 standard errors.
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(200), rel=0.15)
    few = mean_interval(values[:, :20])
    assert few[1][0] - few[0][0] > 2 * (high[0] - low[0])
    # Models that differ widen it; a clip without the measure is left out.
    apart = np.concatenate([values, values + 0.3])
    apart[:, 0] = np.nan
    wide = mean_interval(apart)
    assert wide[1][0] - wide[0][0] > 0.25


@needs_data
def test_evaluate_compares_models_with_faces_of_their_own_frame_rate(tmp_path, capsys):
    again = tmp_path / "again"
    shutil.copytree(model_folder("starter"), again)
    out = tmp_path / "scores.json"
    chosen = ("--split", "dev", "--speaker", "webcam", "--without-rules", "-o", str(out))
    assert main(["evaluate", "starter", str(again), str(DATA / "people"), *chosen]) == 0
    text = capsys.readouterr().out
    assert "Mean of the 2 models" in text
    assert "- 95 % interval" in text
    assert "mean of all (2), networks alone" in text
    row = next(line for line in text.splitlines()[::-1] if line.startswith("| - deviation between 2 models"))
    assert set(row.split("|")[3:-1]) <= {" 0.00 ", " - "}
    clips = json.loads(out.read_text())["clips"]
    assert list(clips) == ["starter", str(again)]
    assert clips["starter"] == clips[str(again)]
    ours = [clip["score"] for clip in clips["starter"] if clip["transcript"] and clip["rules"]]
    alone = [clip["score"] for clip in clips["starter"] if clip["transcript"] and not clip["rules"]]
    # The rules part antagonists, which the networks by themselves do not, and close every P B M.
    assert max(score["smile_frown"] for score in ours) == 0 < min(score["smile_frown"] for score in alone)
    assert min(score["closures"] for score in ours) == 1
    assert all(0.5 < score["r_gap"] < 1 and 0.4 < score["p95_ratio"] < 1.5 for score in [*ours, *alone])
    assert main(["evaluate", "starter", str(DATA / "people"), "--split", "dev", "--speaker", "nobody"]) == 2
    assert "has no clips of nobody in the split dev" in capsys.readouterr().err
