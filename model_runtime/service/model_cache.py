"""ModelCache: what is slow to load and kept between requests."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model_runtime.linguistics.decoders import Decoders

if TYPE_CHECKING:
    from model_runtime.heads.source import Source
    from model_runtime.model.checkpoint import Model

__all__ = ["ModelCache"]


@dataclass
class ModelCache:
    """Decoders of speech, models and our own head, made when first asked for. Not for several threads at once.

    models: (name, device) -> the state of its files when it was loaded, and the model.
    """

    decoders: Decoders = field(default_factory=Decoders)
    models: dict[tuple[str, str], tuple[object, "Model"]] = field(default_factory=dict)

    own: list["Source"] = field(default_factory=list)

    def source(self) -> "Source":
        """Our own head as the definition of every channel."""
        from model_runtime.heads.source import make_source

        if not self.own:
            self.own.append(make_source())
        return self.own[0]

    def model(self, name: str, device: str) -> "Model":
        """The model of that name or folder, loaded again when one of its files has changed."""
        # Here, because it brings torch, which takes seconds that phones and hello need not wait for.
        from model_runtime.model.checkpoint import load_model, model_state

        state = model_state(name)
        key = (name, device)
        if key not in self.models or self.models[key][0] != state:
            self.models[key] = (state, load_model(name, device))
        return self.models[key][1]
