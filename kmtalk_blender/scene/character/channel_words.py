"""The words with which other tools name each channel: ARKit, Faceit, Character Creator, MetaHuman, Daz, Fuse,
faceshift, FaceScape, the action units of FACS, headsets.

A table's entry is a tuple of names, the best one first. A name is words in any order, in the forms of `name_words`;
several names with commas between them are shapes that move together.

- `*` after a name of a channel without a side: two shapes, left and right, that move together.
- `*` after a name of a channel with a side: only the shape of that side; without it a shape for both sides will do.
- `=` before a name of a channel with a side: only a shape for both sides.
- `~` before a name: its meaning is near, not the same.
"""

__all__ = ["CHANNELS", "KNOWN_CHANNELS", "OPTIONAL", "SPEECH", "stem_and_side"]

# `*` in a channel's name: it has a left and a right one.
SPEECH: dict[str, tuple[str, ...]] = {
    "jawForward": ("jaw forward", "jaw forward*", "au 29"),
    "jaw*": ("jaw*", "jaw sideways*", "jaw move*"),
    "jawOpen": (
        *("jaw open", "mouth open", "jaw drop", "jaw down", "jaw open*", "au 26", "au 27", "~lip part jaw drop"),
        *("~mouth drop", "~mouth stretch", "~mouth lip open"),
    ),
    "mouthClose": (
        *("mouth close", "mouth lip together u*, mouth lip together d*", "mouth lip together*", "lip toward"),
        *("lip together", "mouth close*", "mouth ape shape", "au 8"),
    ),
    "mouthFunnel": (
        *("mouth funnel lower*, mouth funnel upper*", "mouth funnel lower, mouth funnel upper"),
        *("mouth funnel up*, mouth funnel down*", "mouth funnel u*, mouth funnel d*", "mouth funnel*", "mouth funnel"),
        *("lip funnel lt, lip funnel lb, lip funnel rt, lip funnel rb", "lip funnel upper*, lip funnel lower*"),
        *("lip funnel", "funnel", "mouth upper overturn, mouth lower overturn", "au 22"),
        *("~mouth whistle narrow adjust*", "~mouth narrow adjust*"),
    ),
    "mouthPucker": (
        *("mouth pucker up*, mouth pucker down*", "mouth lip purse u*, mouth lip purse d*", "mouth pucker*"),
        *(
            "mouth purse lower*, mouth purse upper*",
            "mouth purse lower, mouth purse upper",
            "mouth purse*",
            "mouth purse",
        ),
        *(
            "mouth pucker",
            "lip purse*",
            "lip purse",
            "lip pucker upper*, lip pucker lower*",
            "lip pucker*",
            "lip pucker",
            "pucker",
        ),
        *("mouth pucker open", "mouth pout", "au 18", "~mouth narrow*", "~mouth narrow", "~kiss", "~mouth kiss"),
    ),
    "mouth*": ("mouth*", "mid mouth*", "mouth move*"),
    "mouthSmile*": (
        *("mouth smile", "mouth corner pull", "lip corner pull", "mouth smile simple", "smile", "au 12"),
        *("mouth corner up", "lip corner up", "~corner up"),
    ),
    "mouthFrown*": (
        *("mouth frown", "mouth corner depress", "lip corner depress", "lip corner down", "mouth corner down"),
        *("mouth sad", "au 15", "~frown", "~corner down"),
    ),
    "mouthDimple*": ("mouth dimple", "dimple", "au 14"),
    "mouthStretch*": ("mouth stretch*", "lip stretch", "=mouth stretch", "au 20", "~mouth wide"),
    "mouthRollLower": (
        *("mouth roll lower", "mouth roll in lower*", "mouth roll in lower", "mouth lower lip roll in*"),
        *("lip suck lb, lip suck rb", "lip suck lower*", "lower lip suck", "lower lip in", "lip lower close"),
        *("mouth lower lip under", "mouth lip jaw bite up", "mouth lower inside", "mouth roll lower*", "au 28"),
        *("~lip roll", "~lip suck"),
    ),
    "mouthRollUpper": (
        *("mouth roll upper", "mouth roll in upper*", "mouth roll in upper", "mouth upper lip roll in*"),
        *("lip suck lt, lip suck rt", "lip suck upper*", "upper lip suck", "upper lip in", "lip upper close"),
        *("mouth upper lip under", "mouth upper inside", "mouth roll upper*", "au 28", "~lip roll", "~lip suck"),
    ),
    "mouthShrugLower": (
        *("mouth shrug lower", "mouth chin up", "jaw chin raise d*", "jaw chin raise", "chin raise b"),
        *("chin lower raise", "mouth raise lower", "chin raise", "mouth lower overlay", "mouth shrug lower*", "au 17"),
    ),
    "mouthShrugUpper": (
        *("mouth shrug upper", "jaw chin raise u*", "chin raise t", "chin upper raise", "mouth raise upper"),
        *("chin raise upper lip", "mouth shrug upper*"),
    ),
    "mouthPress*": ("mouth press", "mouth lip press", "lip press", "au 24", "~mouth lip tight", "~lip tight"),
    "mouthLowerDown*": (
        *("mouth lower down", "mouth lower lip depress", "lower lip depress", "lower lip down", "mouth lower lip down"),
        "au 16",
    ),
    "mouthUpperUp*": (
        *("mouth upper up", "mouth upper lip raise", "upper lip raise", "upper lip up", "mouth upper lip up"),
        "au 10",
    ),
    "cheekPuff": (
        *("cheek puff", "cheek puff*", "mouth cheek blow*", "cheek blow*", "cheek blow", "mouth blow*", "puff"),
        *("mouth cheek blow", "cheek balloon", "~mouth blow"),
    ),
    "tongueOut": ("tongue out", "tongue show", "tongue long step 1", "au 19"),
    "eyeBlink*": (
        *("eye blink", "fcl eye close", "eye close", "blink", "lid close", "au 45", "au 43", "wink", "eye wink"),
        "~eye def c",
    ),
    "browInnerUp": (
        *("brow inner up", "brow raise inner*", "brow raise in*", "brow inner up*", "inner brow raise*"),
        *("inner brow raise", "brow u", "au 1*", "au 1"),
    ),
    "browOuterUp*": (
        *("brow outer up", "brow raise outer", "outer brow raise", "brow u", "au 2", "brow raise", "brow up"),
    ),
    "browDown*": ("brow down", "brow drop", "brow lower", "brow d", "au 4"),
    "tongueUp": (
        *("tongue tip up", "v tongue up", "tongue up", "tongue tip raise", "tongue raise", "tongue raise lower"),
        *("tongue up down", "~v tongue raise", "~tongue curl up", "~tongue bend up"),
    ),
}
# Beyond ARKit: a character without a shape for them lacks nothing.
OPTIONAL = ("tongueUp",)
SIDES = ("Left", "Right")


def _channels() -> tuple[str, ...]:
    names: list[str] = []
    for name in SPEECH:
        names += [name.replace("*", side) for side in SIDES] if "*" in name else [name]
    return tuple(names)


# All channels, in the runtime's order: those that a character should have, and those with the optional ones.
KNOWN_CHANNELS = _channels()
CHANNELS = KNOWN_CHANNELS[: -len(OPTIONAL)]


def stem_and_side(channel: str) -> tuple[str, str]:
    """The key of a channel in SPEECH, and its side: Left, Right, or empty."""
    for side in SIDES:
        stem = f"{channel.removesuffix(side)}*"
        if channel.endswith(side) and stem in SPEECH:
            return stem, side
    return channel, ""
