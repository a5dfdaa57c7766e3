"""More outputs of a network in ONNX Runtime's own format, which by itself gives those alone that it was saved with."""

from flatbuffers import encode, packer
from flatbuffers.table import Table

__all__ = ["with_outputs"]

# Where the tables of onnxruntime's ort.fbs note their fields on the way from the root to the names of the outputs.
MODEL, GRAPH, OUTPUTS = 6, 18, 16


def with_outputs(network: bytes, names: tuple[str, ...]) -> bytes:
    """The network with the values `names` of its graph as its outputs, in this order.

    The format is a flatbuffer: tables refer to what lies further on. So a new list goes to the end, and the graph
    refers to it in place of its own.
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
    """Where the piece lies: at the end, on a multiple of four as the format wants it."""
    data += bytes(-len(data) % 4)
    place = len(data)
    data += piece
    return place


def _refer(data: bytearray, place: int, target: int) -> None:
    packer.uoffset.pack_into(data, place, target - place)
