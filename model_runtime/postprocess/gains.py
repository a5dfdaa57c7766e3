"""Gains and smoothing of the channels, as set by the user and the style."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.motion import Motion

__all__ = ["scale", "smooth"]


def scale(motion: Motion, context: Context) -> Motion:
    """Multiply each channel by its gain."""
    return motion.moved_to(motion.weights * context.adjustments.gains)


def smooth(motion: Motion, context: Context) -> Motion:
    """Smooth each channel over time with a Gaussian and keep it within the bounds."""
    weights, amount = motion.weights, context.adjustments.smoothing
    if amount > 0:
        width_frames = amount * context.config.heaviest_smoothing_s * context.fps
        weights = gaussian_filter1d(weights, width_frames, axis=0)
    return motion.moved_to(np.clip(weights, *motion.bounds))
