"""Time of the paper's network against its speech encoder alone, both untrained: speed does not depend on weights."""

import time
from collections.abc import Callable
from statistics import median

import torch

from benchmarks.worker import LINE
from model_runtime.model.paper.config import PaperConfig
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.speech.audio import read_audio

__all__ = ["paper_against_encoder"]

TIMES = 3  # measured runs, after one run to warm up
FPS = 30.0  # frames a second of the motion


@torch.inference_mode()
def paper_against_encoder() -> list[tuple[str, str]]:
    """Measure wav2vec 2.0 base with width 512 and 50 output values a frame; key motions at every third frame."""
    channels = tuple(f"basis{index}" for index in range(50))
    network = KMTalkNetwork(PaperConfig(channels, FPS, {"model_type": "wav2vec2"})).eval()
    samples = torch.from_numpy(read_audio(LINE).samples)
    frames = round(len(samples) / 16000 * FPS) + 1
    times = torch.arange(frames) / FPS
    key_times = torch.arange(0, frames, 3) / FPS
    alone = _median(lambda: network.encoder(samples, times))
    whole = _median(lambda: network(samples, frames, key_times))
    share = whole / alone
    return [
        ("paper configuration against wav2vec 2.0 base alone, 6 s line", f"{whole:.2f} s / {alone:.2f} s = {share:.2f}")
    ]


def _median(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return median(seconds[1:])
