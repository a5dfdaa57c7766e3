"""Write the life of a take beside it, keep it in step with the take, and remove it without a trace."""

import bpy

from ...errors import UserError
from ...runtime.life_file import Life
from ..character.shape_map import animatable_shape_keys, check_target
from ..life.face import face_of
from ..life.gaze_point import ensure_point, remove_point
from ..life.places import places_of
from ..life.rig import ensure_rig, remove_rig, without_rig
from ..life.tracks import read_written, remove_tracks, takes_with_life, write_tracks
from ..takes.baseline import Baseline
from ..takes.takes import active_own_take, check_changeable, own_takes
from .beside import rearranged
from .layers import arrange

__all__ = ["not_written", "refresh_life", "remove_life", "write_life"]


def write_life(target: bpy.types.Object, baseline: Baseline, life: Life) -> list[str]:
    """Write the life of a take onto a character. Returns sentences on what does not move.

    Raises UserError, before anything is changed, when a bone or an object that should turn cannot.
    """
    check_changeable(target)
    places = places_of(target)
    shape_keys = animatable_shape_keys(target)
    rig = ensure_rig(target, places)
    if places.point:
        with without_rig(target):
            ensure_point(target, face_of(target, places))
    else:
        remove_point(target)
    notes = write_tracks(target, rig, baseline, life.resampled(len(baseline.motion)), places)
    arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
    return [*places.notes, *notes]


def refresh_life(target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
    """Write the life of a take again where it has one: after the take was moved or changed.

    Returns a sentence when it could not, because what turned is gone or locked: then it stays as it was.
    """
    life = read_written(target, baseline.id)
    if life is None:
        return ()
    try:
        write_life(target, baseline, life)
    except UserError as error:
        return (not_written(target, baseline, error),)
    return ()


def not_written(target: bpy.types.Object, baseline: Baseline, error: UserError) -> str:
    """The sentence on the life of a take that could not be written."""
    kept = baseline.id in takes_with_life(target)
    return f"Head and eyes {'stay as they were' if kept else 'were left out'}: {error}"


def remove_life(target: bpy.types.Object, takes: set[str] | None = None) -> int:
    """Remove the lives of these takes, None: of all; with the last one the rig goes too. Returns how many."""
    shape_keys = check_target(target)

    def remove() -> int:
        count = remove_tracks(target, takes)
        if not takes_with_life(target):
            remove_rig(target)
            remove_point(target)
        return count

    return rearranged(shape_keys, remove)
