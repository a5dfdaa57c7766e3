"""prepare: converts recordings of faces to the data format that train and evaluate read."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, is_folder
from model_runtime.files.paths import check_folder
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.service.console import answer, json_option, progress_bar
from model_runtime.speech.audio import Waveform

if TYPE_CHECKING:
    from model_runtime.datasets.source import Entry, Source

__all__ = ["command"]

# Number of skipped or doubtful clips that the printed result names; index.json names all.
LISTED = 5
textgrids_option = click.option("--textgrids", help="Folder of <clip>.TextGrid files, used where there is one.")
speech_option = click.option("--speech-model", help="CTC phoneme model (hub id or folder) that finds the phones.")
download_option = click.option("--allow-download", is_flag=True, help="Let the speech model be downloaded.")


@click.group("prepare", help="Bring recordings into the format that train and evaluate read.")
def command() -> None:
    """Group of commands, one for each kind of data."""


@command.command("vocaset", help="VOCASET: the four official files, or vertices_npy, wav and templates.pkl.")
@click.argument("source")
@click.argument("folder")
@click.option("--masks", help="FLAME_masks.pkl; without it lips and upper face are estimated.")
@textgrids_option
@speech_option
@download_option
@json_option
def vocaset(source: str, folder: str, masks: str | None, as_json: bool, **listening: object) -> None:
    """Prepare VOCASET in `folder`."""
    from model_runtime.datasets.vocaset import open_vocaset

    _prepare(lambda: open_vocaset(source, masks), folder, as_json, listening)


@command.command("biwi", help="BIWI in the field's layout: vertices_npy, wav and templates.pkl.")
@click.argument("source")
@click.argument("folder")
@click.option("--lips", help="Text file of the lips' vertices.")
@click.option("--upper-face", help="Text file of the upper face's vertices.")
@click.option("--mouth", type=(int, int), default=None, help="Vertices of the upper and lower inner lip.")
@click.option("--test", type=click.Choice(["A", "B"]), default="A", help="Which test sentences.")
@textgrids_option
@speech_option
@download_option
@json_option
def biwi(
    source: str,
    folder: str,
    lips: str | None,
    upper_face: str | None,
    mouth: tuple[int, int] | None,
    test: str,
    as_json: bool,
    **listening: object,
) -> None:
    """Prepare BIWI in `folder`."""
    from model_runtime.datasets.biwi import open_biwi

    _prepare(lambda: open_biwi(source, lips, upper_face, mouth, test), folder, as_json, listening)


@command.command("captures", help="Sounds with ARKit curves beside them (Live Link Face, Audio2Face, CSV, npz).")
@click.argument("source")
@click.argument("folder")
@click.option("--fps", default=30.0, help="Frames a second of the prepared motion.")
@textgrids_option
@speech_option
@download_option
@json_option
def captures(source: str, folder: str, fps: float, as_json: bool, **listening: object) -> None:
    """Prepare captures of ARKit curves in `folder`."""
    from model_runtime.datasets.captures import open_captures

    if not 1 <= fps <= 240:
        raise InputError(f"--fps is {fps}; it must be from 1 to 240.")
    _prepare(lambda: open_captures(source, fps), folder, as_json, listening)


@command.command("landmarks", help="Sounds with FaceMesh landmark tracks, fitted with the head's channels.")
@click.argument("source")
@click.argument("folder")
@click.option("--limit", type=click.IntRange(1), default=None, help="Clips a speaker and split.")
@textgrids_option
@speech_option
@download_option
@json_option
def landmarks(source: str, folder: str, limit: int | None, as_json: bool, **listening: object) -> None:
    """Prepare FaceMesh landmark tracks in `folder`."""
    from model_runtime.datasets.landmarks import open_landmarks

    _prepare(lambda: open_landmarks(source, limit), folder, as_json, listening)


def _prepare(open_source: Callable[[], "Source"], folder: str, as_json: bool, listening: dict) -> None:
    from model_runtime.datasets.preparing import prepare

    check_folder(folder)
    find = _listener(**listening)
    with progress_bar() as report:
        prepared = prepare(open_source(), folder, find, lambda share, clip: report("prepare", share, clip[:12]))
    dataset = prepared.dataset
    counts = {split: sum(clip.split == split for clip in dataset.clips) for split in ("train", "validation", "test")}
    result = {
        "output": folder,
        "clips": counts,
        "subjects": list(dataset.face.subjects),
        "estimated_regions": dataset.face.estimated,
        "skipped": [list(each) for each in dataset.skipped],
        "notes": [list(each) for each in prepared.notes],
    }
    lines = [f"{folder}: " + ", ".join(f"{count} {split}" for split, count in counts.items()) + " clips."]
    if dataset.face.estimated:
        lines.append("Lips and upper face are our estimate; give the field's masks to measure as the field does.")
    for title, each in (("Skipped", dataset.skipped), ("Doubtful", prepared.notes)):
        lines += [f"{title}: {name}: {reason}" for name, reason in each[:LISTED]]
        if len(each) > LISTED:
            lines.append(f"{title}: {len(each) - LISTED} more; see index.json.")
    answer(result, as_json, "\n".join(lines))


def _listener(
    textgrids: str | None, speech_model: str | None, allow_download: bool
) -> "Callable[[Entry, Waveform], PhoneTrack]":
    """The function that finds a clip's phones: from its TextGrid if there is one, otherwise by the CTC model if one is
    named, otherwise by the aligner as in generate."""
    from model_runtime.linguistics.align import find_phones
    from model_runtime.linguistics.decoders import Decoders
    from model_runtime.linguistics.phones import Span
    from model_runtime.linguistics.textgrid import read_textgrid

    folder = Path(textgrids) if textgrids else None
    if folder is not None and not is_folder(folder):
        raise InputError(f"There is no folder {folder}; --textgrids names a folder of <clip>.TextGrid files.")
    recogniser = None
    if speech_model:
        from model_runtime.datasets.ctc_phones import PhoneRecogniser

        recogniser = PhoneRecogniser(speech_model, allow_download)
    decoders = Decoders()

    def find(entry: "Entry", waveform: Waveform) -> PhoneTrack:
        grid = folder / f"{entry.name}.TextGrid" if folder is not None else None
        if grid is not None and is_file(grid):
            read = read_textgrid(grid, None, (entry.name,))
            last = read.phones[-1]
            # The last phone ends with the sound: the ends of an aligner's grid and of the sound differ by milliseconds.
            end = max(waveform.duration, last.start + 0.01)
            return PhoneTrack((*read.phones[:-1], Span(last.label, last.start, end)), read.words)
        if recogniser is not None:
            return recogniser.find_phones(waveform)
        return find_phones(waveform, entry.transcript, decoders=decoders)

    return find
