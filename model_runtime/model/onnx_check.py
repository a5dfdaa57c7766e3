"""Check a network file (ONNX) before ONNX Runtime opens it: data only, no references to other files.

Read directly from the format (protocol buffers: a sequence of fields, each a number, a wire type and a value), as the
package onnx would add 30 MB to the runtime.
"""

from collections.abc import Iterator

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = ["check_network"]

# Field numbers of onnx.proto.
MODEL_GRAPH, MODEL_FUNCTIONS = 7, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_SPARSE = 1, 5, 15
NODE_ATTRIBUTE, NODE_DOMAIN = 5, 7
ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS, ATTRIBUTE_SPARSE = 5, 10, 6, 11, 22
TENSOR_EXTERNAL, TENSOR_LOCATION = 13, 14
# Wire types.
VARINT, EIGHT_BYTES, LENGTH, FOUR_BYTES = 0, 1, 2, 5
# Operators are named in this domain, ONNX's own.
STANDARD = (b"", b"ai.onnx")


def check_network(data: bytes, name: str) -> None:
    """Raises InputError, with the file's name, unless `data` is one graph of standard operators with all its weights.

    No custom operators and functions, no loops and branches (which might not end), no data in other files.
    """
    try:
        graphs = [value for field, value in _fields(memoryview(data)) if field == MODEL_GRAPH]
        functions = any(field == MODEL_FUNCTIONS for field, _ in _fields(memoryview(data)))
        if len(graphs) != 1 or functions:
            raise ValueError("not one graph")
        nodes = 0
        for field, value in _fields(graphs[0]):
            if field == GRAPH_NODE:
                nodes += 1
                _check_node(value)
            elif field == GRAPH_INITIALIZER:
                _check_tensor(value)
            elif field == GRAPH_SPARSE:
                raise ValueError("sparse weights")
        if not 0 < nodes <= limits.MODEL_NODES:
            raise ValueError(f"{nodes} nodes")
    except ValueError as error:
        raise InputError(f"{name} is no network that KMTalk has exported ({error}); export the model again.") from error


def _check_node(node: memoryview) -> None:
    for field, value in _fields(node):
        if field == NODE_DOMAIN and bytes(value) not in STANDARD:
            raise ValueError("an operator of another library")
        if field != NODE_ATTRIBUTE:
            continue
        for part, content in _fields(value):
            if part in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS, ATTRIBUTE_SPARSE):
                raise ValueError("a loop or a branch")
            if part in (ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS):
                _check_tensor(content)


def _check_tensor(tensor: memoryview) -> None:
    if any(field in (TENSOR_EXTERNAL, TENSOR_LOCATION) for field, _ in _fields(tensor)):
        raise ValueError("weights in another file")


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """(number, content) of each field; numbers as content are empty. Raises ValueError for what is no message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        start = at
        if kind == VARINT:
            _, at = _varint(message, at)
            start = at
        elif kind == LENGTH:
            size, start = _varint(message, at)
            at = start + size
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            at += 8 if kind == EIGHT_BYTES else 4
        else:
            raise ValueError("a field of an unknown kind")
        if at > len(message):
            raise ValueError("cut off")
        yield number, message[start:at]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number at a place, and the place after it."""
    value, shift = 0, 0
    while shift < 64:
        if at >= len(message):
            raise ValueError("cut off")
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("a number of more than 64 bits")
