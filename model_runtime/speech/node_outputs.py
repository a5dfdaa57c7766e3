"""Change the outputs of a network in ONNX Runtime's own format (.ort); only the saved outputs can be read otherwise."""

from flatbuffers import encode, packer
from flatbuffers.table import Table

__all__ = ["with_outputs"]

# Byte offsets in the vtables of onnxruntime's ort.fbs: from the root to its model.
MODEL = 6
# From the model to the graph.
GRAPH = 18
# From the graph to the names of its outputs.
OUTPUTS = 16


def with_outputs(network: bytes, names: tuple[str, ...]) -> bytes:
    """The network with the graph's values `names` as its outputs, in this order.

    The format is a flatbuffer, in which references point forward. So a new list of names is appended, and the graph's
    reference to its outputs is pointed to it.
    """
    data = bytearray(network)
    table = Table(data, encode.Get(packer.uoffset, data, 0))
    for field in (MODEL, GRAPH):
        table = Table(data, table.Indirect(table.Pos + table.Offset(field)))
    listed = _append(data, packer.uoffset.pack(len(names)) + bytes(4 * len(names)))
    _refer(data, table.Pos + table.Offset(OUTPUTS), listed)
    for index, name in enumerate(names):
        text = name.encode()
        _refer(data, listed + 4 * (1 + index), _append(data, packer.uoffset.pack(len(text)) + text + b"\0"))
    return bytes(data)


def _append(data: bytearray, piece: bytes) -> int:
    """Append `piece` on a multiple of four bytes, as the format requires; returns its position."""
    data += bytes(-len(data) % 4)
    place = len(data)
    data += piece
    return place


def _refer(data: bytearray, place: int, target: int) -> None:
    """Write at `place` a reference to `target` (positions in bytes)."""
    packer.uoffset.pack_into(data, place, target - place)
