"""Phones by a CTC phoneme model of transformers (wav2vec 2.0 with espeak's phonemes and the like), for any language."""

from contextlib import nullcontext
from itertools import groupby
from pathlib import Path

import numpy as np
import torch

from model_runtime.errors import InputError
from model_runtime.files.hub import hub_options
from model_runtime.files.input_files import is_folder, read_json
from model_runtime.linguistics.labels import arpabet
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.networks.building import within_folder
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["PhoneRecogniser"]

# Length of a window whose phones are kept, s.
WINDOW_S = 20.0
# Input on either side of a window, s.
CONTEXT_S = 2.0
# Duration of a phone without near neighbours, and twice the shortest gap that becomes silence, s.
PAUSE = 0.2
# Largest distance of neighbouring peaks whose phones meet halfway, s.
LONGEST = 0.25


class PhoneRecogniser:
    """A phoneme recogniser. Its labels are IPA or ARPAbet; others (word breaks, tones) are ignored."""

    def __init__(self, name: str, allow_download: bool) -> None:
        """name: a local folder or a hub id; only downloaded with allow_download, and only safetensors are read.

        Raises InputError when it is missing, is no CTC model, or has no phonemes in its vocabulary.
        """
        # Imported here: it takes seconds.
        from transformers import AutoModelForCTC
        from transformers.utils import cached_file

        try:
            with hub_options(name, allow_download) as options:
                with within_folder(Path(name)) if is_folder(name) else nullcontext():
                    self.model = AutoModelForCTC.from_pretrained(name, use_safetensors=True, **options).eval()
                path = cached_file(name, "vocab.json", local_files_only=options["local_files_only"])
            vocabulary = {int(index): str(label) for label, index in read_json(str(path)).items()}
        # transformers raises exceptions of many types for missing files and for configurations of other weights.
        except Exception as error:
            raise InputError(
                f"The speech model {name} is not here; name a folder with config.json, model.safetensors and "
                "vocab.json, or allow the download."
            ) from error
        self.blank = int(self.model.config.pad_token_id or 0)
        self.labels = {index: _label(label) for index, label in vocabulary.items() if index != self.blank}
        if not any(self.labels.values()):
            raise InputError(f"The speech model {name} has no phonemes in its vocabulary; choose a phoneme model.")
        self.step = int(np.prod(self.model.config.conv_stride)) / SAMPLE_RATE

    def find_phones(self, waveform: Waveform) -> PhoneTrack:
        """The recognised phones and the silences between them, which tile the waveform."""
        peaks = self._peaks(waveform)
        duration = waveform.duration
        spans: list[Span] = []
        for index, (label, time) in enumerate(peaks):
            before = peaks[index - 1][1] if index else time - LONGEST
            after = peaks[index + 1][1] if index + 1 < len(peaks) else time + LONGEST
            start = max(0.0, (before + time) / 2 if time - before <= LONGEST else time - PAUSE / 2)
            end = min(duration, (time + after) / 2 if after - time <= LONGEST else time + PAUSE / 2)
            spans.append(Span(label, start, end))
        return PhoneTrack(_tiled(spans, duration))

    def _peaks(self, waveform: Waveform) -> list[tuple[str, float]]:
        """(label, s): middle of each run of frames with the same most probable phone."""
        samples = waveform.samples - waveform.samples.mean()
        samples = samples / (samples.std() + 1e-7)
        found = []
        for start in np.arange(0, waveform.duration, WINDOW_S):
            low = max(0.0, start - CONTEXT_S)
            part = samples[round(low * SAMPLE_RATE) : round((start + WINDOW_S + CONTEXT_S) * SAMPLE_RATE)]
            # The convolutions need at least 25 ms; 800 samples are 50 ms.
            part = np.pad(part, (0, max(0, 800 - len(part))))
            with torch.inference_mode():
                best = self.model(torch.from_numpy(part)[None]).logits[0].argmax(dim=-1).tolist()
            frame = 0
            for index, run in groupby(best):
                count = len(list(run))
                time = low + (frame + count / 2) * self.step
                label = self.labels.get(index)
                if label is not None and start <= time < start + WINDOW_S:
                    found.append((label, time))
                frame += count
        return found


def _label(label: str) -> str | None:
    """The ARPAbet phone of a label of the model, None for labels that are no phones."""
    if label in ("", "|", " ") or (label.startswith("<") and label.endswith(">")):
        return None
    try:
        return arpabet(label)
    except InputError:
        return None


def _tiled(spans: list[Span], duration: float) -> tuple[Span, ...]:
    """Spans that tile [0, duration], s: longer gaps become silence, shorter ones belong to the phone before."""
    tiles: list[Span] = []
    at = 0.0
    for span in spans:
        if span.start - at > PAUSE / 2 or not tiles:
            if span.start > at:
                tiles.append(Span(SILENCE, at, span.start))
        elif span.start > at:
            tiles[-1] = Span(tiles[-1].label, tiles[-1].start, span.start)
        start = tiles[-1].end if tiles else at
        if span.end > start:
            tiles.append(Span(span.label, start, span.end))
            at = span.end
    if not tiles or duration > at:
        tiles.append(Span(SILENCE, at, duration))
    return tuple(tiles)
