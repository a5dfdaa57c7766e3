"""Life of a line: rotation of the head, directions of the eyes, weights of lids and brows, breath.

The mouth has no part in it. Equal sounds, phones, settings and frame rates give equal bytes; the frame rate changes no
event.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from model_runtime import __version__
from model_runtime.errors import InputError
from model_runtime.life.angles import NOD, TURN, angles_of, direction_of, seen_from_head
from model_runtime.life.breath import breath
from model_runtime.life.brows import brows
from model_runtime.life.config import BreathConfig, BrowConfig, GazeConfig, HeadConfig, LidConfig
from model_runtime.life.curves import RATE
from model_runtime.life.delivery import delivery_of
from model_runtime.life.events import Event
from model_runtime.life.gaze import fixations_of, gaze_curves
from model_runtime.life.head import envelope, sway_and_nods
from model_runtime.life.lids import blink_starts, lids
from model_runtime.life.settings import LifeSettings
from model_runtime.life.target import Aim, aim_at
from model_runtime.speech.audio import Waveform
from model_runtime.speech.rows import rows_at
from model_runtime.take import Take

__all__ = ["LIFE_CHANNELS", "Life", "life_of"]

# Channels of a life, in the order of columns: those of lids and brows, then what the eyes' directions are as shapes.
LIFE_CHANNELS = (
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft", "eyeSquintRight"),
    *("browInnerUp", "browOuterUpLeft", "browOuterUpRight", "browDownLeft", "browDownRight"),
    *("eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
)
# Places of the left and the right eye, in distances between the eyes.
EYES = np.array([[0.5, 0.0, 0.0], [-0.5, 0.0, 0.0]])
# s that phones may last longer than the frames of their take.
LONGER_S = 2.0
# s that the eyes wait at the start of a take before they look, and come back before its end.
LOOKING_S = 0.06


@dataclass(frozen=True)
class Life:
    """Frame i lies at i / fps seconds.

    head: (T, 3) degrees nod, tilt, turn. eyes: (T, 2, 2) degrees: left and right eye; turn and up, in the head. chest:
    (T,) degrees that the chest turns up. breath: (T,) 0 out to 1 full. weights: (T, K) of `channels`. held: (T,) frames
    in which the target is out of reach. events: in the order of time. meta: settings and version (JSON values).
    """

    fps: float
    head: np.ndarray
    eyes: np.ndarray
    chest: np.ndarray
    breath: np.ndarray
    weights: np.ndarray
    channels: tuple[str, ...]
    held: np.ndarray
    events: tuple[Event, ...]
    meta: dict = field(default_factory=dict)


@dataclass(frozen=True)
class LifeConfig:
    """All sizes and times."""

    head: HeadConfig = field(default_factory=HeadConfig)
    gaze: GazeConfig = field(default_factory=GazeConfig)
    lids: LidConfig = field(default_factory=LidConfig)
    brows: BrowConfig = field(default_factory=BrowConfig)
    breath: BreathConfig = field(default_factory=BreathConfig)


def life_of(
    take: Take,
    waveform: Waveform | None,
    settings: LifeSettings,
    target: np.ndarray | None = None,
    config: LifeConfig | None = None,
) -> Life:
    """The life of a take. waveform: its sound; None: stress is judged by the lengths of vowels. target: (T, 3) what is
    looked at, in the face's axes from the middle between the eyes, in distances between the eyes; None: straight ahead.
    Raises InputError for a take whose phones last longer than its motion.
    """
    config = config or LifeConfig()
    times = take.times
    duration = float(times[-1])
    if take.phones.duration > duration + LONGER_S:
        raise InputError(
            f"The take's phones last {take.phones.duration:.6g} s and its motion {duration:.6g} s; generate it again."
        )
    delivery = delivery_of(take.phones, waveform, duration)
    aim = aim_at(target, len(times), take.fps, config.gaze)

    def at_frames(curve: np.ndarray) -> np.ndarray:
        """A curve of the grid at the frames."""
        return rows_at(curve, np.minimum(times * RATE, len(curve) - 1))

    swaying, head_events = sway_and_nods(delivery, config.head, _chance(take, settings, "head"))
    fixations = fixations_of(delivery, config.gaze, _chance(take, settings, "gaze"), settings.gaze)
    glances, following, gaze_events = gaze_curves(fixations, duration, config.gaze)
    air, breath_events = breath(delivery, config.breath)
    raises, brow_events = brows(delivery, config.brows, _chance(take, settings, "brows"))
    shifts = tuple(event.start for event in gaze_events)
    starts = blink_starts(delivery, shifts, config.lids, _chance(take, settings, "lids"), settings.blinking)
    blinks, blink_events = lids(times, starts, config.lids)

    inhaled = at_frames(air)
    calm = envelope(times, duration, config.head.start_s, config.head.end_s)
    head = settings.head * at_frames(swaying)
    follow = at_frames(following)
    head[:, TURN] += min(settings.head, 1.0) * follow[:, 0]
    head[:, NOD] -= min(settings.head, 1.0) * follow[:, 1] + settings.breath * config.breath.head_deg * inhaled
    head = head * calm[:, None] + _turned(aim, times, duration, config, settings)
    looking = (times >= LOOKING_S) & (times <= duration - LOOKING_S)
    glanced = at_frames(glances) * looking[:, None]
    eyes = _eyes(aim, glanced, head, looking, config.gaze)
    weights = _weights(blinks, {name: at_frames(curve) for name, curve in raises.items()}, eyes, settings, config)
    events = [*head_events, *gaze_events, *blink_events]
    events += [*(brow_events if settings.eyebrows else ()), *(breath_events if settings.breath else ())]
    if not settings.head:
        events = [event for event in events if event.label not in ("nod", "posture")]
    events = [event for event in events if event.start < duration]
    return Life(
        take.fps,
        head.astype(np.float32),
        eyes.astype(np.float32),
        (settings.breath * config.breath.chest_deg * inhaled * calm).astype(np.float32),
        inhaled.astype(np.float32),
        weights.astype(np.float32),
        LIFE_CHANNELS,
        aim.held,
        tuple(sorted(events, key=lambda event: (event.start, event.label))),
        {"kmtalk": __version__, "settings": vars(settings)},
    )


def _chance(take: Take, settings: LifeSettings, part: str) -> np.random.Generator:
    """The chance of one part, by seed and take: other parts do not change it."""
    spoken = "\n".join(f"{phone.label} {phone.start:.3f}" for phone in take.phones.phones)
    named = str(take.meta.get("audio_sha256", "")) or spoken
    digest = hashlib.sha256(f"{named}\n{part}".encode()).digest()
    return np.random.default_rng([settings.seed, *np.frombuffer(digest[:16], "<u4").tolist()])


def _turned(aim: Aim, times: np.ndarray, duration: float, config: LifeConfig, settings: LifeSettings) -> np.ndarray:
    """(T, 3) degrees that the head turns to what is looked at: as fast as heads turn, and back at the end."""
    if not settings.head:
        return np.zeros_like(aim.head)
    farthest = float(np.abs(aim.head).max(initial=0.0)) / config.gaze.turn_speed * 2
    turning = envelope(times, duration, max(config.head.start_s, farthest), max(config.head.end_s, farthest))
    return aim.head * turning[:, None]


def _eyes(aim: Aim, glanced: np.ndarray, head: np.ndarray, looking: np.ndarray, config: GazeConfig) -> np.ndarray:
    """(T, 2, 2) degrees of the eyes in the head: they hold their aim while the head moves."""
    eyes = np.empty((len(head), 2, 2))
    for index, place in enumerate(EYES):
        aimed = angles_of(aim.places - place) + glanced
        eyes[:, index] = angles_of(seen_from_head(direction_of(aimed), head))
    eyes *= looking[:, None, None]
    eyes[..., 0] = np.clip(eyes[..., 0], -config.eyes_aside, config.eyes_aside)
    eyes[..., 1] = np.clip(eyes[..., 1], -config.eyes_down, config.eyes_up)
    return eyes


def _weights(
    blinks: np.ndarray,
    raises: dict[str, np.ndarray],
    eyes: np.ndarray,
    settings: LifeSettings,
    config: LifeConfig,
) -> np.ndarray:
    """(T, K) weights of LIFE_CHANNELS, in [0, 1]."""
    up, down = (settings.eyebrows * raises[name] for name in ("raise", "frown"))
    squint = settings.eyebrows * raises["squint"]
    values = {
        "eyeBlink": blinks,
        # A lower lid that is up already leaves no room for a blink.
        "eyeSquint": squint * (1 - blinks),
        "browInnerUp": up,
        "browOuterUp": config.brows.outer * up,
        "browDown": down,
        # These shapes carry the lids along, which a blink shuts: open lids, or a lid over the other, would be seen.
        "eyeLookUp": np.maximum(eyes[..., 1], 0) / config.gaze.look_up * (1 - blinks[:, None]),
        "eyeLookDown": np.maximum(-eyes[..., 1], 0) / config.gaze.look_up * (1 - blinks[:, None]),
        # The left eye looks out to the left, the right eye in.
        "eyeLookOut": np.maximum(eyes[..., 0] * [1, -1], 0) / config.gaze.look_aside,
        "eyeLookIn": np.maximum(eyes[..., 0] * [-1, 1], 0) / config.gaze.look_aside,
    }
    columns = []
    for channel in LIFE_CHANNELS:
        curve = values[channel.removesuffix("Left").removesuffix("Right")]
        columns.append(curve if curve.ndim == 1 else curve[:, int(channel.endswith("Right"))])
    return np.clip(np.stack(columns, axis=1), 0.0, 1.0)
