"""Calibration: the values of shape keys when the mouth is closed, and when a channel is at weight 1."""

import bpy

from ...errors import UserError
from ..compat import shape_keys_of
from .mapping import Mapping, Row, mapping_of, rested_at, rests_of, shape_names, write_mapping

__all__ = ["calibrate_closed", "calibrate_open", "rest_at"]

LEAST = 1e-3  # smaller differences of a slider count as none


def calibrate_closed(target: bpy.types.Object) -> int:
    """Make the sliders' current values the rest values of all mapped shape keys. Returns how many are not 0.

    Raises UserError when nothing is mapped.
    """
    mapping, values = _posed(target)
    rested = rested_at(mapping, values)
    write_mapping(target, rested)
    return sum(abs(row.offset) > LEAST for row in rested.rows)


def rest_at(target: bpy.types.Object, values: dict[str, float]) -> None:
    """Set the rest values of the given mapped shape keys, and their sliders to them; the others keep theirs.

    Raises UserError when nothing is mapped.
    """
    mapping, _ = _posed(target)
    write_mapping(target, rested_at(mapping, rests_of(mapping) | values))
    for shape, value in values.items():
        shape_keys_of(target).key_blocks[shape].value = value


def calibrate_open(target: bpy.types.Object, channel: str = "jawOpen") -> int:
    """Make the sliders' current values those of the shape keys of `channel` at weight 1. Returns how many there are.

    Raises UserError when the channel moves no shape key, or all of them are at rest.
    """
    mapping, values = _posed(target)
    if mapping.mode == "VISEMES":
        raise UserError(
            f"{target.name} speaks with visemes, which have no gain; calibrate a character with ARKit's shapes."
        )
    rests = rests_of(mapping)
    chosen = [row for row in mapping.rows if row.channel == channel and row.shape]
    if not chosen:
        raise UserError(f"{channel} moves no shape key of {target.name}; choose one in the table first.")
    if all(abs(values[row.shape] - rests[row.shape]) < LEAST for row in chosen):
        names = ", ".join(row.shape for row in chosen)
        raise UserError(f"{names} of {target.name} is at rest; move its slider to fully open first.")
    rows = [
        Row(row.channel, row.shape, values[row.shape] - rests[row.shape], row.offset) if row in chosen else row
        for row in mapping.rows
    ]
    write_mapping(target, Mapping(mapping.mode, tuple(rows), mapping.title))
    return len(chosen)


def _posed(target: bpy.types.Object) -> tuple[Mapping, dict[str, float]]:
    """The mapping, and the current value of every shape key."""
    names = shape_names(target)
    mapping = mapping_of(target)
    if not mapping.mapped:
        raise UserError(f"No channel of {target.name} is mapped; press Map Channels first.")
    gone = sorted({row.shape for row in mapping.rows if row.shape and row.shape not in names})
    if gone:
        raise UserError(f"{target.name} has no shape key {gone[0]} any more; press Map Channels again.")
    return mapping, {name: shape_keys_of(target).key_blocks[name].value for name in names}
