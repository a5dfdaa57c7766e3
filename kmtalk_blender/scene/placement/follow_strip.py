"""Move a take, with its edits, to where its strip is now, and measure how far apart they are.

They part when the strip is moved or stretched, or when the frame rate of the scene is changed.
"""

import dataclasses
from dataclasses import dataclass

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.take_file import Span
from ..compat import shape_keys_of
from ..curves.shape_curves import CurveKeys
from ..options import Options
from ..phones.phone_list import fill_phones
from ..sound.strips import AudioClip, clip_outline
from ..takes import edits as edited
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline, take_info
from ..takes.identity import take_source
from ..takes.nla_tracks import take_track
from ..takes.takes import active_action, check_changeable, find_take, takes_of
from .report import Report, report_of
from .write_take import write_generated_take

__all__ = ["Drift", "drift_of", "drifts", "follow_strip"]

SAME_FRAMES = 0.51  # frames; a smaller distance is none
SAME_LENGTH = 1e-3  # relative; a smaller difference of lengths is none


@dataclass(frozen=True)
class Drift:
    """How far apart a strip and its take are. take: id of the take. label: current name of the strip. frames: how much
    later the strip starts. scale: length of the strip by that of the take, in frames. again: the take cannot be moved
    along, it has to be generated again."""

    take: str
    label: str
    frames: float
    scale: float = 1.0
    again: bool = False

    @property
    def text(self) -> str:
        """One sentence for the panel."""
        if self.again:
            return f"{self.label} plays at another speed than when its take was generated; generate it again."
        said = []
        if abs(self.frames) > SAME_FRAMES:
            said.append(f"starts {abs(self.frames):.0f} frames {'later' if self.frames > 0 else 'earlier'}")
        if abs(self.scale - 1) > SAME_LENGTH:
            said.append(f"is {abs(self.scale - 1):.0%} {'longer' if self.scale > 1 else 'shorter'} in frames")
        return f"{self.label} {' and '.join(said)} than its take."


def drifts(target: bpy.types.Object) -> list[Drift]:
    """The drift of every take of a character that is not where its strip is."""
    found = (drift_of(target, placed.id) for placed in takes_of(target))
    return [drift for drift in found if drift is not None]


def drift_of(target: bpy.types.Object, take: str) -> Drift | None:
    """The drift of a take; None when it is where its strip is, or its strip was deleted or is muted."""
    action = find_take(target, take)
    info = take_info(action, take) if action else {}
    found, sound = take_source(info, target), info.get("sound")
    if action is None or found is None or not sound:
        return None
    try:
        clip = clip_outline(*found)
    except UserError:
        return None
    drift = _compare(take, info, sound, clip, info["start"])
    if drift is None:
        return None
    # The user may have moved the take too: all of its keys, or its NLA strip.
    start = load_baseline(action, take).start + _track_shift(target, action)
    return _compare(take, info, sound, clip, start)


def follow_strip(target: bpy.types.Object, take: str, options: Options) -> Report:
    """Move a take with its edits to where its strip is now, at the scene's frame rate.

    Raises UserError when it is there already, or has to be generated again.
    """
    drift, action = drift_of(target, take), find_take(target, take)
    if drift is None or action is None:
        raise UserError("The take is where its strip is already.")
    if drift.again:
        raise UserError(drift.text)
    check_changeable(target, (action,))
    before = load_baseline(action, take)
    if before.shares_action and action != active_action(shape_keys_of(target)):
        raise UserError(f"{drift.label} is part of action {action.name}; choose it in the list of takes first.")
    found = take_source(before.info, target)
    assert found is not None  # a drift has a strip
    clip = clip_outline(*found)
    start = round(before.start + _track_shift(target, action) + drift.frames)
    edits = edited.find_edits(action, before)
    warp = _Warp(before.start, start, drift.scale)
    baseline = _warped(before, warp, clip)
    _reset_track(target, action)
    settings = dataclasses.replace(
        options,
        density=before.density,
        placement="ACTIVE" if before.shares_action else _placement(target, action),
        expression=before.info.get("expression", options.expression),
        replace=False,
    )
    # Edits that wait for Complete still do.
    completed = {shape: _warped_keys(keys, warp) for shape, keys in before.completed.items()}
    motion = _resampled(before.motion, warp)
    written_take = write_generated_take(
        target, baseline, _warped_edits(edits, warp), motion, baseline.keyed, settings, completed
    )
    fill_phones(written_take.action, written_take.baseline)
    return report_of(written_take, written_take.baseline.keyed, edits.count, target, written_take.messages)


@dataclass(frozen=True)
class _Warp:
    """Maps frames of the timeline from the take's former place to its new one: now + (frame - then) * scale."""

    then: float
    now: float
    scale: float

    def frames(self, frames: np.ndarray) -> np.ndarray:
        """The new place of frames; whole frames stay whole."""
        warped = self.now + (frames - self.then) * self.scale
        whole = np.abs(frames - np.rint(frames)) < 1e-3
        return np.where(whole, np.rint(warped), warped)

    def length(self, count: int) -> int:
        """New length, in frames, of a motion of `count` frames."""
        return max(2, round((count - 1) * self.scale) + 1)


def _compare(take: str, info: dict, sound: dict, clip: AudioClip, start: float) -> Drift | None:
    fps, retimed = info.get("fps", clip.fps), clip.retimed_from is not None
    scale, again = clip.fps / fps, False
    if retimed or sound["retimed"]:
        then, now = np.array(sound["marks"]), np.array(clip.marks)
        scale = float(now[-1] / then[-1])
        inner = len(then) == len(now) and np.allclose(now, then * scale, atol=SAME_FRAMES)
        again = abs(clip.fps - fps) > 1e-3 or not (inner or (len(then) == 2 and len(now) == 2))
    # The take's place relative to its strip's sound when it was written, applied to the strip now, minus its place.
    frames = clip.origin + (info["start"] - sound["origin"]) * scale - start
    if not again and abs(frames) <= SAME_FRAMES and abs(scale - 1) <= SAME_LENGTH:
        return None
    return Drift(take, clip.name, frames, scale, again)


def _track_shift(target: bpy.types.Object, action: bpy.types.Action) -> float:
    """Frames by which the user moved the take's NLA strip."""
    track = take_track(shape_keys_of(target), action)
    strips = [strip for strip in track.strips if strip.action == action] if track else []
    return strips[0].frame_start - strips[0].action_frame_start if strips else 0.0


def _reset_track(target: bpy.types.Object, action: bpy.types.Action) -> None:
    track = take_track(shape_keys_of(target), action)
    for strip in track.strips if track else ():
        if strip.action == action:
            strip.frame_start = strip.action_frame_start


def _placement(target: bpy.types.Object, action: bpy.types.Action) -> str:
    return "ACTION" if active_action(shape_keys_of(target)) == action else "NLA"


def _warped(before: Baseline, warp: _Warp, clip: AudioClip) -> Baseline:
    take, count = before.take, warp.length(len(before.motion))
    motions = np.unique(np.clip(np.rint(take.key_frames * warp.scale), 0, count - 1))
    motions = np.union1d(motions, [0, count - 1]).astype(np.int32)
    seconds = warp.scale * take.fps / clip.fps
    stretched = dataclasses.replace(
        take.with_weights(_resampled(take.weights, warp), motions),
        fps=clip.fps,
        phones=tuple(_span(span, seconds) for span in take.phones),
        words=tuple(_span(span, seconds) for span in take.words),
        acoustics=_rows(take.acoustics, seconds),
    )
    sound = {"origin": clip.origin, "marks": list(clip.marks), "retimed": clip.retimed_from is not None}
    info = {key: value for key, value in before.info.items() if key not in ("guest", "slot")}
    info |= {"strip": clip.name, "sound": sound, "fps": clip.fps}
    info["line"] = info.get("line", {}) | {"strip": clip.name, "frame": float(clip.frame)}
    keyed = np.unique(np.clip(np.rint(before.keyed * warp.scale), 0, count - 1)).astype(np.int32)
    dropped = np.intersect1d(np.rint(before.dropped * warp.scale).astype(np.int32), motions)
    return Baseline(stretched, stretched.weights, keyed, float(warp.now), {}, before.density, dropped, info)


def _warped_edits(edits: edited.Edits, warp: _Warp) -> edited.Edits:
    keys = {}
    for shape, old in edits.keys.items():
        co = _warped_keys(old.co, warp)
        at = warp.frames(old.frames)
        left, right = (
            np.stack([at + (side[:, 0] - old.frames) * warp.scale, side[:, 1]], axis=1).astype(np.float32)
            for side in (old.left, old.right)
        )
        keys[shape] = CurveKeys(co, left, right, old.kinds)
    return edited.Edits(keys, {shape: warp.frames(gone) for shape, gone in edits.deleted.items()})


def _warped_keys(keys: np.ndarray, warp: _Warp) -> np.ndarray:
    """(n, 2) float32: frames and values of keys at their new place."""
    return np.stack([warp.frames(keys[:, 0]), keys[:, 1]], axis=1).astype(np.float32)


def _resampled(motion: np.ndarray, warp: _Warp) -> np.ndarray:
    """(T', K) float32: the motion, resampled to its new length."""
    count = warp.length(len(motion))
    if count == len(motion):
        return motion
    at = np.linspace(0, len(motion) - 1, count)
    return np.stack([np.interp(at, np.arange(len(motion)), column) for column in motion.T], axis=1).astype(np.float32)


def _rows(rows: np.ndarray, scale: float) -> np.ndarray:
    """Rows of features stretched in time, each the nearest original row."""
    count = round(len(rows) * scale)
    if count == len(rows):
        return rows
    return rows[np.rint(np.linspace(0, len(rows) - 1, count)).astype(int)]


def _span(span: Span, scale: float) -> Span:
    label, start, end = span
    return label, start * scale, end * scale
