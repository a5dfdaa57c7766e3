"""Speech encoders: wav2vec 2.0, HuBERT and WavLM through transformers, and our log-mel one; features at motion
frames."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_runtime.errors import InputError
from model_runtime.files.hub import hub_options
from model_runtime.files.input_files import is_folder
from model_runtime.libraries import keep_no_compiled_code
from model_runtime.model.paper.config import LOG_MEL
from model_runtime.networks.building import within_folder
from model_runtime.networks.key_motion import sample_steps
from model_runtime.networks.starter.encoder import ConvBlock
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.log_mel import ACOUSTIC_RATE, BANDS, acoustics

__all__ = ["LogMelEncoder", "SpeechEncoder", "build_encoder", "load_encoder"]

KNOWN = ("hubert", "wav2vec2", "wavlm")
# The convolutional front of all three gives a row every 320 samples, from windows of 400. Seconds between two rows:
STEP = 320 / SAMPLE_RATE
# Middle of the first row's window, s.
CENTRE = 200 / SAMPLE_RATE
# Numbers a row of the log-mel encoder.
LOG_MEL_WIDTH = 160
# Its convolutional layers.
LOG_MEL_DEPTH = 4


class SpeechEncoder(nn.Module):
    """A pretrained speech model: frozen convolutional front, rows resampled to the motion's frames, Transformer."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        # Imported here: it takes seconds, which the starter model does not need.
        from transformers import AutoModel

        keep_no_compiled_code()
        self.speech = AutoModel.from_config(config)
        self.width = int(config.hidden_size)
        for parameter in self.speech.feature_extractor.parameters():
            parameter.requires_grad_(False)

    def forward(self, samples: Tensor, times: Tensor) -> Tensor:
        """(T, H) features at times (T,) s of samples (N,), 16 kHz."""
        return self.encode(samples, times)

    def encode(self, samples: Tensor, times: Tensor) -> Tensor:
        """As `forward`; what is exported."""
        # Zero mean and unit variance, as the pretrained models' feature extractors do.
        samples = (samples - samples.mean()) / (samples.std(correction=0) + 1e-7)
        least = round(2 * (CENTRE + STEP) * SAMPLE_RATE)
        samples = nn.functional.pad(samples, (0, max(0, least - len(samples))))
        with torch.no_grad():
            rows = self.speech.feature_extractor(samples[None]).transpose(1, 2)
        # Resampled before the Transformer, as the field does, but at the exact times: the field stretches the clip.
        rows = sample_steps(rows, (times[None] - CENTRE), 1 / STEP)
        projected = self.speech.feature_projection(rows)
        hidden = projected[0] if isinstance(projected, tuple) else projected
        return self.speech.encoder(hidden)[0][0]


class LogMelEncoder(nn.Module):
    """Log-mel spectrum and loudness, then dilated convolutions: small, trained from scratch, nothing to download."""

    def __init__(self) -> None:
        super().__init__()
        self.width = LOG_MEL_WIDTH
        self.enter = nn.Conv1d(BANDS + 1, self.width, 5, padding=2)
        self.blocks = nn.ModuleList(ConvBlock(self.width, 2**layer, 0.1) for layer in range(LOG_MEL_DEPTH))

    def forward(self, samples: Tensor, times: Tensor) -> Tensor:
        """(T, H) features at times (T,) s of samples (N,), 16 kHz."""
        spectrum = acoustics(Waveform(samples.detach().cpu().numpy()))
        return self.encode(torch.from_numpy(spectrum).to(samples.device), times)

    def encode(self, spectrum: Tensor, times: Tensor) -> Tensor:
        """(T, H) features at times (T,) s, from log-mel and loudness (A, BANDS + 1); what is exported."""
        x = self.enter(spectrum.T[None]).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return sample_steps(x, times[None], ACOUSTIC_RATE)[0]


def build_encoder(description: dict) -> nn.Module:
    """An encoder with random weights from its description (PaperConfig.encoder). Raises InputError for other kinds."""
    kind = description.get("model_type")
    if kind == LOG_MEL:
        return LogMelEncoder()
    if kind not in KNOWN:
        raise InputError(f"There is no speech encoder of the kind {kind}; known are {LOG_MEL}, {', '.join(KNOWN)}.")
    from transformers import AutoConfig

    try:
        config = AutoConfig.for_model(
            **{name: value for name, value in description.items() if name != "transformers_version"}
        )
        return SpeechEncoder(config)
    except InputError:
        raise
    # transformers raises exceptions of many types for a bad description.
    except Exception as error:
        raise InputError(f"The description of the {kind} encoder cannot be used; export the model again.") from error


def load_encoder(name: str, allow_download: bool) -> tuple[dict, nn.Module]:
    """A pretrained encoder and its description: log-mel, a local folder, or a hub id.

    A hub id is only downloaded with `allow_download`; otherwise it must lie in the local cache. Weights are read from
    safetensors alone, so nothing in them can run. Raises InputError when it is not there or of another kind.
    """
    if name == LOG_MEL:
        return {"model_type": LOG_MEL}, LogMelEncoder()
    from transformers import AutoConfig, AutoModel

    try:
        with hub_options(name, allow_download) as options:
            config = AutoConfig.from_pretrained(name, **options)
            if config.model_type not in KNOWN:
                raise InputError(f"{name} is a {config.model_type}; choose a {', '.join(KNOWN)} model, or {LOG_MEL}.")
            with within_folder(Path(name)) if is_folder(name) else nullcontext():
                pretrained = AutoModel.from_pretrained(name, config=config, use_safetensors=True, **options)
                encoder = SpeechEncoder(config)
        encoder.speech.load_state_dict(pretrained.state_dict())
    except InputError:
        raise
    # transformers raises exceptions of many types for missing files and for configurations that do not fit the weights.
    except Exception as error:
        fix = "name a folder with config.json and model.safetensors"
        if not is_folder(name) and not allow_download:
            fix += ", or allow the download"
        raise InputError(f"The speech encoder {name} is not here; {fix}.") from error
    return config.to_diff_dict() | {"model_type": config.model_type}, encoder
