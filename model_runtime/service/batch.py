"""Batch: makes a take for each line of a JSONL manifest; resumable, and divisible into shards.

Each line is a JSON object with the parameters of generate (`audio`, `transcript`, `fps`, ...; protocol.py) except
`output`. Relative paths start at the manifest's folder. A take's file name ends in a hash of all its inputs, so an
existing file needs no work: a killed batch continues with the missing takes, and equal lines are made once.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from model_runtime import __version__, limits
from model_runtime.emotion.settings import emotions_of
from model_runtime.errors import DiskFull, InputError
from model_runtime.files.atomic import reserved
from model_runtime.files.data_files import data_digest
from model_runtime.files.input_files import open_file, parse_json, read_text
from model_runtime.files.paths import make_folder
from model_runtime.linguistics.pronunciation_list import read_pronunciations
from model_runtime.service.model_cache import ModelCache
from model_runtime.service.parameters import request_from
from model_runtime.service.take_request import Request, run
from model_runtime.take import read_meta

__all__ = ["Line", "Outcome", "Shard", "Summary", "read_manifest", "run_batch"]

FPS = 30.0  # frames a second of a line that names none
# Bytes reserved on the disk: in takes-I-of-N.jsonl for each line, besides two copies of its audio path (one may stand
# in the error), and for summary-I-of-N.json.
ROW_ROOM = 600
SUMMARY_ROOM = 100_000


@dataclass(frozen=True)
class Shard:
    """The `index`-th (from 1) of `count` equal parts of a manifest."""

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """From "I/N". Raises InputError."""
        found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"The shard {text} must be I/N with I from 1 to N, such as 2/8.")
        return cls(int(found[1]), int(found[2]))

    def holds(self, row: int) -> bool:
        """Whether the line at index `row` (from 0) belongs to this shard."""
        return row % self.count == self.index - 1


@dataclass(frozen=True)
class Line:
    """A line of a manifest: its number in the file (from 1) and its request, whose output is not set yet."""

    number: int
    request: Request


@dataclass(frozen=True)
class Outcome:
    """The result of one line. line: its number in the manifest (from 1). output: file name of the take, empty after a
    failure. error: why it failed. made: whether this run made the take. heard, confidence, notes: the recognised words,
    their confidence (0 to 1) and warnings, also for a take of an earlier run."""

    line: int
    audio: str
    output: str = ""
    error: str = ""
    made: bool = False
    heard: str = ""
    confidence: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """Counts over the shard. lines: all; made: in this run; kept: from an earlier run; failed; left: not tried because
    the disk is full; noted: lines with notes; notes: all notes. reasons: error -> count. seconds: duration of the
    run."""

    lines: int
    made: int
    kept: int
    failed: int
    left: int
    noted: int
    notes: int
    reasons: dict[str, int]
    seconds: float


def read_manifest(path: Path) -> list[Line]:
    """The checked lines of a manifest; empty lines are skipped. Raises InputError with the number of a bad line."""
    text = read_text(path, limits.MANIFEST_BYTES, "manifest")
    if text.count("\n") > limits.MANIFEST_LINES:
        raise InputError(f"{path} has more than {limits.MANIFEST_LINES} lines; split it.")
    rows = enumerate(text.split("\n"), 1)
    lines = [Line(number, _request(row, number, path)) for number, row in rows if row.strip()]
    if not lines:
        raise InputError(f"{path} holds no lines; write one JSON object a line.")
    return lines


def run_batch(
    manifest: Path,
    folder: Path,
    shard: Shard,
    report: Callable[[str, float, str], None],
    again: bool = False,
    features: bool = True,
    pronunciations: str | None = None,
) -> Summary:
    """Write to `folder` the takes of a shard, takes-I-of-N.jsonl (one Outcome a line, in the manifest's order) and
    summary-I-of-N.json.

    again: make existing takes again. features: False leaves the features out of every take. pronunciations: list of the
    lines that name none. A failed line is recorded
    and the next lines are still made. A full disk ends the batch; both files then hold the results so far.
    Raises InputError, before any work, for a manifest, a folder or an installation that cannot be used.
    """
    lines = [line for row, line in enumerate(read_manifest(manifest)) if shard.holds(row)]
    if not features:
        lines = [replace(line, request=replace(line.request, features=False)) for line in lines]
    if pronunciations is not None:
        read_pronunciations(pronunciations)
        usual = str(Path(pronunciations).resolve())
        lines = [
            replace(line, request=replace(line.request, pronunciations=line.request.pronunciations or usual))
            for line in lines
        ]
    data_digest()
    make_folder(folder)
    began = time.monotonic()
    outcomes: list[Outcome] = []
    name = f"{shard.index}-of-{shard.count}"
    room = sum(ROW_ROOM + 2 * len(_bytes(line.request.audio)) for line in lines)
    with (
        reserved(folder / f"takes-{name}.jsonl", room) as write_takes,
        reserved(folder / f"summary-{name}.json", SUMMARY_ROOM) as write_summary,
    ):
        for outcome in _outcomes(lines, folder, again):
            outcomes.append(outcome)
            report("batch", len(outcomes) / len(lines), f"{len(outcomes)} of {len(lines)}")
        rows = "".join(json.dumps(asdict(outcome), ensure_ascii=False) + "\n" for outcome in outcomes)
        write_takes(_bytes(rows))
        summary = _summary(outcomes, len(lines), time.monotonic() - began)
        write_summary(_bytes(json.dumps(asdict(summary), ensure_ascii=False, indent=1) + "\n"))
    return summary


def _summary(outcomes: list[Outcome], lines: int, seconds: float) -> Summary:
    failures = [outcome.error for outcome in outcomes if outcome.error]
    return Summary(
        lines=lines,
        made=sum(outcome.made for outcome in outcomes),
        kept=sum(bool(outcome.output) and not outcome.made for outcome in outcomes),
        failed=len(failures),
        left=lines - len(outcomes),
        noted=sum(bool(outcome.notes) for outcome in outcomes),
        notes=sum(len(outcome.notes) for outcome in outcomes),
        reasons={reason: failures.count(reason) for reason in sorted(set(failures))},
        seconds=round(seconds, 3),
    )


def _request(line: str, number: int, path: Path) -> Request:
    try:
        values = parse_json(line, "it")
        if not isinstance(values, dict):
            raise InputError("it is no JSON object")
        if "output" in values:
            raise InputError("outputs are named by the batch; leave out output")
        request = request_from(Request, {"fps": FPS, **values, "output": "-"})
    except InputError as error:
        raise InputError(f"Line {number} of {path} cannot be used: {str(error).rstrip('.')}.") from error
    base = path.resolve().parent
    files = {name: getattr(request, name) for name in ("textgrid", "transcript_file", "pronunciations")}
    files = {name: None if file is None else str(base / file) for name, file in files.items()}
    return replace(request, audio=str(base / request.audio), **files)


def _outcomes(lines: list[Line], folder: Path, again: bool) -> Iterator[Outcome]:
    cache = ModelCache()
    for line in lines:
        audio = line.request.audio
        try:
            name = _name(line.request, cache)
            output = folder / name
            made = again or not output.exists()
            request = replace(line.request, output=str(output))
            about = run(request, cache, lambda *_: None) if made else read_meta(output)
            notes = tuple(str(note) for note in about.get("notes", ()))
            heard, confidence = str(about.get("heard", "")), float(about.get("confidence", 0.0))
            yield Outcome(line.number, audio, name, "", made, heard, confidence, notes)
        except DiskFull as error:
            yield Outcome(line.number, audio, error=str(error))
            # The next lines would fail too, each after all its work.
            return
        except InputError as error:
            yield Outcome(line.number, audio, error=str(error))
        # Boundary of one line: no error in it may stop the rest of the batch.
        except Exception as error:
            yield Outcome(line.number, audio, error=f"KMTalk failed: {type(error).__name__}: {error}")


def _name(request: Request, cache: ModelCache) -> str:
    """File name of the take: the audio file's name with only letters, digits, "_" and "-", and a hash of the take's
    inputs: versions, data files, model, audio and settings."""
    settings = asdict(request)
    for local in ("audio", "output", "device", "model"):
        del settings[local]
    settings["textgrid"] = None if request.textgrid is None else _digest(Path(request.textgrid))
    # Left out where there is none: takes of versions that did not know it keep their names.
    if (said := settings.pop("transcript_file")) is not None:
        settings["transcript_file"] = [Path(said).suffix.lower(), _digest(Path(said))]
    if (listed := settings.pop("pronunciations")) is not None:
        settings["pronunciations"] = _digest(Path(listed))
    # The same for lines without an emotion.
    if not emotions_of(request.emotion, request.emotion_strength).named:
        del settings["emotion"], settings["emotion_strength"]
    model = cache.model(request.model, request.device)
    parts = [
        *(__version__, data_digest(), model.sha256, model.description_sha256),
        *(_digest(Path(request.audio)), json.dumps(settings, sort_keys=True)),
    ]
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(request.audio).stem)[:80]
    return f"{stem}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:16]}.npz"


def _bytes(text: str) -> bytes:
    # A path in a manifest may hold lone surrogates; the line fails, and its outcome can still be written as UTF-8.
    return text.encode(errors="replace")


def _digest(path: Path) -> str:
    with open_file(path, limits.ANY_SIZE) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
