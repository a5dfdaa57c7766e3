"""Ceilings: the most that a file, a path or a setting may ask for; what lies above ends in one sentence.

docs/limits.md says the same for people. A size that a file declares is compared with these, and with what is there,
before anything of that size is made.
"""

MIB = 1 << 20  # bytes
ANY_SIZE = 1 << 62  # bytes, for files that are read in parts

# Sounds.
LOWEST_RATE = 4_000  # Hz
HIGHEST_RATE = 768_000  # Hz
SOUND_SECONDS = 6 * 3600.0  # s, as it is played
LOUDEST_SAMPLE = 1e6  # times full scale
DECODING_SECONDS = 300.0  # s that ffmpeg may take

# Texts.
TRANSCRIPT_LETTERS = 1_000_000  # characters
TRANSCRIPT_BYTES = 4 * TRANSCRIPT_LETTERS  # bytes of its file
WORDS_PER_SECOND = 20  # words of a transcript to a second of sound; more cannot be said
TEXTGRID_BYTES = 64 * MIB  # bytes
TEXTGRID_TIERS = 1_000  # tiers
PHONES = 500_000  # phones or words of one take
PHONES_PER_SECOND = 200  # phones to a second of sound
LABEL_LETTERS = 200  # characters of a phone or a word
LABEL_SECONDS = 1_000_000.0  # s, the latest time of a phone in a recording of which a part is played
MANIFEST_BYTES = 64 * MIB  # bytes of a batch's list, or of a training's log
MANIFEST_LINES = 500_000  # lines

# JSON, tables and configurations.
JSON_BYTES = 32 * MIB  # bytes
JSON_VALUES = 4_000_000  # commas, lists and objects
JSON_DEPTH = 64  # lists and objects within each other
TABLE_BYTES = 64 * MIB  # bytes of a .csv or .tsv
LINE_BYTES = 64 * 1024  # bytes of one line of a table or a mesh
CONFIG_BYTES = 20_000  # bytes of a .toml
CONFIG_NUMBER = (1 << 31) - 1  # the largest number in it

# Arrays (.npz, .npy).
NPZ_HEADER_BYTES = 10_000  # bytes that describe one array
NPZ_DIRECTORY_BYTES = MIB  # bytes that list the arrays of a file
UNPACKED_BYTES = 128 * MIB  # bytes of all arrays that are read, whatever the file's size,
UNPACKED_RATIO = 20  # and beyond that so many bytes a packed byte
OTHER_ARRAY_BYTES = 4 * MIB  # bytes of an array that this version does not know: larger ones are left behind
OTHER_ARRAYS = 16  # arrays that this version does not know
CHANNELS = 1_000  # channels of a take, a head or a model
FRAMES_PER_SECOND = (0.01, 1_000.0)  # least and largest
CURVE_VALUES = 16_000_000  # numbers of one table of curves
INDICES_BYTES = MIB  # bytes of a text file of vertex numbers
CLIPS = 100_000  # clips of a data set

# Meshes.
MESH_BYTES = 256 * MIB  # bytes of an .obj or .ply
MESH_VERTICES = 1_000_000  # vertices
MESH_POLYGONS = 2_000_000  # polygons
FARTHEST_VERTEX = 1e9  # of any unit
LANDMARKS = 10_000  # landmarks

# Pickles.
PICKLE_BYTES = 2048 * MIB  # bytes of the file
PICKLE_MEMORY = 384 * MIB  # bytes that reading one may take, whatever the file's size,
PICKLE_MEMORY_RATIO = 8  # and beyond that so many bytes a byte of the file
PICKLE_SECONDS = 6.0  # s that reading one may take, whatever the file's size,
PICKLE_BYTES_PER_SECOND = 2 * MIB  # and beyond that a second for so many bytes of the file
PICKLE_VALUES = 500_000  # numbers, texts, lists and so on outside of arrays
PICKLE_LETTERS = 8_000_000  # characters of all its texts
PICKLE_DEPTH = 100  # containers within each other
DENSE_VALUES = 16_000_000  # numbers of a sparse matrix that is written out

# Models.
MODEL_BYTES = 8192 * MIB  # bytes of the weights
MODEL_DESCRIPTION_BYTES = MIB  # bytes of model.json
MODEL_NETWORKS = 64  # networks of an ensemble
MODEL_LAYERS = 256  # layers of one part of a network
MODEL_WIDTH = 16_384  # numbers that pass through a network side by side
MODEL_HEADS = 256  # attention heads
MODEL_PERIOD = 1_000  # frames
MODEL_STYLES = 1_000  # styles

# What a sentence for the user may hold.
SENTENCE_LETTERS = 600  # characters
