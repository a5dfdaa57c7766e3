"""Lip aperture: part or close the lips of a motion by an amount in IOD, with jaw and lip channels."""

import numpy as np

from model_runtime.postprocess.motion import Motion

__all__ = ["close_lips", "part_lips"]


def part_lips(motion: Motion, amount: np.ndarray) -> Motion:
    """Increase the aperture by `amount` (T,) IOD; negative amounts change nothing. Weights stay in [0, 1].

    First mouthClose is reduced, then jawOpen is raised.
    """
    gap, close, jaw = motion.aperture_per_channel, motion.column("mouthClose"), motion.column("jawOpen")
    amount = np.clip(amount, 0, None)
    result = motion.weights.copy()
    released = np.minimum(result[:, close], amount / -gap[close])
    result[:, close] -= released
    result[:, jaw] += (amount + released * gap[close]) / gap[jaw]
    return motion.moved_to(np.clip(result, 0, 1))


def close_lips(motion: Motion, amount: np.ndarray, kept: tuple[str, ...] = ()) -> Motion:
    """Reduce the aperture by `amount` (T,) IOD, at most until the lips are closed; negative amounts change nothing.

    Channels that open the lips are reduced, except jawOpen and those `kept`, which stay: mouthClose makes up for them.
    """
    weights, gap = motion.weights, motion.aperture_per_channel
    opened = motion.aperture
    share = np.clip(np.divide(amount, opened, out=np.zeros_like(opened), where=opened > 1e-6), 0, 1)
    close, jaw = motion.column("mouthClose"), motion.column("jawOpen")
    opening = [k for k in range(len(motion.channels)) if gap[k] > 1e-3 and k != jaw and motion.channels[k] not in kept]
    result = weights.copy()
    result[:, opening] *= (1 - share)[:, None]
    removed = (weights - result)[:, opening] @ gap[opening]
    left = np.clip(share * np.clip(opened, 0, None) - removed, 0, None)
    result[:, close] = np.minimum(result[:, close] + left / -gap[close], result[:, jaw])
    return motion.moved_to(result)
