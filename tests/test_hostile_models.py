"""Models whose description does not fit the weights, and takes from unknown sources: one sentence or finite motion."""

import hashlib
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import onnx
import pytest
from limited import limited, refused
from recordings import LINE, TREE

from model_runtime.commands import complete, generate
from model_runtime.errors import InputError
from model_runtime.linguistics.phone_lists import track_of
from model_runtime.service.model_cache import ModelCache
from model_runtime.take import read_take

STARTER = TREE / "model_runtime" / "weights" / "starter"


LOAD = "model_runtime.model.checkpoint:load_model"
IN_TORCH = "model_runtime.networks.folder:load_network"


def described(folder: Path, **config: object) -> Path:
    """A copy of the starter model in `folder`, with the configuration's values `config` replaced."""
    shutil.copytree(STARTER, folder / "model")
    description = json.loads((STARTER / "model.json").read_text())
    description["config"] |= config
    (folder / "model" / "model.json").write_text(json.dumps(description))
    return folder / "model"


@pytest.mark.parametrize("load", [LOAD, IN_TORCH])
@pytest.mark.parametrize(
    "config",
    [
        {"width": 16_384},
        {"width": 10**9},
        {"width": -64},
        {"width": 64.5},
        {"encoder_depth": 10**9},
        {"followers": 64},
        {"performers": 10**7},
        {"heads": 0},
        {"channels": []},
        {"channels": "jawOpen"},
        {"channels": ["jawOpen"] * 22},
        {"scale": 1e400},
        {"dropout": 2},
    ],
)
def test_models_that_describe_more_than_their_weights(tmp_path, config, load):
    refused(load, described(tmp_path, **config), *(["cpu"] if load == LOAD else []))


@pytest.mark.parametrize(
    "encoder",
    [
        {"model_type": "wav2vec2", "hidden_size": 100_000, "num_hidden_layers": 1000},
        {"model_type": "wav2vec2", "num_hidden_layers": 10**9},
        {"model_type": "hubert", "conv_dim": [10**6] * 7},
        {"model_type": "wavlm", "vocab_size": "many"},
    ],
)
def test_models_of_the_paper_that_describe_more_than_their_weights(tmp_path, encoder):
    folder = described(tmp_path)
    description = json.loads((folder / "model.json").read_text())
    config = {"channels": ["a"], "fps": 30, "encoder": encoder}
    (folder / "model.json").write_text(
        json.dumps({**description, "architecture": "paper", "hearing": "", "config": config})
    )
    for load in (LOAD, IN_TORCH):
        outcome = limited(load, str(folder), *(["cpu"] if load == LOAD else []))
        assert outcome.error == "InputError"
        assert outcome.grown < 700, "transformers alone takes 300"


@pytest.mark.parametrize("device", ["cpu:xyz", "cpu:1", "cpu:-1", "gpu", "", "cpu" * 99, "auto:1", "cuda:" + "9" * 99])
def test_a_device_that_is_none_is_not_the_models_fault(device):
    from model_runtime.model.checkpoint import load_model

    with pytest.raises(InputError, match="There is no device"):
        load_model("starter", device)


@pytest.mark.parametrize("device", ["cuda", "cuda:99", "directml", "coreml", "mps"])
def test_a_device_that_is_not_here_becomes_the_cpu(device, tmp_path):
    told = generate.run(
        generate.Request(audio=str(LINE), output=str(tmp_path / "a.npz"), fps=30.0, end=1.0, device=device),
        ModelCache(),
        lambda *_: None,
    )
    assert any(f"The device {device} does not work here, so the CPU was used" in note for note in told["notes"])
    assert json.loads(str(np.load(tmp_path / "a.npz")["meta"]))["notes"] == told["notes"]


def test_weights_that_are_no_numbers(tmp_path):
    folder = described(tmp_path)
    weights = bytearray((STARTER / "weights.safetensors").read_bytes())
    weights[-4:] = struct.pack("<f", np.nan)
    (folder / "weights.safetensors").write_bytes(weights)
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, "sha256": hashlib.sha256(weights).hexdigest()}))
    refused(IN_TORCH, folder)


@pytest.mark.parametrize("size", [0, 2**40, 2**63, 2**64 - 1])
def test_weights_whose_header_lies(tmp_path, size):
    folder = described(tmp_path)
    weights = struct.pack("<Q", size) + (STARTER / "weights.safetensors").read_bytes()[8:]
    (folder / "weights.safetensors").write_bytes(weights)
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, "sha256": hashlib.sha256(weights).hexdigest()}))
    refused(IN_TORCH, folder)


def node(kind: str, inputs: list[str], outputs: list[str], **attributes: object) -> onnx.NodeProto:
    return onnx.helper.make_node(kind, inputs, outputs, **attributes)


def completion(*nodes: onnx.NodeProto, weights: dict[str, np.ndarray] | None = None) -> onnx.ModelProto:
    """A completion network of its own making: `nodes` lead from the inputs to "output"."""
    names = {"features": 3, "keys": 3, "key_times": 2, "times": 2}
    graph = onnx.helper.make_graph(
        list(nodes),
        "completion",
        [
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * rank)
            for name, rank in names.items()
        ],
        [onnx.helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    operators = [onnx.helper.make_opsetid("", 20), onnx.helper.make_opsetid("com.microsoft", 1)]
    return onnx.helper.make_model(graph, ir_version=10, opset_imports=operators)


def external() -> onnx.ModelProto:
    """Its weights are the user's own file."""
    model = completion(node("Add", ["keys", "secret"], ["output"]), weights={"secret": np.zeros(1, np.float32)})
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../../../etc/passwd")
    return model


def constant_in_another_file() -> onnx.ModelProto:
    model = completion(node("Constant", [], ["secret"], value=external().graph.initializer[0]))
    model.graph.node.append(node("Add", ["keys", "secret"], ["output"]))
    return model


def endless() -> onnx.ModelProto:
    """A loop that goes on for ever."""
    value = onnx.helper.make_tensor_value_info
    body = onnx.helper.make_graph(
        [node("Identity", ["go"], ["on"]), node("Identity", ["x"], ["y"])],
        "body",
        [value("turn", onnx.TensorProto.INT64, []), value("go", onnx.TensorProto.BOOL, []), value("x", 1, None)],
        [value("on", onnx.TensorProto.BOOL, []), value("y", 1, None)],
    )
    return completion(node("Loop", ["", "yes", "keys"], ["output"], body=body), weights={"yes": np.array(True)})


def function() -> onnx.ModelProto:
    model = completion(node("Own", ["keys"], ["output"], domain="own"))
    model.opset_import.append(onnx.helper.make_opsetid("own", 1))
    made = onnx.helper.make_function(
        "own", "Own", ["x"], ["y"], [node("Identity", ["x"], ["y"])], [onnx.helper.make_opsetid("", 20)]
    )
    model.functions.append(made)
    return model


def huge(*size: int) -> onnx.ModelProto:
    return completion(
        node("ConstantOfShape", ["size"], ["all"]),
        node("ReduceMax", ["all"], ["most"], keepdims=0),
        node("Add", ["keys", "most"], ["output"]),
        weights={"size": np.array(size, np.int64)},
    )


def grown_while_running() -> onnx.ModelProto:
    """Nothing in the file is large: a product of the times with themselves, again and again."""
    return completion(
        node("Tile", ["times", "often"], ["many"]),
        node("ReduceMax", ["many"], ["most"], keepdims=0),
        node("Add", ["keys", "most"], ["output"]),
        weights={"often": np.array([10**6, 10**6], np.int64)},
    )


HARMFUL = {
    "weights in another file": external,
    "a constant in another file": constant_in_another_file,
    "a loop without an end": endless,
    "an operator of another library": lambda: completion(node("Gelu", ["keys"], ["output"], domain="com.microsoft")),
    "a function": function,
    "four terabytes": lambda: huge(10**6, 10**6),
    "more numbers than there are": lambda: huge(2**40, 2**40),
    "a negative size": lambda: huge(-1),
    "large when it runs": grown_while_running,
    "another shape": lambda: completion(node("Concat", ["keys", "keys"], ["output"], axis=1)),
    "another type": lambda: completion(node("Cast", ["keys"], ["output"], to=onnx.TensorProto.STRING)),
    "no numbers": lambda: completion(
        node("Gather", ["keys", "first"], ["one"], axis=1),
        node("Log", ["minus"], ["nan"]),
        node("Add", ["one", "nan"], ["rows"]),
        node("Expand", ["rows", "shape"], ["output"]),
        weights={
            "first": np.array([0]),
            "minus": np.array([-1], np.float32),
            "shape": np.array([1, 3, 22]),
        },
    ),
    "another input": lambda: completion(node("Identity", ["nothing"], ["output"])),
    "an unknown operator": lambda: completion(node("Nothing", ["keys"], ["output"])),
    "no output": lambda: onnx.helper.make_model(onnx.helper.make_graph([], "", [], [])),
}


def with_network(folder: Path, content: bytes) -> Path:
    """A copy of the starter whose first completion network is `content`, and described so."""
    folder = described(folder)
    (folder / "complete.0.onnx").write_bytes(content)
    description = json.loads((folder / "model.json").read_text())
    description["networks"]["complete.0"] = hashlib.sha256(content).hexdigest()
    (folder / "model.json").write_text(json.dumps(description))
    return folder


@pytest.mark.parametrize("name", HARMFUL)
def test_networks_that_are_more_than_data(tmp_path, name):
    refused(LOAD, with_network(tmp_path, HARMFUL[name]().SerializeToString()), "cpu")


@pytest.mark.parametrize("kept", [0, 1, 100, 20_000])
def test_networks_that_are_cut_off(tmp_path, kept):
    refused(LOAD, with_network(tmp_path, (STARTER / "complete.0.onnx").read_bytes()[:kept]), "cpu")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> dict:
    """The arrays of a take of one second, made from given phones."""
    path = tmp_path_factory.mktemp("spoken") / "take.npz"
    phones = [["SIL", 0, 0.3], ["M", 0.3, 0.6], ["AA", 0.6, 1.0]]
    request = generate.Request(audio=str(LINE), output=str(path), fps=30.0, end=1.0, phones=phones)
    generate.run(request, ModelCache(), lambda *_: None)
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def meta_of(arrays: dict, **changed: object) -> np.ndarray:
    return np.array(json.dumps({**json.loads(str(arrays["meta"])), **changed}))


# Changes of a take's arrays; completion must give finite motion or one sentence for each.
OTHERS = {
    "nothing heard": lambda take: {"acoustics": np.zeros((0, 0), np.float16)},
    "too few columns": lambda take: {"acoustics": np.zeros((100, 3), np.float16)},
    "no columns": lambda take: {"acoustics": np.zeros((100, 0), np.float16)},
    "other columns of another version": lambda take: {
        "acoustics": np.zeros((100, 3), np.float16),
        "meta": meta_of(take, hearing="another"),
    },
    "as loud as it gets": lambda take: {"acoustics": np.full(take["acoustics"].shape, 6e4, np.float16)},
    "counted in words": lambda take: {"meta": meta_of(take, completed="twice")},
    "settings of another kind": lambda take: {"meta": meta_of(take, settings=[1])},
    "a style that is a list": lambda take: {"meta": meta_of(take, settings={"style": ["clear"]})},
    "blinks that are a number": lambda take: {"meta": meta_of(take, settings={"blinks": 5})},
    "phones of no length": lambda take: dict(
        zip(("phone_labels", "phone_start", "phone_end"), (np.array(["AA"]), np.zeros(1), np.zeros(1)), strict=True)
    ),
    "no phones": lambda take: dict(
        zip(("phone_labels", "phone_start", "phone_end"), (np.zeros(0, "U1"), np.zeros(0), np.zeros(0)), strict=True)
    ),
    "phones of another alphabet": lambda take: {"phone_labels": np.array(["a", "b", "c"])},
}


@pytest.mark.parametrize("name", OTHERS)
def test_takes_of_others_are_completed_or_refused(tmp_path, spoken, name):
    keys = {"key_frames": np.array([0, 20]), "key_weights": np.full((2, 1), 0.5), "channels": np.array(["jawOpen"])}
    np.savez(tmp_path / "take.npz", **{**spoken, **OTHERS[name](spoken)})
    np.savez(tmp_path / "keys.npz", **keys)
    take, keys, output = (str(tmp_path / name) for name in ("take.npz", "keys.npz", "done.npz"))
    try:
        complete.run(complete.Request(take=take, keys=keys, output=output), ModelCache(), lambda *_: None)
    except InputError:
        assert not (tmp_path / "done.npz").exists()
        return
    assert np.isfinite(read_take(output).weights).all()


@pytest.mark.parametrize("lead", [0.5, -0.5])
def test_a_lead_longer_than_the_sound(tmp_path, lead):
    request = generate.Request(
        audio=str(LINE),
        output=str(tmp_path / "a.npz"),
        fps=30.0,
        end=0.3,
        lead=lead,
        phones=[["M", 0, 0.1], ["AA", 0.1, 0.3]],
    )
    generate.run(request, ModelCache(), lambda *_: None)
    assert np.isfinite(read_take(tmp_path / "a.npz").weights).all()


@pytest.mark.parametrize("phones", [[["AA", 0, 0]], [["AA", 0, 0], ["B", 0, 0]], [["SIL", 0, 0.0]]])
def test_phones_that_last_no_time(phones):
    with pytest.raises(InputError, match="last no time"):
        track_of(phones)
