"""The operation adapt, from a capture of somebody to a model folder, for the command line and the worker."""

import dataclasses
import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from model_runtime.adapt import Adapted, FaceClip, HeardClip, adapt
from model_runtime.datasets.face_clips import read_face_clips
from model_runtime.errors import DiskFull, InputError
from model_runtime.files.atomic import FULL, write_atomic
from model_runtime.files.input_files import is_file, read_bytes
from model_runtime.files.paths import check_folder, check_model, make_folder
from model_runtime.linguistics.language_choice import AUTO
from model_runtime.linguistics.listen import check_language_setting, listen
from model_runtime.model.checkpoint import Model
from model_runtime.model.description import model_folder, network_file, write_description
from model_runtime.progress import Report
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "run"]

# The card of a model, and its length at most, bytes.
CARD = "CARD.md"
CARD_BYTES = 1 << 20
# Added to the licence of the model.
RIGHTS = "adapted to a capture of the user's own, whose rights are with the person recorded"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Parameters of adapt. model: starter, or a model's folder. capture: a file or a folder of one person. output: the
    folder to write, which must not be there yet. audio: the sound, if it does not lie beside the capture. language: of
    the sound, a code such as de, or auto."""

    capture: str
    output: str
    model: str = "starter"
    audio: str | None = None
    language: str = AUTO
    device: str = "auto"


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write the model's folder, whole or not at all. Returns output, model (its id), seconds (of the capture), clips
    (count), channels (names), before and after (r of the lip aperture), gain, lag (s) and notes. Raises InputError."""
    output = check_folder(request.output)
    if output.exists() or not output.name:
        raise InputError(f"{output} is there already; give the name of a new folder.")
    check_model(request.model)
    check_language_setting(request.language)
    report("capture", 0.0, "Reading")
    clips, notes = read_face_clips(request.capture, request.audio)
    report("model", 0.1, "Loading")
    model = cache.model(request.model, request.device)
    heard = []
    for index, clip in enumerate(clips):
        report("phones", 0.15 + 0.4 * index / len(clips), "Listening")
        heard.append(_heard(clip, model, request.language, cache))
    found = adapt(model, heard, lambda share: report("adapt", 0.55 + 0.4 * share, "Learning"))
    if found.lag:
        notes = (*notes, _lag_note(found.lag))
    if found.after < found.before:
        notes = (*notes, "It agrees with the face no better than before: give more of it, or keep the model as it is.")
    report("write", 0.95, "Writing")
    adapted = _named(found, output.name)
    _write(adapted, found, len(clips), request.model, output)
    report("write", 1.0, "Done")
    return {
        "output": str(output),
        "model": adapted.id,
        "seconds": round(found.seconds, 2),
        "clips": len(clips),
        "channels": list(found.channels),
        "before": round(found.before, 3),
        "after": round(found.after, 3),
        "gain": round(found.gain, 3),
        "lag": found.lag,
        "notes": list(notes),
    }


def _heard(clip: FaceClip, model: Model, language: str, cache: ModelCache) -> HeardClip:
    track = listen(clip.waveform, clip.text, language, decoders=cache.decoders, name=clip.name).track
    return HeardClip(clip, model.extract_features(clip.waveform).astype("float16", copy=False), track)


def _lag_note(lag: float) -> str:
    order = "behind" if lag > 0 else "ahead of"
    return f"The face ran {abs(lag) * 1000:.0f} ms {order} the sound; it was moved into step."


def _named(found: Adapted, name: str) -> Model:
    """The adapted model with its own name, licence and digest, by which takes know it."""
    model = found.model
    assert model.adaptation is not None
    styles = {name: dataclasses.asdict(style) for name, style in model.styles.items()}
    content = json.dumps([model.sha256, model.networks, model.adaptation.as_json(), styles])
    digest = hashlib.sha256(content.encode()).hexdigest()
    return dataclasses.replace(model, id=name, licence=f"{model.licence}; {RIGHTS}", sha256=digest)


def _write(model: Model, found: Adapted, clips: int, base: str, output: Path) -> None:
    """The folder: networks and card of the model it was made from, and a description with the adaptation."""
    source, above = model_folder(base), make_folder(output.absolute().parent)
    try:
        folder = Path(tempfile.mkdtemp(prefix=".adapt-", dir=above))
        try:
            for name in model.networks:
                shutil.copyfile(source / network_file(name), folder / network_file(name))
            card = read_bytes(source / CARD, CARD_BYTES) if is_file(source / CARD) else b""
            text = card + _card(model.id, found, clips).encode()
            write_atomic(folder / CARD, lambda stream: stream.write(text))
            write_description(model, folder)
            # mkdtemp makes a private folder.
            folder.chmod(0o755)
            folder.rename(output)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(f"Cannot write {output}: its disk is full; make room, or choose another disk.") from error
        raise InputError(f"Cannot write {output}: {error.strerror or error}.") from error


def _card(name: str, found: Adapted, clips: int) -> str:
    """What was added to the model, for its card."""
    return f"""
# {name}: adapted to one face

The networks are those of the model above. {found.seconds:.0f} s ({clips} clips) of one person taught a linear change
of {len(found.channels)} channels by the features of the sound, and a factor of {found.gain:.2f} on jaw and lips.

r of the lip aperture with the face's, each part of the capture predicted from the others: {found.before:.2f} before,
{found.after:.2f} after.

Licence: that of the model above; {RIGHTS}.
"""
