"""Time of generate and complete, as multiples of real time where a length is given."""

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from benchmarks.worker import LINE, TEXT, Worker
from model_runtime.commands import generate
from model_runtime.files.npz import write_npz
from model_runtime.service.model_cache import ModelCache
from model_runtime.take import read_take

__all__ = ["cold_start", "completion", "generation", "processor"]

TIMES = 5  # measured runs, after one run to warm up
SECONDS = 10.0  # length of the line


def cold_start() -> list[tuple[str, str]]:
    """Seconds from the start of the worker to its hello, and to the first take."""
    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        first, _ = worker.ask("generate", audio=str(LINE), output=f"{folder}/a.npz", fps=30, transcript=TEXT)
        total = worker.hello + first
    return [
        ("worker: start to hello", f"{worker.hello:.2f} s"),
        ("worker: start to the first take (6 s line, transcript)", f"{total:.2f} s"),
    ]


def generation() -> list[tuple[str, str]]:
    """Seconds of generate in a warm worker for a line of ten seconds, with and without its transcript."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        line, text = _ten_seconds(Path(folder))
        for name, options in (("with transcript", {"transcript": text}), ("without transcript", {})):
            runs = [
                worker.ask("generate", audio=str(line), output=f"{folder}/a.npz", fps=30, **options)
                for _ in range(TIMES + 1)
            ][1:]
            seconds = median(run[0] for run in runs)
            stages = ", ".join(f"{stage} {value:.2f}" for stage, value in runs[-1][1]["seconds"].items())
            rows.append(
                (
                    f"generate, warm, 10 s line, {name}",
                    f"{seconds:.2f} s, {SECONDS / seconds:.0f}x real time ({stages})",
                )
            )
    return rows


def processor() -> list[tuple[str, str]]:
    """Processor seconds of the same requests in this process; the machine's load hardly changes them."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        line, text = _ten_seconds(Path(folder))
        cache = ModelCache()
        for name, transcript in (("with transcript", text), ("without transcript", None)):
            request = generate.Request(audio=str(line), output=f"{folder}/a.npz", fps=30, transcript=transcript)
            seconds = []
            for _ in range(1 + TIMES):
                began = time.process_time()
                generate.run(request, cache, lambda *_: None)
                seconds.append(time.process_time() - began)
            used = median(seconds[1:])
            rows.append(
                (f"generate, warm, 10 s line, {name}, of one core", f"{used:.2f} s, {SECONDS / used:.0f}x real time")
            )
    return rows


def completion() -> list[tuple[str, str]]:
    """Seconds of complete in a warm worker, for a take of ten seconds with one edited key motion."""
    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        line, text = _ten_seconds(Path(folder))
        take, keys = f"{folder}/take.npz", f"{folder}/keys.npz"
        worker.ask("generate", audio=str(line), output=take, fps=30, transcript=text)
        made = read_take(take)
        weights = made.key_weights.copy()
        weights[len(weights) // 2] *= 0.5
        write_npz(keys, {"key_frames": made.key_frames, "key_weights": weights, "channels": np.array(made.channels)})
        runs = [worker.ask("complete", take=take, keys=keys, output=f"{folder}/b.npz")[0] for _ in range(TIMES + 1)]
    return [("complete, warm, 10 s take", f"{median(runs[1:]):.3f} s")]


def _ten_seconds(folder: Path) -> tuple[Path, str]:
    """A ten-second WAV of the bundled line, repeated and cut at ten seconds, and a matching share of its words."""
    samples, rate = soundfile.read(LINE)
    wanted = round(SECONDS * rate)
    path = folder / "ten.wav"
    soundfile.write(path, np.concatenate([samples, samples])[:wanted], rate)
    words = TEXT.split()
    return path, " ".join([*words, *words[: round(len(words) * (wanted / len(samples) - 1))]])
