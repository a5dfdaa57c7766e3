"""Whisper's encoder as a graph for ONNX Runtime, made of its variables."""

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

__all__ = ["encoder_graph"]

# Of the format and of its operators, as far back as what is used goes.
FORMAT, OPERATORS = 10, 20
EPSILON = 1e-5


class Graph:
    """Nodes and weights, added one after the other."""

    def __init__(self, variables: dict[str, np.ndarray]) -> None:
        self.variables = variables
        self.nodes: list[NodeProto] = []
        self.weights: dict[str, TensorProto] = {}

    def weight(self, name: str, turned: bool = False) -> str:
        """The variable as a weight, a matrix turned round if asked; its name."""
        array = self.variables[name]
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(array.T if turned else array), name)
        # Stored as in the file, half as large; the runtime works with single precision.
        return self.add("Cast", (name,), to=TensorProto.FLOAT)

    def add(self, kind: str, inputs: tuple[str, ...], domain: str = "", **attributes: Any) -> str:
        """A node with one output; that output's name."""
        return self.split(kind, inputs, 1, domain, **attributes)[0]

    def split(self, kind: str, inputs: tuple[str, ...], outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """A node; the names of its outputs."""
        names = [f"{len(self.nodes)}.{output}" for output in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names

    def convolved(self, x: str, name: str, stride: int) -> str:
        """Three columns wide, and the activation."""
        weights = (self.weight(f"{name}/weight"), self.weight(f"{name}/bias"))
        return self.add("Gelu", (self.add("Conv", (x, *weights), pads=[1, 1], strides=[stride]),))

    def normalised(self, x: str, name: str) -> str:
        """Each row brought to mean 0 and deviation 1, then to the layer's own."""
        return self.add(
            "LayerNormalization", (x, self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")), epsilon=EPSILON
        )

    def linear(self, x: str, name: str) -> str:
        """A matrix and a bias."""
        product = self.add("MatMul", (x, self.weight(f"{name}/weight", turned=True)))
        return self.add("Add", (product, self.weight(f"{name}/bias")))

    def layer(self, x: str, normalised: str, name: str, heads: int) -> str:
        """The state after a layer of self-attention and a network of each row; `normalised` is its first step."""
        read = self.linear(normalised, f"{name}/self_attention/linear_0")
        parts = self.split("Split", (read,), 3, axis=-1, num_outputs=3)
        attended = self.add("MultiHeadAttention", tuple(parts), "com.microsoft", num_heads=heads)
        x = self.add("Add", (x, self.linear(attended, f"{name}/self_attention/linear_1")))
        hidden = self.linear(self.normalised(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        return self.add("Add", (x, self.linear(self.add("Gelu", (hidden,)), f"{name}/ffn/linear_1")))


def encoder_graph(variables: dict[str, np.ndarray], layers: int, heads: int, states: tuple[int, ...]) -> bytes:
    """A model in ONNX's format, spectrum (1, M, 2 R) and places (R, d) -> the wanted states, each (1, R, d).

    states: counted in layers that they have been through, as the next layer normalises them; the last as the end does.
    """
    graph = Graph(variables)
    rows = graph.convolved(graph.convolved("spectrum", "conv1", 1), "conv2", 2)
    x = graph.add("Add", (graph.add("Transpose", (rows,), perm=[0, 2, 1]), "places"))
    normalised = []
    for index in range(layers):
        normalised.append(graph.normalised(x, f"layer_{index}/self_attention/layer_norm"))
        x = graph.layer(x, normalised[-1], f"layer_{index}", heads)
    normalised.append(graph.normalised(x, "layer_norm"))

    def value(name: str, *shape: int | None) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [value("spectrum", 1, None, None), value("places", None, None)],
        [value(normalised[state], 1, None, None) for state in states],
        list(graph.weights.values()),
    )
    operators = [helper.make_opsetid("", OPERATORS), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, ir_version=FORMAT, opset_imports=operators).SerializeToString()
