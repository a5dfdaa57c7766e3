"""ModelCache: keeps loaded models and speech decoders between requests."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model_runtime.linguistics.decoders import Decoders
from model_runtime.model.checkpoint import Model, load_model, model_state

if TYPE_CHECKING:
    from model_runtime.heads.head import Head
    from model_runtime.heads.source import Source

__all__ = ["ModelCache"]


@dataclass
class ModelCache:
    """Speech decoders, models and the project's own head, loaded on first use. Not thread-safe.

    models: (name, device) -> (state of the model's files when it was loaded, the model). heads, sources: the
    head, alone and prepared for the transfer, or empty.
    """

    decoders: Decoders = field(default_factory=Decoders)
    models: dict[tuple[str, str], tuple[object, Model]] = field(default_factory=dict)

    heads: list["Head"] = field(default_factory=list)
    sources: list["Source"] = field(default_factory=list)

    def head(self) -> "Head":
        """The project's own head."""
        # Imported here and below: most lines need no head.
        from model_runtime.heads.own_head import own_head

        if not self.heads:
            self.heads.append(own_head())
        return self.heads[0]

    def source(self) -> "Source":
        """The project's own head, whose shapes define every channel, prepared for the transfer to other heads."""
        from model_runtime.heads.source import make_source

        if not self.sources:
            self.sources.append(make_source(self.head()))
        return self.sources[0]

    def model(self, name: str, device: str) -> Model:
        """The model "starter" or of a folder, loaded again when one of its files has changed."""
        state = model_state(name)
        key = (name, device)
        if key not in self.models or self.models[key][0] != state:
            self.models[key] = (state, load_model(name, device))
        return self.models[key][1]
