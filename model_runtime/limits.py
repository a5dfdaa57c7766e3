"""Limits on the size of files, paths and settings; larger ones are refused with an error message of one sentence.

docs/limits.md explains them to users. A size that a file declares is compared with these limits, and with the size of
the file, before any memory of that size is used.
"""

MIB = 1 << 20  # bytes of a mebibyte
ANY_SIZE = 1 << 62  # bytes; no limit, for files that are read in parts

# Sound files.
LOWEST_RATE = 4_000  # Hz, sampling rate
HIGHEST_RATE = 768_000  # Hz, sampling rate
SOUND_SECONDS = 6 * 3600.0  # s of a sound, at its playback speed
LOUDEST_SAMPLE = 1e6  # absolute value of a sample; full scale is 1
DECODING_SECONDS = 300.0  # s that ffmpeg may take for a file

# Texts.
TRANSCRIPT_LETTERS = 1_000_000  # characters of a transcript
TRANSCRIPT_BYTES = 4 * TRANSCRIPT_LETTERS  # bytes of a transcript file
PRONUNCIATION_BYTES = 2 * MIB  # bytes of a list of pronunciations
PRONUNCIATION_LINES = 20_000  # its lines
PRONUNCIATIONS_OF_WORD = 16  # lines of one word in one language
PRONUNCIATION_PHONES = 200  # sounds of one pronunciation
WORDS_PER_SECOND = 20  # words of a transcript for each second of sound; nobody speaks faster
TEXTGRID_BYTES = 64 * MIB  # bytes of a TextGrid
TEXTGRID_TIERS = 1_000  # tiers of a TextGrid
PHONES = 500_000  # phones or words of one take
PHONES_PER_SECOND = 200  # phones for each second of sound
PHONE_LABELS = 5_000  # different labels of the phones of one take
LABEL_LETTERS = 200  # characters of a phone or a word
LABEL_SECONDS = 1_000_000.0  # s, time of a phone within a recording (only a part of it may be used)
MANIFEST_BYTES = 64 * MIB  # bytes of the list of a batch, or of a training log
MANIFEST_LINES = 500_000  # lines of such a file

# JSON, tables and configurations.
JSON_BYTES = 32 * MIB  # bytes of a JSON file
JSON_VALUES = 4_000_000  # commas, lists and objects of a JSON text, summed
JSON_DEPTH = 64  # levels of nested lists and objects
TABLE_BYTES = 64 * MIB  # bytes of a .csv or .tsv
LINE_BYTES = 64 * 1024  # bytes of one line of a table or a mesh
CONFIG_BYTES = 20_000  # bytes of a .toml configuration
CONFIG_NUMBER = (1 << 31) - 1  # largest number in a configuration

# Arrays (.npz, .npy).
NPZ_HEADER_BYTES = 10_000  # bytes of the header of one array
NPZ_DIRECTORY_BYTES = MIB  # bytes of the directory of a file's arrays
UNPACKED_BYTES = 128 * MIB  # bytes of all arrays that are read, at any size of the file,
UNPACKED_RATIO = 20  # and above that, unpacked bytes for each packed byte
OTHER_ARRAY_BYTES = 4 * MIB  # bytes of an array that this version does not know; larger ones are dropped
OTHER_ARRAYS = 16  # arrays of a file that this version does not know
CHANNELS = 1_000  # channels of a take, a head or a model
FRAMES_PER_SECOND = (0.01, 1_000.0)  # least and largest frame rate
CURVE_VALUES = 16_000_000  # numbers of one table of curves
INDICES_BYTES = MIB  # bytes of a text file of vertex numbers
CLIPS = 100_000  # clips of a data set

# Meshes.
MESH_BYTES = 256 * MIB  # bytes of an .obj or .ply
MESH_VERTICES = 1_000_000  # vertices of a mesh
MESH_POLYGONS = 2_000_000  # polygons of a mesh
FARTHEST_VERTEX = 1e9  # absolute coordinate of a vertex, in the unit of the mesh
LANDMARKS = 10_000  # landmarks of a mesh

# Pickles.
PICKLE_BYTES = 2048 * MIB  # bytes of a pickle file
PICKLE_MEMORY = 384 * MIB  # bytes of memory that reading may take, at any size of the file,
PICKLE_MEMORY_RATIO = 8  # and above that, bytes of memory for each byte of the file
PICKLE_SECONDS = 6.0  # s that reading may take, at any size of the file,
PICKLE_BYTES_PER_SECOND = 2 * MIB  # and above that, bytes of the file for each further second
PICKLE_VALUES = 500_000  # numbers, texts, lists and so on outside arrays
PICKLE_LETTERS = 8_000_000  # characters of all texts of a pickle
PICKLE_DEPTH = 100  # levels of nested containers
DENSE_VALUES = 16_000_000  # numbers of a sparse matrix that is expanded to a dense one

# Models.
MODEL_BYTES = 8192 * MIB  # bytes of the weights
MODEL_DESCRIPTION_BYTES = MIB  # bytes of model.json
MODEL_MEMORY = 4096 * MIB  # bytes of memory that the networks of models may take together
MODEL_NODES = 100_000  # operations of one exported network
MODEL_NETWORKS = 64  # networks of an ensemble
MODEL_LAYERS = 256  # layers of one part of a network
MODEL_WIDTH = 16_384  # columns of a layer
MODEL_HEADS = 256  # attention heads
MODEL_PERIOD = 1_000  # frames of a period of positions
MODEL_STYLES = 1_000  # styles of a model

# Messages for the user.
SENTENCE_LETTERS = 600  # characters of an error message
