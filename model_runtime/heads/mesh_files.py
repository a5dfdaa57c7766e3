"""Read a mesh: .obj, .ply, or the .npz that Blender's side writes."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from model_runtime.errors import InputError
from model_runtime.heads.mesh import Mesh, check_mesh
from model_runtime.npz import read_npz

__all__ = ["read_landmarks", "read_mesh"]

PLY_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
PLY_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


def read_mesh(path: Path | str, name: str | None = None) -> Mesh:
    """A mesh with its vertex order kept. Raises InputError when the file is no such mesh, or none that is a surface.

    name: what messages call the mesh; its path when None.

    The .npz holds `vertices` (V, 3), `loops` (L,) vertex indices polygon after polygon, `sizes` (P,) corners of each
    polygon, `landmarks`, JSON text of name -> vertex index, and maybe `own`, how many of the first vertices are the
    head's and not those of objects beside it.
    """
    path = Path(path)
    readers = {".obj": _read_obj, ".ply": _read_ply, ".npz": _read_arrays}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is no mesh that can be read; give an .obj or a .ply.")
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    try:
        mesh = readers[path.suffix.lower()](path)
    except InputError:
        raise
    except (OSError, ValueError, IndexError, KeyError, OverflowError, struct.error, TypeError) as error:
        raise InputError(f"{path} is damaged or cut off; export it again.") from error
    check_mesh(mesh, name or str(path))
    return mesh


def read_landmarks(path: Path | str) -> dict[str, int]:
    """Landmark name -> vertex index, from a JSON object. Raises InputError when it is none."""
    try:
        read = json.loads(Path(path).read_text(encoding="utf-8"))
        return {str(name): int(index) for name, index in read.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no JSON object of landmark names and vertex numbers; write one.") from error


def _from_polygons(vertices: np.ndarray, loops: np.ndarray, sizes: np.ndarray, landmarks: dict[str, int]) -> Mesh:
    """Triangles of polygons: a fan each, quads cut along the shorter diagonal, so that mirror images are cut alike."""
    if len(vertices.shape) != 2 or vertices.shape[1] != 3 or sizes.sum() != len(loops) or (sizes < 3).any():
        raise ValueError("shapes")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    polygons = np.repeat(np.arange(len(sizes)), sizes - 2)
    step = np.arange(len(polygons)) - np.repeat(np.cumsum(sizes - 2) - (sizes - 2), sizes - 2)
    quads = starts[sizes == 4]
    ends = vertices[loops[quads[:, None] + np.arange(4)]]
    first, second = (np.linalg.norm(ends[:, i] - ends[:, i + 2], axis=1) for i in (0, 1))
    turned = quads[second < first * (1 - 1e-6)][:, None] + np.arange(4)
    loops = loops.copy()
    loops[turned] = np.roll(loops[turned], -1, axis=1)
    start = starts[polygons]
    faces = np.stack([loops[start], loops[start + step + 1], loops[start + step + 2]], axis=1)
    return Mesh(vertices.astype(np.float64), faces.astype(np.int32), polygons.astype(np.int32), landmarks)


def _read_arrays(path: Path) -> Mesh:
    arrays = read_npz(path, ("vertices", "loops", "sizes", "landmarks"))
    landmarks = {str(name): int(index) for name, index in json.loads(str(arrays["landmarks"])).items()}
    mesh = _from_polygons(arrays["vertices"], arrays["loops"], arrays["sizes"].astype(np.int64), landmarks)
    return replace(mesh, own=int(arrays["own"])) if "own" in arrays else mesh


def _read_obj(path: Path) -> Mesh:
    vertices, loops, sizes = [], [], []
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if line.startswith("v "):
                vertices.append([float(value) for value in line.split()[1:4]])
            elif line.startswith("f "):
                corners = [int(corner.split("/", 1)[0]) for corner in line.split()[1:]]
                loops += [corner - 1 if corner > 0 else len(vertices) + corner for corner in corners]
                sizes.append(len(corners))
    if not vertices or not sizes:
        raise InputError(f"{path} has no faces; export a mesh of a head.")
    return _from_polygons(np.array(vertices), np.array(loops), np.array(sizes), {})


def _read_ply(path: Path) -> Mesh:
    data = path.read_bytes()
    head, mark, body = data.partition(b"end_header\n")
    if not mark:
        head, mark, body = data.partition(b"end_header\r\n")
    lines = [line.split() for line in head.decode("ascii", errors="replace").splitlines()]
    if not mark or not lines or lines[0] != ["ply"]:
        raise InputError(f"{path} is no .ply file; export it again.")
    order = next(PLY_ORDERS[words[1]] for words in lines if words[:1] == ["format"])
    elements: list[tuple[str, int, list[list[str]]]] = []
    for words in lines:
        if words[:1] == ["element"]:
            elements.append((words[1], int(words[2]), []))
        elif words[:1] == ["property"]:
            elements[-1][2].append(words[1:])
    rows = _ply_text(body, elements) if not order else _ply_binary(body, elements, order)
    vertices = np.array(rows["vertex"], dtype=np.float64)
    faces = rows["face"]
    sizes = np.array([len(corners) for corners in faces])
    return _from_polygons(vertices, np.concatenate(faces).astype(np.int64), sizes, {})


def _ply_text(body: bytes, elements: list[tuple[str, int, list[list[str]]]]) -> dict[str, list]:
    lines = iter(body.decode("ascii").splitlines())
    found: dict[str, list] = {}
    for name, count, properties in elements:
        rows = [[float(value) for value in next(lines, "").split()] for _ in range(count)]
        if name == "vertex":
            where = [[p[-1] for p in properties].index(axis) for axis in "xyz"]
            found[name] = [[row[index] for index in where] for row in rows]
        elif name == "face":
            found[name] = [row[1 : 1 + int(row[0])] for row in rows]
    return found


def _ply_binary(body: bytes, elements: list[tuple[str, int, list[list[str]]]], order: str) -> dict[str, list]:
    found: dict[str, list] = {}
    place = 0
    for name, count, properties in elements:
        if all(words[0] != "list" for words in properties):
            row = np.dtype([(words[1], order + PLY_TYPES[words[0]]) for words in properties])
            table = np.frombuffer(body, row, count, place)
            place += count * row.itemsize
            if name == "vertex":
                found[name] = np.stack([table[axis] for axis in "xyz"], axis=1).tolist()
            continue
        rows = []
        for _ in range(count):
            for words in properties:
                if words[0] != "list":
                    place += np.dtype(PLY_TYPES[words[0]]).itemsize
                    continue
                length = np.frombuffer(body, order + PLY_TYPES[words[1]], 1, place)
                place += length.itemsize
                values = np.frombuffer(body, order + PLY_TYPES[words[2]], int(length[0]), place)
                place += values.nbytes
                if words[3] in ("vertex_indices", "vertex_index"):
                    rows.append(values)
        found[name] = rows
    return found
