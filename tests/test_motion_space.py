"""Motion spaces from the project's own head and from data."""

import dataclasses

import numpy as np
import pytest

from model_runtime.errors import InputError
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.motion_space import read_space, space_from_data, space_from_rig, write_space

CHANNELS = ("jawOpen", "mouthClose", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight", "browInnerUp")


@pytest.fixture(scope="module")
def rig():
    return space_from_rig(demo_head(), CHANNELS)


@pytest.fixture(scope="module")
def motion():
    """(60, 6) smooth weights, frames by channels."""
    times = np.linspace(0, 6, 60)[:, None]
    return (0.4 + 0.4 * np.sin(times * (1 + np.arange(6)) + np.arange(6))).astype(np.float32)


@pytest.fixture(scope="module")
def basis(rig, motion):
    displacement = rig.displacement(motion)
    clips = [displacement[:25], displacement[25:]]
    return space_from_data(rig.neutral, lambda: iter(clips), 6, rig.lips, rig.upper_face)


def test_a_rig_gives_the_heads_own_shapes(rig):
    head = demo_head()
    jaw = head.deltas[head.channels.index("jawOpen")]
    moved = rig.displacement(np.eye(6, dtype=np.float32)[:1] * 0.5)
    assert np.allclose(moved[0], jaw / 2, atol=1e-7)
    assert np.allclose(rig.displacement(np.ones((1, 6)), rig.lips), rig.displacement(np.ones((1, 6)))[:, rig.lips])


def test_an_unknown_channel_is_refused():
    with pytest.raises(InputError, match="jawClosed"):
        space_from_rig(demo_head(), ("jawClosed",))


def test_the_basis_spans_the_data(rig, motion, basis):
    displacement = rig.displacement(motion)
    assert basis.explained == pytest.approx(1, abs=1e-6)
    again = basis.displacement(basis.coefficients(displacement))
    assert np.abs(again - displacement).max() < 1e-6


def test_losses_on_coefficients_equal_losses_on_vertices(rig, motion, basis):
    displacement = rig.displacement(motion)
    a, b = basis.coefficients(displacement[:30]), basis.coefficients(displacement[30:])
    on_vertices = np.square(displacement[:30] - displacement[30:]).sum(axis=(1, 2))
    on_coefficients = np.einsum("tk,kl,tl->t", a - b, basis.gram, a - b)
    assert np.allclose(on_vertices, on_coefficients, rtol=1e-3)
    off_diagonal = basis.gram - np.diag(np.diag(basis.gram))
    assert np.abs(off_diagonal).max() < 1e-6 * basis.gram.max()


def test_weights_of_the_data_fill_the_bounds(rig, motion, basis):
    weights = basis.coefficients(rig.displacement(motion))
    assert np.allclose(np.abs(weights).max(axis=0), 1, atol=1e-3)


def test_the_leading_directions_are_those_of_a_full_decomposition(rig, motion):
    displacement = rig.displacement(motion)
    few = space_from_data(rig.neutral, lambda: iter([displacement]), 2, rig.lips, rig.upper_face)
    values = np.linalg.svd(displacement.reshape(60, -1), compute_uv=False) ** 2
    assert few.explained == pytest.approx(values[:2].sum() / values.sum(), rel=1e-4)


def test_the_same_motion_in_semantic_channels(rig, motion, basis):
    found = rig.bounded(basis.displacement(basis.coefficients(rig.displacement(motion[:8]))))
    assert np.abs(found - motion[:8]).max() < 5e-3
    assert found.min() >= 0
    assert rig.bounded(-rig.displacement(motion[:2])).min() >= 0


def test_a_space_survives_its_file(tmp_path, basis):
    again = read_space(write_space(basis, tmp_path / "space.npz"))
    assert again.names == basis.names
    assert np.array_equal(again.shapes, basis.shapes)
    assert again.bounds == basis.bounds
    assert again.explained == pytest.approx(basis.explained)


def test_too_large_a_basis_is_refused(rig, motion):
    displacement = rig.displacement(motion)
    with pytest.raises(InputError, match="only 6 directions"):
        space_from_data(rig.neutral, lambda: iter([displacement]), 9, rig.lips, rig.upper_face)


def test_a_space_of_another_kind_is_refused(tmp_path, basis):
    path = tmp_path / "space.npz"
    write_space(dataclasses.replace(basis, shapes=basis.shapes[:, :-1]), path)
    with pytest.raises(InputError, match="one shape a name"):
        read_space(path)
    write_space(dataclasses.replace(basis, lips=np.array([10**6])), path)
    with pytest.raises(InputError, match="lips"):
        read_space(path)
