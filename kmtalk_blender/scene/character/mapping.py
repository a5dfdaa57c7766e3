"""The mapping of channels to shape keys: found by name, stored on the object, saved as presets."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import bpy

from ... import limits
from ...errors import UserError
from ...runtime.input_files import parse_json, read_text
from ...runtime.whole_file import write_whole
from .find_visemes import find_visemes
from .shape_names import CHANNELS, KNOWN_CHANNELS, OPTIONAL, SURE, UNSURE, match_channels

__all__ = [
    "Mapping",
    "Row",
    "identify",
    "load_preset",
    "map_channels",
    "mapping_of",
    "rested_at",
    "rests_of",
    "save_preset",
    "write_mapping",
]

PRESET = "kmtalk_mapping"
# A character with jawOpen and more than this many channels of the mouth is not mapped to visemes.
ENOUGH = 8
# Fewer shape keys with known names are no face.
FACE = 3
# Range of the mouth gain, as of the property.
MOUTH_GAINS = (0.1, 4.0)
# Sets of names whose mapping is remembered: panels ask for it each time they are drawn.
REMEMBERED = 64
# Names of the shapes of FLAME and other statistical models.
NUMBERED = re.compile(r"(exp|expression|shape|pose|id|identity|pc)[\W_]*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A channel and a shape key; with an empty shape the channel moves nothing.

    gain: in mode DIRECT the shape key's value per weight; in mode VISEMES the part of the channel in the shape key.
    offset: the shape key's value at rest. certainty: one of CERTAINTIES of `shape_names`, how sure it is that the name
    means the channel.
    """

    channel: str
    shape: str
    gain: float = 1.0
    offset: float = 0.0
    certainty: str = SURE


@dataclass(frozen=True)
class Mapping:
    """A table of rows. mode: DIRECT (a channel moves its shape keys) or VISEMES (the mix of shape keys that looks most
    like the motion). title: the naming convention that was recognised."""

    mode: str
    rows: tuple[Row, ...]
    title: str = ""

    @property
    def mapped(self) -> set[str]:
        """The channels that move a shape key."""
        return {row.channel for row in self.rows if row.shape}


def identify(shapes: list[str]) -> Mapping:
    """A mapping of all channels to shape keys, by their names alone; without rows of shapes when they are no face."""
    return _identified(tuple(shapes))


@lru_cache(maxsize=REMEMBERED)
def _identified(shapes: tuple[str, ...]) -> Mapping:
    direct = match_channels(KNOWN_CHANNELS, list(shapes))
    visemes = find_visemes(list(shapes), bool(direct))
    mouth = [channel for channel in direct if channel.startswith(("jaw", "mouth"))]
    if visemes.title and not ("jawOpen" in direct and len(mouth) > ENOUGH):
        rows = [
            Row(channel, shape, gain, certainty=visemes.certainty)
            for shape, parts in visemes.shapes.items()
            for channel, gain in parts.items()
        ]
        # A shape key for a single channel is a viseme with that channel alone; one for both sides has both channels.
        rows += [
            Row(channel, shape, 1.0, certainty=hit.certainty)
            for channel, hit in direct.items()
            for shape in hit.shapes
            if shape not in visemes.shapes
        ]
        mode, title = "VISEMES", visemes.title
    else:
        rows = [
            Row(channel, shape, gain, certainty=hit.certainty)
            for channel, hit in direct.items()
            for shape, gain in hit.shapes.items()
        ]
        mode, title = "DIRECT", "single movements"
    certain = {row.shape for row in rows if mode == "VISEMES" or row.certainty != UNSURE}
    if len(certain) < FACE or not any(row.channel.startswith(("jaw", "mouth")) for row in rows):
        rows = []
    elif mode == "DIRECT" and "mouthClose" not in direct and "jawOpen" in direct:
        # Lips that close over an open jaw: where no shape key does that, the jaw itself closes.
        rows += [replace(row, channel="mouthClose", gain=-row.gain) for row in rows if row.channel == "jawOpen"]
    known = {row.channel for row in rows}
    rows += [Row(channel, "") for channel in CHANNELS if channel not in known]
    return Mapping(mode, tuple(sorted(rows, key=lambda row: KNOWN_CHANNELS.index(row.channel))), title)


def mapping_of(target: bpy.types.Object) -> Mapping:
    """The mapping stored on the object, else the one found by name."""
    stored = target.kmtalk.mapping
    if len(stored):
        rows = tuple(Row(row.channel, row.shape, row.gain, row.offset, row.certainty) for row in stored if row.channel)
        return Mapping(target.kmtalk.mapping_mode, rows, target.kmtalk.mapping_title)
    return identify(shape_names(target))


def rests_of(mapping: Mapping) -> dict[str, float]:
    """Shape key -> its value at rest, for every mapped shape key."""
    rests: dict[str, float] = {}
    for row in mapping.rows:
        if row.shape:
            rests[row.shape] = rests.get(row.shape, 0.0) + row.offset
    return rests


def rested_at(mapping: Mapping, values: dict[str, float]) -> Mapping:
    """The mapping with new rest values, 0 for shape keys without one in `values`."""
    rows, seen = [], set()
    for row in mapping.rows:
        # The rest value is in the first row of a shape key: the offsets of its rows add up.
        first = row.shape and row.shape not in seen
        seen.add(row.shape)
        rows.append(replace(row, offset=values.get(row.shape, 0.0) if first else 0.0))
    return replace(mapping, rows=tuple(rows))


def map_channels(target: bpy.types.Object, only_missing: bool = False) -> Mapping:
    """Find the mapping by name and store it on the object. Raises UserError when no shape key is recognised.

    only_missing: rows with an existing shape key stay as they are. The rest values are kept in any case.
    """
    shapes = shape_names(target)
    rests = rests_of(mapping_of(target))
    found = identify(shapes)
    if only_missing and len(target.kmtalk.mapping):
        stored = mapping_of(target)
        kept = [row for row in stored.rows if row.shape in shapes]
        done = {row.channel for row in kept}
        added = [row for row in found.rows if row.channel not in done] if stored.mode == found.mode else []
        empty = {row.channel for row in stored.rows} - done - {row.channel for row in added} - set(OPTIONAL)
        rows = (*kept, *added, *(Row(channel, "") for channel in empty))
        ordered = sorted(rows, key=_place)
        found = Mapping(stored.mode, tuple(ordered), found.title)
    if not found.mapped:
        if sum(bool(NUMBERED.fullmatch(shape)) for shape in shapes) > ENOUGH:
            raise UserError(
                f"The shape keys of {target.name} are numbered expressions ({shapes[-1]}), whose names do not "
                "say what they move; press Make Shapes, which adds a shape key for each channel."
            )
        raise UserError(
            f"No shape key of {target.name} has a known name; choose shape keys in the table by hand, or press "
            "Make Shapes."
        )
    found = rested_at(found, rests)
    write_mapping(target, found)
    return found


def _place(row: Row) -> int:
    """The row's place in a table: those of other channels come last."""
    return KNOWN_CHANNELS.index(row.channel) if row.channel in KNOWN_CHANNELS else len(KNOWN_CHANNELS)


def write_mapping(target: bpy.types.Object, mapping: Mapping) -> None:
    """Store a mapping on the object. On a library override the rows of the library stay; surplus ones are emptied."""
    stored = target.kmtalk.mapping
    target.kmtalk.mapping_mode, target.kmtalk.mapping_title = mapping.mode, mapping.title
    if target.override_library is None:
        stored.clear()
    while len(stored) < len(mapping.rows):
        stored.add()
    for index, item in enumerate(stored):
        row = mapping.rows[index] if index < len(mapping.rows) else Row("", "")
        item.channel, item.shape, item.gain, item.offset = row.channel, row.shape, row.gain, row.offset
        # Choosing a shape key by hand makes a row sure, so that this comes last.
        item.certainty = row.certainty
    target.kmtalk.mapping_index = 0


def save_preset(target: bpy.types.Object, path: Path) -> None:
    """Write the object's mapping and mouth gain as JSON. Raises UserError when it cannot be written."""
    mapping = mapping_of(target)
    rows = [
        {"channel": row.channel, "shape": row.shape, "gain": round(row.gain, 6), "offset": round(row.offset, 6)}
        for row in mapping.rows
        if row.shape
    ]
    preset: dict = {PRESET: 1, "mode": mapping.mode, "rows": rows}
    if target.kmtalk.mouth_gain != 1.0:
        preset["mouth_gain"] = round(target.kmtalk.mouth_gain, 6)
    text = json.dumps(preset, indent=1, ensure_ascii=False)
    write_whole(path, text.encode())


def load_preset(target: bpy.types.Object, path: Path) -> tuple[Mapping, list[str]]:
    """Load a mapping, and a mouth gain, from JSON.

    Returns the mapping, and the shape keys that it names and the character lacks (left out).

    Raises UserError, with the object unchanged, when the file is not a preset or none of its shape keys exist.
    """
    text = read_text(path, limits.PRESET_BYTES, "mapping (.json)")
    try:
        read = parse_json(text, str(path))
        if read[PRESET] != 1 or read["mode"] not in ("DIRECT", "VISEMES"):
            raise ValueError("another version")
        rows = [
            Row(str(row["channel"]), str(row["shape"]), float(row.get("gain", 1.0)), float(row.get("offset", 0.0)))
            for row in read["rows"]
        ]
        if any(abs(row.gain) > limits.GAIN or abs(row.offset) > limits.GAIN for row in rows):
            raise ValueError("gains")
        mouth_gain = read.get("mouth_gain")
        if mouth_gain is not None and not MOUTH_GAINS[0] <= float(mouth_gain) <= MOUTH_GAINS[1]:
            raise ValueError("mouth gain")
    except (UserError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UserError(f"{path} is not a mapping of KMTalk; save one again from the table.") from error
    unknown = sorted({row.channel for row in rows} - set(KNOWN_CHANNELS))
    if unknown:
        raise UserError(f"{path} names an unknown channel {unknown[0]}; channels are called {CHANNELS[0]} ...")
    shapes = set(shape_names(target))
    gone = sorted({row.shape for row in rows if row.shape not in shapes})
    fitting = [row for row in rows if row.shape in shapes]
    if not fitting:
        raise UserError(f"{target.name} has none of the shape keys that {path.name} names; choose another preset.")
    done = {row.channel for row in fitting}
    whole = Mapping(read["mode"], (*fitting, *(Row(c, "") for c in CHANNELS if c not in done)), path.stem)
    write_mapping(target, whole)
    if mouth_gain is not None:
        target.kmtalk.mouth_gain, target.kmtalk.gain_answered = float(mouth_gain), True
    return whole, gone


def shape_names(target: bpy.types.Object) -> list[str]:
    """The names of a mesh's shape keys without the Basis. Raises UserError when it has none."""
    if target.type != "MESH" or target.data.shape_keys is None:
        raise UserError(f"{target.name} has no shape keys; press Make Shapes, or choose a mesh that has them.")
    return [block.name for block in target.data.shape_keys.key_blocks[1:]]
