"""Captures and landmark tracks are converted to the data format of train and evaluate."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from model_runtime.datasets.captures import open_captures
from model_runtime.datasets.curves import channel_name, read_curves
from model_runtime.datasets.landmark_tracks import list_tracks, read_track
from model_runtime.datasets.landmarks import open_landmarks
from model_runtime.datasets.preparing import prepare
from model_runtime.errors import InputError
from model_runtime.files.npz import write_npz
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import lip_measures
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span

GRID = Path(__file__).parent.parent.parent / "shared" / "data" / "grid"
FACEGOOD = GRID.parent / "facegood"
PEOPLE = GRID.parent / "people"


def silence(_entry, waveform) -> PhoneTrack:
    return PhoneTrack((Span(SILENCE, 0.0, waveform.duration),))


def live_link_face(path: Path, seconds: float, dropped: tuple[int, ...] = ()) -> np.ndarray:
    """Write a CSV like Live Link Face's, 60 frames a second from 23:59:59 on, without the `dropped` frames; returns
    jawOpen at every frame."""
    count = int(seconds * 60)
    jaw = 0.5 + 0.5 * np.sin(np.arange(count) / 9)
    with path.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["Timecode", "BlendShapeCount", "EyeBlinkLeft", "JawOpen", "HeadYaw"])
        for frame in range(count):
            if frame in dropped:
                continue
            clock = (23 * 3600 + 59 * 60 + 59) * 60 + frame
            hours, minutes, rest = clock // 216000 % 24, clock // 3600 % 60, clock % 3600
            code = f"{hours:02d}:{minutes:02d}:{rest // 60:02d}:{rest % 60:02d}.250"
            table.writerow([code, "61", "0.25", f"{jaw[frame]:.6f}", "0.5"])
    return jaw


def sound(path: Path, seconds: float) -> None:
    soundfile.write(path, 0.1 * np.sin(np.arange(int(16000 * seconds)) / 7), 16000)


def test_live_link_face_with_dropped_frames_over_midnight(tmp_path):
    jaw = live_link_face(tmp_path / "take.csv", 2.0, dropped=(10, 11, 70))
    curves = read_curves(tmp_path / "take.csv")
    assert curves.names == ("eyeBlinkLeft", "jawOpen")
    assert curves.ignored == ("HeadYaw",)
    assert curves.times[-1] == pytest.approx(119 / 60)
    found = curves.at(30)
    assert len(found) == 60
    assert np.allclose(found[:, 0], 0.25)
    assert np.abs(found[:, 1] - jaw[::2]).max() < 0.01


def test_audio2face_and_plain_tables(tmp_path):
    weights = np.random.default_rng(0).random((40, 2)).round(6)
    export = {"exportFps": 30.0, "facsNames": ["jawOpen", "noseSneerLeft"], "weightMat": weights.tolist()}
    (tmp_path / "a.json").write_text(json.dumps(export))
    rows = [["time", "mouthSmile_L"], *[[index / 30, value] for index, value in enumerate(weights[:, 0])]]
    (tmp_path / "b.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    write_npz(tmp_path / "c.npz", {"weights": weights, "channels": np.array(["JawOpen", "x"]), "fps": np.float64(30)})
    for name, channel in (("a.json", "jawOpen"), ("b.csv", "mouthSmileLeft"), ("c.npz", "jawOpen")):
        curves = read_curves(tmp_path / name)
        assert curves.names == (channel,)
        assert np.allclose(curves.at(30)[:, 0], weights[:, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        *[("JawOpen", "jawOpen"), ("eyeBlink_L", "eyeBlinkLeft"), ("shapes.mouthClose", "mouthClose")],
        *[("Mouth Smile Right", "mouthSmileRight"), ("noseSneerLeft", None), ("HeadRoll", None)],
    ],
)
def test_names_of_other_tools(name, ours):
    assert channel_name(name) == ours


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "nonsense", "Timecode or time"),
        ("a.csv", "time,jawOpen\n0,0.1\n1,x", 'line 3: jawOpen is "x"'),
        ("a.csv", "Timecode,jawOpen\nnoon,0.1\n00:00:01:02.0,0.2", 'line 2: Timecode is "noon"'),
        ("a.csv", "time,nothing\n0,0.1\n1,0.2", "none of ARKit"),
        ("a.csv", "time,jawOpen\n0,nan\n1,0.2", "one number a frame"),
        ("a.csv", "time,jawOpen\n0,inf\n1,0.2", 'line 2: jawOpen is "inf"'),
        ("a.csv", "time,jawOpen\n1,0.1\n1,0.2", "ascend"),
        ("a.json", '{"exportFps": 30}', "Audio2Face"),
        ("a.json", '{"exportFps": 0, "facsNames": ["jawOpen"], "weightMat": [[1], [2]]}', "exportFps"),
        ("a.npz", "PK", "readable"),
        ("a.txt", "", "holds no curves"),
    ],
)
def test_bad_curves_are_one_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=said):
        read_curves(tmp_path / name)


def test_captures_become_clips(tmp_path):
    source = tmp_path / "source" / "anna"
    source.mkdir(parents=True)
    for index in range(5):
        live_link_face(source / f"take{index}.csv", 2.0)
        sound(source / f"take{index}.wav", 2.0)
    sound(source / "lonely.wav", 2.0)
    (source / "take3.csv").write_text("broken")
    (source / "take2.txt").write_text("what she says")
    opened = open_captures(source.parent, fps=25)
    assert [entry.transcript for entry in opened.entries] == [None, None, "what she says", None, None]
    dataset = prepare(opened, tmp_path / "out", silence).dataset
    assert {clip.name: clip.split for clip in dataset.clips} == {
        **{"anna_take0": "train", "anna_take1": "train", "anna_take2": "train", "anna_take4": "test"}
    }
    assert dataset.space.names == ("jawOpen", "eyeBlinkLeft")
    assert dataset.fps == 25
    assert {name for name, _reason in dataset.skipped} == {"lonely", "anna_take3"}
    (source.parent / "splits.tsv").write_text("anna_take9\ttrain\n")
    with pytest.raises(InputError, match="anna_take9"):
        open_captures(source.parent)


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(InputError, match="no sound with curves"):
        open_captures(tmp_path)


@pytest.mark.skipif(not FACEGOOD.is_dir(), reason="the recordings are not here")
def test_real_captures(tmp_path):
    opened = open_captures(FACEGOOD)
    entry = opened.entries[0]
    recording = entry.load()
    assert recording.motion.shape[1] == len(opened.space.names) > 15
    assert abs(len(recording.motion) / 30 - recording.waveform.duration) < 1


@pytest.mark.skipif(not GRID.is_dir(), reason="the recordings are not here")
def test_real_landmark_tracks_become_channels(tmp_path):
    opened = open_landmarks(GRID, limit=1)
    dataset = prepare(opened, tmp_path, silence).dataset
    assert {clip.split for clip in dataset.clips} >= {"train", "validation"}
    assert opened.entries[0].transcript
    for clip in dataset.clips:
        motion = clip.motion()
        jaw = motion[:, dataset.space.names.index("jawOpen")]
        assert motion.shape == (75, dataset.width)
        assert 0 <= motion.min() <= motion.max() <= 1
        assert jaw.max() > 0.05


@pytest.mark.skipif(not PEOPLE.is_dir(), reason="the recordings are not here")
def test_tracks_of_other_rates_are_resampled_and_stay_in_step():
    """A clip of 29.97 frames a second moves the lips at the same seconds, and none is passed over."""
    tracks = {entry.name.replace("/", "_"): read_track(entry) for entry in list_tracks(PEOPLE)}
    opened = open_landmarks(PEOPLE, limit=1)
    chosen = [entry for entry in opened.entries if tracks[entry.name].fps > 29]
    assert len(chosen) >= 3
    head = demo_head()
    gap = lip_measures(head).gap[[head.channels.index(name) for name in opened.space.names]]
    # Three, the shortest ones: the fit of a minute takes long.
    for entry in sorted(chosen, key=lambda entry: len(tracks[entry.name].xy))[:3]:
        track, made = tracks[entry.name], entry.load().motion @ gap
        recorded, times = np.arange(len(track.xy)) / track.fps, np.arange(len(made)) / opened.fps
        assert abs(times[-1] - recorded[-1]) < 0.05, entry.name
        assert np.corrcoef(np.interp(times, recorded, track.gap), made)[0, 1] > 0.98, entry.name
