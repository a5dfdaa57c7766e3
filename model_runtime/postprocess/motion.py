"""Motion: the weights of a model's channels over time, and the aperture of the lips."""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Motion"]


@dataclass(frozen=True)
class Motion:
    """weights: (T, K), one row a frame. channels: K names. aperture_per_channel: (K,) opening of the inner lips by each
    channel at weight 1, in IOD (distance between the eye centres); negative: it closes them. bounds: least and largest
    weight."""

    weights: np.ndarray
    channels: tuple[str, ...]
    aperture_per_channel: np.ndarray
    bounds: tuple[float, float] = (0.0, 1.0)

    @property
    def aperture(self) -> np.ndarray:
        """(T,) IOD between the inner lips; negative: pressed together."""
        return self.weights @ self.aperture_per_channel

    def column(self, channel: str) -> int:
        """Column of a channel. Raises ValueError for a channel that the motion does not have."""
        return self.channels.index(channel)

    def moved_to(self, weights: np.ndarray) -> "Motion":
        """The same channels with other weights (T, K)."""
        return replace(self, weights=weights)
