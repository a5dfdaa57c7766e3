"""Tiers of phones and words in the files of aligners, and the choice of those of one speaker."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.labels import known_share, read_labels
from model_runtime.linguistics.phone_lists import track_of
from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["SOUND_TIER", "Role", "Spoken", "Tier", "role_of", "spoken_tier"]

# Names of tiers of phones and of words, lower case, in order of preference.
PHONE_TIERS = (
    *("phones", "phone", "phonemes", "phoneme", "segments", "segment", "mau", "phonetic"),
    *("phn", "phns", "phon", "ipa", "sampa", "arpabet"),
)
WORD_TIERS = ("words", "word", "ort-mau", "ort", "orthography")
# Our own tier of the sounds of another language, in IPA, that phones stand for.
SOUND_TIER = "sounds"
# Tiers of WebMAUS, as their words: the words as spelled, and as pronounced by the dictionary.
MAUS_TIERS = {"ort mau": "words", "kan mau": ""}
# Words of a name: parts between spaces and signs, and before capitals ("annaPhones").
BETWEEN_WORDS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)")
# A tier whose name does not say what it has is one of phones with so many different labels, of so many characters at
# most, of which this share are phones.
DIFFERENT_LABELS = 4
LONGEST_LABEL = 6
PHONES_BY_CONTENT = 0.9
# Unknown marks that are named, and places of each.
NAMED_MARKS = 3
NAMED_PLACES = 3


@dataclass(frozen=True)
class Tier:
    """entries: [label, start, end], seconds, in order. points: the tier has points in place of intervals."""

    name: str
    entries: tuple[list, ...]
    points: bool = False

    @property
    def labels(self) -> list[str]:
        """The labels of its entries."""
        return [entry[0] for entry in self.entries]

    @property
    def is_empty(self) -> bool:
        """Whether no entry has a label."""
        return not any(self.labels)


@dataclass(frozen=True)
class Role:
    """What a tier's name says. kind: "phones", "words", or "" for neither. speaker: words of the speaker's name."""

    kind: str
    speaker: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """What a file says that a speaker says. notes: sentences for the user."""

    track: PhoneTrack
    notes: tuple[str, ...] = ()


def role_of(name: str) -> Role:
    """What the name of a tier says: "phones", "Anna - words", "annaPhones", "MAU_2", ..."""
    plain = name.strip().lower()
    words = _words_of(name)
    if " ".join(words[-2:]) in MAUS_TIERS:
        return Role(MAUS_TIERS[" ".join(words[-2:])], words[:-2])
    for kind, names in (("phones", PHONE_TIERS), ("words", WORD_TIERS)):
        if plain in names:
            return Role(kind)
        if words and words[-1] in names:
            return Role(kind, words[:-1])
        if words and words[0] in names:
            return Role(kind, words[1:])
    return Role("", words)


def spoken_tier(
    tiers: Sequence[Tier], end: float, path: str, tier: str | None = None, speakers: Iterable[str] = ()
) -> Spoken:
    """The phones and words of one speaker of a file; gaps become SIL.

    end: seconds, of the file. path: what messages call it. tier: name or number (from 1) of the tier of phones, or its
    speaker's name; None: the file's only one, else that of the first of `speakers` (names of the character and of the
    strip) who has one. A mark that is no phone becomes the neutral vowel, and a note says where. Raises InputError for
    a file without such a tier or with several, and for times that run backwards.
    """
    chosen, note = _choice(tiers, path, tier, tuple(speakers))
    role = role_of(chosen.name)
    speaker = role.speaker
    words = [t for t in tiers if not t.points and role_of(t.name).kind == "words" and t is not chosen]
    own = [t for t in words if role_of(t.name).speaker == speaker] or [t for t in words if not role_of(t.name).speaker]
    said = [entry for entry in own[0].entries if entry[0]] if own else []
    duration = max([end, *(entry[2] for entry in chosen.entries[-1:])])
    try:
        read = read_labels(chosen.labels)
        phones = [[phone, *entry[1:]] for phone, entry in zip(read.phones, chosen.entries, strict=True)]
        meant = {tuple(entry[1:]): entry[0] for one in tiers if one.name == SOUND_TIER for entry in one.entries}
        track = track_of(phones, said, duration, [meant.get(tuple(entry[1:]), "") for entry in chosen.entries])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return Spoken(track, (*((note,) if note else ()), *_unknown([chosen.entries[index] for index in read.unknown])))


def _choice(tiers: Sequence[Tier], path: str, tier: str | None, speakers: tuple[str, ...]) -> tuple[Tier, str]:
    """The tier of phones, and a note on it when there were several. Raises InputError."""
    found = [t for t in tiers if role_of(t.name).kind == "phones"]
    if tier is not None and tier.strip():
        return _filled(_named(tiers, found, path, tier.strip()), path), ""
    if not found:
        found = [t for t in tiers if not t.points and _holds_phones(t)]
    if not found:
        raise InputError(f'{path} has no tier of phones; name one "phones" (it has: {_list(tiers) or "none"}).')
    by_speaker = {role_of(t.name).speaker: t for t in reversed(found)}
    if len(by_speaker) > 1:
        for name in speakers:
            fitting = _of_speaker(found, name)
            if len({role_of(t.name).speaker for t in fitting}) == 1:
                chosen = _preferred(fitting, path)
                return _filled(chosen, path), f'The tier "{chosen.name}" was used.'
    filled = [t for t in found if not t.is_empty and not t.points] or found
    if len({role_of(t.name).speaker for t in filled}) > 1:
        raise InputError(
            f"{path} has the phones of several speakers ({_list(filled)}); choose a tier, with --tier or the field "
            "Tier, or give the character or the strip the speaker's name."
        )
    return _filled(_preferred(filled, path), path), ""


def _named(tiers: Sequence[Tier], found: Sequence[Tier], path: str, name: str) -> Tier:
    """The tier of that name, number or speaker. Raises InputError when there is none, or more than one."""
    same = [t for t in tiers if t.name.strip().lower() == name.lower()]
    if not same and name.isascii() and name.isdigit() and 1 <= int(name[:9]) <= len(tiers):
        return tiers[int(name[:9]) - 1]
    same = same or _of_speaker(found, name)
    if not same:
        raise InputError(f'{path} has no tier "{name}"; choose one of {_list(tiers) or "none"}.')
    return _preferred(same, path)


def _preferred(tiers: Sequence[Tier], path: str) -> Tier:
    """Of the tiers of one speaker the one whose name is the usual one. Raises InputError for two with that name."""
    best = min(tiers, key=lambda t: _rank(t.name))
    alike = [t for t in tiers if t.name == best.name and not t.is_empty]
    if len(alike) > 1:
        raise InputError(
            f'{path} has {len(alike)} tiers named "{best.name}"; choose one by its number, with --tier or the field '
            "Tier."
        )
    return alike[0] if alike else best


def _filled(tier: Tier, path: str) -> Tier:
    """The tier itself. Raises InputError when it has no intervals with labels."""
    if tier.points:
        raise InputError(f'The tier "{tier.name}" of {path} has points; phones need a tier of intervals.')
    if tier.is_empty:
        raise InputError(f'The tier "{tier.name}" of {path} is empty; choose another tier, or fill it.')
    return tier


def _rank(name: str) -> int:
    words = {name.strip().lower(), *_words_of(name)}
    return next((place for place, known in enumerate(PHONE_TIERS) if known in words), len(PHONE_TIERS))


def _of_speaker(tiers: Sequence[Tier], name: str) -> list[Tier]:
    """The tiers whose speaker has that name, else those where one name has all words of the other."""
    wanted = _words_of(name)
    same = [t for t in tiers if role_of(t.name).speaker == wanted]
    if same or not wanted:
        return same
    # A number alone says nothing: strip "line 2" need not be of speaker 2.
    spoken = [(t, set(role_of(t.name).speaker)) for t in tiers]
    return [t for t, of in spoken if any(not w.isdigit() for w in of) and (of <= set(wanted) or set(wanted) <= of)]


def _holds_phones(tier: Tier) -> bool:
    """Whether the labels of a tier are phones, whatever its name."""
    different = set(tier.labels) - {""}
    if role_of(tier.name).kind or not DIFFERENT_LABELS <= len(different) <= limits.PHONE_LABELS:
        return False
    if max(map(len, different)) > LONGEST_LABEL:
        return False
    return known_share(tier.labels) >= PHONES_BY_CONTENT


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in BETWEEN_WORDS.split(name) if word)


def _list(tiers: Sequence[Tier]) -> str:
    return ", ".join(f'"{t.name}"' for t in tiers)


def _unknown(entries: Sequence[list]) -> tuple[str, ...]:
    """Notes on entries whose label is no known phone."""
    if not entries:
        return ()
    notes = []
    counted = Counter(entry[0] for entry in entries)
    for mark, count in counted.most_common(NAMED_MARKS):
        places = [f"{entry[1]:.2f} s" for entry in entries if entry[0] == mark][:NAMED_PLACES]
        more = f" and {count - len(places)} more places" if count > len(places) else ""
        notes.append(f'The mark "{mark}" (at {", ".join(places)}{more}) is no known phone; the mouth is neutral there.')
    if len(counted) > NAMED_MARKS:
        notes.append(f"{len(counted) - NAMED_MARKS} more marks are no known phones.")
    return tuple(notes)
