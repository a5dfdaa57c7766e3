"""Export and import takes: .npz (everything), Live Link Face .csv and .json (the motion)."""

import csv
import io
import json
from dataclasses import asdict, replace
from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.take_file import Take, pack_take, read_take
from ...runtime.take_tables import read_live_link, read_take_json
from ...runtime.whole_file import write_whole
from ..character.shape_map import check_target, shape_map, value_path
from ..compat import action_curves
from ..options import Options
from ..phones.phone_list import fill_phones
from ..sound.strips import frame_rate
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline
from ..takes.edits import Edits, find_edits
from ..takes.identity import LineSource, find_owner
from ..takes.movement import motion_weights, pose_values
from ..takes.takes import active_take, check_changeable
from .write_take import write_generated_take

__all__ = ["EXPORTS", "export_take", "import_take", "played_take"]

EXPORTS = (".npz", ".csv", ".json")


def played_take(target: bpy.types.Object, strip: str | None = None) -> Take:
    """The active take of a character as it plays now, with edits. strip: id or label in its action, None: the first."""
    action = active_take(target)
    baseline = load_baseline(action, strip)
    take, rows = baseline.take, np.arange(len(baseline.motion))
    mapping = shape_map(target, take.channels)
    values = pose_values(baseline, mapping, baseline.motion, rows)
    curves = {curve.data_path: curve for curve in action_curves(action, baseline.slot)}
    for column, shape in enumerate(mapping.shapes):
        curve = curves.get(value_path(shape))
        if curve is not None and (not baseline.shares_action or len(baseline.written.get(shape, ()))):
            values[:, column] = [curve.evaluate(float(frame)) for frame in baseline.start + rows]
    edits = find_edits(action, baseline)
    edited = edits.frames - round(baseline.start)
    inside = edited[(edited >= 0) & (edited < len(values))]
    weights = motion_weights(baseline, mapping, values, rows, baseline.motion)
    take = take.with_weights(weights, np.union1d(take.key_frames, inside))
    return replace(take, meta=take.meta | {"take_id": baseline.id})


def export_take(target: bpy.types.Object, path: Path, strip: str | None = None) -> Path:
    """Write the active take of a character as it plays now: .npz, .csv (Live Link Face) or .json by the suffix.

    strip: id or label of the take, when the active action has several; None: the first. Raises UserError for another
    suffix, without a take, or when the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in EXPORTS:
        raise UserError(f"{path.name} has an unknown suffix; choose one of {', '.join(EXPORTS)}.")
    take = played_take(target, strip)
    if suffix == ".npz":
        data = pack_take(take)
    elif suffix == ".csv":
        data = _live_link(take).encode()
    else:
        data = _json(take).encode()
    write_whole(path, data)
    return path


def import_take(
    scene: bpy.types.Scene, target: bpy.types.Object, path: Path, frame: int, options: Options
) -> tuple[bpy.types.Action, Take]:
    """Write a take from a file (.npz, .csv, .json) onto a character, starting at `frame`.

    A take with another frame rate is resampled to the scene's. Raises UserError with what is wrong.
    """
    check_target(target)
    check_changeable(target)
    suffix = path.suffix.lower()
    readers = {".npz": read_take, ".csv": read_live_link, ".json": read_take_json}
    if suffix not in readers:
        raise UserError(f"{path.name} is not a take; choose a .npz, .csv or .json.")
    take = readers[suffix](path)
    take = _at_rate(take, frame_rate(scene))
    source = LineSource(scene.name, "", str(path.absolute()), float(frame))
    baseline = Baseline(
        take,
        take.weights,
        take.key_frames,
        float(frame),
        {},
        options.density,
        info={
            "id": find_owner(source, target, str(take.meta.get("take_id", ""))).id,
            "strip": path.stem,
            "line": asdict(source),
            "settings": {},
        },
    )
    written_take = write_generated_take(target, baseline, Edits(), take.weights, take.key_frames, options)
    fill_phones(written_take.action, written_take.baseline)
    return written_take.action, take


def _live_link(take: Take) -> str:
    """Live Link Face's layout: Timecode, BlendShapeCount, then one column for each channel, capitalised."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["Timecode", "BlendShapeCount", *(name[:1].upper() + name[1:] for name in take.channels)])
    rate = max(1, round(take.fps))
    for index, row in enumerate(take.weights):
        seconds, frame = divmod(index, rate)
        code = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frame:02}.000"
        writer.writerow([code, len(take.channels), *(f"{value:.6f}" for value in row)])
    return stream.getvalue()


def _json(take: Take) -> str:
    return json.dumps(
        {
            "fps": take.fps,
            "channels": list(take.channels),
            "weights": [[round(float(value), 6) for value in row] for row in take.weights],
            "key_frames": take.key_frames.tolist(),
            "phones": [list(phone) for phone in take.phones],
            "words": [list(word) for word in take.words],
            **({"sounds": list(take.sounds)} if any(take.sounds) else {}),
        }
    )


def _at_rate(take: Take, fps: float) -> Take:
    if abs(take.fps - fps) < 1e-3:
        return take
    count = max(2, round(take.duration * fps) + 1)
    before, after = np.arange(len(take.weights)) / take.fps, np.arange(count) / fps
    weights = np.stack([np.interp(after, before, column) for column in take.weights.T], axis=1).astype(np.float32)
    keys = np.unique(np.clip(np.rint(take.key_frames * fps / take.fps), 0, count - 1)).astype(np.int32)
    keys = np.union1d(keys, [0, count - 1]).astype(np.int32)
    return replace(take.with_weights(weights, keys), fps=fps)
