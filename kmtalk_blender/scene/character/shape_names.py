"""Names of the channels on characters from other tools: ARKit's names with any prefix, and similar conventions.

Names are compared without case and separators (`plain_name`). In a name `*` stands for the channel's side (`l`, `left`,
...); on a channel without a side it stands for two shapes, left and right, which then move together.
"""

import re
from collections import Counter

__all__ = ["CHANNELS", "common_prefix", "match_channels", "match_gaze", "plain_name"]

SPEECH = {
    "jawForward": ("jawfwd",),
    "jawLeft": ("jawl",),
    "jawRight": ("jawr",),
    "jawOpen": ("mouthopen", "fclmthdown"),
    "mouthClose": ("mouthlipstogetheru* mouthlipstogetherd*", "mouthlipstogether*"),
    "mouthFunnel": ("mouthfunnelup* mouthfunneldown*", "mouthfunnelu* mouthfunneld*", "mouthfunnel*"),
    "mouthPucker": (
        "mouthpuckerup* mouthpuckerdown*",
        "mouthlipspurseu* mouthlipspursed*",
        "mouthpucker*",
        "mouthpuckeropen",
    ),
    "mouthLeft": ("mouthl",),
    "mouthRight": ("mouthr",),
    "mouthSmile*": ("mouthcornerpull*",),
    "mouthFrown*": ("mouthcornerdepress*",),
    "mouthDimple*": (),
    "mouthStretch*": (),
    "mouthRollLower": ("mouthrollinlower*", "mouthlowerliprollin*", "mouthlipsjawbiteup"),
    "mouthRollUpper": ("mouthrollinupper*", "mouthupperliprollin*"),
    "mouthShrugLower": ("mouthchinup", "jawchinraised*", "jawchinraise"),
    "mouthShrugUpper": ("jawchinraiseu*",),
    "mouthPress*": ("mouthlipspress*",),
    "mouthLowerDown*": ("mouthdownlower*", "mouthlowerlipdepress*"),
    "mouthUpperUp*": ("mouthupupper*", "mouthupperlipraise*"),
    "cheekPuff": ("cheekpuff*", "mouthcheekblow*", "mouthblow*"),
    "tongueOut": (),
    "eyeBlink*": ("blink*", "eyeclose*", "fcleyeclose*", "wink*"),
    "browInnerUp": ("browraiseinner*", "browraisein*", "browinnerup*"),
    "browOuterUp*": ("browraiseouter*",),
    "browDown*": ("browdrop*",),
}
# ARKit's other channels, without their sides.
GAZE = ("eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeSquint", "eyeWide", "cheekSquint", "noseSneer")
SHORT = 6  # letters; a shorter name would match the ends of other names by chance
SIDES = {"Left": ("left", "l"), "Right": ("right", "r")}


def _channels() -> tuple[str, ...]:
    names = []
    for name in SPEECH:
        names += [name.replace("*", side) for side in SIDES] if "*" in name else [name]
    return tuple(names)


# All channels, in the runtime's order.
CHANNELS = _channels()


def plain_name(name: str) -> str:
    """A shape key's name without case, separators, and everything before a colon or a vertical bar."""
    return re.sub(r"[\W_]", "", re.split(r"[:|]", name)[-1].lower())


def common_prefix(wanted: set[str], plain: dict[str, str]) -> str:
    """The most frequent prefix of the wanted names among the names of `plain`; empty when most have none."""
    votes: Counter[str] = Counter()
    for name in plain:
        fitting = [ending for ending in wanted if name.endswith(ending)]
        if fitting:
            votes[name.removesuffix(max(fitting, key=len))] += 1
    return min(votes, key=lambda prefix: (-votes[prefix], len(prefix))) if votes else ""


def match_channels(channels: tuple[str, ...], shapes: list[str]) -> dict[str, dict[str, float]]:
    """Channel -> {shape key: gain}, for every channel whose name is found among the shape keys.

    A channel may move several shape keys (a funnel in four parts); a left and a right channel may share one shape key
    for both sides, with a gain of one half each.
    """
    plain = {plain_name(shape): shape for shape in reversed(shapes)}
    prefix = common_prefix({name for channel in CHANNELS for parts in _spellings(channel) for name in parts}, plain)
    found = {}
    for channel in channels:
        parts = next(
            (parts for parts in _spellings(channel) if all(_shape(name, prefix, plain) for name in parts)), None
        )
        if parts is not None:
            found[channel] = {_shape(name, prefix, plain): 1.0 for name in parts}
            continue
        whole = next((name for name in _both_sides(channel) if _shape(name, prefix, plain)), None)
        if whole is not None:
            found[channel] = {_shape(whole, prefix, plain): 0.5}
            continue
        own = [name for name in plain if name.endswith(tuple(name for name, *_ in _spellings(channel)[:2]))]
        # A single shape key may have another prefix than the rest.
        if len(own) == 1 and len(channel) > SHORT:
            found[channel] = {plain[own[0]]: 1.0}
    return found


def match_gaze(channels: tuple[str, ...], shapes: list[str]) -> dict[str, str]:
    """Channel -> shape key, for the channels of captures that speech does not move (GAZE) and that have one."""
    found: dict[str, str] = {}
    for channel in channels:
        stem = _stem(channel)
        if stem in GAZE and channel != stem:
            # As "eyeLookUpLeft" or "eyeLookUp_L".
            spelled = match_channels((channel, stem + channel.removeprefix(stem)[0]), shapes)
            for moved in spelled.values():
                found.setdefault(channel, next(iter(moved)))
    return found


def _shape(name: str, prefix: str, plain: dict[str, str]) -> str:
    return plain.get(prefix + name) or plain.get(name, "")


def _spellings(channel: str) -> list[tuple[str, ...]]:
    """Tuples of plain names of the shapes that together make up a channel, the best tuple first."""
    side = next((side for side in SIDES if channel.endswith(side) and f"{_stem(channel)}*" in SPEECH), "")
    if side:
        stem = _stem(channel)
        templates = (f"{stem.lower()}*", *SPEECH[f"{stem}*"])
        return [(name.replace("*", letters),) for name in templates for letters in SIDES[side]]
    made: list[tuple[str, ...]] = [(channel.lower(),)]
    for template in SPEECH.get(channel, ()):
        if "*" not in template:
            made.append((template,))
            continue
        for left, right in zip(SIDES["Left"], SIDES["Right"], strict=True):
            made.append(tuple(name.replace("*", side) for name in template.split() for side in (left, right)))
    return made


def _both_sides(channel: str) -> list[str]:
    """Plain names of a shape that combines a left and its right channel."""
    stem = _stem(channel)
    if f"{stem}*" not in SPEECH:
        return []
    return [name.replace("*", end) for name in (f"{stem.lower()}*", *SPEECH[f"{stem}*"]) for end in ("", "d", "both")]


def _stem(channel: str) -> str:
    return re.sub(r"(Left|Right)$", "", channel)
