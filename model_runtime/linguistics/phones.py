"""Phones: labels (ARPAbet without stress digits), and the track of phones that tiles a recording."""

from dataclasses import dataclass, field

__all__ = ["BILABIALS", "LABIODENTALS", "PHONES", "SILENCE", "VOWELS", "PhoneTrack", "Span"]

# Label of silence, pauses and noise.
SILENCE = "SIL"
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
PHONES = (SILENCE, *VOWELS, *CONSONANTS)
# Phones in which the lips meet.
BILABIALS = ("B", "M", "P")
# Phones in which the lower lip meets the upper teeth.
LABIODENTALS = ("F", "V")


@dataclass(frozen=True)
class Span:
    """A phone or a word from `start` to `end` (seconds). sound: of a phone, the sound of another language that is
    meant, in IPA; empty where the label says it all. It moves nothing: spans that differ in it alone are equal."""

    label: str
    start: float
    end: float
    sound: str = field(default="", compare=False)


@dataclass(frozen=True)
class PhoneTrack:
    """The phones and words of a recording.

    phones: tile [0, duration] without gaps, silences (SIL) included. words: only spoken words, so with gaps between
    them. unreliable: the phones come from a recogniser that was not sure; many may be wrong.
    """

    phones: tuple[Span, ...]
    words: tuple[Span, ...] = ()
    unreliable: bool = False

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.phones[-1].end if self.phones else 0.0
