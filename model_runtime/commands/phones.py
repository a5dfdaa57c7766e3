"""phones: finds the phones and words of a sound with their times."""

from dataclasses import dataclass, replace
from pathlib import Path

import click

from model_runtime.files.paths import check_output
from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.listen import check_language_setting, listen
from model_runtime.linguistics.phone_lists import lists_of, write_phone_lists
from model_runtime.linguistics.pronunciation_list import find_pronunciations
from model_runtime.linguistics.textgrid import write_textgrid
from model_runtime.linguistics.transcript_file import find_transcript
from model_runtime.progress import Report
from model_runtime.service.console import (
    answer,
    heard_sentences,
    json_option,
    language_option,
    progress_bar,
    pronunciations_option,
)
from model_runtime.service.model_cache import ModelCache
from model_runtime.speech.audio import read_audio

__all__ = ["Request", "command", "run"]

WRITERS = {".textgrid": write_textgrid, ".json": write_phone_lists}


@dataclass(frozen=True)
class Request:
    """Parameters of phones. transcript_file: a text file or subtitles, in place of transcript. language: of the sound,
    a code such as de, or auto. pronunciations: as of generate. start, end: part of the audio file, seconds. output: a
    .TextGrid or .json to write, or None. name: what notes call the sound; None: the file's name."""

    audio: str
    transcript: str | None = None
    transcript_file: str | None = None
    language: str = AUTO
    pronunciations: str | None = None
    start: float = 0.0
    end: float | None = None
    output: str | None = None
    name: str | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Return phones and words as [label, start, end] in seconds, heard, confidence, language and notes; write the
    phones to the output, if there is one."""
    output = None if request.output is None else check_output(request.output, (".TextGrid", ".json"))
    check_language_setting(request.language)
    said = find_transcript(
        request.transcript, request.transcript_file, request.start, request.end, language=request.language
    )
    own = find_pronunciations(request.pronunciations)
    report("audio", 0.0, "Reading")
    waveform = read_audio(request.audio, request.start, request.end)
    alignment = listen(
        waveform,
        said.text,
        request.language,
        lambda share, text: report("phones", 0.05 + 0.9 * share, text),
        cache.decoders,
        request.name or Path(request.audio).name,
        said.cues,
        own,
    )
    alignment = replace(alignment, notes=(*waveform.notes, *said.notes, *alignment.notes))
    if output is not None:
        WRITERS[output.suffix.lower()](alignment.track, output)
    report("write", 1.0, "Done")
    return {**lists_of(alignment.track), **alignment.told}


@click.command("phones", help="Find the phones and words in AUDIO.")
@click.argument("audio")
@click.option("-o", "--output", required=True, help="A .TextGrid or .json to write.")
@click.option("--transcript", help="What is said.")
@click.option("--transcript-file", help="A text file, or subtitles (.srt, .vtt, .ass, ...).")
@language_option
@pronunciations_option
@click.option("--start", type=float, default=0.0, help="Seconds within the file.")
@click.option("--end", type=float, help="Seconds within the file.")
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    request = Request(**options)  # type: ignore[arg-type]
    with progress_bar() as report:
        result = run(request, ModelCache(), report)
    sentence = f"{request.output}: {len(result['phones'])} phones, {len(result['words'])} words."
    answer(result, as_json, " ".join([sentence, *heard_sentences(result)]))
