"""Read a mesh: .obj, .ply, or the .npz that the Blender extension writes."""

import struct
from array import array
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file, parse_json, read_json, read_lines
from model_runtime.files.npz import NUMBERS, TEXT, WHOLE, Wanted, read_npz, texts
from model_runtime.heads.head import landmarks_from
from model_runtime.heads.mesh import Mesh, check_mesh

__all__ = ["read_landmarks", "read_mesh"]

ARRAYS = {
    "vertices": Wanted(NUMBERS, 3 * limits.MESH_VERTICES),
    "loops": Wanted(WHOLE),
    "sizes": Wanted(WHOLE, limits.MESH_POLYGONS),
    "landmarks": Wanted(TEXT, 1),
    "own": Wanted(WHOLE, 1, required=False),
}
# Type names of .ply -> type codes of struct and numpy.
PLY_TYPES = {
    **dict.fromkeys(("char", "int8"), "b"),
    **dict.fromkeys(("uchar", "uint8"), "B"),
    **dict.fromkeys(("short", "int16"), "h"),
    **dict.fromkeys(("ushort", "uint16"), "H"),
    **dict.fromkeys(("int", "int32"), "i"),
    **dict.fromkeys(("uint", "uint32"), "I"),
    **dict.fromkeys(("float", "float32"), "f"),
    **dict.fromkeys(("double", "float64"), "d"),
}
PLY_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
PLY_HEADER_LINES = 1000


def read_mesh(path: Path | str, name: str | None = None) -> Mesh:
    """A mesh with its vertex order kept. Raises InputError when the file is no mesh, or check_mesh refuses it.

    name: of the mesh in messages; its path when None.

    The .npz holds `vertices` (V, 3), `loops` (L,) vertex indices polygon after polygon, `sizes` (P,) corners of each
    polygon, `landmarks`, JSON text of name -> vertex index, and optionally `own` (Mesh.own).
    """
    path = Path(path)
    readers = {".obj": _read_obj, ".ply": _read_ply, ".npz": _read_arrays}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is no mesh that can be read; give an .obj or a .ply.")
    try:
        mesh = readers[path.suffix.lower()](path)
    except InputError:
        raise
    except (OSError, ValueError, IndexError, KeyError, OverflowError, TypeError, struct.error) as error:
        raise InputError(f"{path} is damaged or cut off; export it again.") from error
    check_mesh(mesh, name or str(path))
    return mesh


def read_landmarks(path: Path | str) -> dict[str, int]:
    """Landmark name -> vertex index, from a JSON file. Raises InputError for another content."""
    try:
        return landmarks_from(read_json(path))
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{path} is no JSON object of landmark names and vertex numbers; write one.") from error


def _from_polygons(
    path: Path, vertices: np.ndarray, loops: np.ndarray, sizes: np.ndarray, landmarks: dict[str, int]
) -> Mesh:
    """Triangulated polygons: fans; quads along the shorter diagonal, so that mirrored quads are cut alike.

    Raises ValueError when loops and sizes do not fit each other, InputError for loops that are no vertices.
    """
    if vertices.ndim != 2 or vertices.shape[1] != 3 or len(vertices) > limits.MESH_VERTICES:
        raise ValueError("vertices")
    if loops.ndim != 1 or sizes.ndim != 1 or ((sizes < 3) | (sizes > len(loops))).any() or sizes.sum() != len(loops):
        raise ValueError("sizes")
    if ((loops < 0) | (loops >= len(vertices))).any():
        raise InputError(f"{path} has faces that name vertices it does not have; export it again.")
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
    arrays = read_npz(path, ARRAYS)
    landmarks = landmarks_from(parse_json("".join(texts(arrays["landmarks"])), f"The array landmarks in {path}"))
    # Unsigned numbers would wrap around where they are subtracted.
    loops, sizes = (arrays[name].astype(np.int64) for name in ("loops", "sizes"))
    mesh = _from_polygons(path, arrays["vertices"].astype(np.float64), loops, sizes, landmarks)
    if "own" not in arrays:
        return mesh
    own = int(arrays["own"].item())
    if not 0 < own <= len(mesh.vertices):
        raise ValueError("own")
    return replace(mesh, own=own)


def _read_obj(path: Path) -> Mesh:
    # array, not list: a tenth of the memory.
    vertices, loops, sizes = array("d"), array("q"), array("q")
    for line in read_lines(path, limits.MESH_BYTES, replaced=True):
        if line.startswith("v "):
            place = [float(value) for value in line.split()[1:4]]
            if len(place) != 3:
                raise ValueError("vertex")
            vertices.extend(place)
        elif line.startswith("f "):
            count = len(vertices) // 3
            corners = [int(corner.split("/", 1)[0]) for corner in line.split()[1:]]
            loops.extend(corner - 1 if corner > 0 else count + corner for corner in corners)
            sizes.append(len(corners))
        if len(vertices) > 3 * limits.MESH_VERTICES or len(sizes) > limits.MESH_POLYGONS:
            raise _too_large(path)
    if not vertices or not sizes:
        raise InputError(f"{path} has no faces; export a mesh of a head.")
    return _from_polygons(path, _numbers(vertices).reshape(-1, 3), _numbers(loops), _numbers(sizes), {})


@dataclass(frozen=True)
class _Element:
    """An element of a .ply header. count: rows. properties: the words after `property`, a line each."""

    name: str
    count: int
    properties: tuple[tuple[str, ...], ...]

    @property
    def plain(self) -> bool:
        """Whether all rows have the same size."""
        return all(words[0] != "list" for words in self.properties)


def _read_ply(path: Path) -> Mesh:
    with open_file(path, limits.MESH_BYTES) as stream:
        order, elements = _ply_header(stream, path)
        ceilings = {"vertex": limits.MESH_VERTICES}
        if any(element.count > ceilings.get(element.name, limits.MESH_POLYGONS) for element in elements):
            raise _too_large(path)
        read = _ply_binary(stream.read(), elements, order) if order else _ply_text(stream, elements)
    return _from_polygons(path, *read, {})


def _ply_header(stream: BinaryIO, path: Path) -> tuple[str, list[_Element]]:
    """The byte order (empty: text) and the elements; leaves the stream at the first row."""
    order, elements = None, []
    for number in range(PLY_HEADER_LINES):
        words = tuple(stream.readline(limits.LINE_BYTES).decode("ascii", errors="replace").split())
        if (number == 0) != (words == ("ply",)):
            raise InputError(f"{path} is no .ply file; export it again.")
        if words[:1] == ("format",):
            order = PLY_ORDERS[words[1]]
        elif words[:1] == ("element",):
            elements.append(_Element(words[1], int(words[2]), ()))
        elif words[:1] == ("property",):
            elements[-1] = replace(elements[-1], properties=(*elements[-1].properties, words[1:]))
        elif words == ("end_header",):
            break
    else:
        raise InputError(f"{path} is no .ply file: its header has no end; export it again.")
    if order is None:
        raise InputError(f"{path} does not name its format (ascii or binary); export it again.")
    if not {"vertex", "face"} <= {element.name for element in elements} or any(
        element.count < 0 for element in elements
    ):
        raise InputError(f"{path} has no vertices or no faces; export a mesh of a head.")
    return order, elements


def _ply_text(stream: BinaryIO, elements: list[_Element]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V, 3), loops (L,) and sizes (P,) as in read_mesh."""
    vertices, loops, sizes = array("d"), array("q"), array("q")
    for element in elements:
        axes = [[p[-1] for p in element.properties].index(a) for a in "xyz"] if element.name == "vertex" else []
        for _ in range(element.count):
            line = stream.readline(limits.LINE_BYTES)
            # The header may promise more rows than the file holds.
            if not line.endswith(b"\n") and not line.strip():
                raise ValueError("too few rows")
            values = line.split()
            if element.name == "vertex":
                vertices.extend(float(values[axis]) for axis in axes)
            elif element.name == "face":
                count = int(values[0])
                loops.extend(int(float(corner)) for corner in values[1 : 1 + count])
                sizes.append(count)
    return _numbers(vertices).reshape(-1, 3), _numbers(loops), _numbers(sizes)


def _ply_binary(body: bytes, elements: list[_Element], order: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V, 3), loops (L,) and sizes (P,) as in read_mesh."""
    vertices, loops, sizes = np.zeros((0, 3)), array("q"), array("q")
    place = 0
    for element in elements:
        if element.plain:
            row = np.dtype([(words[1], order + PLY_TYPES[words[0]]) for words in element.properties])
            table = np.frombuffer(body, row, element.count, place)
            place += element.count * row.itemsize
            if element.name == "vertex":
                vertices = np.stack([table[axis] for axis in "xyz"], axis=1).astype(np.float64)
            continue
        for _ in range(element.count):
            for words in element.properties:
                if words[0] != "list":
                    place += struct.calcsize(order + PLY_TYPES[words[0]])
                    continue
                (count,) = struct.unpack_from(order + PLY_TYPES[words[1]], body, place)
                place += struct.calcsize(order + PLY_TYPES[words[1]])
                values = np.frombuffer(body, order + PLY_TYPES[words[2]], count, place) if count > 0 else ()
                place += struct.calcsize(order + PLY_TYPES[words[2]]) * len(values)
                if element.name == "face" and words[3] in ("vertex_indices", "vertex_index"):
                    loops.extend(int(corner) for corner in values)
                    sizes.append(len(values))
    return vertices, _numbers(loops), _numbers(sizes)


def _numbers(values: "array[float] | array[int]") -> np.ndarray:
    return np.array(values, dtype=np.float64 if values.typecode == "d" else np.int64)


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{path} has more than {limits.MESH_VERTICES} vertices or {limits.MESH_POLYGONS} polygons; decimate the mesh."
    )
