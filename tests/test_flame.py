"""FLAME: models with the official keys and synthetic vertices, files that are no models, and hostile pickles."""

import io
import os
import pickle

import numpy as np
import pytest
from other_heads import made_up_flame, other_mesh

from model_runtime.channels import CHANNELS
from model_runtime.cli import main
from model_runtime.errors import InputError
from model_runtime.heads.face_frame import fit_similarity
from model_runtime.heads.flame import flame_head, read_flame
from model_runtime.heads.flame_topology import flame_landmarks
from model_runtime.heads.head import Head, read_head
from model_runtime.heads.mesh import Mesh
from model_runtime.heads.quality import measure


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return made_up_flame()


@pytest.fixture(scope="module")
def npz(arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("flame") / "flame2023.npz"
    np.savez_compressed(path, **arrays)
    return path


@pytest.fixture(scope="module")
def head(npz) -> Head:
    return flame_head(read_flame(npz), npz.name, lambda *_: None)


def test_opens_closes_and_mirrors(head: Head):
    quality = measure(head)
    assert 0.35 < quality.opened < 0.6
    assert quality.closed < 0.01
    assert quality.symmetry < 0.01
    assert quality.skull < 1e-6
    assert head.vertices[head.landmarks["chin"], 2] < head.vertices[head.landmarks["nose_tip"], 2]


def test_the_jaw_turns_about_the_models_own_joint(arrays, head: Head):
    template, joint = arrays["v_template"], arrays["J_regressor"][2] @ arrays["v_template"]
    back = fit_similarity(head.vertices.astype(float), template)
    opened = back.scale * head.deltas[CHANNELS.index("jawOpen")].astype(float) @ back.rotation.T
    rigid = arrays["weights"][:, 2] > 0.999
    before, after = (template - joint)[rigid], (template + opened - joint)[rigid]
    np.testing.assert_allclose(np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1), atol=2e-5)
    still = arrays["weights"][:, 2] < 1e-9
    assert np.abs(opened[still]).max() < 1e-6


def test_a_channel_that_the_expressions_hold_is_theirs(arrays, head: Head):
    template = arrays["v_template"]
    back = fit_similarity(head.vertices.astype(float), template)
    pucker = back.scale * head.deltas[CHANNELS.index("mouthPucker")].astype(float) @ back.rotation.T
    basis = arrays["shapedirs"][:, :, 300]
    share = (pucker * basis).sum() / (basis**2).sum()
    assert np.abs(pucker - share * basis).max() < 1e-5
    assert 0.8 < share < 2


def test_pickles_and_arrays_give_the_same_head(arrays, head: Head, tmp_path, capsys):
    path = tmp_path / "generic_model.pkl"
    path.write_bytes(pickle.dumps(arrays, protocol=2))
    assert main(["head", "-o", str(tmp_path / "head.npz"), "--flame", str(path)]) == 0
    np.testing.assert_array_equal(read_head(tmp_path / "head.npz").deltas, head.deltas)


class Evil:
    """A class whose pickle runs a command when it is loaded."""

    def __reduce__(self):
        return os.system, ("touch pwned",)


def test_a_pickle_that_would_run_is_refused_by_name(arrays, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "flame.pkl"
    path.write_bytes(pickle.dumps(arrays | {"weights": Evil()}))
    with pytest.raises(InputError, match=r"names (posix|nt)\.system, which is no plain data"):
        read_flame(path)
    assert not (tmp_path / "pwned").exists()


def test_files_that_are_no_models(arrays, tmp_path):
    def refused(name: str, data: bytes, sentence: str) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=sentence):
            read_flame(tmp_path / name)

    def packed(**changed) -> bytes:
        stream = io.BytesIO()
        np.savez(stream, **{k: v for k, v in (arrays | changed).items() if v is not None})
        return stream.getvalue()

    whole = pickle.dumps(arrays)
    refused("cut.pkl", whole[: len(whole) // 2], "damaged or no pickle")
    refused("cut.npz", packed()[:5000], "not a readable .npz")
    refused("list.pkl", pickle.dumps([1, 2]), "is no FLAME model: it lacks v_template and f")
    refused("smpl.npz", packed(v_template=np.zeros((6890, 3))), "v_template of .* should be 5023 x 3")
    refused("half.npz", packed(weights=None), "lacks weights of a FLAME model")
    refused("nan.npz", packed(weights=np.full((5023, 5), np.nan)), "weights of .* finite")
    refused("model.txt", b"", "is no FLAME model; give its .pkl")
    with pytest.raises(InputError, match="There is no file"):
        read_flame(tmp_path / "none.pkl")


def test_another_order_of_flames_vertices_is_told(arrays, tmp_path):
    shuffled = np.random.default_rng(1).permutation(5023)
    np.savez(tmp_path / "mixed.npz", v_template=arrays["v_template"][shuffled], f=np.argsort(shuffled)[arrays["f"]])
    with pytest.raises(InputError, match="not its triangles in its order"):
        flame_head(read_flame(tmp_path / "mixed.npz"), "mixed.npz", lambda *_: None)
    faces = arrays["f"].astype(np.int32)
    with pytest.raises(InputError, match="not its triangles in its order"):
        flame_landmarks(Mesh(arrays["v_template"], faces, np.arange(len(faces))))
    assert flame_landmarks(other_mesh()) == {}
