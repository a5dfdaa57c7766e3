"""A transcript: its text, and the times of its cues where it comes from subtitles."""

from dataclasses import dataclass
from pathlib import Path

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.code_pages import read_any_text
from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.subtitles import Cue, is_subtitles, read_cues
from model_runtime.linguistics.text import check_transcript

__all__ = ["Transcript", "find_transcript", "read_transcript"]


@dataclass(frozen=True)
class Transcript:
    """text: what is said, None where nothing is known of it. cues: the same with times in the sound, seconds; empty for
    plain text. notes: sentences for the user on how the file was read."""

    text: str | None = None
    cues: tuple[Cue, ...] = ()
    notes: tuple[str, ...] = ()


def find_transcript(
    text: str | None,
    file: str | None,
    start: float = 0.0,
    end: float | None = None,
    speed: float = 1.0,
    language: str = AUTO,
) -> Transcript:
    """The transcript that a request gives as text or as file; see `read_transcript`. Raises InputError for both, for a
    file that cannot be read, and for a text that is too long."""
    if text is not None and file is not None:
        raise InputError("There are two transcripts; give --transcript or --transcript-file, not both.")
    check_transcript(text)
    return Transcript(text) if file is None else read_transcript(Path(file), start, end, speed, language)


def read_transcript(
    path: Path, start: float = 0.0, end: float | None = None, speed: float = 1.0, language: str = AUTO
) -> Transcript:
    """What a text file or a file of subtitles says.

    Of subtitles, the cues whose middle lies between `start` and `end`, seconds within the sound file (None: its end).
    Their times then count from `start`, with the sound played at `speed`. language: what is spoken, or AUTO: that in
    the file's name, as in name.ru.srt; it tells the code page of a file that is not UTF-8. Raises InputError for a file
    that is no text or too long.
    """
    language = Path(path.stem).suffix[1:].lower() if language == AUTO else language
    try:
        if not is_subtitles(path):
            written = read_any_text(path, limits.TRANSCRIPT_BYTES, "transcript", language)
            check_transcript(written.text)
            return Transcript(written.text, notes=written.notes(path.name))
        found, notes = read_cues(path, start, end, language)
    except InputError as error:
        raise InputError(f"Cannot read the transcript: {error}") from error
    cues = tuple(Cue(cue.text, (cue.start - start) / speed, (cue.end - start) / speed) for cue in found)
    text = " ".join(cue.text for cue in cues)
    check_transcript(text)
    return Transcript(text, cues, notes)
