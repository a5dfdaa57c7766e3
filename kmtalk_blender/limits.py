"""Limits on the size of input files. A file above a limit is refused with a UserError.

docs/limits.md lists them for users; model_runtime.limits has the same values. Files are read inside Blender's process:
whatever sizes a file claims, memory and time may only grow with the bytes that it really holds.
"""

MIB = 1 << 20  # bytes
ANY_SIZE = 1 << 62  # bytes, for files that are read in parts

# Sounds and texts.
SOUND_SECONDS = 6 * 3600.0  # s
TRANSCRIPT_BYTES = 4_000_000  # bytes of a .txt or .srt beside a sound
TRANSCRIPT_LETTERS = 1_000_000  # characters
PHONES = 500_000  # phones or words of one take

# JSON and tables.
JSON_BYTES = 32 * MIB  # bytes
JSON_VALUES = 4_000_000  # commas, lists and objects
JSON_DEPTH = 64  # lists and objects within each other
PRESET_BYTES = MIB  # bytes of a mapping
MODEL_DESCRIPTION_BYTES = MIB  # bytes of a model.json
MODEL_BYTES = 8192 * MIB  # bytes of a model's weights
TABLE_BYTES = 64 * MIB  # bytes of a .csv of curves
LIST_BYTES = 8 * MIB  # bytes of a .csv of lines to speak
LINE_BYTES = 64 * 1024  # bytes of one line of a table
CURVE_VALUES = 16_000_000  # numbers of one take or table of curves
GAIN = 1_000.0  # largest absolute gain of a channel on a shape key
FRAME = 1_000_000  # largest absolute frame of the timeline, as in Blender

# Arrays (.npz).
NPZ_HEADER_BYTES = 10_000  # bytes that describe one array
NPZ_DIRECTORY_BYTES = MIB  # bytes that list the arrays of a file
UNPACKED_BYTES = 128 * MIB  # bytes of all arrays together that any file may unpack to
UNPACKED_RATIO = 20  # more bytes that a file may unpack to, for each packed byte
OTHER_ARRAY_BYTES = 4 * MIB  # bytes of an array that this version does not know: larger ones are not kept
OTHER_ARRAYS = 16  # arrays that this version does not know
CHANNELS = 1_000  # channels of a take, a head or a model
SHAPES = 10_000  # shape keys that a take moves
VERTICES = 1_000_000  # vertices of a head
FRAMES_PER_SECOND = (0.01, 1_000.0)  # least and largest

# Messages.
SENTENCE_LETTERS = 600  # characters
