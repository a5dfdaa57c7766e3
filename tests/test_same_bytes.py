"""The same input gives the same bytes, whatever requests the process has answered before."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conversation import Talk
from other_heads import other_mesh, write_obj
from recordings import LINE, TEXT, TREE

from model_runtime.linguistics.align import align_speech
from model_runtime.linguistics.decoders import Decoders, as_bytes
from model_runtime.speech.audio import Waveform, read_audio
from tests.tiny_paper_model import write_tiny_model

# (start, length) of pieces of the line, seconds: one or two words, cut anywhere. Short pieces show best whether an
# aligner's state from earlier sounds changes its result.
PIECES = [(round(0.31 * number % 4.9, 2), 0.5 + 0.04 * (number % 20)) for number in range(24)]
# Words that no dictionary has. The second begins with the first, but its phones differ.
MADE_UP = ("tamuge", "tamugeing")


def piece(start: float, length: float) -> Waveform:
    return Waveform(read_audio(LINE).samples[round(start * 16000) : round((start + length) * 16000)])


def test_phones_do_not_depend_on_what_was_heard_before():
    there, back = Decoders(), Decoders()
    forward = [align_speech(piece(*each), decoders=there) for each in PIECES]
    backward = [align_speech(piece(*each), decoders=back) for each in reversed(PIECES)]
    assert forward == backward[::-1]


def test_words_do_not_depend_on_the_words_of_other_lines():
    sound = as_bytes(piece(0.3, 1.2).samples)
    alone = {word: Decoders().align(sound, [word]) for word in MADE_UP}
    for order in (MADE_UP, MADE_UP[::-1]):
        warm = Decoders()
        assert {word: warm.align(sound, [word]) for word in order} == alone


def requests(folder: Path, model: Path, mesh: Path) -> dict[str, tuple[str, dict]]:
    """Output file name -> (operation, its parameters without the output)."""
    sound = {"audio": str(LINE), "fps": 30}
    keys, take = str(folder / "keys.npz"), str(folder / "take.npz")
    asked = {
        # Two architectures: the starter comes first in this order, the paper's network first in the reverse order.
        "words.npz": ("generate", sound | {"transcript": TEXT}),
        "made up.npz": ("generate", sound | {"transcript": MADE_UP[0], "start": 0.3, "end": 1.5}),
        "made up too.npz": ("generate", sound | {"transcript": MADE_UP[1], "start": 0.3, "end": 1.5}),
        "large.npz": ("generate", sound | {"model": str(model), "end": 2.0}),
        "refilled.npz": ("complete", {"take": take, "keys": keys}),
        "said.json": ("phones", {"audio": str(LINE)}),
        "said.TextGrid": ("phones", {"audio": str(LINE), "start": 1.0, "end": 1.9}),
        "head.npz": ("head", {}),
        "rigged.npz": ("head", {"mesh": str(mesh), "landmarks": str(folder / "landmarks.json")}),
    }
    for number, (start, length) in enumerate(PIECES[:8]):
        asked[f"piece {number}.npz"] = ("generate", sound | {"start": start, "end": round(start + length, 2)})
    return asked | {"larger.npz": ("generate", sound | {"model": str(model), "transcript": TEXT})}


@pytest.fixture(scope="module")
def asked(tmp_path_factory, model, line) -> dict[str, tuple[str, dict]]:
    from model_runtime.generate import generate
    from model_runtime.settings import Settings
    from model_runtime.take import write_take

    folder = tmp_path_factory.mktemp("given")
    write_tiny_model(folder / "model")
    take = generate(*line, Settings(fps=30), model)
    write_take(take, folder / "take.npz")
    poses = take.key_weights.copy()
    poses[len(poses) // 2] += 0.2
    np.savez(folder / "keys.npz", key_frames=take.key_frames, key_weights=poses, channels=np.array(take.channels))
    mesh = other_mesh()
    write_obj(mesh, folder / "other.obj")
    (folder / "landmarks.json").write_text(json.dumps(mesh.landmarks))
    return requests(folder, folder / "model", folder / "other.obj")


def answers(
    asked: dict[str, tuple[str, dict]], names: list[str], folder: Path, **environment: str
) -> dict[str, set[bytes]]:
    """Output file name -> the set of contents that one worker writes when it answers the requests `names` in order."""
    folder.mkdir()
    talk = Talk(environment={**os.environ, "PYTHONPATH": str(TREE), **environment})
    written: dict[str, set[bytes]] = {name: set() for name in names}
    try:
        for name in names:
            op, params = asked[name]
            event = talk.call(op, **params, output=str(folder / name))
            assert event["event"] == "result", event
            written[name].add((folder / name).read_bytes())
    finally:
        talk.process.kill()
        talk.process.wait()
    return written


def test_every_operation_twice_and_in_two_orders(asked, tmp_path):
    names = list(asked)
    there = answers(asked, names, tmp_path / "there")
    back = answers(asked, [*names[::-1], *names[::-1]], tmp_path / "back")
    assert [name for name in names if len(there[name] | back[name]) > 1] == []


def test_the_starter_does_not_depend_on_the_number_of_threads(asked, tmp_path):
    names = ["words.npz", "made up.npz", "refilled.npz", "head.npz"]
    chosen = {name: asked[name] for name in names}
    assert answers(chosen, names, tmp_path / "all") == answers(chosen, names, tmp_path / "one", OMP_NUM_THREADS="1")


def test_one_process_shards_and_single_lines_agree(asked, tmp_path):
    """The lines use two models, with the right transcript, with made-up words and without a transcript."""
    rows = [params for op, params in asked.values() if op == "generate"]
    manifest = tmp_path / "lines.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    batch = [sys.executable, "-m", "model_runtime", "batch", str(manifest), "-o"]
    for folder, shards in (("alone", ["1/1"]), ("shared", ["3/3", "1/3", "2/3"])):
        for shard in shards:
            subprocess.run(
                [*batch, str(tmp_path / folder), "--shard", shard], cwd=TREE, check=True, capture_output=True
            )
    alone, shared = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).glob("*.npz")} for folder in ("alone", "shared")
    )
    assert len(alone) == len(rows)
    assert alone == shared
    single = answers(asked, [name for name, (op, _) in asked.items() if op == "generate"], tmp_path / "single")
    assert set().union(*single.values()) == set(alone.values())
