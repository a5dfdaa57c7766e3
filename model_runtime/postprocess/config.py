"""The constants of the post-processing rules, each with its unit and source."""

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "AntagonistConfig",
    "ContactConfig",
    "FormantConfig",
    "PauseConfig",
    "PauseOpeningConfig",
    "PostprocessConfig",
    "RestConfig",
    "RoundingConfig",
    "TongueConfig",
    "VoiceConfig",
]

# Sources.
DEVELOPMENT = "chosen on the development recordings (docs/experiments.md)"
PEOPLE = "chosen on the licensed recordings of eleven people (docs/lab/rules.md)"
CHOICE = "our choice"
TOUCH = "demo head: the lower lip then touches the upper incisors (docs/lab/rules.md)"
BETWEEN = "demo head: the tip then lies 1 to 2 mm before the upper incisors"
EDGE = "demo head: the blade then touches the edge of the upper incisors"
RIDGE = "demo head: the largest weight at which tongue and ridge do not overlap (docs/lab/rules.md)"
INDIFFERENT = "our choice: half and one and a half of it are the same to .001 (docs/lab/rules.md)"


def constant(value: Any, unit: str, source: str) -> Any:
    """A dataclass field with its unit and source as metadata."""
    return field(default=value, metadata={"unit": unit, "source": source})


@dataclass(frozen=True)
class VoiceConfig:
    """Detection of voice and digital silence from the loudness.

    Unit "loudness": -1 is the noise of the room, 1 the average of the speech, -1.5 the least (49 dB below the speech).
    """

    # Loudness at which voice activity starts to rise from 0.
    onset_loudness: float = constant(0.0, "loudness", DEVELOPMENT)
    # Loudness from which on voice activity is 1.
    certain_loudness: float = constant(0.5, "loudness", DEVELOPMENT)
    smoothing_s: float = constant(0.1, "s, standard deviation", DEVELOPMENT)
    # Loud parts that are shorter, such as the click at the end of a recording, are no voice.
    shortest_s: float = constant(0.2, "s", DEVELOPMENT)
    # Where the 10th percentile of the loudness lies above this, speech does not stand out of the noise, and voice
    # activity is 0.
    noise_loudness: float = constant(-0.9, "loudness", DEVELOPMENT)
    # Silences whose median loudness is lower are digital silence.
    digital_silence_loudness: float = constant(-1.45, "loudness", DEVELOPMENT)


@dataclass(frozen=True)
class RestConfig:
    """Rest: the mouth comes to neutral in long silences."""

    # Time from the end of a phone to the start of the fade to rest.
    settle_s: float = constant(0.6, "s", INDIFFERENT)
    # Time from the end of the fade out of rest to the next phone.
    anticipate_s: float = constant(0.6, "s", "people part their lips half a second ahead (docs/experiments.md)")
    # Length of a fade to or from rest.
    fade_s: float = constant(0.3, "s", INDIFFERENT)
    # The same two in digital silence, where no breath can be heard that would show parted lips.
    digital_settle_s: float = constant(0.0, "s", CHOICE)
    digital_anticipate_s: float = constant(0.3, "s", CHOICE)
    # Shortest fade out of rest at the beginning of a recording.
    shortest_rise_s: float = constant(
        0.12, "s", ".2 IOD then reach 2.5 IOD/s; 95 % of recorded speeds lie below 1.9-2.8"
    )
    # Shortest fade to rest at the end of a recording.
    shortest_fall_s: float = constant(0.25, "s", "7 or 8 frames at 30 a second")
    # In a last silence that is too short for settle_s and fade_s: the share of the silence for each of the two.
    last_share: float = constant(0.4, "share of the silence", CHOICE)
    # Share of the first silence after which the mouth has left rest.
    first_share: float = constant(0.8, "share of the silence", CHOICE)


@dataclass(frozen=True)
class PauseConfig:
    """Pauses: short silences between words, in which the mouth keeps moving."""

    # The longest pause; in longer silences between words the mouth comes to rest.
    longest_s: float = constant(1.2, "s", CHOICE)
    # The same in digital silence, which occurs where separately recorded lines were joined.
    longest_digital_s: float = constant(0.3, "s", CHOICE)


@dataclass(frozen=True)
class PauseOpeningConfig:
    """The limit of the opening in pauses."""

    # Quantile of the opening over the frames of speech that is the take's usual opening, the limit in pauses. At .75
    # the correlation r of eight speakers of GRID falls by .0003, at .80 it stays.
    usual_share: float = constant(0.8, "share of frames", DEVELOPMENT)
    # Openings above this share of the limit are compressed, so that curves approach the limit without a corner.
    held_from: float = constant(0.8, "share of the usual opening", CHOICE)
    # On either side of the boundary between a phone and a silence, the limit fades in over this time.
    held_within_s: float = constant(0.05, "s", CHOICE)
    # Where the setting `pauses` closes the mouth: time in which it closes after a phone.
    close_s: float = constant(0.15, "s", CHOICE)
    # The same: time in which it opens before the next phone.
    open_s: float = constant(0.20, "s", "recorded mouths open .17 to .30 s before the voice")


@dataclass(frozen=True)
class FormantConfig:
    """Opening by the first formant: correction of the aperture by the spectral tilt."""

    tilt_smoothing_s: float = constant(0.05, "s, standard deviation", PEOPLE)
    # Added to the aperture for each unit of spectral tilt. One unit is half the way from the noise of the room to the
    # average of the speech.
    opening_per_tilt_iod: float = constant(0.03, "IOD a unit of tilt", PEOPLE)
    # Lips that the networks hold together are not parted; from this aperture on they part by the full amount.
    free_from_iod: float = constant(0.1, "IOD", DEVELOPMENT)


@dataclass(frozen=True)
class ContactConfig:
    """Contacts: the lips meet at P B M, the lower lip meets the upper teeth at F V."""

    # Largest aperture at P B M.
    bilabial_iod: float = constant(0.0, "IOD", "articulography: every bilabial is closed by its onset")
    # Largest aperture at F V.
    labiodental_iod: float = constant(0.035, "IOD", DEVELOPMENT)
    # Time in which the lips close.
    form_s: float = constant(0.07, "s", "fast speech closes lips in 60-90 ms")
    # Time in which the lips open.
    release_s: float = constant(0.07, "s", "fast speech opens lips in 60-90 ms")
    # A contact lies within its phone, or up to this long before the phone.
    before_s: float = constant(0.05, "s", DEVELOPMENT)
    # The same after the phone.
    after_s: float = constant(0.015, "s", DEVELOPMENT)


@dataclass(frozen=True)
class RoundingConfig:
    """Lip rounding and the tucked lower lip, which landmarks in front view hardly show."""

    # Weights added at a fully rounded phone: mouthPucker, mouthFunnel.
    pucker: float = constant(0.22, "weight of mouthPucker", DEVELOPMENT)
    funnel: float = constant(0.04, "weight of mouthFunnel", DEVELOPMENT)
    # Rounding starts this long before the phone.
    rounding_ahead_s: float = constant(0.10, "s", "rounding starts 30-100 ms before the rounded sound")
    # Rounding ends this long after the phone.
    rounding_after_s: float = constant(0.08, "s", DEVELOPMENT)
    # Least weights at F V: mouthRollLower, then mouthUpperUpLeft and -Right.
    roll_lower: float = constant(0.45, "weight of mouthRollLower", TOUCH)
    upper_up: float = constant(0.08, "weight of mouthUpperUpLeft and -Right", DEVELOPMENT)
    # By how much F V reduce mouthPucker and mouthFunnel.
    tuck_draws: float = constant(0.8, "share", TOUCH)
    # The tuck of the lower lip starts this long before F V.
    tuck_ahead_s: float = constant(0.07, "s", DEVELOPMENT)
    # The tuck of the lower lip ends this long after F V.
    tuck_after_s: float = constant(0.06, "s", DEVELOPMENT)


@dataclass(frozen=True)
class TongueConfig:
    """The tongue: between the teeth at TH and DH, at the ridge behind the upper incisors at L N T D."""

    # Weight of tongueOut at a phone of amount 1 (DENTAL), with the jaw shut, and what jawOpen of weight 1 adds to it.
    between_shut: float = constant(0.365, "weight of tongueOut", BETWEEN)
    between_per_jaw: float = constant(0.15, "weight of tongueOut for each weight of jawOpen", BETWEEN)
    # Weight of tongueUp there, for each weight of jawOpen.
    lift_per_jaw: float = constant(0.83, "weight of tongueUp for each weight of jawOpen", EDGE)
    # The tip first rises, then comes forward: where the one ends and the other starts.
    lifted_at: float = constant(
        0.5, "share of the way", "demo head: the straight way leads 2 mm through the lower incisors"
    )
    # The least aperture, and the least opening of the jaw, through which the tongue passes fully.
    passage_iod: float = constant(0.06, "IOD", CHOICE)
    passage_jaw: float = constant(0.22, "weight of jawOpen", "demo head: the incisors are then .5 mm apart")
    ease_s: float = constant(0.05, "s before and after the sound", CHOICE)
    # Weight of tongueUp at which the tip touches the ridge, with the jaw shut, and what jawOpen of weight 1 adds to it.
    reach_shut: float = constant(0.53, "weight of tongueUp", RIDGE)
    reach_per_jaw: float = constant(1.08, "weight of tongueUp for each weight of jawOpen", RIDGE)
    # The tip rises from this long before the sound on, and falls until this long after it.
    rise_s: float = constant(0.08, "s", "the tip of the tongue moves to a closure in 60-110 ms")
    fall_s: float = constant(0.07, "s", "the tip of the tongue moves to a closure in 60-110 ms")


@dataclass(frozen=True)
class AntagonistConfig:
    """What replaces two channels that move the lips in opposite directions."""

    # Weight of mouthStretch that moves a corner of the mouth out as far as a smile and a frown of weight 1 together.
    stretch_per_pair: float = constant(1.14, "weight", "demo head: .0678 against .0597 IOD")
    # Weight of mouthPucker that moves both corners in as far as jawOpen of weight 1.
    pucker_per_jaw: float = constant(0.29, "weight", "demo head: .0285 against .0975 IOD")
    # The separation of jawOpen and mouthClose fades in over this time before a silence, and out over it after.
    handover_s: float = constant(0.1, "s", CHOICE)


@dataclass(frozen=True)
class PostprocessConfig:
    """The constants of all rules."""

    voice: VoiceConfig = field(default_factory=VoiceConfig)
    rest: RestConfig = field(default_factory=RestConfig)
    pauses: PauseConfig = field(default_factory=PauseConfig)
    pause_opening: PauseOpeningConfig = field(default_factory=PauseOpeningConfig)
    formant: FormantConfig = field(default_factory=FormantConfig)
    contacts: ContactConfig = field(default_factory=ContactConfig)
    rounding: RoundingConfig = field(default_factory=RoundingConfig)
    tongue: TongueConfig = field(default_factory=TongueConfig)
    antagonists: AntagonistConfig = field(default_factory=AntagonistConfig)
    # Width of the Gaussian at smoothing 1.
    heaviest_smoothing_s: float = constant(0.06, "s, standard deviation", CHOICE)
