"""The constants of the rules on top of the networks: each with its unit and where it comes from."""

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

DEVELOPMENT = "chosen on the development recordings (docs/experiments.md)"
FREE_SPEECH = "chosen on 39 clips of free speech whose licences forbid training (docs/experiments.md)"
CHOICE = "our choice"


def constant(value: Any, unit: str, source: str) -> Any:
    """A field of a configuration that knows its unit and its source."""
    return field(default=value, metadata={"unit": unit, "source": source})


@dataclass(frozen=True)
class VoiceConfig:
    """How a voice and digital silence are told from the loudness, of which -1 is the noise of the room, 1 the average
    of the speech, and -1.5 (49 dB below the speech) the least."""

    onset_loudness: float = constant(0.0, "loudness", DEVELOPMENT)
    certain_loudness: float = constant(0.5, "loudness", DEVELOPMENT)
    smoothing_s: float = constant(0.1, "s, standard deviation", DEVELOPMENT)
    # What is loud for less, such as the click at the end of a recording, is no word.
    shortest_s: float = constant(0.2, "s", DEVELOPMENT)
    # A tenth of a recording is quieter than this, if what is loud in it stands out of a quieter room.
    noise_loudness: float = constant(-0.9, "loudness", DEVELOPMENT)
    digital_silence_loudness: float = constant(-1.45, "loudness", DEVELOPMENT)


@dataclass(frozen=True)
class RestConfig:
    """How the mouth comes to rest in long silences."""

    # Lips settle within this time after the last sound.
    settle_s: float = constant(0.6, "s", FREE_SPEECH)
    # Lips start to move this long before the next sound.
    anticipate_s: float = constant(0.6, "s", "people part their lips half a second ahead (docs/experiments.md)")
    fade_s: float = constant(0.3, "s", FREE_SPEECH)
    # The same in digital silence: no breath tells there whether the lips are apart.
    digital_settle_s: float = constant(0.0, "s", FREE_SPEECH)
    digital_anticipate_s: float = constant(0.3, "s", FREE_SPEECH)
    # The shortest way out of rest at the beginning of a recording.
    shortest_rise_s: float = constant(
        0.12, "s", ".2 IOD then reach 2.5 IOD/s; 95 % of recorded speeds lie below 1.9-2.8"
    )
    # The shortest way back to rest at the end of a recording.
    shortest_fall_s: float = constant(0.25, "s", "7 or 8 frames at 30 a second")
    # Of a last silence that is shorter than it takes to settle and fade, the share that goes to either.
    last_share: float = constant(0.4, "share of the silence", CHOICE)
    # Of the time before the first sound, the share after which a mouth has come out of rest.
    first_share: float = constant(0.8, "share of the silence", CHOICE)


@dataclass(frozen=True)
class PauseConfig:
    """How far lips part in pauses between sounds, beyond what the networks say."""

    # Lips are further apart in a pause by this, whatever the line or the motion.
    opening_iod: float = constant(0.03, "IOD", FREE_SPEECH)
    # And by this for each unit of spectral tilt: breath between open lips is brighter than breath through the nose.
    opening_per_tilt_iod: float = constant(0.06, "IOD a unit of tilt", FREE_SPEECH)
    tilt_smoothing_s: float = constant(0.1, "s, standard deviation", FREE_SPEECH)
    # Beyond this tilt, either way, the lips do not open or close further: hardly any breath exceeds it.
    max_tilt: float = constant(1.2, "units of tilt", FREE_SPEECH)
    # Lips start to part this long before the sound that follows a rest.
    onset_lead_s: float = constant(0.7, "s before the sound", FREE_SPEECH)
    # And are parted this long before it.
    open_by_s: float = constant(0.45, "s before the sound", FREE_SPEECH)
    # In this time they pass over to the sound.
    handover_s: float = constant(0.06, "s", FREE_SPEECH)
    # The longest silence between sounds in which the mouth does not come to rest.
    longest_s: float = constant(1.2, "s", FREE_SPEECH)
    # The same for digital silence: lines that were recorded one by one and joined.
    longest_digital_s: float = constant(0.3, "s", FREE_SPEECH)
    # The opening of a pause begins this long before the silence.
    ahead_s: float = constant(0.1, "s", FREE_SPEECH)


@dataclass(frozen=True)
class PauseOpeningConfig:
    """How wide the mouth may be in pauses."""

    # Share of the frames of speech that open less than what counts as usual. The pauses of four recorded clips of free
    # speech reach what .34 to .95 of their frames of speech stay below, .73 in the mean; at .75 eight unseen speakers
    # of GRID lose .0003 of r, at .80 nothing.
    usual_share: float = constant(0.8, "share of frames", DEVELOPMENT)
    # From this share of the usual opening on it is held back, so that it comes near to the limit without a corner.
    held_from: float = constant(0.8, "share of the usual opening", CHOICE)
    # On either side of the boundary between a sound and a silence the hold sets in over this time.
    held_within_s: float = constant(0.05, "s", CHOICE)
    # A mouth that is wanted closed closes in this time after a sound.
    close_s: float = constant(0.15, "s", CHOICE)
    # And opens in this time before one.
    open_s: float = constant(0.20, "s", "recorded mouths open .17 to .30 s before the voice")


@dataclass(frozen=True)
class FormantConfig:
    """How the first formant opens the lips."""

    tilt_smoothing_s: float = constant(0.05, "s, standard deviation", FREE_SPEECH)
    # The lips open by this when the middle of the spectrum rises, against the low bands, by as much as lies between
    # half way and speech.
    opening_per_tilt_iod: float = constant(0.03, "IOD a unit of tilt", FREE_SPEECH)
    # Lips that the networks hold together are not parted; from this aperture on they are free to part.
    free_from_iod: float = constant(0.1, "IOD", DEVELOPMENT)


@dataclass(frozen=True)
class ContactConfig:
    """Lips meet at P B M, the lower lip meets the upper teeth at F V."""

    bilabial_iod: float = constant(0.0, "IOD", "articulography: every bilabial is closed by its onset")
    labiodental_iod: float = constant(0.035, "IOD", DEVELOPMENT)
    form_s: float = constant(0.07, "s", "fast speech closes lips in 60-90 ms")
    release_s: float = constant(0.07, "s", "fast speech opens lips in 60-90 ms")
    # A contact lies within the sound, or this long before it.
    before_s: float = constant(0.05, "s", DEVELOPMENT)
    # Or this long after it.
    after_s: float = constant(0.015, "s", DEVELOPMENT)


@dataclass(frozen=True)
class RoundingConfig:
    """Rounding of the lips and the tucked lower lip, which landmarks seen from the front hardly show."""

    pucker: float = constant(0.22, "weight of mouthPucker", DEVELOPMENT)
    funnel: float = constant(0.04, "weight of mouthFunnel", DEVELOPMENT)
    rounding_ahead_s: float = constant(0.10, "s", "rounding starts 30-100 ms before the rounded sound")
    rounding_after_s: float = constant(0.08, "s", DEVELOPMENT)
    roll_lower: float = constant(0.40, "weight of mouthRollLower", DEVELOPMENT)
    upper_up: float = constant(0.08, "weight of mouthUpperUpLeft and -Right", DEVELOPMENT)
    tuck_ahead_s: float = constant(0.07, "s", DEVELOPMENT)
    tuck_after_s: float = constant(0.06, "s", DEVELOPMENT)


@dataclass(frozen=True)
class TongueConfig:
    """The tongue between the teeth at TH and DH."""

    most: float = constant(0.35, "weight of tongueOut", CHOICE)
    # The aperture through which the tongue passes wholly.
    passage_iod: float = constant(0.06, "IOD", CHOICE)
    ease_s: float = constant(0.05, "s before and after the sound", CHOICE)


@dataclass(frozen=True)
class AntagonistConfig:
    """What takes the place of two channels that work against each other."""

    # Weight of mouthStretch that takes a corner of the mouth out as far as a smile and a frown of weight 1 together do.
    stretch_per_pair: float = constant(1.14, "weight", "demo head: .0678 against .0597 IOD")
    # Weight of mouthPucker that takes both corners in as far as a jaw of weight 1 does.
    pucker_per_jaw: float = constant(0.29, "weight", "demo head: .0285 against .0975 IOD")
    # Before and after a silence jaw and mouthClose come together with those of the speech in this time.
    handover_s: float = constant(0.1, "s", CHOICE)


@dataclass(frozen=True)
class PostprocessConfig:
    """All constants of the rules."""

    voice: VoiceConfig = field(default_factory=VoiceConfig)
    rest: RestConfig = field(default_factory=RestConfig)
    pauses: PauseConfig = field(default_factory=PauseConfig)
    pause_opening: PauseOpeningConfig = field(default_factory=PauseOpeningConfig)
    formant: FormantConfig = field(default_factory=FormantConfig)
    contacts: ContactConfig = field(default_factory=ContactConfig)
    rounding: RoundingConfig = field(default_factory=RoundingConfig)
    tongue: TongueConfig = field(default_factory=TongueConfig)
    antagonists: AntagonistConfig = field(default_factory=AntagonistConfig)
    # Smoothing of 1 is a Gaussian of this width.
    heaviest_smoothing_s: float = constant(0.06, "s, standard deviation", CHOICE)
