"""Phone labels of aligners and corpora -> labels of PHONES.

Conventions share letters: "y" is a consonant in ARPAbet and a rounded vowel in IPA, "S" is a hush in SAMPA. So the
convention is recognised from all labels of a file, and each label is then read in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.ipa import ipa_phone, is_one_ipa_sound
from model_runtime.linguistics.phones import PHONES, SILENCE, VOWELS
from model_runtime.linguistics.romanised import PINYIN_SIGN, ROMAJI_SIGN, pinyin_phone, romaji_phone
from model_runtime.linguistics.sampa import ipa_of_sampa

__all__ = ["UNKNOWN", "Labels", "arpabet", "known_share", "read_labels"]

# The phone that stands for a label that no convention has: the neutral vowel.
UNKNOWN = "AH"
# Labels of silence and noise in aligners and corpora, lower case.
SILENCES = (
    *("", "sil", "sp", "spn", "pau", "pause", "h#", "#", "##", "-", "_", "<", ">", "epi", "silence"),
    *("ns", "nsn", "+nsn+", "+spn+", "brth", "br", "breath", "noise", "laugh", "lg", "cough", "ssil", "xxx", "iver"),
    *("vocnoise", "vocal-noise", "cutoff", "error", "exclude", "garbage", "inhale", "exhale", "gbg", "bg", "ap", "nse"),
)
# Anything in brackets: <p:>, <SIL>, {B_TRANS}, [laugh], (...).
BRACKETED = re.compile(r"[<\[{(].*[>\]})]")
# Labels of ARPAbet dialects (TIMIT, Buckeye, CMU's synthesisers) -> labels of PHONES.
DIALECTS = {
    **{"AX": "AH", "AXR": "ER", "IX": "IH", "UX": "UW", "AX-H": "AH", "EL": "L", "EM": "M", "EN": "N", "ENG": "NG"},
    **{"DX": "T", "NX": "N", "Q": "T", "TQ": "T", "HV": "HH", "H": "HH", "WH": "W", "NJ": "N", "LJ": "L", "OH": "AO"},
    **{f"{stop}CL": stop for stop in ("P", "T", "K", "B", "D", "G")},
    # Nasal vowels of Buckeye.
    **{f"{vowel}N": vowel for vowel in VOWELS},
}
# Where a phone lies in its word, as Kaldi and gentle append it: AE1_B, ae_I, AE1_E, AE1_S.
POSITION = re.compile(r"_[BIES]$")


@dataclass(frozen=True)
class Convention:
    """read: label -> label of PHONES, or None. claims: whether the label is surely one of the convention. sign: what
    one label of a file must match before the convention is considered; None: nothing."""

    read: Callable[[str], str | None]
    claims: Callable[[str], bool]
    sign: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Labels:
    """phones: a label of PHONES for each label that was given. unknown: indices of those that no convention has; their
    phone is UNKNOWN."""

    phones: tuple[str, ...]
    unknown: tuple[int, ...]


def read_labels(labels: Sequence[str]) -> Labels:
    """The phones of all labels of one file or list, read in the convention that most of them belong to.

    Raises InputError for more than PHONE_LABELS different labels, and for one of more than LABEL_LETTERS characters.
    """
    distinct = _distinct(labels)
    chosen = _convention(distinct)
    known = {label: chosen.read(label) or _read_in(label, CONVENTIONS) for label in distinct}
    phones = tuple(SILENCE if label not in known else known[label] or UNKNOWN for label in labels)
    unknown = tuple(index for index, label in enumerate(labels) if label in known and known[label] is None)
    return Labels(phones, unknown)


def known_share(labels: Sequence[str]) -> float:
    """The share of the distinct labels, silences aside, that one convention surely has; 0 without labels.

    Raises InputError as `read_labels`.
    """
    distinct = _distinct(labels)
    claims = _convention(distinct).claims
    return sum(claims(label) for label in distinct) / len(distinct) if distinct else 0.0


def arpabet(label: str) -> str:
    """The label of PHONES for a single `label`.

    Accepts ARPAbet in any case, with or without stress digits, IPA, SAMPA, and the usual names of silence and noise;
    what ARPAbet has is read as ARPAbet. Raises InputError for any other label.
    """
    known = (
        SILENCE if _is_silence(label) else _arpabet(label) or ipa_phone(_bare(label)) or _read_in(label, CONVENTIONS)
    )
    if known is None:
        raise InputError(f'"{label}" is no phone that is known; use ARPAbet (AA, B, CH, ...) or IPA labels.')
    return known


def _distinct(labels: Sequence[str]) -> list[str]:
    """The different labels without silences, in order. Raises InputError for too many or too long ones."""
    different = dict.fromkeys(labels)
    if len(different) > limits.PHONE_LABELS:
        raise InputError(f"There are more than {limits.PHONE_LABELS} different phones; are these words?")
    long = next((label for label in different if len(label) > limits.LABEL_LETTERS), None)
    if long is not None:
        raise InputError(f'The phone "{long}" has more than {limits.LABEL_LETTERS} characters; write it again.')
    return [label for label in different if not _is_silence(label)]


def _is_silence(label: str) -> bool:
    bare = _bare(label)
    return bare.lower() in SILENCES or bool(BRACKETED.fullmatch(bare)) or not re.search(r"[^\W_]|[@{}?&=]", bare)


def _convention(distinct: Sequence[str]) -> Convention:
    """The convention that claims most of the labels; of equals, the first."""
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


# Of equals the first is chosen. IPA is before ARPAbet in lower case: without a label such as "ih" nothing speaks for
# that.
CONVENTIONS = (
    Convention(_arpabet, _is_arpabet(upper=True)),
    Convention(pinyin_phone, lambda label: pinyin_phone(label) is not None, PINYIN_SIGN),
    Convention(lambda label: ipa_phone(_bare(label)), lambda label: is_one_ipa_sound(_bare(label))),
    Convention(lambda label: ipa_phone(ipa_of_sampa(label)), _is_sampa),
    Convention(romaji_phone, lambda label: romaji_phone(label) is not None, ROMAJI_SIGN),
    Convention(_arpabet, _is_arpabet(upper=False)),
)
