"""Shape keys of ARKit's channels that heads and captures have and speech does not move: gaze, squint, sneer."""

import re

__all__ = ["GAZE_CHANNELS", "match_gaze"]

# The channels, without their sides.
GAZE = ("eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")
# With them.
GAZE_CHANNELS = tuple(f"{name}{side}" for name in GAZE for side in ("Left", "Right"))


def match_gaze(channels: tuple[str, ...], shapes: list[str]) -> dict[str, str]:
    """Channel -> shape key, for the channels of GAZE that have one; any prefix, case and separators."""
    plain = {re.sub(r"[\W_]", "", shape).lower(): shape for shape in reversed(shapes)}
    found: dict[str, str] = {}
    for channel in channels:
        sided = re.fullmatch(r"(.+)(Left|Right)", channel)
        if sided is None or sided[1] not in GAZE:
            continue
        # As "eyeLookUpLeft" or "eyeLookUp_L".
        for spelled in (channel.lower(), f"{sided[1]}{sided[2][0]}".lower()):
            hit = next((shape for name, shape in plain.items() if name.endswith(spelled)), "")
            if hit:
                found.setdefault(channel, hit)
    return found
