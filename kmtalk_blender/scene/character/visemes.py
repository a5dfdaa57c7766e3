"""Characters with visemes (whole mouth shapes) in place of single movements.

A viseme is described by the channels that make it up. The values of the visemes in a frame are those whose sum looks
most like the motion of the channels: bounded least squares on visible features of the mouth (`SEEN`).
"""

import numpy as np

__all__ = ["IMPORTANCE", "blend_values", "seen"]

# Visible change of each channel at weight 1: opening, width, upper and lower lip forward, upper and lower lip up,
# corners up, corners forward, mouth to its left, chin down; measured on KMTalk's own head, in eye distances.
SEEN = {
    "jawForward": (0, 0, -0.006, 0.097, 0, 0, 0, 0.044, 0, 0),
    "jawLeft": (0, 0, 0, 0, 0, 0, 0, 0, 0.045, 0),
    "jawRight": (0, 0, 0, 0, 0, 0, 0, 0, -0.045, 0),
    "jawOpen": (0.390, -0.057, 0.016, -0.298, 0.022, -0.362, -0.152, -0.119, 0, 0.284),
    "mouthClose": (-0.390, 0, -0.015, 0.278, -0.140, 0.249, 0, 0, 0, 0),
    "mouthFunnel": (0.116, -0.122, 0.089, 0.087, 0.040, -0.049, 0, 0.032, 0, 0),
    "mouthPucker": (0, -0.195, 0.101, 0.098, -0.002, 0.003, 0, 0.048, 0, 0),
    "mouthLeft": (0, 0, 0, 0, 0, 0, 0, 0, 0.097, 0),
    "mouthRight": (0, 0, 0, 0, 0, 0, 0, 0, -0.097, 0),
    "mouthSmile": (0, 0.061, -0.009, -0.009, 0.006, 0.006, 0.048, -0.026, 0, 0),
    "mouthFrown": (0, 0.006, 0, 0.001, -0.004, -0.002, -0.045, -0.005, 0, 0),
    "mouthDimple": (0, 0.035, -0.006, -0.006, 0, 0, 0.005, -0.027, 0, 0),
    "mouthStretch": (0, 0.060, -0.008, -0.008, -0.002, -0.002, -0.015, -0.019, 0, 0),
    "mouthRollLower": (0, 0, -0.009, -0.019, 0.015, 0.055, 0, 0, 0, -0.009),
    "mouthRollUpper": (0, 0, -0.017, -0.006, -0.034, 0, 0, 0, 0, 0),
    "mouthShrugLower": (0, 0, 0.015, 0.034, 0.015, 0.031, 0, 0, 0, -0.050),
    "mouthShrugUpper": (0, 0, 0.034, 0.017, 0.023, 0.006, 0, 0, 0, 0),
    "mouthPress": (0, 0, -0.009, -0.009, -0.009, 0.010, 0, -0.008, 0, 0),
    "mouthLowerDown": (0.052, 0, 0, 0.002, 0, -0.046, 0, 0, 0, 0),
    "mouthUpperUp": (0.035, 0, 0.003, 0, 0.031, 0, 0, 0, 0, 0),
}
# Weight of each visible change: people notice opening and width first.
IMPORTANCE = np.array([3, 2, 1, 1, 1, 1, 1, 0.5, 1, 0.5])
APART = 0.1  # visible change of a channel away from the mouth, in distances between the eyes
RIDGE = 2e-4  # ridge term of the least squares
STEPS = 300  # of the projected gradient


def seen(channels: tuple[str, ...]) -> np.ndarray:
    """(K, F) visible changes of each channel at weight 1, weighted by IMPORTANCE."""
    apart = [channel for channel in channels if _mouth(channel) is None]
    rows = np.zeros((len(channels), len(IMPORTANCE) + len(apart)))
    for index, channel in enumerate(channels):
        mouth = _mouth(channel)
        if mouth is None:
            rows[index, len(IMPORTANCE) + apart.index(channel)] = APART
        else:
            rows[index, : len(IMPORTANCE)] = mouth
    return rows


def blend_values(weights: np.ndarray, parts: np.ndarray, channels: tuple[str, ...]) -> np.ndarray:
    """(T, S) values in [0, 1] of the shapes whose sum looks most like the motion `weights` (T, K).

    parts: (S, K) channels of each shape. Accelerated projected gradient (Beck and Teboulle 2009) over
    all frames at once.
    """
    features = seen(channels)
    shapes, wanted = parts @ features, weights.astype(np.float64) @ features
    normal = shapes @ shapes.T + RIDGE * np.eye(len(shapes))
    right = wanted @ shapes.T
    step = 1 / np.linalg.eigvalsh(normal)[-1]
    values = ahead = np.zeros_like(right)
    momentum = 1.0
    for _ in range(STEPS):
        new = np.clip(ahead - step * (ahead @ normal - right), 0, 1)
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - values)
        values, momentum = new, grown
    return values


def _mouth(channel: str) -> np.ndarray | None:
    """Visible changes of a channel of the mouth, None for others; a channel of one side also moves it to that side."""
    if channel in SEEN:
        return IMPORTANCE * SEEN[channel]
    for side, sign in (("Left", 1), ("Right", -1)):
        stem = channel.removesuffix(side)
        if stem != channel and stem in SEEN:
            moved = np.array(SEEN[stem])
            moved[8] = sign * moved[1] / 4
            return IMPORTANCE * moved
    return None
