"""ModelCache: keeps loaded models and speech decoders between requests."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model_runtime.linguistics.decoders import Decoders
from model_runtime.model.checkpoint import Model, load_model, model_state

if TYPE_CHECKING:
    from model_runtime.heads.source import Source

__all__ = ["ModelCache"]


@dataclass
class ModelCache:
    """Speech decoders, models and the project's own head, loaded on first use. Not thread-safe.

    models: (name, device) -> (state of the model's files when it was loaded, the model). own: the head, or empty.
    """

    decoders: Decoders = field(default_factory=Decoders)
    models: dict[tuple[str, str], tuple[object, Model]] = field(default_factory=dict)

    own: list["Source"] = field(default_factory=list)

    def source(self) -> "Source":
        """The project's own head, whose shapes define every channel."""
        from model_runtime.heads.source import make_source

        if not self.own:
            self.own.append(make_source())
        return self.own[0]

    def model(self, name: str, device: str) -> Model:
        """The model "starter" or of a folder, loaded again when one of its files has changed."""
        state = model_state(name)
        key = (name, device)
        if key not in self.models or self.models[key][0] != state:
            self.models[key] = (state, load_model(name, device))
        return self.models[key][1]
