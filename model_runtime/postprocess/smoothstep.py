"""Easing from 0 to 1, without a jump in velocity at either end."""

import numpy as np

__all__ = ["ease"]


def ease(share: np.ndarray) -> np.ndarray:
    """Smoothstep (3 x^2 - 2 x^3) of `share` clipped to [0, 1]; same shape."""
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)
