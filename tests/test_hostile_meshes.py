"""Mesh files with false counts are refused in one sentence, in little time and memory."""

import numpy as np
import pytest
from fuzz.good_files import mesh_arrays
from limited import refused

from model_runtime.errors import InputError
from model_runtime.heads.mesh_files import read_mesh

PLY = "ply\nformat {} 1.0\n{}end_header\n"
XYZ = "element vertex {}\nproperty float x\nproperty float y\nproperty float z\n"
FACE = "element face {}\nproperty list uchar int vertex_indices\n"
MESHES = {
    "two billion vertices.ply": PLY.format("ascii", XYZ.format(2 * 10**9) + FACE.format(1)).encode() + b"0 0 0\n",
    "a million vertices.ply": PLY.format("ascii", XYZ.format(10**6) + FACE.format(1)).encode() + b"0 0 0\n",
    "minus one.ply": PLY.format("ascii", XYZ.format(-1) + FACE.format(1)).encode(),
    "four billion faces.ply": PLY.format("binary_little_endian", FACE.format(4 * 10**9) + XYZ.format(1)).encode()
    + bytes(999),
    "two million faces.ply": PLY.format("binary_little_endian", FACE.format(2 * 10**6) + XYZ.format(1)).encode()
    + bytes(999),
    "four billion others.ply": PLY.format(
        "ascii", "element x 4000000000\nproperty float a\n" + XYZ.format(3) + FACE.format(1)
    ).encode(),
    "no format.ply": PLY.format("ascii", XYZ.format(3) + FACE.format(1)).replace("format", "forget").encode(),
    "another format.ply": PLY.format("xml", XYZ.format(3) + FACE.format(1)).encode(),
    "no end.ply": b"ply\nformat ascii 1.0\n" + b"comment\n" * 100_000,
    "no faces.ply": PLY.format("ascii", XYZ.format(1)).encode() + b"0 0 0\n",
    "a line without an end.ply": b"ply\n" + b"a" * 10_000_000,
    "a huge index.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 " + b"9" * 40 + b"\n",
    "an index of 32 bits more.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4294967299\n",
    "an index of 5000 digits.obj": b"v 0 0 0\nf 1 2 " + b"9" * 5000 + b"\n",
    "endless.obj": b"v 0 0 1e400\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
    "far away.obj": b"v 0 0 1e300\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
    "one long line.obj": b"v 0 0 0\nf" + b" 1" * 5_000_000,
    "a few million vertices.obj": b"v 0 0 0\n" * 3_000_000 + b"f 1 2 3\n",
    "before the first.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -9\n",
}


@pytest.mark.parametrize("name", MESHES)
def test_meshes_that_lie_about_their_counts(tmp_path, name):
    (tmp_path / name).write_bytes(MESHES[name])
    refused("model_runtime.heads.mesh_files:read_mesh", tmp_path / name)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("sizes", np.array([2**62, 2**62, 2**62, 2**62, 3])),
        ("sizes", np.array([-1, 4])),
        ("sizes", np.array([[3]])),
        ("sizes", np.array([3], np.uint64) + np.uint64(2**63)),
        ("loops", np.array([0.0, 1.0, 2.0])),
        ("loops", np.array([0, 1, 2**32 + 2])),
        ("loops", np.array([0, 1, -1])),
        ("own", np.array(-1)),
        ("own", np.array(2**62)),
        ("own", np.array([1, 2])),
        ("landmarks", np.array("[" * 100_000)),
        ("landmarks", np.array('{"chin": 1e400}')),
        ("landmarks", np.array('{"chin": ' + "9" * 30 + "}")),
        ("landmarks", np.array('{"chin": 0.5}')),
        ("landmarks", np.array("3")),
    ],
)
def test_meshes_from_blender_that_do_not_fit(tmp_path, name, array):
    np.savez(tmp_path / "mesh.npz", **{**mesh_arrays(), name: array})
    with pytest.raises(InputError):
        read_mesh(tmp_path / "mesh.npz")
