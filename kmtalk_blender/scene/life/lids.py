"""Lids that follow the eyes, for faces whose eyes turn as bones or objects and whose shapes know only the blink.

The upper lid follows the eye up and down by nearly the same angle (Becker, Fuchs 1988; Evinger, Manning, Sibony 1991).
"""

import numpy as np

__all__ = ["FOLLOWING", "follow_gaze"]

# Channels that follow: those of lids that close, and of lids that open.
FOLLOWING = ("eyeBlinkLeft", "eyeBlinkRight", "eyeWideLeft", "eyeWideRight")
# Degrees of gaze down at which following alone would shut the eyes: a blink lowers the upper lid by about 35 degrees,
# and the lower lid goes down with the eye, which eyeBlink cannot show.
SHUT_AT = 45.0
# Degrees of gaze up for eyeWide 1, which a face seldom has more than a trace of: our choice.
WIDE_AT = 50.0


def follow_gaze(weights: np.ndarray, channels: tuple[str, ...], eyes: np.ndarray) -> np.ndarray:
    """(T, K) weights of the channels, in which the lids follow the eyes.

    eyes: (T, 2, 2) degrees, left and right, turn and up. channels: with all of FOLLOWING. A blink still shuts the eyes.
    """
    result = weights.copy()
    for side, name in enumerate(("Left", "Right")):
        up = eyes[:, side, 1]
        blink = channels.index(f"eyeBlink{name}")
        open_share = 1 - weights[:, blink]
        result[:, blink] += open_share * np.clip(-up / SHUT_AT, 0.0, 1.0)
        wide = channels.index(f"eyeWide{name}")
        result[:, wide] += open_share * np.clip(up / WIDE_AT, 0.0, 1.0)
    return np.clip(result, 0.0, 1.0)
