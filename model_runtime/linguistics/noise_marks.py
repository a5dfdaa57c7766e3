"""Marks of silence, of noise and of speech without phones, as aligners and corpora write them among phones."""

import re

__all__ = ["hesitation", "is_silence", "is_spoken_noise"]

# Silence, and noises that no speech makes, lower case, without signs around them.
SILENCES = (
    *("", "sil", "silb", "sile", "sp", "ssp", "pau", "pause", "h#", "#h", "#", "##", "-", "_", "<", ">", "epi", "eps"),
    *("silence", "ssil", "iver", "cutoff", "error", "exclude", "garbage", "gbg", "s", "/s", "pad", "blank", "bos"),
    *("ns", "nsn", "nse", "noise", "vocnoise", "vocal-noise", "bg", "background", "music", "beep", "click", "ring"),
    *("brth", "br", "breath", "breathe", "breathing", "inhale", "inhalation", "exhale", "exhalation", "ap", "sigh"),
    *("laugh", "laughs", "laughter", "laughing", "lg", "cough", "coughs", "cg", "smack", "lipsmack", "ls", "swallow"),
    *("sniff", "sneeze", "throat", "tongue", "gasp", "yawn", "whistle", "eos", "nonspeech", "ambient", "nonhuman"),
)
# Letters that are phones when they stand alone.
PHONES_TOO = ("s",)
# Speech whose phones the tool does not know.
SPOKEN_NOISES = (
    *(
        "spn",
        "spokennoise",
        "unk",
        "oov",
        "unknown",
        "speech",
        "xxx",
        "yyy",
        "www",
        "unintelligible",
        "hes",
        "hesitation",
        "fil",
    ),
    *("fp", "fillerword", "filledpause"),
)
# Hesitations of CMU Sphinx -> the phone that lasts longest.
HESITATIONS = {
    **{"uh": "AH", "um": "AH", "er": "ER", "erm": "ER", "ah": "AA", "eh": "EH", "oh": "OW", "mm": "M", "hm": "M"},
    **{"hmm": "M", "mhm": "M", "huh": "AH"},
}
# Anything between brackets, pluses or asterisks: <p:>, <SIL>, {B_TRANS}, [laugh], (...), ++BREATH++, *cough*.
MARK = re.compile(r"(?:[<\[{(].*[>\]})]|\++[^+]+\++|\*+[^*]+\*+)")
# Signs before or behind a word of silence or noise: %hesitation, #noise, &=laughs, SIL0.
BEFORE, BEHIND = "%#&=*+!", "*+#0123456789"
# A word of noise of so many letters at least may have signs around it: "h#" is silence, "h" a phone.
WORD = 2
# A name of several words is a noise when one of so many letters is: throat_clear, door-noise.
TELLING = 5


def is_silence(label: str) -> bool:
    """Whether a label is silence or noise: "", "sil", "<p:>", "++BREATH++", "[laugh]", "#", ..."""
    if MARK.fullmatch(label):
        return hesitation(label) is None and not is_spoken_noise(label)
    if label.lower() in PHONES_TOO:
        return False
    return _known(label, SILENCES) or not re.search(r"[^\W_]|[@{}?&=]", label)


def is_spoken_noise(label: str) -> bool:
    """Whether a label is speech without phones, as of a word that no dictionary has: "spn", "+SPN+", "<unk>"."""
    return _known(label, SPOKEN_NOISES) or _inside(label).startswith("unknown")


def hesitation(label: str) -> str | None:
    """The phone of a hesitation in CMU Sphinx's signs (++UH++, +UM+); None for another label.

    Without signs "uh" is a phone of ARPAbet.
    """
    return HESITATIONS.get(_inside(label)) if label.startswith("+") and MARK.fullmatch(label) else None


def _known(label: str, words: tuple[str, ...]) -> bool:
    lower = label.lower()
    if lower in words:
        return True
    inside = _inside(label)
    parts = [part for part in re.split(r"[\W_]+", lower) if len(part) >= TELLING]
    return (len(inside) >= WORD and inside in words) or (words is SILENCES and any(part in words for part in parts))


def _inside(label: str) -> str:
    """The letters of a mark, lower case, without the signs around and between its words."""
    inside = label.lower().strip("<>[]{}()+* ") if MARK.fullmatch(label) else label.lower()
    return re.sub(r"[\s_-]", "", inside.lstrip(BEFORE).rstrip(BEHIND))
