"""Takes that the user has edited: which they are, and back to what was generated."""

import dataclasses

import bpy
import numpy as np

from ...errors import UserError
from ..character.shape_map import check_target
from ..compat import shape_keys_of, slot_handle
from ..curves.shape_curves import locked_shapes
from ..options import Options
from ..phones.phone_list import edited_phones, fill_phones
from ..placement.write_take import write_completed_take
from ..takes import edits as edited
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline, take_ids
from ..takes.pending import pending_frames
from ..takes.takes import check_changeable

__all__ = ["discard_edits", "edited_takes", "object_named", "was_edited"]


def edited_takes(
    action: bpy.types.Action, window: tuple[int, int] | None = None, target: bpy.types.Object | None = None
) -> tuple[str, ...]:
    """The ids of the edited takes in an action, in the order of time. window: only takes that overlap these frames.
    target: only takes of this character, when several share the action."""
    handle = 0 if target is None else slot_handle(action, shape_keys_of(target))
    baselines = [load_baseline(action, take) for take in take_ids(action, handle)]
    inside = [b for b in baselines if window is None or (b.start < window[1] and window[0] < b.end)]
    return tuple(baseline.id for baseline in inside if was_edited(action, baseline))


def discard_edits(
    target: bpy.types.Object, action: bpy.types.Action, strip: str | None = None, options: Options | None = None
) -> tuple[str, ...]:
    """Restore a take as it was generated: without edited keys and phones, with all key motions.

    strip: id or label of the take in the action; None: the first. Returns sentences on what could not follow it.
    """
    check_target(target)
    check_changeable(target)
    before = load_baseline(action, strip)
    take, none = before.take, np.zeros(0, np.int32)
    edits = edited.find_edits(action, before)
    fresh = dataclasses.replace(before, dropped=none)
    written_take = write_completed_take(
        target,
        action,
        fresh,
        edited.Edits({}, edits.deleted),
        take.weights,
        take.key_frames,
        (0, len(take.weights) - 1),
        options or Options(),
    )
    fill_phones(action, fresh)
    return written_take.messages


def was_edited(action: bpy.types.Action, baseline: Baseline) -> bool:
    """True when keys or phones of a take were edited since its motion was completed."""
    edits = edited.find_edits(action, baseline)
    dropped = edited.dropped_motions(edits, baseline)
    # An edited key that was deleted again is no edit, but the motion still goes through it.
    pending = pending_frames(edits, baseline, locked_shapes(action, baseline.slot))
    counts = edits.count, len(pending), len(dropped) - len(baseline.dropped)
    return any(counts) or bool(edited_phones(action, baseline))


def object_named(name: str) -> bpy.types.Object:
    """The object of this name. Raises UserError when there is none any more."""
    found = bpy.data.objects.get(name)
    if found is None:
        raise UserError(f"There is no object named {name}; choose the character again.")
    return found
