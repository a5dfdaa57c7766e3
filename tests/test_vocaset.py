"""VOCASET and BIWI: synthetic data in the official layouts is converted; messages name the bad files."""

import copy
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from model_runtime.datasets.biwi import open_biwi
from model_runtime.datasets.preparing import prepare
from model_runtime.datasets.regions import read_masks
from model_runtime.datasets.store import open_dataset
from model_runtime.datasets.vocaset import SUBJECTS, open_vocaset
from model_runtime.errors import InputError
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from tests.made_up_vocaset import made_up_vocaset, write_official

SKIPPED_BY_THE_FIELD = "FaceTalk_170809_00138_TA_sentence22"


def silence(_entry, waveform) -> PhoneTrack:
    return PhoneTrack((Span(SILENCE, 0.0, waveform.duration),))


@pytest.fixture(scope="module")
def content():
    return made_up_vocaset(sentences=2, seconds=0.8)


@pytest.fixture(scope="module")
def official(content, tmp_path_factory) -> Path:
    return write_official(content, tmp_path_factory.mktemp("vocaset"))


@pytest.fixture(scope="module")
def prepared(official, tmp_path_factory):
    return prepare(open_vocaset(official), tmp_path_factory.mktemp("prepared"), silence)


@pytest.fixture
def altered(official, tmp_path):
    """Function that copies the official folder (data_verts by link) with one file replaced."""

    def change(name: str, value=None, content_bytes: bytes | None = None) -> Path:
        for path in official.iterdir():
            (tmp_path / path.name).symlink_to(path)
        (tmp_path / name).unlink()
        if content_bytes is None:
            content_bytes = pickle.dumps(value, 2)
        (tmp_path / name).write_bytes(content_bytes)
        return tmp_path

    return change


def test_the_official_files_become_clips_at_30_frames(content, prepared):
    dataset = open_dataset(prepared.dataset.folder)
    assert [len(dataset.split(name)) for name in ("train", "validation", "test")] == [16, 4, 4]
    assert dataset.face.subjects == SUBJECTS
    assert dataset.face.estimated
    clip = next(clip for clip in dataset.clips if clip.name == f"{SUBJECTS[2]}_sentence02")
    rows = content["subj_seq_to_idx.pkl"][SUBJECTS[2]]["sentence02"]
    vertices = content["data_verts.npy"][[rows[frame] for frame in range(0, len(rows), 2)]]
    expected = vertices - content["templates.pkl"][SUBJECTS[2]].astype(np.float32)
    assert np.allclose(clip.motion(), expected.reshape(len(expected), -1), atol=1e-6)
    assert clip.sound().duration == pytest.approx(0.8, abs=0.05)
    assert dataset.skipped == ()


def test_estimated_regions_lie_where_they_should(content, prepared):
    face = prepared.dataset.face
    template = face.templates[0]
    mouth, eyes = template[[3531, 3504]].mean(axis=0), template[[3833, 3632]].mean(axis=0)
    assert len(face.lips) == 250
    assert len(face.upper_face) == 827
    assert np.linalg.norm(template[face.lips].mean(axis=0) - mouth) < 0.02
    assert template[face.upper_face, 1].mean() > eyes[1] - 0.01 > mouth[1]


def test_masks_are_the_fields_own(tmp_path):
    masks = {"lips": np.array([5, 3, 3]), "forehead": np.array([9, 8]), "eye_region": np.array([8, 7]), "nose": [1]}
    (tmp_path / "masks.pkl").write_bytes(pickle.dumps(masks, 2))
    lips, upper = read_masks(tmp_path / "masks.pkl")
    assert lips.tolist() == [3, 5]
    assert upper.tolist() == [7, 8, 9]
    (tmp_path / "masks.pkl").write_bytes(pickle.dumps({"lips": [6000], "forehead": [1], "eye_region": [2]}, 2))
    with pytest.raises(InputError, match="does not have"):
        read_masks(tmp_path / "masks.pkl")


def test_a_second_preparation_keeps_what_is_there(official, prepared):
    again = prepare(open_vocaset(official), prepared.dataset.folder, silence)
    assert again.done == 24
    assert again.dataset.fingerprint == prepared.dataset.fingerprint


def test_a_stopped_preparation_goes_on(official, prepared, tmp_path):
    class Stopped(Exception):
        pass

    def stop(share: float, _clip: str) -> None:
        if share > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        prepare(open_vocaset(official), tmp_path, silence, stop)
    with pytest.raises(InputError, match="no prepared data"):
        open_dataset(tmp_path)
    done = prepare(open_vocaset(official), tmp_path, silence)
    assert 10 <= done.done < 24
    assert done.dataset.fingerprint == prepared.dataset.fingerprint


def test_the_missing_clip_is_reported_and_not_fatal(content, altered, tmp_path):
    index = copy.deepcopy(content["subj_seq_to_idx.pkl"])
    index["FaceTalk_170809_00138_TA"]["sentence22"] = {}
    source = open_vocaset(altered("subj_seq_to_idx.pkl", index))
    assert (SKIPPED_BY_THE_FIELD, "it has no motion.") in source.skipped
    del index["FaceTalk_170809_00138_TA"]["sentence22"]
    (tmp_path / "subj_seq_to_idx.pkl").write_bytes(pickle.dumps(index, 2))
    assert (SKIPPED_BY_THE_FIELD, "it is missing.") in open_vocaset(tmp_path).skipped


def test_clips_that_do_not_fit_are_named(content, altered, tmp_path_factory):
    sounds = copy.deepcopy(content["raw_audio_fixed.pkl"])
    first, second, third, fourth = SUBJECTS[:4]
    sounds[first]["sentence01"]["sample_rate"] = 0
    sounds[second]["sentence01"]["audio"] = np.tile(sounds[second]["sentence01"]["audio"], 3)
    sounds[third]["sentence01"]["audio"] = np.concatenate([sounds[third]["sentence01"]["audio"]] * 2)[
        : int(22000 * 1.1)
    ]
    del sounds[fourth]["sentence01"]
    folder = altered("raw_audio_fixed.pkl", sounds)
    done = prepare(open_vocaset(folder), tmp_path_factory.mktemp("out"), silence)
    reasons = dict(done.dataset.skipped)
    assert "sample rate" in reasons[f"{first}_sentence01"]
    assert "do not belong together" in reasons[f"{second}_sentence01"]
    assert "no sound" in reasons[f"{fourth}_sentence01"]
    assert dict(done.notes)[f"{third}_sentence01"].endswith("the longer one was cut.")
    assert len(done.dataset.clips) == 21


def test_motion_that_is_no_number_is_named(content, altered, tmp_path_factory):
    vertices = content["data_verts.npy"].copy()
    row = content["subj_seq_to_idx.pkl"][SUBJECTS[0]]["sentence01"][4]
    vertices[row, 7] = np.nan
    path = tmp_path_factory.mktemp("nan") / "v.npy"
    np.save(path, vertices)
    done = prepare(open_vocaset(altered("data_verts.npy", content_bytes=path.read_bytes())), path.parent / "o", silence)
    assert "not numbers" in dict(done.dataset.skipped)[f"{SUBJECTS[0]}_sentence01"]


def test_a_truncated_array_is_refused(official, altered):
    whole = (official / "data_verts.npy").read_bytes()
    with pytest.raises(InputError, match="not complete"):
        open_vocaset(altered("data_verts.npy", content_bytes=whole[: len(whole) // 2]))


def test_another_number_of_vertices_is_refused(content, altered, tmp_path_factory):
    path = tmp_path_factory.mktemp("few") / "v.npy"
    np.save(path, content["data_verts.npy"][:9, :100])
    with pytest.raises(InputError, match="5023"):
        open_vocaset(altered("data_verts.npy", content_bytes=path.read_bytes()))


def test_templates_of_another_kind_are_refused(content, altered):
    templates = {**content["templates.pkl"], SUBJECTS[0]: np.zeros((5000, 3))}
    with pytest.raises(InputError, match="has 5000 vertices"):
        open_vocaset(altered("templates.pkl", templates))


def test_unequal_subjects_are_refused(content, altered):
    sounds = {name: value for name, value in content["raw_audio_fixed.pkl"].items() if name != SUBJECTS[3]}
    with pytest.raises(InputError, match=SUBJECTS[3]):
        open_vocaset(altered("raw_audio_fixed.pkl", sounds))


def test_a_pickle_that_runs_is_refused(altered):
    with pytest.raises(InputError, match="system"):
        open_vocaset(altered("templates.pkl", content_bytes=b"cos\nsystem\n(S'true'\ntR."))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"data_verts\.npy"):
        open_vocaset(tmp_path)


def test_no_train_clip_is_refused(content, altered, tmp_path_factory):
    index = {name: value for name, value in content["subj_seq_to_idx.pkl"].items() if name in SUBJECTS[8:]}
    source = open_vocaset(altered("subj_seq_to_idx.pkl", index))
    with pytest.raises(InputError, match="no train clip"):
        prepare(source, tmp_path_factory.mktemp("out"), silence)


def test_other_data_is_not_overwritten(prepared, official, tmp_path):
    shutil.copytree(prepared.dataset.folder, tmp_path / "data")
    index = tmp_path / "data" / "index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "kind": "biwi"}))
    with pytest.raises(InputError, match="holds biwi data"):
        prepare(open_vocaset(official), tmp_path / "data", silence)


def test_damaged_stores_are_refused(prepared, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(prepared.dataset.folder, folder)
    motion = folder / "clips" / f"{SUBJECTS[0]}_sentence01.motion.npy"
    motion.write_bytes(motion.read_bytes()[:-4])
    with pytest.raises(InputError, match=f"{SUBJECTS[0]}_sentence01 .* damaged"):
        open_dataset(folder)
    index = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps({**index, "format": 99}))
    with pytest.raises(InputError, match="another version"):
        open_dataset(folder)


@pytest.mark.parametrize("name", ["../../outside/clip", "sub/clip", ".hidden", "{absolute}"])
def test_a_clip_outside_of_its_folder_is_not_opened(prepared, tmp_path, name):
    """The clip's files are valid; only its name, a path out of the folder, is refused."""
    folder = tmp_path / "data"
    shutil.copytree(prepared.dataset.folder, folder)
    index = json.loads((folder / "index.json").read_text())
    name = name.format(absolute=tmp_path / "outside" / "clip")
    target = folder / "clips" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("json", "motion.npy", "sound.npy"):
        shutil.copy(f"{folder}/clips/{index['clips'][0]}.{ending}", f"{target}.{ending}")
    (folder / "index.json").write_text(json.dumps({**index, "clips": [name]}))
    with pytest.raises(InputError, match="no file name"):
        open_dataset(folder)


def field_layout(folder: Path, clips: dict[str, np.ndarray], templates: dict, seconds: float) -> Path:
    (folder / "vertices_npy").mkdir(parents=True)
    (folder / "wav").mkdir()
    for name, vertices in clips.items():
        np.save(folder / "vertices_npy" / f"{name}.npy", vertices.reshape(len(vertices), -1))
        soundfile.write(folder / "wav" / f"{name}.wav", np.sin(np.arange(int(16000 * seconds)) / 9) * 0.1, 16000)
    (folder / "templates.pkl").write_bytes(pickle.dumps(templates, 2))
    return folder


def test_the_fields_layout_gives_the_same_motion(content, prepared, tmp_path):
    clips = {}
    for subject in SUBJECTS:
        for sentence, rows in content["subj_seq_to_idx.pkl"][subject].items():
            clips[f"{subject}_{sentence}"] = content["data_verts.npy"][[rows[frame] for frame in sorted(rows)]]
    folder = field_layout(tmp_path / "field", clips, content["templates.pkl"], 0.8)
    done = prepare(open_vocaset(folder), tmp_path / "out", silence)
    for clip, other in zip(done.dataset.clips, prepared.dataset.clips, strict=True):
        assert clip.name == other.name
        assert np.allclose(clip.motion()[:23], other.motion()[:23], atol=1e-6)


def test_biwi_is_split_as_the_field_does(tmp_path):
    rng = np.random.default_rng(0)
    template = rng.normal(size=(200, 3))
    moving = np.arange(10, 20)
    names = [f"{subject}_e{number:02d}" for subject in ("F2", "M3") for number in (1, 32, 33, 36, 37, 40)]
    names += ["F1_e05", "F1_e37"]
    clips = {}
    for name in names:
        motion = np.repeat(template[None], 25, axis=0)
        motion[:, moving] += rng.normal(size=(25, 10, 3))
        clips[name] = motion.astype(np.float32)
    folder = field_layout(tmp_path / "biwi", clips, dict.fromkeys(("F1", "F2", "M3"), template), 1.0)
    splits = {test: open_biwi(folder, test=test, vertices=200).entries for test in "AB"}
    found = {test: {entry.name: entry.split for entry in entries} for test, entries in splits.items()}
    assert found["A"]["F2_e32"] == "train"
    assert found["A"]["M3_e33"] == found["A"]["M3_e36"] == "validation"
    assert found["A"]["F2_e37"] == found["A"]["F2_e40"] == "test"
    assert "F1_e37" not in found["A"]
    assert found["B"]["F1_e37"] == "test"
    assert "F1_e05" not in found["B"]
    assert "F2_e37" not in found["B"]
    face = open_biwi(folder, vertices=200).face
    assert set(face.lips) <= set(moving)
    assert prepare(open_biwi(folder, vertices=200), tmp_path / "out", silence).dataset.fps == 25


def test_biwi_of_another_size_is_named(tmp_path):
    folder = field_layout(tmp_path / "biwi", {"F2_e01": np.zeros((25, 200, 3))}, {"F2": np.zeros((200, 3))}, 1.0)
    with pytest.raises(InputError, match="23370 are needed"):
        open_biwi(folder)
