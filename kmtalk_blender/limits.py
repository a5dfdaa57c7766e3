"""Ceilings: the most that a file may ask for; what lies above ends in one sentence.

docs/limits.md says the same for people; model_runtime has its own of the same values. Files are read in Blender's own
process here: whatever they say of their sizes, neither its memory nor its time may grow beyond what they hold.
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
GAIN = 1_000.0  # of a channel on a shape key, either way
FRAME = 1_000_000  # of the timeline, either way: Blender has no later one

# Arrays (.npz).
NPZ_HEADER_BYTES = 10_000  # bytes that describe one array
NPZ_DIRECTORY_BYTES = MIB  # bytes that list the arrays of a file
UNPACKED_BYTES = 128 * MIB  # bytes of all arrays that are read, whatever the file's size,
UNPACKED_RATIO = 20  # and beyond that so many bytes a packed byte
OTHER_ARRAY_BYTES = 4 * MIB  # bytes of an array that this version does not know: larger ones are left behind
OTHER_ARRAYS = 16  # arrays that this version does not know
CHANNELS = 1_000  # channels of a take, a head or a model
SHAPES = 10_000  # shape keys that a take moves
VERTICES = 1_000_000  # vertices of a head
FRAMES_PER_SECOND = (0.01, 1_000.0)  # least and largest

# What a sentence for the user may hold.
SENTENCE_LETTERS = 600  # characters
