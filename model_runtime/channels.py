"""The channels: ARKit's names for movements of mouth, jaw, lids and brows, in the order of columns in arrays."""

__all__ = ["ARKIT", "BROWS", "CHANNELS", "GAZE", "LIDS", "MOUTH", "OPTIONAL", "SHAPES", "mirrored"]

# Channels of jaw, mouth, cheeks and tongue.
MOUTH = (
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "cheekPuff",
    "tongueOut",
)
# Channels of the upper face: lids, brows.
LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight", "browDownLeft", "browDownRight")
CHANNELS = MOUTH + LIDS + BROWS
# ARKit's other channels: heads and captures have them, speech does not move them.
GAZE = tuple(
    f"{name}{side}"
    for name in (
        "eyeLookUp",
        "eyeLookDown",
        "eyeLookIn",
        "eyeLookOut",
        "eyeSquint",
        "eyeWide",
        "cheekSquint",
        "noseSneer",
    )
    for side in ("Left", "Right")
)

# All 52 of ARKit: new ones come last, so that those of older files keep their places.
ARKIT = CHANNELS + GAZE
# Beyond ARKit, which has one channel for the tongue: its tip rises to the ridge behind the upper teeth, as at L N T D.
# Optional: a character, a take or a capture without it lacks nothing.
OPTIONAL = ("tongueUp",)
# All, in the order of a head's shapes.
SHAPES = ARKIT + OPTIONAL


def mirrored(channel: str) -> str:
    """Name of the channel on the other side of the face; a channel without a side keeps its name."""
    if channel.endswith("Left"):
        return channel.removesuffix("Left") + "Right"
    if channel.endswith("Right"):
        return channel.removesuffix("Right") + "Left"
    return channel
