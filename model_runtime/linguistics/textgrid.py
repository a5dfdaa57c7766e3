"""TextGrid files (Praat, Montreal Forced Aligner): tiers of phones and words."""

import tempfile
from pathlib import Path
from typing import BinaryIO

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.utilities.errors import PraatioException

from model_runtime.atomic import write_atomic
from model_runtime.errors import InputError
from model_runtime.linguistics.phone_lists import track_of
from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["read_textgrid", "write_textgrid"]

PHONE_TIERS = ("phones", "phone", "phonemes", "phoneme", "segments", "segment", "mau", "phonetic")
WORD_TIERS = ("words", "word", "ort-mau", "ort", "orthography")
LARGEST = 50_000_000  # bytes


def read_textgrid(path: Path | str) -> PhoneTrack:
    """Read the phones, and the words where there are any. Labels are ARPAbet or IPA; gaps become SIL.

    Tiers are found by their usual names in any case, also behind a speaker's name ("Anna - phones"). Raises InputError
    for a file that is missing, no TextGrid, without phones, or with a label that is unknown.
    """
    grid = _open(Path(path))
    tiers = {tier.name: tier for tier in grid.tiers if isinstance(tier, IntervalTier)}
    phones = _tier(tiers, PHONE_TIERS)
    if phones is None:
        raise InputError(f'{path} has no tier of phones; name one "phones" (it has: {", ".join(tiers) or "none"}).')
    words = _tier(tiers, WORD_TIERS)
    spoken = [[entry.label, entry.start, entry.end] for entry in words.entries if entry.label] if words else []
    try:
        return track_of(
            [[entry.label, entry.start, entry.end] for entry in phones.entries], spoken, float(grid.maxTimestamp)
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def write_textgrid(track: PhoneTrack, path: Path | str) -> Path:
    """Write the tiers "phones" and "words", atomically."""
    grid = textgrid.Textgrid(0.0, track.duration)
    for name, spans in (("words", track.words), ("phones", track.phones)):
        entries = [(span.start, span.end, span.label) for span in spans if span.end > span.start]
        grid.addTier(IntervalTier(name, entries, 0.0, track.duration))
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "track.TextGrid"
        grid.save(str(written), format="long_textgrid", includeBlankSpaces=True, reportingMode="silence")
        text = written.read_bytes()

    def write(stream: BinaryIO) -> None:
        stream.write(text)

    return write_atomic(path, write)


def _open(path: Path) -> textgrid.Textgrid:
    if not path.is_file():
        raise InputError(f"There is no file {path}; choose a TextGrid that exists.")
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path} is too large to be a TextGrid.")
    try:
        return textgrid.openTextgrid(
            str(path), includeEmptyIntervals=True, reportingMode="silence", duplicateNamesMode="rename"
        )
    # What a parser of text stumbles over when the text is of another kind.
    except (PraatioException, OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise InputError(
            f"{path} is not a TextGrid that can be read; save it again from Praat or the aligner."
        ) from error


def _tier(tiers: dict[str, IntervalTier], names: tuple[str, ...]) -> IntervalTier | None:
    """The first tier of such a name; a speaker's name may stand before it."""
    for wanted in names:
        for name, tier in tiers.items():
            if name.strip().lower() == wanted or name.lower().replace("_", " ").endswith((f"- {wanted}", f" {wanted}")):
                return tier
    return None
