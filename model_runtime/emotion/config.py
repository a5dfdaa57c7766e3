"""Times and shares of the emotion's layer, each with its unit and source. "Our choice": by eye on the demo head."""

from dataclasses import dataclass, field

from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, SILENCE, VOWELS

__all__ = ["EmotionConfig"]

# Sounds that need the teeth near each other.
HISSES = ("CH", "JH", "S", "SH", "Z", "ZH")


def _rooms() -> dict[str, float]:
    """Share of an emotion's own opening (a dropped jaw, a raised lip) that each sound admits: none where the lips meet,
    little where teeth do, all in vowels and silence. Our choice in between."""
    rooms = dict.fromkeys((SILENCE, *VOWELS), 1.0)
    return rooms | dict.fromkeys(BILABIALS, 0.0) | dict.fromkeys(LABIODENTALS, 0.0) | dict.fromkeys(HISSES, 0.2)


@dataclass(frozen=True)
class EmotionConfig:
    """All constants but the poses."""

    # s in which the face comes into the emotion at the start of a take, and out of it at its end; posed smiles rise in
    # .3 to .5 s, spontaneous ones in .5 to .7 (Schmidt, Cohn, Tian 2003).
    start_s: float = 0.4
    end_s: float = 0.5
    # Largest share of a take's length for each of the two: our choice.
    ends_share: float = 0.35
    # Share of the emotion's own opening that each phone admits; of phones that are not named.
    rooms: dict[str, float] = field(default_factory=_rooms)
    other_room: float = 0.5
    # s in which the room changes from one sound to the next: lips close in 60 to 90 ms (postprocess.config).
    change_s: float = 0.08
    # s around a phone in which its room holds: a contact may come so much before or after (postprocess.config).
    before_s: float = 0.05
    after_s: float = 0.03
    # Share of the corners' pull that is left where lips meet, and where they are fully rounded: our choice.
    corners_in_contact: float = 0.6
    corners_in_rounding: float = 0.4
    # Weight of mouthPucker and mouthFunnel together at which lips are fully rounded: our choice.
    rounded: float = 0.5
    # Weight of mouthClose from which on it closes an open jaw, and is no chance: our choice.
    surely_shut: float = 0.05
    # Opening (jawOpen less mouthClose) at which lips that an emotion presses are free of it: our choice.
    unpressed: float = 0.2
    # s over which that freedom is smoothed, standard deviation: a press of the lips does not flutter. Our choice.
    press_s: float = 0.06
