"""Train the network that hears sounds, from voices and recordings to the files that ship.

    python -m model_runtime.training.sounds.train ../shared/data runs/sounds

It needs flite and espeak-ng (packages of the system) and requirements/train.lock. Speech whose times are not exact is
aligned again three times during the training.
"""

import csv
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import click
import numpy as np
import torch
from torch import Tensor, nn

from model_runtime.files.atomic import write_atomic
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.heard_sounds import BOUNDARY_WEIGHT, PRIOR_SHARE
from model_runtime.linguistics.sounds import PAUSE, SOUNDS
from model_runtime.linguistics.text_graph import BETWEEN_WORDS, text_graph
from model_runtime.linguistics.viterbi import best_path
from model_runtime.networks.export import export_sounds
from model_runtime.networks.sounds import SoundNetwork
from model_runtime.speech.log_mel import ACOUSTIC_RATE
from model_runtime.training.sounds.material import Material, materials
from model_runtime.training.sounds.utterances import espeak_speech, flite_speech, kokoro_speech, recorded_speech

__all__ = ["main", "train_sounds"]

# Rows of an example, and examples of a step.
ROWS, EXAMPLES = 250, 16
RATE = 2.5e-3
# Steps over which the rate rises.
WARM_UP = 100
# Shares of the training at which speech is aligned again, and how far a sound may move then, s.
ALIGNED_AT = ((0.3, 0.08), (0.55, 0.1), (0.8, 0.1))
# How often a row of a kind of speech is taken.
SHARES = {"flite": 1.0, "espeak": 0.6, "kokoro": 1.5, "recorded": 1.0}
SMOOTHING = 0.1
# Weight of the boundaries' loss.
BOUNDARIES = 2.5
# Noise on the features, share of each column's standard deviation; one draw an example, as of another microphone.
FEATURE_NOISE = 0.1
# Added to the counts of sounds, and of pairs.
UNSEEN, UNSEEN_PAIR = 50.0, 1.0
# What a sound out of its reach fits worse.
OUT_OF_REACH = 30.0


def train_sounds(material: Sequence[Material], steps: int, seed: int, threads: int) -> dict[str, bytes]:
    """Name -> content of the files of the network."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    generator = np.random.default_rng(seed)
    network = SoundNetwork(material[0].features.shape[1])
    network.standardise(torch.from_numpy(np.concatenate([each.features[::7] for each in material]).astype(np.float32)))
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    shares = np.array([SHARES[each.name.split()[0]] * len(each.features) for each in material])
    marks = [(round(share * steps), reach) for share, reach in ALIGNED_AT]
    network.train()
    for step in range(steps):
        for mark, reach in marks:
            if step == mark:
                _align_again(network, material, reach)
        rate = RATE * min(1.0, step / WARM_UP) * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.02)
        for group in optimizer.param_groups:
            group["lr"] = rate
        chosen = [material[index] for index in generator.choice(len(material), EXAMPLES, p=shares / shares.sum())]
        features, rows, boundaries = _batch(chosen, generator)
        features = features + torch.randn(len(features), 1, features.shape[2]) * network.spread * FEATURE_NOISE
        loss = _loss(network(features), rows, boundaries)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        if step % 200 == 0:
            click.echo(f"step {step} of {steps}: loss {loss.item():.3f}")
    network.eval()
    facts = {"prior": _prior(material).round(5).tolist(), "follow": _follow(material).round(4).tolist()}
    files = {"sounds.onnx": export_sounds(network), "sounds.json": json.dumps(facts).encode()}
    listed = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for name, content in files.items()
    }
    return files | {"files.json": (json.dumps({"files": listed}, indent=1) + "\n").encode()}


def _batch(chosen: Sequence[Material], generator: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """(B, ROWS, columns) features, (B, ROWS) sounds, (B, ROWS) boundaries; -1 in both where an utterance has ended."""
    features, rows, boundaries = [], [], []
    for each in chosen:
        start = int(generator.integers(0, max(1, len(each.rows) - ROWS)))
        part = slice(start, start + ROWS)
        short = (0, max(0, ROWS - len(each.rows)))
        features.append(np.pad(each.features[part].astype(np.float32), (short, (0, 0)), mode="edge"))
        rows.append(np.pad(each.rows[part], short, constant_values=-1))
        boundaries.append(np.pad(each.boundaries[part], short, constant_values=-1))
    return tuple(torch.from_numpy(np.stack(each)) for each in (features, rows, boundaries))  # type: ignore[return-value]


def _loss(output: Tensor, rows: Tensor, boundaries: Tensor) -> Tensor:
    sounds = nn.functional.cross_entropy(
        output[..., :-1].transpose(1, 2), rows, ignore_index=-1, label_smoothing=SMOOTHING
    )
    known = boundaries >= 0
    edges = nn.functional.binary_cross_entropy_with_logits(output[..., -1][known], boundaries[known])
    return sounds + BOUNDARIES * edges


def _align_again(network: SoundNetwork, material: Sequence[Material], reach: float) -> None:
    """Move the sounds of speech without exact times to where the network hears them, at most `reach` s."""
    network.eval()
    prior = _prior(material)
    for each in material:
        words = each.words
        if each.exact or not words:
            continue
        with torch.no_grad():
            heard = network(torch.from_numpy(each.features.astype(np.float32))[None])[0].numpy()
        spans = [span for word in words for span in word]
        columns = [SOUNDS.index(span.sound) for span in spans]
        fits = (heard[:, :-1] - PRIOR_SHARE * prior)[:, [*columns, SOUNDS.index(PAUSE)]]
        times = np.arange(len(fits)) / ACOUSTIC_RATE
        for column, span in enumerate(spans):
            fits[(times < span.start - reach) | (times > span.end + reach), column] -= OUT_OF_REACH
        text = text_graph([[tuple(span.sound for span in word)] for word in words], len(spans), np.inf)
        # Each sound of the text has a column of its own, as each has its own reach.
        places = np.where(text.words == BETWEEN_WORDS, len(spans), np.cumsum(text.words != BETWEEN_WORDS) - 1)
        path = best_path(replace(text.graph, sounds=places), fits, BOUNDARY_WEIGHT * heard[:, -1])
        if path is None:
            continue
        edges = [max((visit.first - 0.5) / ACOUSTIC_RATE, 0.0) for visit in path] + [len(fits) / ACOUSTIC_RATE]
        each.label(
            tuple(
                replace(spans[0], sound=PAUSE if place == len(spans) else spans[place].sound, start=start, end=end)
                for place, start, end in zip((places[v.state] for v in path), edges[:-1], edges[1:], strict=True)
            )
        )
    network.train()


def _prior(material: Sequence[Material]) -> np.ndarray:
    """(S,) natural log of each sound's share of the rows."""
    counts = np.bincount(np.concatenate([each.rows for each in material]), minlength=len(SOUNDS)) + UNSEEN
    return np.log(counts / counts.sum())


def _follow(material: Sequence[Material]) -> np.ndarray:
    """(S, S) natural log of how often sound j follows sound i."""
    counts = np.full((len(SOUNDS), len(SOUNDS)), UNSEEN_PAIR)
    for each in material:
        changes = np.flatnonzero(np.diff(each.rows))
        np.add.at(counts, (each.rows[changes], each.rows[changes + 1]), 1)
    return np.log(counts / counts.sum(axis=1, keepdims=True))


def _clips(data: Path, count: int, seed: int) -> list[tuple[Path, str]]:
    """Training clips of people and `count` of GRID: files with their words."""
    found = []
    for folder, most in (("people", None), ("grid", count)):
        with (data / folder / "clips.tsv").open(encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream, delimiter="\t") if row["split"] == "train"]
        rows = rows if most is None else random.Random(seed).sample(rows, min(most, len(rows)))
        found += [(data / folder / f"{row['clip']}.flac", row["text"]) for row in rows]
    return found


def _put(content: bytes, stream: BinaryIO) -> None:
    stream.write(content)


@click.command()
@click.argument("data", type=Path)
@click.argument("folder", type=Path)
@click.option("--steps", default=4000, show_default=True, help="Steps of the training.")
@click.option("--seed", default=0, show_default=True, help="Seed of the weights and examples.")
@click.option("--threads", default=2, show_default=True, help="Threads of the training.")
def main(data: Path, folder: Path, steps: int, seed: int, threads: int) -> None:
    """Train on the recordings in DATA (grid/, people/) and synthetic voices; write the network to FOLDER."""
    speech = [*flite_speech(), *espeak_speech(45, 5), *kokoro_speech(80, 0)]
    speech += recorded_speech(_clips(data, 200, 2), Decoders())
    files = train_sounds([each for utterance in speech for each in materials(utterance)], steps, seed, threads)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomic(folder / name, partial(_put, content))


if __name__ == "__main__":
    main()
