"""Phone labels of aligners and corpora -> labels of PHONES.

Conventions share letters: "y" is a consonant in ARPAbet and a rounded vowel in IPA, "S" is a hush in SAMPA. So the
convention is recognised from all labels of a file, and each label is then read in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.disc import disc_phone, is_disc
from model_runtime.linguistics.ipa import ipa_phone, is_one_ipa_sound
from model_runtime.linguistics.mrpa import MRPA_SIGN, mrpa_phone
from model_runtime.linguistics.noise_marks import hesitation, is_silence, is_spoken_noise
from model_runtime.linguistics.phones import PHONES, SILENCE, VOWELS
from model_runtime.linguistics.romanised import PINYIN_SIGN, ROMAJI_SIGN, pinyin_phone, romaji_phone
from model_runtime.linguistics.sampa import ipa_of_sampa

__all__ = ["UNKNOWN", "Labels", "arpabet", "known_share", "read_labels"]

# The phone that stands for a label that no convention has: the neutral vowel.
UNKNOWN = "AH"
# Labels of ARPAbet dialects (TIMIT, Buckeye, CMU's synthesisers) -> labels of PHONES.
DIALECTS = {
    **{"AX": "AH", "AXR": "ER", "IX": "IH", "UX": "UW", "AX-H": "AH", "EL": "L", "EM": "M", "EN": "N", "ENG": "NG"},
    **{"DX": "T", "NX": "N", "Q": "T", "TQ": "T", "HV": "HH", "H": "HH", "WH": "W", "NJ": "N", "LJ": "L", "OH": "AO"},
    **{f"{stop}CL": stop for stop in ("P", "T", "K", "B", "D", "G")},
    # Nasal vowels of Buckeye, and its nasal h.
    **{f"{vowel}N": vowel for vowel in VOWELS},
    **{"HHN": "HH"},
}
# Where a phone lies in its word, as Kaldi and gentle append it: AE1_B, ae_I, AE1_E, AE1_S.
POSITION = re.compile(r"_[BIES]$")
# A phone between its neighbours, as HTK names its states: t-ae+n. At the ends one of them is missing.
TRIPHONE = re.compile(r"[^-+\s]+-[^-+\s]+\+[^-+\s]+")
NEIGHBOURS = re.compile(r"^[^-+\s]+-(?=[^-+\s])|(?<=[^-+\s])\+[^-+\s]+$")


@dataclass(frozen=True)
class Convention:
    """read: label -> label of PHONES, or None. claims: whether the label is surely one of the convention. sign: what
    one label of a file must match before the convention is considered; None: nothing."""

    read: Callable[[str], str | None]
    claims: Callable[[str], bool]
    sign: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Labels:
    """phones: a label of PHONES for each label that was given. unknown: indices of those whose phone is UNKNOWN: labels
    that no convention has, and marks of speech without phones ("spn"). strange: the former alone."""

    phones: tuple[str, ...]
    unknown: tuple[int, ...]
    strange: tuple[int, ...] = ()


def read_labels(labels: Sequence[str]) -> Labels:
    """The phones of all labels of one file or list, read in the convention that most of them belong to.

    Raises InputError for more than PHONE_LABELS different labels, and for one of more than LABEL_LETTERS characters.
    """
    labels = _without_neighbours(labels)
    distinct = _distinct(labels)
    chosen = _convention(distinct)
    phones = {label: _phone_in(label, chosen) for label in distinct}
    unknown = tuple(index for index, label in enumerate(labels) if phones[label] is None)
    strange = tuple(index for index in unknown if not is_spoken_noise(_bare(labels[index])))
    return Labels(tuple(phones[label] or UNKNOWN for label in labels), unknown, strange)


def known_share(labels: Sequence[str]) -> float:
    """The share of the distinct labels, silences and noises aside, that one convention surely has; 0 without labels.

    Raises InputError as `read_labels`.
    """
    distinct = _distinct(_without_neighbours(labels))
    chosen = _convention(distinct)
    # DISC writes some phones as signs that are silence elsewhere.
    spoken = [label for label in distinct if chosen is DISC or not _is_mark(label)]
    return sum(map(chosen.claims, spoken)) / len(spoken) if spoken else 0.0


def arpabet(label: str) -> str:
    """The label of PHONES for a single `label`.

    Accepts ARPAbet in any case, with or without stress digits, IPA, SAMPA, and the usual names of silence and noise;
    what ARPAbet has is read as ARPAbet. Speech without phones ("spn") is UNKNOWN. Raises InputError for any other
    label.
    """
    if is_spoken_noise(_bare(label)):
        return UNKNOWN
    known = _phone_in(label, Convention(lambda one: _arpabet(one) or ipa_phone(_bare(one)), lambda _one: True))
    if known is None:
        raise InputError(f'"{label}" is no phone that is known; use ARPAbet (AA, B, CH, ...) or IPA labels.')
    return known


def _without_neighbours(labels: Sequence[str]) -> Sequence[str]:
    """The labels without the neighbours of their phones, in a file that names these."""
    _distinct(labels)
    if not any(TRIPHONE.fullmatch(label.strip()) for label in labels):
        return labels
    return [NEIGHBOURS.sub("", label.strip()) for label in labels]


def _distinct(labels: Sequence[str]) -> list[str]:
    """The different labels, in order. Raises InputError for too many or too long ones."""
    different = dict.fromkeys(labels)
    if len(different) > limits.PHONE_LABELS:
        raise InputError(f"There are more than {limits.PHONE_LABELS} different phones; are these words?")
    long = next((label for label in different if len(label) > limits.LABEL_LETTERS), None)
    if long is not None:
        raise InputError(f'The phone "{long}" has more than {limits.LABEL_LETTERS} characters; write it again.')
    return list(different)


def _is_mark(label: str) -> bool:
    """Whether a label is silence, noise, a hesitation or speech without phones, in any convention."""
    bare = _bare(label)
    return is_silence(bare) or is_spoken_noise(bare) or hesitation(bare) is not None


def _phone_in(label: str, chosen: Convention) -> str | None:
    """The phone of a label in the convention of its file, else in the first that claims it; None: it is unknown."""
    bare = _bare(label)
    if chosen is DISC and disc_phone(label):
        return disc_phone(label)
    if is_spoken_noise(bare):
        return None
    if is_silence(bare):
        return SILENCE
    return hesitation(bare) or chosen.read(label) or _read_in(label, CONVENTIONS)


def _convention(distinct: Sequence[str]) -> Convention:
    """The convention that claims most of the labels, silences and noises aside; of equals, the first."""
    distinct = [label for label in distinct if disc_phone(label) or not _is_mark(label)]
    if is_disc(distinct):
        return DISC
    distinct = [label for label in distinct if not _is_mark(label)]
    possible = [one for one in CONVENTIONS if one.sign is None or any(map(one.sign.fullmatch, distinct))]
    return max(possible, key=lambda one: sum(map(one.claims, distinct)))


def _read_in(label: str, conventions: Sequence[Convention]) -> str | None:
    """The phone of a label in the first convention that claims it."""
    return next((one.read(label) for one in conventions if one.claims(label)), None)


def _bare(label: str) -> str:
    return POSITION.sub("", label.strip())


def _arpabet(label: str) -> str | None:
    """The phone of an ARPAbet label in any case."""
    upper = re.sub(r"[0-9]$", "", _bare(label)).upper()
    return upper if upper in PHONES else DIALECTS.get(upper)


def _is_arpabet(upper: bool) -> Callable[[str], bool]:
    """Whether a label is ARPAbet in this case: files do not mix them."""
    return lambda label: _arpabet(label) is not None and (_bare(label).isupper() if upper else _bare(label).islower())


def _is_sampa(label: str) -> bool:
    return label.isascii() and is_one_ipa_sound(ipa_of_sampa(label))


DISC = Convention(disc_phone, lambda label: disc_phone(label) is not None)
# Of equals the first is chosen. IPA is before ARPAbet in lower case: without a label such as "ih" nothing speaks for
# that.
CONVENTIONS = (
    Convention(_arpabet, _is_arpabet(upper=True)),
    Convention(pinyin_phone, lambda label: pinyin_phone(label) is not None, PINYIN_SIGN),
    Convention(lambda label: ipa_phone(_bare(label)), lambda label: is_one_ipa_sound(_bare(label))),
    Convention(lambda label: ipa_phone(ipa_of_sampa(label)), _is_sampa),
    Convention(mrpa_phone, lambda label: mrpa_phone(label) is not None, MRPA_SIGN),
    Convention(romaji_phone, lambda label: romaji_phone(label) is not None, ROMAJI_SIGN),
    Convention(_arpabet, _is_arpabet(upper=False)),
)
