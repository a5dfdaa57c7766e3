"""A model learns the face of one person from a short capture, on recordings of real people."""

import csv
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings import DATA, LINE, needs_data

from model_runtime.cli import main
from model_runtime.datasets.face_clips import read_face_clips
from model_runtime.evaluation.lip_scores import lip_curves
from model_runtime.files.npz import write_npz
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import Head
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.checkpoint import load_model
from model_runtime.model.performance import Performance
from model_runtime.speech.audio import read_audio
from model_runtime.take import read_take

pytestmark = needs_data
PEOPLE = DATA / "people"
WIDER = 1.7


@cache
def our_head() -> Head:
    return demo_head()


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


@pytest.fixture(scope="module")
def capture(tmp_path_factory) -> Path:
    """Eleven seconds of s3 in a folder of their own."""
    folder = tmp_path_factory.mktemp("people")
    shutil.copy(PEOPLE / "points.json", folder)
    (folder / "s3").mkdir()
    for path in sorted((PEOPLE / "s3").iterdir())[:8]:
        shutil.copy(path, folder / "s3")
    return folder / "s3"


@pytest.fixture(scope="module")
def rest(capture) -> Path:
    """A clip of the same person that is not in the capture."""
    (clip,) = {path.stem for path in (PEOPLE / "s3").iterdir()} - {path.stem for path in capture.iterdir()}
    return PEOPLE / "s3" / f"{clip}.flac"


@pytest.fixture(scope="module")
def adapted(capture, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "my face"
    assert run("adapt", "starter", capture, folder) == 0
    return folder


def lip_gap(clip: Path) -> np.ndarray:
    """(T,) gap of the inner lips of a recording, at 25 frames a second."""
    xyz = np.load(clip.with_suffix(".npz"))["xyz"][:, :, :2] / 2048
    points = json.loads((PEOPLE / "points.json").read_text())["points"]
    return np.linalg.norm(xyz[:, points.index(13)] - xyz[:, points.index(14)], axis=1)


def shown_gap(model: object, sound: Path, folder: Path, count: int) -> np.ndarray:
    """(count,) gap of the lips of a take by a model, at 25 frames a second."""
    assert run("generate", sound, "-o", folder / "take.npz", "--model", model, "--fps", 25) == 0
    take = read_take(folder / "take.npz")
    return np.interp(np.arange(count) / 25, take.times, lip_curves(take, our_head())[0])


def test_an_unseen_line_of_a_face_that_moves_more_is_nearer_to_it(capture, rest, tmp_path):
    """s3, whom the starter knows, with all movements WIDER times as wide: somebody whom it does not know."""
    (tmp_path / "wide").mkdir()
    shutil.copy(PEOPLE / "points.json", tmp_path)
    for path in capture.iterdir():
        shutil.copy(path, tmp_path / "wide")
    for path in (tmp_path / "wide").glob("*.npz"):
        arrays = dict(np.load(path))
        closed = arrays["xyz"][np.argmin(lip_gap(path))].astype(float)
        arrays["xyz"] = np.rint(closed + WIDER * (arrays["xyz"] - closed)).astype(np.int16)
        path.chmod(0o644)
        np.savez(path, **arrays)
    assert run("adapt", "starter", tmp_path / "wide", tmp_path / "model") == 0
    face = WIDER * lip_gap(rest)
    before, after = (shown_gap(model, rest, tmp_path, len(face)) for model in ("starter", tmp_path / "model"))
    assert abs(np.log(after.std() / face.std())) < abs(np.log(before.std() / face.std())) - np.log(1.2)
    assert np.square(after - face).mean() < 0.8 * np.square(before - face).mean()


def test_it_is_a_model_folder_like_any_other(adapted):
    model, starter = load_model(adapted, "cpu"), load_model("starter", "cpu")
    assert (model.id, model.channels, list(model.styles)) == ("my face", starter.channels, list(starter.styles))
    assert model.networks == starter.networks
    assert model.sha256 != starter.sha256
    assert starter.licence in model.licence
    assert "the user's own" in model.licence
    card = (adapted / "CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# The starter model")
    assert "# my face: adapted to one face" in card
    assert sum(path.stat().st_size for path in adapted.iterdir()) < 20e6
    for one in adapted.iterdir():
        assert one.stat().st_mode & 0o444 == 0o444, "others on the computer may read it"


def test_blender_installs_it_and_lists_it(adapted, tmp_path):
    from kmtalk_blender.runtime.model_folder import install_model, installed_models, styles_of

    installed = install_model(adapted, tmp_path)
    assert installed.name == "my face"
    assert installed_models(tmp_path) == [installed.folder]
    assert styles_of(str(installed.folder)) == tuple(load_model("starter", "cpu").styles)
    assert load_model(installed.folder, "cpu").adaptation is not None


def test_the_same_capture_gives_the_same_bytes(adapted, capture, tmp_path, capsys):
    again = tmp_path / "my face"
    assert run("adapt", "starter", capture, again, "--json") == 0
    for path in adapted.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    result = json.loads(capsys.readouterr().out)
    assert (result["model"], result["clips"], result["notes"]) == ("my face", 4, [])
    assert 10 < result["seconds"] < 13
    assert "jawOpen" in result["channels"]
    assert result["after"] > result["before"]


def test_the_worker_adapts_too(adapted, capture, tmp_path):
    again = tmp_path / "my face"
    params = {"capture": str(capture), "output": str(again)}
    asked = json.dumps({"id": 1, "op": "adapt", "params": params}) + "\n"
    worker = [sys.executable, "-m", "model_runtime", "worker"]
    answers = subprocess.run(worker, input=asked, capture_output=True, text=True, check=True).stdout
    events = [json.loads(line) for line in answers.splitlines()]
    assert events[-1]["event"] == "result", events[-1]
    assert events[-1]["result"]["model"] == "my face"
    shares = [event["fraction"] for event in events if event["event"] == "progress"]
    assert len(shares) > 8
    assert shares == sorted(shares)
    assert (again / "model.json").read_bytes() == (adapted / "model.json").read_bytes()


def test_styles_and_settings_still_act(adapted, tmp_path):
    def opening(*options: object) -> float:
        assert run("generate", LINE, "-o", tmp_path / "t.npz", "--model", adapted, *options) == 0
        return float(np.percentile(lip_curves(read_take(tmp_path / "t.npz"), our_head())[0], 95))

    mumbled, neutral, clear = opening("--style", "mumbled"), opening(), opening("--style", "clear")
    assert mumbled < 0.9 * neutral < 0.8 * clear
    assert opening("--jaw", 0, "--lips", 0) < 0.01


def test_completion_is_exact_at_keys_and_leaves_the_rest(adapted, tmp_path):
    take_path, keys_path, out = (tmp_path / name for name in ("take.npz", "keys.npz", "out.npz"))
    assert run("generate", LINE, "-o", take_path, "--model", adapted) == 0
    take = read_take(take_path)

    def completed(weights: np.ndarray) -> np.ndarray:
        arrays = {"key_frames": take.key_frames, "key_weights": weights, "channels": np.array(take.channels)}
        write_npz(keys_path, arrays)
        assert run("complete", take_path, "--keys", keys_path, "-o", out, "--model", adapted) == 0
        return read_take(out).weights

    np.testing.assert_array_equal(completed(take.key_weights), take.weights)
    edited, row = take.key_weights.copy(), len(take.key_frames) // 2
    jaw = take.channels.index("jawOpen")
    edited[row, jaw] = 0.9
    weights = completed(edited)
    np.testing.assert_array_equal(weights[take.key_frames], edited)
    # The change has its place: near the key it is seen, and two seconds away nothing moves.
    change = np.abs(weights - take.weights).max(axis=1)
    frame = take.key_frames[row]
    assert change[frame] > 0.3
    apart = np.abs(np.arange(len(change)) - frame) > 2 * take.fps
    assert apart.any()
    assert change[apart].max() < 0.02
    # As much as an edit moves between keys with the starter, no more: the adaptation does not act twice.
    assert change.max() < 1.2 * change[frame]


def test_given_keys_are_passed_through_by_the_networks_themselves(adapted):
    model, starter = load_model(adapted, "cpu"), load_model("starter", "cpu")
    waveform = read_audio(LINE)
    sound = model.extract_features(waveform).astype(np.float16)
    times = np.arange(0, waveform.duration, 1 / 25)
    keys = np.array([0, 30, 60, len(times) - 1])
    given = Performance(
        sound=sound,
        phones=PhoneTrack((Span("AA", 0.0, waveform.duration),)),
        key_times=times[keys],
        keys=np.random.default_rng(0).uniform(0.2, 0.8, (4, len(model.channels))).astype(np.float32),
        times=times,
        style=model.style_vector(None),
    )
    motion = model.perform(given, lambda _share: None)
    np.testing.assert_allclose(motion[keys], given.keys, atol=1e-4)
    assert np.abs(motion - starter.perform(given, lambda _share: None)).max() > 0.02


def test_every_bilabial_closes_and_silence_stays_still(adapted, tmp_path):
    assert run("generate", LINE, "-o", tmp_path / "take.npz", "--model", adapted, "--fps", 50) == 0
    take = read_take(tmp_path / "take.npz")
    gap = lip_curves(take, our_head())[0]
    lows = [
        gap[(take.times > phone.start - 0.06) & (take.times < phone.end + 0.03)].min()
        for phone in take.phones.phones
        if phone.label in ("P", "B", "M")
    ]
    assert lows
    assert max(lows) < 0.03
    soundfile.write(tmp_path / "still.wav", np.zeros(4 * 16000), 16000)
    assert run("generate", tmp_path / "still.wav", "-o", tmp_path / "still.npz", "--model", adapted) == 0
    assert lip_curves(read_take(tmp_path / "still.npz"), our_head())[0][15:-15].max() < 0.01


def spoken(folder: Path, seconds: float) -> None:
    """me.wav in `folder`: the line again and again."""
    sound, rate = soundfile.read(str(LINE))
    repeated = np.tile(sound, int(np.ceil(seconds * rate / len(sound))))[: int(seconds * rate)]
    soundfile.write(folder / "me.wav", repeated, rate)


def table(folder: Path, shown: tuple[str, ...], weights: np.ndarray) -> Path:
    """me.csv in `folder`: weights at 60 frames a second as a capture app writes them."""
    with (folder / "me.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["Timecode", "BlendshapeCount", *(name[:1].upper() + name[1:] for name in shown)])
        for number, row in enumerate(weights):
            code = f"01:00:{number // 60:02}:{number % 60:02}.000"
            rows.writerow([code, len(row), *(f"{weight:.6f}" for weight in row)])
    return folder / "me.csv"


def test_a_table_of_live_link_face_with_its_sound(tmp_path, capsys):
    spoken(tmp_path, 12.0)
    assert run("generate", tmp_path / "me.wav", "-o", tmp_path / "me.take.npz", "--fps", 60) == 0
    take = read_take(tmp_path / "me.take.npz")
    csv_file = table(tmp_path, take.channels, np.clip(1.4 * take.weights[:-1], 0, 1))
    capsys.readouterr()
    assert run("adapt", "starter", csv_file, tmp_path / "wide", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    # This face opens 1.4 times as far as the starter's and does the same otherwise.
    assert result["after"] > 0.97
    for name in ("starter", "wide"):
        model = name if name == "starter" else tmp_path / name
        assert run("generate", LINE, "-o", tmp_path / f"{name}.npz", "--model", model) == 0
    wide, own = (lip_curves(read_take(tmp_path / f"{name}.npz"), our_head())[0] for name in ("wide", "starter"))
    assert np.percentile(wide, 95) > 1.15 * np.percentile(own, 95)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".adapt")]


def test_a_face_out_of_step_is_moved_into_step(tmp_path, capture, capsys):
    for path in capture.glob("*.npz"):
        arrays = dict(np.load(path))
        late = np.concatenate([np.repeat(arrays["xyz"][:1], 5, axis=0), arrays["xyz"][:-5]])
        (tmp_path / "late").mkdir(exist_ok=True)
        write_npz(tmp_path / "late" / path.name, {"xyz": late, "fps": arrays["fps"]})
        shutil.copy(path.with_suffix(".flac"), tmp_path / "late")
    shutil.copy(PEOPLE / "points.json", tmp_path)
    assert run("adapt", "starter", tmp_path / "late", tmp_path / "model", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["lag"] == pytest.approx(0.2, abs=0.045)
    assert "behind the sound; it was moved into step" in result["notes"][0]


def test_face_caps_text_is_the_capture_and_not_its_words(tmp_path):
    still, names = np.full((11 * 60, 2), 0.2), ("jawOpen", "mouthClose")
    spoken(tmp_path, 11.0)
    unused = ["0"] * 10
    lines = ["info,time", "bs," + ",".join(names)]
    lines += [",".join(["k", f"{number * 1000 / 60:.2f}", *unused, *map(str, row)]) for number, row in enumerate(still)]
    (tmp_path / "me.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (clip,), _notes = read_face_clips(tmp_path / "me.txt")
    assert (clip.channels, clip.text) == (names, None)
    shutil.move(tmp_path / "me.txt", tmp_path / "words.txt")
    table(tmp_path, names, still)
    (tmp_path / "me.txt").write_text("what is said")
    assert read_face_clips(tmp_path / "me.csv")[0][0].text == "what is said"


def refused(capsys, tmp_path: Path, *arguments: object) -> str:
    """The sentence with which adapt refuses; nothing is written."""
    before = sorted(tmp_path.rglob("*"))
    assert run("adapt", *arguments) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("Error: ")
    assert error.count("\n") == 0
    assert sorted(tmp_path.rglob("*")) == before
    return error


def test_captures_that_cannot_teach_are_refused(tmp_path, capture, adapted, capsys):
    new = tmp_path / "new"
    assert "There is no capture" in refused(capsys, tmp_path, "starter", tmp_path / "none", new)
    assert "is there already" in refused(capsys, tmp_path, "starter", capture, tmp_path)
    assert "not a model folder" in refused(capsys, tmp_path, tmp_path, capture, new)
    assert "is adapted to a face already" in refused(capsys, tmp_path, adapted, capture, new)
    (tmp_path / "empty").mkdir()
    assert "holds no capture with a sound" in refused(capsys, tmp_path, "starter", tmp_path / "empty", new)
    clip = sorted(capture.glob("*.npz"))[0]
    assert "lasts 3.0 s; give at least 10 s" in refused(capsys, tmp_path, "starter", clip, new)
    assert "its sound" in refused(capsys, tmp_path, "starter", clip, new, "--audio", LINE)
    (tmp_path / "x").mkdir()
    shutil.copy(clip, tmp_path / "x" / "a.npz")
    assert "has no sound of the same name" in refused(capsys, tmp_path, "starter", tmp_path / "x" / "a.npz", new)
    shutil.copy(PEOPLE / "points.json", tmp_path)
    still = dict(np.load(clip))
    still["xyz"] = np.repeat(still["xyz"][:1], len(still["xyz"]), axis=0)
    write_npz(tmp_path / "x" / "a.npz", still)
    shutil.copy(clip.with_suffix(".flac"), tmp_path / "x" / "a.flac")
    assert "stand still" in refused(capsys, tmp_path, "starter", tmp_path / "x", new)


def test_curves_that_cannot_teach_are_refused(tmp_path, capsys):
    new, still = tmp_path / "new", np.full((11 * 60, 2), 0.2)
    spoken(tmp_path, 11.0)
    file = table(tmp_path, ("jawOpen", "mouthClose"), still)
    assert "The jaw stands still" in refused(capsys, tmp_path, "starter", file, new)
    table(tmp_path, ("eyeBlinkLeft", "browInnerUp"), still)
    assert "does not move jawOpen" in refused(capsys, tmp_path, "starter", file, new)
    soundfile.write(tmp_path / "me.wav", np.zeros(11 * 16000), 16000)
    assert "hardly any speech" in refused(capsys, tmp_path, "starter", file, new)


def test_a_damaged_adaptation_is_refused(adapted, tmp_path, capsys):
    folder = tmp_path / "model"
    shutil.copytree(adapted, folder)
    values = json.loads((folder / "model.json").read_text())
    for damaged in (
        {},
        "text",
        {"offset": [0] * 22, "weights": "AAAA"},
        {**values["adaptation"], "offset": [1e400] * 22},
    ):
        (folder / "model.json").write_text(json.dumps({**values, "adaptation": damaged}))
        assert run("generate", LINE, "-o", tmp_path / "t.npz", "--model", folder) == 2
        assert "model" in capsys.readouterr().err
    assert not (tmp_path / "t.npz").exists()
