"""Warm: what is slow to load and kept between requests."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from model_runtime.input_files import is_file
from model_runtime.linguistics.decoders import Decoders

if TYPE_CHECKING:
    from model_runtime.heads.source import Source
    from model_runtime.model.checkpoint import Model

__all__ = ["Warm"]


@dataclass
class Warm:
    """Decoders of speech, models and our own head, made when first asked for. Not for several threads at once."""

    decoders: Decoders = field(default_factory=Decoders)
    models: dict[tuple[str, str], tuple[float, "Model"]] = field(default_factory=dict)

    own: list["Source"] = field(default_factory=list)

    def source(self) -> "Source":
        """Our own head as the definition of every channel."""
        from model_runtime.heads.source import make_source

        if not self.own:
            self.own.append(make_source())
        return self.own[0]

    def model(self, name: str, device: str) -> "Model":
        """The model of that name or folder, loaded again when its folder has changed."""
        # Here, because it brings torch, which takes seconds that phones and hello need not wait for.
        import torch

        from model_runtime.model.checkpoint import load_model

        changed = _changed(name)
        key = (name, device)
        if key not in self.models or self.models[key][0] != changed:
            self.models[key] = (changed, load_model(name, device))
        model = self.models[key][1]
        if model.architecture == "starter":
            # So small that threads only wait for each other, on a busy machine for seconds; and with one the sums are
            # taken in the same order on every machine.
            torch.set_num_threads(1)
        return model


def _changed(name: str) -> float:
    """When a model folder's description was last written; 0 for the starter, which never is."""
    description = Path(name) / "model.json"
    return description.stat().st_mtime if name != "starter" and is_file(description) else 0.0
