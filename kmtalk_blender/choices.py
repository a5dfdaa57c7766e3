"""What the menus offer: (value, name, tooltip)."""

__all__ = [
    "DEVICES",
    "EXPRESSIONS",
    "INTERPOLATIONS",
    "KEYS",
    "MAPPINGS",
    "PHONES",
    "PLACEMENTS",
    "RULES",
    "SOURCES",
]

SOURCES = (
    ("STRIP", "Strip", "The selected sound strip of the sequencer"),
    ("FILE", "File", "A sound file, without a strip"),
)
KEYS = (
    ("SPARSE", "Sparse", "The fewest keys that keep the motion within the tolerance"),
    ("EVERY_FRAME", "Every Frame", "A key on every frame; key motions stand out by their colour"),
    ("KEY_MOTIONS", "Key Motions", "Keys only where sounds meet, curves in between: few, and easy to change"),
)
PLACEMENTS = (
    ("ACTION", "Own Action", "An action of its own becomes the active one; earlier takes move to NLA tracks"),
    ("NLA", "NLA Track", "An action of its own on an NLA track named after the strip"),
    ("ACTIVE", "Active Action", "Into the active action, in the range of the strip"),
)
INTERPOLATIONS = (
    ("BEZIER", "Bezier", "Smooth curves between keys"),
    ("LINEAR", "Linear", "Straight lines between keys"),
    ("CONSTANT", "Constant", "Hold each key, for 2D work"),
)
EXPRESSIONS = (
    ("ADD", "Add", "Smile, frown, brows and blinks of the take are added to your own keys"),
    ("REPLACE", "Replace", "While the line is spoken the take's expression plays in place of your own keys"),
    ("LEAVE", "Leave", "Expression is yours: the take moves jaw and lips only"),
)
DEVICES = (
    ("auto", "Automatic", "The fastest there is"),
    ("cpu", "CPU", "The processor"),
    ("cuda", "CUDA", "An NVIDIA graphics card"),
    ("mps", "Metal", "An Apple graphics card"),
)
MAPPINGS = (
    ("DIRECT", "Movements", "Each channel moves its shape keys by the gain"),
    ("VISEMES", "Visemes", "Shape keys are whole mouth shapes, made of channels; those that look most like the motion"),
)
RULES = (
    ("NAME", "Name", "Strips whose name has this in it"),
    ("CHANNEL", "Channel", "Strips in this channel"),
)
# In the order of the runtime: silence, vowels, consonants.
PHONES = (
    "SIL",
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
