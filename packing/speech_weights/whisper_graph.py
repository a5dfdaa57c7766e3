"""Build Whisper's encoder as an ONNX graph from its variables."""

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

__all__ = ["encoder_graph"]

# Version of the ONNX format: the oldest that holds everything used here.
FORMAT = 10
# Version of its operator set, likewise.
OPERATORS = 20
# Added to the variance in layer normalisation.
EPSILON = 1e-5
# Numbers of a variable from which on it is stored as 8 bits each.
QUANTISED_FROM = 100_000
# The variable of the positional encodings.
PLACES = "position_encodings/encodings"


class Graph:
    """The nodes and weights of an ONNX graph under construction."""

    def __init__(self, variables: dict[str, np.ndarray]) -> None:
        self.variables = variables
        self.nodes: list[NodeProto] = []
        self.weights: dict[str, TensorProto] = {}

    def weight(self, name: str, turned: bool = False) -> str:
        """Add a variable as a weight, transposed if `turned`; returns the name of its float32 value.

        Large ones are stored as whole numbers of 8 bits with one scale a channel of their output, a quarter of single
        precision: r with recorded faces falls by .0002 to .0003 (docs/experiments.md). The graph computes in single
        precision; ONNX Runtime expands them once, when it loads the file.
        """
        array = self.variables[name].astype(np.float32)
        array = np.ascontiguousarray(array.T if turned else array)
        if array.size < QUANTISED_FROM or name == PLACES:
            self.weights[name] = numpy_helper.from_array(array, name)
            return name
        # Matrices are (inputs, outputs), kernels of a convolution (outputs, inputs, columns).
        channel = 1 if array.ndim == 2 else 0
        others = tuple(axis for axis in range(array.ndim) if axis != channel)
        scale = np.abs(array).max(axis=others, keepdims=True) / 127
        self.weights[name] = numpy_helper.from_array(np.round(array / scale).astype(np.int8), name)
        self.weights[f"{name}/scale"] = numpy_helper.from_array(scale, f"{name}/scale")
        return self.add("Mul", (self.add("Cast", (name,), to=TensorProto.FLOAT), f"{name}/scale"))

    def constant(self, name: str, numbers: list[int]) -> str:
        """Add whole numbers; returns their name."""
        self.weights[name] = numpy_helper.from_array(np.array(numbers, np.int64), name)
        return name

    def add(self, kind: str, inputs: tuple[str, ...], domain: str = "", **attributes: Any) -> str:
        """Add a node with one output; returns the name of the output."""
        return self.split(kind, inputs, 1, domain, **attributes)[0]

    def split(self, kind: str, inputs: tuple[str, ...], outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """Add a node; returns the names of its outputs."""
        names = [f"{len(self.nodes)}.{output}" for output in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names

    def convolved(self, x: str, name: str, stride: int) -> str:
        """A convolution over three columns, then GELU."""
        weights = (self.weight(f"{name}/weight"), self.weight(f"{name}/bias"))
        return self.add("Gelu", (self.add("Conv", (x, *weights), pads=[1, 1], strides=[stride]),))

    def normalised(self, x: str, name: str) -> str:
        """Layer normalisation of each row."""
        return self.add(
            "LayerNormalization", (x, self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")), epsilon=EPSILON
        )

    def linear(self, x: str, name: str) -> str:
        """A linear layer: weight matrix and bias."""
        product = self.add("MatMul", (x, self.weight(f"{name}/weight", turned=True)))
        return self.add("Add", (product, self.weight(f"{name}/bias")))

    def layer(self, x: str, normalised: str, name: str, heads: int) -> str:
        """The state after a transformer layer (self-attention, feed-forward). normalised: `x` after its first norm."""
        read = self.linear(normalised, f"{name}/self_attention/linear_0")
        parts = self.split("Split", (read,), 3, axis=-1, num_outputs=3)
        attended = self.add("MultiHeadAttention", tuple(parts), "com.microsoft", num_heads=heads)
        x = self.add("Add", (x, self.linear(attended, f"{name}/self_attention/linear_1")))
        hidden = self.linear(self.normalised(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        return self.add("Add", (x, self.linear(self.add("Gelu", (hidden,)), f"{name}/ffn/linear_1")))


def encoder_graph(variables: dict[str, np.ndarray], layers: int, heads: int, states: tuple[int, ...]) -> bytes:
    """An ONNX model as bytes: spectrum (1, M, 2 R) -> "states" (1, R, d), the mean of the encoder's `states`.

    states: by the number of layers before them. Each is normalised as by the next layer, the last by the final layer
    norm.
    """
    graph = Graph(variables)
    rows = graph.convolved(graph.convolved("spectrum", "conv1", 1), "conv2", 2)
    rows = graph.add("Transpose", (rows,), perm=[0, 2, 1])
    # As many positional encodings as there are rows.
    count = graph.add("Shape", (rows,), start=1, end=2)
    ends = (graph.constant("first", [0]), count, graph.constant("axis", [0]))
    x = graph.add("Add", (rows, graph.add("Slice", (graph.weight(PLACES), *ends))))
    normalised = []
    for index in range(layers):
        normalised.append(graph.normalised(x, f"layer_{index}/self_attention/layer_norm"))
        x = graph.layer(x, normalised[-1], f"layer_{index}", heads)
    normalised.append(graph.normalised(x, "layer_norm"))
    graph.nodes.append(helper.make_node("Mean", [normalised[state] for state in states], ["states"]))

    def value(name: str, *shape: int | None) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [value("spectrum", 1, None, None)],
        [value("states", 1, None, None)],
        list(graph.weights.values()),
    )
    operators = [helper.make_opsetid("", OPERATORS), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(made, ir_version=FORMAT, opset_imports=operators)
    return model.SerializeToString(deterministic=True)
