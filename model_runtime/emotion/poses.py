"""The face of each emotion at full strength, as weights of channels, and how far the mouth then opens in speech.

Which muscles: the prototypes of FACS (Ekman, Friesen 1978), as people show them (Du, Tao, Martinez 2014). AU: action
unit. How far: our choice, by eye on the demo head, below 1 because the mouth has to speak with it.
"""

from dataclasses import dataclass
from types import MappingProxyType

from model_runtime.channels import BROWS, GAZE, LIDS, MOUTH, mirrored
from model_runtime.schema import EMOTION_SETTINGS

__all__ = ["AGAINST", "EMOTIONS", "EMOTION_CHANNELS", "OPENING", "POSES", "Pose"]

# The emotions, in the order of columns of strengths; neutral is none of them.
EMOTIONS = tuple(EMOTION_SETTINGS)
SIDES = ("Left", "Right")


@dataclass(frozen=True)
class Pose:
    """weights: channel -> weight at full strength. opening: factor of the mouth's opening in speech at full
    strength."""

    weights: MappingProxyType[str, float]
    opening: float


def _pose(opening: float, **weights: float) -> Pose:
    """A symmetric pose: a name without a side stands for both sides."""
    both: dict[str, float] = {}
    for name, weight in weights.items():
        sides = (name,) if name in _WHOLE else tuple(name + side for side in SIDES)
        both |= dict.fromkeys(sides, weight)
    return Pose(MappingProxyType(both), opening)


_ALL = (*MOUTH, *LIDS, *BROWS, *GAZE)
_WHOLE = frozenset(name for name in _ALL if mirrored(name) == name)

# Factors of the opening: standard deviation of the lip gap while speaking, by that of the neutral clip, of CREMA-D's
# actor 1001 (one sentence, one clip an emotion; docs/lab/emotion.md). Surprise is not among them: its dropped jaw
# and this factor together widen the demo line as the mean of happy, angry and afraid does.
POSES = MappingProxyType(
    {
        # AU 6 + 12 (cheeks, corners up) + 25; brows rise a little with the actor.
        "happy": _pose(
            1.34, mouthSmile=0.9, cheekSquint=0.8, eyeSquint=0.4, mouthUpperUp=0.12, browOuterUp=0.15, mouthDimple=0.1
        ),
        # AU 1 + 4 + 15 + 17, and lids that hang.
        "sad": _pose(
            0.96, browInnerUp=1.0, browDown=0.25, mouthFrown=0.85, mouthShrugLower=0.35, eyeSquint=0.2, eyeBlink=0.15
        ),
        # AU 4 + 5 + 7 + 23/24.
        "angry": _pose(
            1.40,
            browDown=1.0,
            eyeSquint=0.45,
            eyeWide=0.2,
            mouthPress=0.6,
            mouthFrown=0.35,
            noseSneer=0.4,
            jawForward=0.1,
        ),
        # AU 1 + 2 + 4 + 5 + 20 + 25.
        "afraid": _pose(
            1.46, browInnerUp=1.0, browOuterUp=0.4, browDown=0.2, eyeWide=0.75, mouthStretch=0.8, mouthLowerDown=0.2
        ),
        # AU 1 + 2 + 5 + 26.
        "surprised": _pose(1.15, browInnerUp=0.9, browOuterUp=0.95, eyeWide=0.7, jawOpen=0.3),
        # AU 9 + 10 + 17, with 4 and 7.
        "disgusted": _pose(
            1.22, noseSneer=1.0, mouthUpperUp=0.45, mouthShrugLower=0.35, browDown=0.6, eyeSquint=0.5, mouthFrown=0.3
        ),
    }
)
# What the mouth opens with in speech; mouthClose goes with the jaw, so that closed lips stay closed.
OPENING = ("jawOpen", "mouthClose", *(f"mouth{way}{side}" for way in ("LowerDown", "UpperUp") for side in SIDES))
# Corners of the mouth that pull against each other.
AGAINST = tuple((f"mouthSmile{side}", f"mouthFrown{side}") for side in SIDES)
# Channels that a layer may move, in the order of columns.
EMOTION_CHANNELS = tuple(
    name for name in _ALL if name in OPENING or any(name in pose.weights for pose in POSES.values())
)
