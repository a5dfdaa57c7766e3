"""Phones: the labels (ARPAbet, no stress digits) and the track that tiles a recording."""

from dataclasses import dataclass

__all__ = ["BILABIALS", "LABIODENTALS", "PHONES", "SILENCE", "VOWELS", "PhoneTrack", "Span"]

SILENCE = "SIL"
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
PHONES = (SILENCE, *VOWELS, *CONSONANTS)
BILABIALS = ("B", "M", "P")
LABIODENTALS = ("F", "V")


@dataclass(frozen=True)
class Span:
    """A label (a phone or a word) from `start` to `end`, seconds."""

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class PhoneTrack:
    """What was said. phones tile [0, duration] without gaps, silences (SIL) included; words lie where words are.

    unreliable: a recogniser found them and was not sure; many are wrong.
    """

    phones: tuple[Span, ...]
    words: tuple[Span, ...] = ()
    unreliable: bool = False

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.phones[-1].end if self.phones else 0.0
