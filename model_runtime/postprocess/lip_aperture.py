"""Opening: part or close the lips of a motion by a given gap, with the channels that do it in a face."""

import numpy as np

__all__ = ["close_lips", "part_lips"]


def part_lips(weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Weights (T, K) in [0, 1] with the lips `amount` (T,) IOD further apart; what is below 0 is passed over.

    gap: (K,) IOD that each channel opens the inner lips by at weight 1 (negative: closes). Lips that mouthClose holds
    together part first, then the jaw drops.
    """
    close, jaw = channels.index("mouthClose"), channels.index("jawOpen")
    amount = np.clip(amount, 0, None)
    result = weights.copy()
    released = np.minimum(result[:, close], amount / -gap[close])
    result[:, close] -= released
    result[:, jaw] += (amount + released * gap[close]) / gap[jaw]
    return np.clip(result, 0, 1)


def close_lips(weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Weights (T, K) in [0, 1] with the lips `amount` (T,) IOD nearer, closed at the most; below 0 is passed over.

    gap: see part_lips. Lifted and lowered lips return; mouthClose makes up for the jaw, which stays.
    """
    opened = weights @ gap
    share = np.clip(np.divide(amount, opened, out=np.zeros_like(opened), where=opened > 1e-6), 0, 1)
    close, jaw = channels.index("mouthClose"), channels.index("jawOpen")
    opening = [k for k in range(len(channels)) if gap[k] > 1e-3 and k != jaw]
    result = weights.copy()
    result[:, opening] *= (1 - share)[:, None]
    removed = (weights - result)[:, opening] @ gap[opening]
    left = np.clip(share * np.clip(opened, 0, None) - removed, 0, None)
    result[:, close] = np.minimum(result[:, close] + left / -gap[close], result[:, jaw])
    return result
