"""Characters with visemes (whole mouth shapes) in place of single movements.

A viseme is described by the channels that make it up. The values of the visemes in a frame are those whose sum looks
most like the motion of the channels: bounded least squares on visible features of the mouth (`SEEN`).
"""

import numpy as np

from .shape_names import common_prefix, plain_name

__all__ = ["VISEMES", "blend_values", "find_visemes", "seen"]

Parts = dict[str, float]

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

LIPS_APART = {"mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25}
WIDE = {"mouthStretchLeft": 0.5, "mouthStretchRight": 0.5}
PRESSED = {"mouthPressLeft": 0.6, "mouthPressRight": 0.6, "mouthRollLower": 0.1, "mouthRollUpper": 0.1}
TEETH_ON_LIP = {"mouthRollLower": 0.5, "mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4, "jawOpen": 0.04}
OPEN = {"jawOpen": 0.65, **LIPS_APART}
HALF_OPEN = {"jawOpen": 0.35, **WIDE}
SPREAD = {"jawOpen": 0.15, **LIPS_APART, "mouthStretchLeft": 0.7, "mouthStretchRight": 0.7}
ROUND = {"jawOpen": 0.45, "mouthFunnel": 0.5, "mouthPucker": 0.3}
TIGHT = {"jawOpen": 0.15, "mouthPucker": 0.8, "mouthFunnel": 0.3}
BUNCHED = {"mouthFunnel": 0.55, "mouthPucker": 0.35, "jawOpen": 0.08}
NARROW = {"jawOpen": 0.16, **LIPS_APART}

# Sets of visemes: plain name of the shape key -> its channels.
VISEMES: dict[str, dict[str, Parts]] = {
    "Oculus": {
        "pp": PRESSED,
        "ff": TEETH_ON_LIP,
        "th": {**NARROW, "tongueOut": 0.4},
        "dd": NARROW,
        "kk": {"jawOpen": 0.22, **LIPS_APART},
        "ch": BUNCHED,
        "ss": {"jawOpen": 0.06, **LIPS_APART, "mouthStretchLeft": 0.3, "mouthStretchRight": 0.3},
        "nn": {"jawOpen": 0.12, **LIPS_APART},
        "rr": {"mouthPucker": 0.35, "mouthFunnel": 0.3, "jawOpen": 0.12},
        "aa": OPEN,
        "e": HALF_OPEN,
        "i": SPREAD,
        "o": ROUND,
        "u": TIGHT,
    },
    "Oculus (long names)": {"ih": SPREAD, "oh": ROUND, "ou": TIGHT, "aa": OPEN, "e": HALF_OPEN},
    "VRM 1": {"aa": OPEN, "ih": SPREAD, "ou": TIGHT, "ee": HALF_OPEN, "oh": ROUND},
    "VRM 0": {"a": OPEN, "i": SPREAD, "u": TIGHT, "e": HALF_OPEN, "o": ROUND},
    "MMD": {"あ": OPEN, "い": SPREAD, "う": TIGHT, "え": HALF_OPEN, "お": ROUND},
    "Character Creator": {
        "vopen": OPEN,
        "vexplosive": PRESSED,
        "vdentallip": TEETH_ON_LIP,
        "vtighto": {"mouthFunnel": 0.6, "mouthPucker": 0.5, "jawOpen": 0.1},
        "vtight": {"mouthPucker": 0.8},
        "vwide": {"mouthStretchLeft": 0.8, "mouthStretchRight": 0.8},
        "vaffricate": BUNCHED,
        "vlipopen": {
            **{"mouthLowerDownLeft": 0.6, "mouthLowerDownRight": 0.6},
            **{"mouthUpperUpLeft": 0.4, "mouthUpperUpRight": 0.4},
        },
    },
}
# The numbers are those of Microsoft's speech engines, the names those of MPFB.
VISEMES["Microsoft"] = {
    "aaahax01": {"jawOpen": 0.45, **LIPS_APART},
    "aa02": OPEN,
    "ao03": ROUND,
    "eyehuh04": HALF_OPEN,
    "er05": {"mouthPucker": 0.35, "mouthFunnel": 0.3, "jawOpen": 0.15},
    "yiyihix06": SPREAD,
    "wuw07": TIGHT,
    "ow08": {"jawOpen": 0.3, "mouthFunnel": 0.45, "mouthPucker": 0.5},
    "aw09": {"jawOpen": 0.55, "mouthFunnel": 0.3},
    "oy10": ROUND,
    "ay11": {"jawOpen": 0.55, **WIDE},
    "h12": {"jawOpen": 0.25, **LIPS_APART},
    "r13": VISEMES["Oculus"]["rr"],
    "l14": VISEMES["Oculus"]["nn"],
    "sz15": VISEMES["Oculus"]["ss"],
    "shchjhzh16": BUNCHED,
    "thdh17": VISEMES["Oculus"]["th"],
    "fv18": TEETH_ON_LIP,
    "dtn19": NARROW,
    "kgng20": VISEMES["Oculus"]["kk"],
    "pbm21": PRESSED,
}
# All other visemes of the long-named set have the names of the short-named one.
VISEMES["Oculus (long names)"] = {
    name: parts for name, parts in VISEMES["Oculus"].items() if name not in ("i", "o", "u")
} | VISEMES["Oculus (long names)"]
COMPLETE = 0.75  # share of a set's visemes that must exist for the set to be recognised


def find_visemes(shapes: list[str]) -> tuple[str, dict[str, Parts]]:
    """Name of the set of visemes that matches most shape keys, and shape key -> channels; empty without a match."""
    plain = {plain_name(shape): shape for shape in reversed(shapes)}
    best: tuple[str, dict[str, Parts]] = ("", {})
    for title, visemes in VISEMES.items():
        prefixes = {common_prefix({name}, {each: each for each in plain if each.endswith(name)}) for name in visemes}
        for prefix in sorted(prefixes | {common_prefix(set(visemes), plain)}):
            found = {plain[prefix + name]: parts for name, parts in visemes.items() if prefix + name in plain}
            if len(found) >= COMPLETE * len(visemes) and len(found) > len(best[1]):
                best = (title, found)
    return best


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
