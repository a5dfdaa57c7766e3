"""The entries of the enum properties: (value, name, tooltip)."""

from .runtime.schema import LANGUAGES as NAMES

__all__ = [
    "CERTAINTIES",
    "DEVICES",
    "EXPRESSIONS",
    "EYES",
    "HEADS",
    "INTERPOLATIONS",
    "IPA",
    "KEYS",
    "LANGUAGES",
    "MAPPINGS",
    "PHONES",
    "PLACEMENTS",
    "RULES",
    "SOURCES",
    "ipa_of",
]

LANGUAGES = (
    ("auto", "Auto", "The language of the transcript; without one, English or whatever is heard"),
    *((code, name, f"{name} ({code})") for code, name in NAMES.items()),
)
SOURCES = (
    ("STRIP", "Strip", "The selected sound strip of the sequencer"),
    ("FILE", "File", "A sound file, without a strip"),
)
KEYS = (
    ("SPARSE", "Sparse", "The fewest keys that keep the motion within the tolerance"),
    (
        "EVERY_FRAME",
        "Every Frame",
        "A key on every frame; key motions are coloured as keyframes, the others as generated keys",
    ),
    ("KEY_MOTIONS", "Key Motions", "Keys only at the boundaries of phones: few, and easy to edit"),
)
PLACEMENTS = (
    ("ACTION", "Own Action", "A new action, which becomes the active one; earlier takes move to NLA tracks"),
    ("NLA", "NLA Track", "A new action, on an NLA track named after the strip"),
    ("ACTIVE", "Active Action", "Into the active action, in the frame range of the strip"),
)
INTERPOLATIONS = (
    ("BEZIER", "Bezier", "Smooth curves between keys"),
    ("LINEAR", "Linear", "Straight lines between keys"),
    ("CONSTANT", "Constant", "Hold the value of each key until the next one, for 2D work"),
)
EXPRESSIONS = (
    ("ADD", "Add", "Smile, frown, brows and blinks of the take are added to your own keys"),
    ("REPLACE", "Replace", "While the line is spoken, the take's expression replaces your own keys"),
    ("LEAVE", "Leave", "The take moves jaw and lips only; expression stays as you keyed it"),
)
HEADS = (
    ("AUTO", "Automatic", "The bone that is named as a head; without one, the character's object, about its origin"),
    ("BONE", "Bone", "A bone of an armature, and of its neck a share"),
    ("OBJECT", "Object", "An object or an empty, about its origin"),
    ("NONE", "None", "The head does not turn"),
)
EYES = (
    ("AUTO", "Automatic", "Bones that are named as eyes, else the shapes eyeLook..."),
    ("BONES", "Bones", "Two bones of the armature"),
    ("SHAPES", "Shapes", "The shapes eyeLookUp, eyeLookIn and so on"),
    ("OBJECTS", "Objects", "Two objects"),
    ("POINT", "Gaze Point", "An empty before the face, for eyes with Track To or for the control of a rig's eyes"),
    ("NONE", "None", "The eyes do not turn"),
)
# Where packages for a graphics card are installed, and what happens without them.
OWN_PYTHON = "in a Python of your own, chosen as Interpreter in the preferences. Else the CPU is used, with a note"
# Scenes hold the numbers; 3 was mps, an Apple graphics card by torch.
DEVICES = (
    ("auto", "Automatic", "The fastest device that works here", "NONE", 0),
    ("cpu", "CPU", "The processor", "NONE", 1),
    ("cuda", "CUDA", f"An NVIDIA graphics card; needs onnxruntime-gpu {OWN_PYTHON}", "NONE", 2),
    ("coreml", "CoreML", "An Apple chip. Where it does not work, the CPU is used, with a note", "NONE", 3),
    ("directml", "DirectML", f"Any graphics card on Windows; needs onnxruntime-directml {OWN_PYTHON}", "NONE", 4),
)
MAPPINGS = (
    ("DIRECT", "Movements", "Each channel moves its shape keys by the gain"),
    ("VISEMES", "Visemes", "Each shape key is a whole mouth shape; the mix that looks most like the motion"),
)
CERTAINTIES = (
    ("SURE", "Sure", "The name is that of the channel in a known set, or you chose it"),
    ("LIKELY", "Likely", "The name is general, translated, or near in meaning"),
    ("UNSURE", "Unsure", "A guess: look whether the shape key moves what the channel says"),
)
RULES = (
    ("NAME", "Name", "Strips whose name contains this text"),
    ("CHANNEL", "Channel", "Strips in this channel of the sequencer"),
)
# ARPAbet, in the order of the runtime: silence, vowels, consonants.
PHONES = (
    "SIL",
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N"),
    *("NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
# Phone -> the same in the letters of the International Phonetic Association.
IPA = {
    **{"SIL": "", "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ɝ", "EY": "eɪ"},
    **{"IH": "ɪ", "IY": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "u", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð"},
    **{"F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p"},
    **{"R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ"},
}


def ipa_of(label: str, sound: str) -> str:
    """What the list shows for a phone in IPA: the sound of another language that is meant, else that of its label."""
    return sound or IPA.get(label, "")
